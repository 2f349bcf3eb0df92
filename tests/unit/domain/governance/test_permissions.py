import pytest

from rightaway.domain.permissions import MATRIX, Cell, Role, may

RM, DM, CI, SO, CM, CAB, TM, ST, AU, AD, SA = Role


@pytest.mark.parametrize("action", MATRIX)
def test_may__no_role__never(action):
    assert not may(action, [], own=True, production=False, standard_change=True)


@pytest.mark.parametrize("action", MATRIX)
@pytest.mark.parametrize("role", Role)
def test_may__every_cell__means_what_it_says(action, role):
    cells = MATRIX[action][role]

    for own in (False, True):
        for production in (False, True):
            for standard in (False, True):
                decision = may(action, [role], own=own, production=production, standard_change=standard)
                expected = (
                    bool(cells & {Cell.YES, Cell.SECOND_PERSON})
                    or (own and Cell.OWN in cells)
                    or (not production and Cell.NOT_PRODUCTION in cells)
                    or (standard and Cell.STANDARD_CHANGE in cells)
                )
                assert decision.allowed is expected
                assert decision.allowed or decision.reason


def test_may__action_nobody_wrote_down__is_a_mistake_in_the_program():
    with pytest.raises(LookupError):
        may("release.destroy", [])


def test_may__role_nobody_knows__gives_nothing():
    assert not may("release.view", ["superuser"])


def test_may__two_people_needed__says_so():
    decision = may("target.define", [DM])

    assert decision.allowed
    assert decision.second_person


def test_may__one_role_that_suffices__spares_the_second_person():
    assert may("target.define", [DM, CI], production=True).second_person
    assert not may("target.define", [DM, CI], production=False).second_person


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        ("approval.vote.plan_design", {DM, SO, CM}),
        ("approval.vote.build_test", {DM, SO}),
        ("approval.vote.deployment", {SO, CM, CAB}),
        ("approval.vote.verification", {SO, ST}),
        ("deployment.pause", {RM, DM, SO, CM}),
        ("deployment.back_out", {RM, DM, SO}),
        ("deployment.launch", {DM}),
        ("audit.read", {RM, DM, SO, CM, AU, AD}),
        ("release.close", {RM, DM, SO, CM}),
        ("package.build", {CI, SA}),
        ("evidence.import", {CI, SA}),
    ],
)
def test_may__in_production_alone__only_these_roles(action, roles):
    assert {role for role in Role if may(action, [role])} == roles


@pytest.mark.parametrize("action", [a for a in MATRIX if a.startswith(("approval.", "gate."))])
def test_may__service_account__never_decides(action):
    assert not may(action, [SA], own=True, production=False, standard_change=True)


def test_may__admin__has_no_sight_of_releases():
    held = [a for a in MATRIX if a.startswith(("release.", "plan.", "approval.vote", "deployment."))]

    assert not any(may(action, [AD], own=True, production=False) for action in held)


def test_may__auditor__changes_nothing():
    assert {a for a in MATRIX if may(a, [AU], own=True, production=False, standard_change=True)} == {
        "release.view",
        "audit.read",
        "metrics.read",
        "token.create",
        "record.watch",
        "view.save",
    }


def test_matrix__approvals_of_the_template__have_a_row_that_lets_their_roles_vote(template):
    for approval in template.approvals:
        for role in approval.roles:
            assert may(f"approval.vote.{approval.key}", [role]), (approval.key, role)


def test_reason__near_miss__names_the_condition():
    assert may("plan.edit", [RM]).reason == "Your roles allow plan.edit only on what you made yourself."


def test_reason__no_role_near__names_who_may():
    assert may("package.build", [ST]).reason == (
        "package.build needs one of these roles here: build_engineer, service_account."
    )
