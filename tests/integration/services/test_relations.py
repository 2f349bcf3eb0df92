"""Releases that have to do with each other: what can be said, and what it then holds back."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.integration.services.begun import built, registered
from tests.stages import staged
from tests.world import World, actor, plan_fields, registration

from rightaway.domain.errors import Forbidden, GateClosed, Invalid, NotFound, Refused, Stale
from rightaway.domain.guards import evaluate_permit
from rightaway.domain.unmet import Unmet
from rightaway.domain.values import SYSTEM
from rightaway.queries import alerts, release_facts, templates
from rightaway.queries import relations as ask
from rightaway.records.audit.models import AuditEvent
from rightaway.records.deployments.models import Deployment
from rightaway.records.notifications.models import Notification
from rightaway.records.relations.models import Relation
from rightaway.records.releases.models import Release
from rightaway.services import cmdb, lifecycle, moments, people, relations, releases

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def world(db: None) -> World:
    return staged("registered", registered)


def row(number: str) -> Release:
    return Release.objects.get(number=number)


def another(service: str = "shop", **fields: object) -> str:
    """Register one more release, bare."""
    given = {**registration(), **fields}
    return releases.register(actor=actor("rita"), service=service, fields=given).number


def relate(number: str, kind: str, other: str, by: str = "rita") -> Relation:
    return relations.add(actor=actor(by), number=number, kind=kind, other=other)


def unmet(number: str, event: str) -> list[str]:
    with pytest.raises(GateClosed) as closed:
        lifecycle.fire(actor=actor("rita"), number=number, event=event, reason="It is time.")
    return [one["code"] for one in closed.value.evidence["unmet"]]


def test_part__of_a_parent_that_did_not_go_on__waits_for_it(world: World) -> None:
    parent = another()
    relate(world.release, "part_of", parent)
    assert unmet(world.release, "start_planning") == ["G12.parent_behind"]
    Release.objects.filter(number=parent).update(phase="plan_design")
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    assert row(world.release).phase == "plan_design"


def test_parent__of_a_part__goes_on_once_the_part_lacks_nothing_but_its_parent(world: World) -> None:
    part = another(value_statement="Too short.")
    releases.set_scope(actor=actor("rita"), number=part, cis=world.keys())
    relate(part, "part_of", world.release)
    assert unmet(world.release, "start_planning") == ["G12.part_unfinished"]
    Release.objects.filter(number=part).update(origin="planned", **window(1))
    releases.edit(actor=actor("rita"), number=part, fields={"value_statement": "It is worth it. " * 4})
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    assert row(world.release).phase == "plan_design"


def window(hours: int) -> dict[str, object]:
    start = timezone.now() + hours * HOUR
    return {"planned_start": start, "planned_end": start + HOUR}


def test_part__that_waits_for_nothing_else__goes_on_by_itself_after_its_parent(
    world: World, tmp_path: Path
) -> None:
    whole = World(tmp_path, targets=1, service="till", prefix="u", staging="v01").settle()
    whole.register()
    relate(world.release, "part_of", whole.release)
    lifecycle.fire(actor=actor("rita"), number=whole.release, event="start_planning")
    world.plan()
    assert row(world.release).phase == "plan_design"
    before = timezone.now()
    Release.objects.filter(number=whole.release).update(phase="assess")  # from where `plan` begins
    whole.plan()
    assert row(whole.release).phase == "build_test"
    moments.pass_by(since=before, now=timezone.now())
    assert row(world.release).phase == "build_test"
    assert row(world.release).visits.get(left_at__isnull=True).entered_by == SYSTEM.name


def test_moment__after_nothing_happened_to_either__looks_at_none_of_them(world: World) -> None:
    relate(world.release, "depends_on", another())
    now = timezone.now()
    moments.pass_by(since=now - HOUR, now=now)
    later = timezone.now()
    assert list(ask.moved_since(later)) == []
    assert moments.pass_by(since=later, now=timezone.now()) == 0


@pytest.mark.parametrize("last", ["depends_on", "part_of"])
def test_circle__of_dependencies_and_parts__is_refused_with_its_path(last: str, world: World) -> None:
    one, two, three = another(), another(), another()
    relate(one, "depends_on", two)
    relate(three, "part_of", two)
    pair = (three, one) if last == "depends_on" else (one, three)
    with pytest.raises(Refused) as refusal:
        relate(pair[0], last, pair[1])
    assert refusal.value.code == "relation.circle"
    path = refusal.value.evidence["path"]
    assert (path[0], path[-1], set(path)) == (three, three, {one, two, three})


def test_add__again_or_a_second_parent__is_refused(world: World) -> None:
    first, second = another(), another()
    relate(world.release, "part_of", first)
    for other, code in ((first, "relation.exists"), (second, "relation.has_parent")):
        with pytest.raises(Refused) as refusal:
            relate(world.release, "part_of", other)
        assert refusal.value.code == code
    assert Relation.objects.count() == 1


def test_add__what_holds_the_other_back__needs_authority_over_both(world: World) -> None:
    cmdb.define_item(actor=SYSTEM, key="till", fields={"name": "Till", "ci_class": "service"})
    local = people.create(actor=SYSTEM, username="lena", name="Lena")
    people.grant(actor=SYSTEM, user=local, role="release_manager", scope="shop")
    other = another("till")
    relate(world.release, "depends_on", other, by="lena")
    for kind in ("part_of", "supersedes"):
        with pytest.raises(Forbidden) as refusal:
            relate(world.release, kind, other, by="lena")
        assert refusal.value.code == "permission.denied"


def test_add__by_who_may_not_or_without_seeing_a_change__is_refused(world: World) -> None:
    other = another()
    with pytest.raises(Forbidden):
        relate(world.release, "depends_on", other, by="ben")
    with pytest.raises(Invalid) as unknown:
        relate(world.release, "likes", other)
    assert (unknown.value.code, unknown.value.at) == ("relation.kind_unknown", "kind")
    with pytest.raises(NotFound):
        relate(world.release, "depends_on", "REL-999999")
    with pytest.raises(Stale):
        relations.add(
            actor=actor("rita"), number=world.release, kind="depends_on", other=other, expected_version=1
        )


def test_dependency__made_after_the_plan_was_approved__voids_that_approval_with_the_place(
    world: World,
) -> None:
    world.plan()
    other = another()
    relate(world.release, "depends_on", other)
    approval = row(world.release).approvals.get(kind="plan_design")
    assert approval.state == "void"
    assert approval.difference[0]["path"].startswith("plan/depends_on")
    assert row(world.release).contributions.filter(person__username="rita", part="plan").exists()


def test_dependency__planned_to_end_later__is_a_conflict_and_both_coordinators_are_told(
    world: World,
) -> None:
    other = another(**window(2))
    releases.edit(actor=actor("rita"), number=world.release, fields=plan_fields(timezone.now()))
    Release.objects.filter(number=other).update(coordinator=people_id("olga"))
    relate(world.release, "depends_on", other)
    (conflict,) = release_facts.conflicts(row(world.release))
    assert (conflict.kind, conflict.other, conflict.severity) == ("release_dependency", other, "blocking")
    assert set(alerts.conflicts(row(other))) == {world.release}
    told = Notification.objects.filter(kind="conflict_found", subject_key=other)
    assert [one.person.username for one in told] == ["olga"]


def people_id(name: str) -> int | None:
    return actor(name).user_id


def test_wave__of_a_dependent__waits_until_what_it_needs_is_deployed(world: World) -> None:
    other = another()
    relate(world.release, "depends_on", other)
    assert "G31.dependency_not_deployed" in codes(world.release)
    Release.objects.filter(number=other).update(phase="closed", outcome="success")
    assert "G31.dependency_not_deployed" not in codes(world.release)


def codes(number: str) -> list[str]:
    found: tuple[Unmet, ...] = evaluate_permit(
        templates.of(row(number)), release_facts.facts(row(number), timezone.now()), timezone.now()
    )
    return [one.code for one in found]


def test_superseded__is_said_of_who_is_named__before_it_is_abandoned_as_that(world: World) -> None:
    fields = {"abandon_reason": "superseded", "abandon_comment": "The other one does it."}
    rita = actor("rita")
    with pytest.raises(GateClosed) as closed:
        lifecycle.fire(actor=rita, number=world.release, event="abandon", reason="Done.", fields=fields)
    assert [one["code"] for one in closed.value.evidence["unmet"]] == ["G90.successor_missing"]
    relate(another(), "supersedes", world.release)
    assert unmet(world.release, "start_planning") == ["G12.superseded"]
    ended = lifecycle.fire(actor=rita, number=world.release, event="abandon", reason="Done.", fields=fields)
    assert (ended.phase, ended.closure_code) == ("abandoned", "superseded")


def test_remove__with_a_reason__lets_it_go_on_and_stands_with_both(world: World) -> None:
    parent = another()
    held = relate(world.release, "part_of", parent)
    with pytest.raises(Invalid):
        relations.remove(actor=actor("rita"), number=world.release, relation=held.pk, reason=" ")
    relations.remove(actor=actor("rita"), number=world.release, relation=held.pk, reason="Goes alone.")
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    events = AuditEvent.objects.filter(action__startswith="release.relation.").order_by("id")
    assert [(one.action.split(".")[-1], one.stream, one.facts["relation"]) for one in events] == [
        ("added", world.release, "part_of"),
        ("added", parent, "parent_of"),
        ("removed", world.release, "part_of"),
        ("removed", parent, "parent_of"),
    ]


def test_relation__of_others__tells_the_people_of_the_other_release(world: World) -> None:
    other = another()
    Release.objects.filter(number=other).update(coordinator=people_id("olga"), manager=people_id("rita"))
    relate(world.release, "depends_on", other)
    told = Notification.objects.filter(kind="release_related", subject_key=other)
    assert [one.person.username for one in told] == ["olga"]


@pytest.fixture
def ready(db: None) -> World:
    """A release with a package and a plan for production."""
    return staged("built", built)


@pytest.mark.parametrize(
    ("deployments", "found"),
    [
        ([], False),
        ([("planned", "running")], False),
        ([("planned", "succeeded")], True),
        ([("drill", "succeeded")], False),
        ([("planned", "succeeded"), ("back_out", "succeeded")], False),
        ([("planned", "failed"), ("redeploy", "succeeded_partial")], True),
        ([("planned", "succeeded"), ("redeploy", "running")], False),
    ],
)
def test_release__is_deployed__as_its_newest_deployment_to_production_says(
    deployments: list[tuple[str, str]], found: bool, ready: World
) -> None:
    release = row(ready.release)
    plan = release.plans.get(environment__key="production", is_current=True)
    for place, (intent, status) in enumerate(deployments):
        Deployment.objects.create(
            number=f"DEP-9{place:05}",
            plan=plan,
            release=release,
            environment=plan.environment,
            intent=intent,
            status=status,
            requested_by_id=people_id("dora"),
            queued_at=timezone.now(),
            workflow_id=f"w{place}",
        )
    assert ask.is_deployed(release) is found


def test_parent__with_parts__is_deployed_when_all_of_them_are(world: World) -> None:
    first, second = another(), another()
    for part in (first, second):
        relate(part, "part_of", world.release)
    assert not ask.is_deployed(row(world.release))
    Release.objects.filter(number=first).update(phase="closed", outcome="success")
    assert not ask.is_deployed(row(world.release))
    Release.objects.filter(number=second).update(phase="abandoned", outcome="abandoned")
    assert ask.is_deployed(row(world.release))
