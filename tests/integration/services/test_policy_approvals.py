"""Approvals that a release policy asks for: who approves besides, and exceptions from a freeze."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.services.begun import built, registered
from tests.stages import staged
from tests.world import World, actor, held_to

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.guards import GUARDS, PERMIT_GUARDS
from rightaway.domain.unmet import Unmet
from rightaway.queries import approvers, policy_trials, release_facts
from rightaway.queries import policies as ask_policies
from rightaway.records.approvals.models import Approval
from rightaway.records.notifications.models import Notification
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import approvals, policies, releases

pytestmark = pytest.mark.django_db
STAN = {"approval": "build_test", "sources": ["user:stan"]}


@pytest.fixture
def world(db: None) -> World:
    return staged("built", built)


def row(world: World) -> Release:
    return Release.objects.get(number=world.release)


def vote(world: World, name: str, decision: str = "approve", kind: str = "build_test") -> Approval:
    held = row(world).approvals.filter(kind=kind).latest("id")
    return approvals.vote(
        actor=actor(name),
        number=world.release,
        kind=kind,
        decision=decision,
        digest=held.digest,
        reason="Because.",
    )


def ask(world: World, kind: str = "build_test") -> Approval:
    return approvals.request(actor=actor("rita"), number=world.release, kind=kind)


def state(world: World, kind: str = "build_test") -> str:
    return str(release_facts.facts(row(world), timezone.now()).approval(kind).state)


def unmet(world: World, guard: str) -> list[Unmet]:
    now = timezone.now()
    return list({**GUARDS, **PERMIT_GUARDS}[guard](release_facts.facts(row(world), now), now))


def codes(world: World, guard: str) -> set[str]:
    return {one.code for one in unmet(world, guard)}


def frozen(**values: object) -> dict[str, object]:
    """Give a freeze around now, when the releases of these tests are planned."""
    now = timezone.now()
    span = {"starts": now - timedelta(days=1), "ends": now + timedelta(days=30)}
    days = {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in span.items()}
    return {"title": "Year end", **days, **values}


# Who approves besides


def test_extra_approver__besides_those_of_the_workflow__is_asked_and_needed(world: World) -> None:
    held_to("shop", extra_approvers=[STAN])
    asked = ask(world)
    assert set(asked.asked_of.values_list("username", flat=True)) >= {"stan", "olga"}

    assert vote(world, "olga").state == "pending"
    assert vote(world, "stan").state == "approved"


def test_extra_approver__of_another_type__is_not_asked(world: World) -> None:
    held_to("shop", extra_approvers=[{**STAN, "types": ["major"]}])
    ask(world)

    assert vote(world, "olga").state == "approved"
    with pytest.raises(Forbidden):
        vote(world, "stan")


def test_extra_approver__who_denies__denies(world: World) -> None:
    held_to("shop", extra_approvers=[STAN])
    ask(world)

    assert vote(world, "stan", "deny").state == "denied"


def test_extra_approver__who_wrote_what_is_approved__leaves_it_without_an_approver(world: World) -> None:
    held_to("shop", extra_approvers=[{"approval": "deployment", "sources": ["user:dora"]}])

    with pytest.raises(Refused) as refusal:
        ask(world, "deployment")
    assert refusal.value.code == "approval.no_approver"
    assert refusal.value.evidence["roles"] == ["user:dora"]


def test_policy__that_asks_for_more_than_was_given__has_it_asked_again(world: World) -> None:
    ask(world)
    assert vote(world, "olga").state == "approved"
    with pytest.raises(Refused):
        ask(world)

    held_to("shop", extra_approvers=[STAN])
    assert state(world) == "pending"
    with pytest.raises(Forbidden) as refusal:
        vote(world, "stan")
    assert refusal.value.code == "sod.granted_meanwhile"

    ask(world)
    vote(world, "olga")
    assert vote(world, "stan").state == "approved"
    assert state(world) == "approved"


def test_policy__that_asks_for_less_again__needs_no_further_vote(world: World) -> None:
    held_to("shop", extra_approvers=[STAN])
    ask(world)
    vote(world, "olga")
    assert state(world) == "pending"

    held_to("shop", extra_approvers=[])
    assert state(world) == "approved"


def test_draft__that_asks_for_more__says_so_when_it_is_tried(world: World) -> None:
    for kind, names in (("build_test", ["olga"]), ("deployment", ["chris", "cora"])):
        ask(world, kind)
        for name in names:
            vote(world, name, kind=kind)
    extra = {"approval": "deployment", "sources": ["user:stan"]}
    draft = policies.propose(actor=actor("rita"), service="shop", content={"extra_approvers": [extra]})

    (found,) = policy_trials.trials(draft, timezone.now())

    assert [one.evidence["approval"] for one in found.more if "approval" in one.evidence] == ["deployment"]


def test_policy__by_which_an_open_release_lacks_something__is_told_to_who_manages_it(world: World) -> None:
    number = held_to("shop", version_scheme="semantic")

    told = Notification.objects.filter(kind="policy_tightened", subject_key=world.release)
    assert {"rita", "ben"} <= set(told.values_list("person__username", flat=True))
    facts = told[0].facts
    assert facts["policy"] == number
    assert "semantic" in facts["reason"].lower()

    held_to("shop", longest_waiver_days=3)
    assert {one.facts["policy"] for one in told.all()} == {number}


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"approval": "blessing", "sources": ["cab"]}, "policy.approval_unknown"),
        ({"approval": "deployment", "sources": ["user:nobody"]}, "policy.source_unknown"),
        ({"approval": "deployment", "sources": ["cab", "group:security"]}, "policy.source_unknown"),
        ({"approval": "deployment", "sources": ["board:dcab"]}, "policy.source_unknown"),
    ],
)
def test_extra_approver__who_is_not_there__is_refused(
    world: World, extra: dict[str, object], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        policies.propose(actor=actor("rita"), service="shop", content={"extra_approvers": [extra]})
    assert (refusal.value.code, refusal.value.at) == (code, "extra_approvers")


def test_extra_approver__account_that_was_deactivated__is_refused(world: World) -> None:
    User.objects.filter(username="stan").update(is_active=False)

    with pytest.raises(Invalid):
        policies.propose(actor=actor("rita"), service="shop", content={"extra_approvers": [STAN]})


# Exceptions from a freeze


def test_exception__without_a_freeze__is_not_needed(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        ask(world, "freeze_exception")
    assert refusal.value.code == "approval.not_required"
    assert state(world, "freeze_exception") == "not_required"


def test_exception__approved_by_both__opens_the_freeze(world: World) -> None:
    held_to("shop", freezes=[frozen()])
    assert "G11.freeze_overlap" in codes(world, "G11")
    assert "G31.frozen" in codes(world, "G31")

    ask(world, "freeze_exception")
    vote(world, "olga", kind="freeze_exception")
    assert "G31.frozen" in codes(world, "G31")
    vote(world, "chris", kind="freeze_exception")

    assert "G11.freeze_overlap" not in codes(world, "G11")
    assert "G31.frozen" not in codes(world, "G31")


def test_exception__from_one_freeze__is_none_from_another_that_came_later(world: World) -> None:
    held_to("shop", freezes=[frozen()])
    ask(world, "freeze_exception")
    for name in ("olga", "chris"):
        vote(world, name, kind="freeze_exception")

    held_to("shop", freezes=[frozen(), frozen(title="Audit")])

    assert {one.evidence["freeze"] for one in unmet(world, "G31") if one.code == "G31.frozen"} == {
        "Year end",
        "Audit",
    }
    assert state(world, "freeze_exception") == "void"
    ask(world, "freeze_exception")
    for name in ("olga", "chris"):
        vote(world, name, kind="freeze_exception")
    assert "G31.frozen" not in codes(world, "G31")


def test_exception__window_moved_within_the_freeze__is_void(world: World) -> None:
    held_to("shop", freezes=[frozen()])
    ask(world, "freeze_exception")
    for name in ("olga", "chris"):
        vote(world, name, kind="freeze_exception")

    end = row(world).planned_end + timedelta(hours=1)
    releases.edit(actor=actor("rita"), number=world.release, fields={"planned_end": end})

    assert row(world).approvals.get(kind="freeze_exception").state == "void"
    assert "G31.frozen" in codes(world, "G31")


def test_exception__of_a_type_that_the_freeze_lets_through__is_not_needed(world: World) -> None:
    held_to("shop", freezes=[frozen(except_types=["minor"])])

    assert approvers.requirement(row(world), "freeze_exception") is None
    assert "G31.frozen" not in codes(world, "G31")


def test_freeze__before_anything_is_planned__asks_for_nothing(db: None) -> None:
    world = staged("registered", registered)
    held_to("shop", freezes=[frozen()])

    assert approvers.requirement(row(world), "freeze_exception") is None
    assert "G11.freeze_overlap" not in codes(world, "G11")


# What a package and a design have to be


def test_version_and_criteria__that_the_policy_asks_for__are_missing_from_what_was_made_before(
    world: World,
) -> None:
    held_to("shop", version_scheme="semantic", rollback_criteria=["A P1 incident"])

    assert "G20.version_scheme" in codes(world, "G20")
    assert "G10.rollback_criterion_of_policy_missing" in codes(world, "G10")


def test_policy__with_everything__is_read_back_as_it_was_written(world: World) -> None:
    content = {
        "freezes": [frozen(zone="Europe/Berlin", is_soft=True)],
        "extra_approvers": [{**STAN, "types": ["major", "minor"]}],
        "rollback_criteria": ["A P1 incident", "Errors over 1 %"],
        "version_scheme": "calendar",
        "emergency_severity": 1,
        "emergency_by_known_error": False,
        "emergency_by_advisory": False,
    }
    number = held_to("shop", **content)

    version = ask_policies.version(number)
    assert version is not None
    stored = version.content
    assert {name: stored[name] for name in content if name != "freezes"} == {
        name: value for name, value in content.items() if name != "freezes"
    }
    assert stored["freezes"][0]["zone"] == "Europe/Berlin"
    changed = {one.path.split("/")[0].split(".")[0] for one in ask_policies.changes(version)}
    assert changed >= {"emergency_severity", "version_scheme"}
