"""Who may vote when time passes and people change: delegations, groups, newcomers, leavers, reminders, questions."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.deployment_states import Intent
from rightaway.domain.errors import Forbidden, Invalid, RightawayError
from rightaway.domain.values import SYSTEM
from rightaway.queries import approvals as ask
from rightaway.queries import people as ask_people
from rightaway.queries import releases as ask_releases
from rightaway.records.approvals.models import Approval
from rightaway.records.conversations.models import Comment
from rightaway.records.notifications.models import Notification
from rightaway.records.workflows.models import WorkflowTemplate
from rightaway.services import (
    approval_questions,
    approvals,
    delegations,
    deployments,
    lifecycle,
    moments,
    people,
    releases,
    workflows,
)

pytestmark = pytest.mark.django_db
KIND = "plan_design"
DAY = timedelta(days=1)


@pytest.fixture
def asked(db: None) -> World:
    """A release whose plan waits to be approved by a service owner and a change manager."""
    return staged("asked", _asked)


def _asked(folder: Path) -> World:
    world = World(folder).settle()
    world.register()
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    world.set_design()
    approvals.request(actor=actor("rita"), number=world.release, kind=KIND)
    return world


def row() -> Approval:
    return Approval.objects.filter(kind=KIND).latest("id")


def vote(name: str, decision: str = "approve", **said: str) -> str:
    found = row()
    voted = approvals.vote(
        actor=actor(name),
        number=found.release.number,
        kind=KIND,
        decision=decision,
        digest=found.digest,
        **said,
    )
    return voted.state


def code(name: str, decision: str = "approve") -> str:
    with pytest.raises(RightawayError) as caught:
        vote(name, decision)
    return caught.value.code


def delegate(giver: str, taker: str, days: int = 3, **one: str):
    now = timezone.now()
    return delegations.delegate(actor=actor(giver), to=taker, starts_at=now, ends_at=now + days * DAY, **one)


def told(kind: str) -> set[str]:
    return set(Notification.objects.filter(kind=kind).values_list("person__username", flat=True))


def test_delegate__without_the_role__votes_for_who_delegated_and_it_is_shown(asked: World) -> None:
    delegate("olga", "stan")
    assert vote("chris") == "pending"
    assert [one.release.number for one in ask.waiting(ask_people.user("stan").pk)] == [asked.release]
    assert vote("stan") == "approved"
    (shown,) = [one for one in ask_releases.votes(row()) if one["voter"] == "stan"]
    assert (shown["on_behalf_of"], shown["role"]) == ("olga", "service_owner")


def test_delegate__and_who_delegated__fill_one_place(asked: World) -> None:
    people.grant(actor=SYSTEM, user=ask_people.user("olga"), role="change_manager")
    delegate("olga", "stan")
    assert (vote("stan"), vote("olga")) == ("pending", "pending")
    assert vote("chris") == "approved"


def test_delegate__of_a_delegate__cannot_vote(asked: World) -> None:
    delegate("olga", "stan")
    delegate("stan", "ben")
    assert code("ben") == "sod.not_eligible"


def test_delegate__who_wrote_the_plan__cannot_vote_and_cannot_be_named(asked: World) -> None:
    delegate("olga", "dora")
    assert code("dora") == "sod.self_approval"
    with pytest.raises(Forbidden) as caught:
        delegate("olga", "dora", release=asked.release, kind=KIND)
    assert caught.value.code == "sod.delegate_author"


def test_delegation__of_one_approval_or_over__holds_for_nothing_else(asked: World) -> None:
    held = delegate("olga", "stan", release=asked.release, kind="build_test")
    assert code("stan") == "sod.not_eligible"
    held = delegate("olga", "stan", release=asked.release, kind=KIND)
    assert told("approval_delegated") == {"stan"}
    delegations.end(actor=actor("olga"), delegation_id=held.pk)
    assert code("stan") == "sod.not_eligible"


@pytest.mark.parametrize(
    ("to", "days", "expected"),
    [("olga", 1, "delegation.self"), ("stan", -1, "delegation.time"), ("stan", 400, "delegation.too_long")],
)
def test_delegation__that_makes_no_sense__is_refused(asked: World, to: str, days: int, expected: str) -> None:
    with pytest.raises(Invalid) as caught:
        delegate("olga", to, days)
    assert caught.value.code == expected


def test_vote__with_a_role_granted_while_it_waited__counts_only_once_asked_again(asked: World) -> None:
    people.grant(actor=SYSTEM, user=ask_people.user("stan"), role="service_owner")
    assert code("stan") == "sod.granted_meanwhile"
    approvals.request(actor=actor("rita"), number=asked.release, kind=KIND)
    assert vote("stan") == "pending"
    assert code("rita", "deny") == "sod.not_eligible"


def test_vote__when_nobody_is_left_for_another_place__is_an_error(asked: World) -> None:
    people.disable(actor=SYSTEM, user=ask_people.user("chris"))
    assert code("olga") == "approval.no_approver"


def test_launch__after_an_approver_left__refused(db: None, folder: Path) -> None:
    world = World(folder).settle()
    world.register()
    world.plan()
    world.build()
    world.approve("build_test", "olga")
    world.approve("deployment", "chris", "cora")
    release = ask_releases.release(world.release)
    from rightaway.records.releases.models import Release

    Release.objects.filter(pk=release.pk).update(phase="deployment")
    people.disable(actor=SYSTEM, user=ask_people.user("cora"))
    shown = {one.key: one.state for one in ask_releases.standing(release).approvals}
    assert shown["deployment"] == "pending"
    with pytest.raises(Forbidden) as caught:
        deployments.launch(
            actor=actor("dora"), release=release, environment="production", intent=Intent.PLANNED
        )
    assert caught.value.code == "sod.no_independent_approver"


def test_reminders__as_time_passes__go_to_the_silent_then_their_deputies_then_all(asked: World) -> None:
    vote("chris")
    delegate("olga", "stan", days=30)
    begun = row().requested_at

    def pass_to(days: float) -> None:
        with time_machine.travel(begun + days * DAY, tick=False):
            moments.pass_by(since=begun, now=timezone.now())

    pass_to(1)
    assert told("approval_reminded") == set()
    pass_to(1.6)
    assert told("approval_reminded") == {"olga", "oscar"}
    pass_to(3.1)
    assert told("approval_overdue") == {"olga", "oscar", "stan"}
    pass_to(4.6)
    assert told("approval_overdue") == {"olga", "oscar", "stan", "rita"}
    before = Notification.objects.count()
    pass_to(5)
    assert Notification.objects.count() == before
    pass_to(14.1)
    assert (row().state, told("approval_expired")) == ("expired", {"rita"})


def test_question__before_a_vote__blocks_nobody_and_comes_back_answered(asked: World) -> None:
    question = approval_questions.ask(
        actor=actor("olga"), number=asked.release, kind=KIND, text="Which wave first?"
    )
    assert (row().state, told("approval_question")) == ("pending", {"rita"})
    approval_questions.answer(
        actor=actor("dora"), number=asked.release, question_id=question.pk, text="The one with one target."
    )
    assert told("approval_answered") == {"olga"}
    assert Comment.objects.get().text == "> Which wave first?\n\nThe one with one target."
    with pytest.raises(Forbidden):
        approval_questions.ask(actor=actor("ben"), number=asked.release, kind=KIND, text="Why?")
    assert vote("olga") == "pending"


def rewritten(**approval: object) -> None:
    """Let the release of the world go by a workflow whose first approval asks for something else."""
    body = WorkflowTemplate.objects.get(key="seven_phases", is_current=True).body
    import copy
    import json

    body = copy.deepcopy(body)
    (held,) = [one for one in body["approvals"] if one["key"] == KIND]
    held |= approval
    workflows.install(actor=SYSTEM, source=json.dumps(body))


def test_sources__named_people_groups_and_stakeholders__may_vote(db: None, folder: Path) -> None:
    world = World(folder).settle()
    people.define_group(actor=SYSTEM, key="dcab", name="DCAB", members=["cora", "ben"])
    case = {"when": 'release_type == "minor"', "quorum": 4, "people": ["stakeholders"]}
    rewritten(rule="quorum", quorum=1, roles=[], users=["oscar"], groups=["dcab"], cases=[case])
    world.register()
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    world.set_design()
    releases.set_people(actor=actor("rita"), number=world.release, stakeholders={"stan": "approve"})
    approvals.request(actor=actor("rita"), number=world.release, kind=KIND)
    assert told("approval_asked") == {"oscar", "cora", "ben", "stan"}
    assert code("olga") == "sod.not_eligible"
    assert [vote(name) for name in ("oscar", "cora", "ben", "stan")] == ["pending"] * 3 + ["approved"]


def test_approval__not_needed_for_this_release__lets_it_pass_and_says_so(db: None, folder: Path) -> None:
    world = World(folder).settle()
    rewritten(when='release_type == "major"')
    world.register()
    view = next(
        one for one in ask_releases.standing(ask_releases.release(world.release)).approvals if one.key == KIND
    )
    assert view.state == "not_required"
    with pytest.raises(RightawayError) as caught:
        approvals.request(actor=actor("rita"), number=world.release, kind=KIND)
    assert caught.value.code == "approval.not_required"


def test_sequence__level_by_level__tells_who_is_next(db: None, folder: Path) -> None:
    world = World(folder).settle()
    rewritten(rule="sequence", roles=[], levels=[{"roles": ["service_owner"]}, {"roles": ["change_manager"]}])
    world.register()
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    world.set_design()
    approvals.request(actor=actor("rita"), number=world.release, kind=KIND)
    assert told("approval_asked") == {"olga", "oscar"}
    assert code("chris") == "approval.not_your_turn"
    vote("olga")
    assert told("approval_asked") == {"olga", "oscar", "chris"}
    assert vote("chris") == "approved"


def test_vote__on_a_grave_approval_by_token__needs_one_that_was_just_made_on_the_page(
    db: None, folder: Path
) -> None:
    world = World(folder).settle()
    rewritten(step_up=True)
    world.register()
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    world.set_design()
    approvals.request(actor=actor("rita"), number=world.release, kind=KIND)

    def by(token: str) -> str:
        voter = ask_people.actor_of_token(token, "api")
        assert voter is not None
        voted = {"number": world.release, "kind": KIND, "decision": "approve", "digest": row().digest}
        return approvals.vote(actor=voter, **voted).state

    made = {door: token("olga", door) for door in ("api", "web")}
    with pytest.raises(Forbidden) as caught:
        by(made["api"])
    assert caught.value.code == "step_up.needed"
    with time_machine.travel(timezone.now() + timedelta(minutes=6)), pytest.raises(Forbidden):
        by(made["web"])
    assert by(made["web"]) == "pending"


def token(name: str, door: str) -> str:
    user = ask_people.user(name)
    assert user is not None
    return people.create_token(actor=actor(name, door), user=user, label="t")


def test_group__of_whoever_defines_it_or_an_auditor__is_refused(asked: World) -> None:
    with pytest.raises(Forbidden):
        people.define_group(actor=actor("chris"), key="dcab", name="DCAB", members=["chris"])
    with pytest.raises(Invalid):
        people.define_group(actor=actor("root"), key="dcab", name="DCAB", members=["ada"])
