"""Outages: recorded by people, filled in by deployments, corrected without losing what was posted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.integration.services.begun import settled
from tests.phases import Phases
from tests.stages import staged
from tests.world import SCRIPTS, World, actor

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.queries import outages as ask
from rightaway.records.changes.models import Change
from rightaway.records.outages.models import Outage
from rightaway.services import deployment_effects, outages, unauthorised_changes

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def planned(
    *items: str, service: str = "shop", start: timedelta = HOUR, lasts: timedelta = HOUR, **source: str
) -> Outage:
    fields = {
        "title": "Down",
        "kind": "planned",
        "planned_start": NOW + start,
        "planned_end": NOW + start + lasts,
    }
    return outages.record(actor=actor("olga"), service=service, items=items, fields=fields, source=source)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "planned"}, "outage.needs_times"),
        ({"kind": "unplanned"}, "outage.needs_times"),
        ({"kind": "other", "actual_start": NOW}, "outage.kind"),
        ({"kind": "unplanned", "actual_start": NOW, "actual_end": NOW}, "outage.times"),
        ({"kind": "unplanned", "actual_end": NOW}, "outage.times"),
    ],
)
def test_record__what_cannot_have_been__is_refused(
    world: World, fields: dict[str, object], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        outages.record(actor=actor("olga"), service="shop", fields={"title": "x", **fields})
    assert refusal.value.code == code


def test_record__by_who_may_not__is_refused(world: World) -> None:
    fields = {"title": "x", "kind": "unplanned", "actual_start": NOW}
    with pytest.raises(Forbidden):
        outages.record(actor=actor("stan"), service="shop", fields=fields)


def test_correct__of_what_was_posted__keeps_it_and_sets_the_kind_by_the_times(world: World) -> None:
    row = planned()
    end = row.planned_end + HOUR
    fields = {"actual_start": row.planned_start, "actual_end": end}
    made = outages.correct(actor=actor("dora"), number=row.number, fields=fields, reason="It took longer.")
    assert (made.kind, made.times.actual) == ("extended", 2 * HOUR)
    kept = made.corrections.get()
    assert kept.before["actual_end"] is None
    back = outages.correct(
        actor=actor("dora"), number=row.number, fields={"actual_end": row.planned_end}, reason="A slip."
    )
    assert back.kind == "planned"
    assert back.corrections.first().before["actual_end"] == end.isoformat()
    with pytest.raises(Invalid, match="Nothing of it is different"):
        outages.correct(actor=actor("dora"), number=row.number, fields={"title": "Down"}, reason="x")
    with pytest.raises(Invalid, match="Say why"):
        outages.correct(actor=actor("dora"), number=row.number, fields={"title": "y"}, reason=" ")


def test_overlapping__planned_outages__are_those_of_the_same_item_at_the_same_time(world: World) -> None:
    first = planned("t01")
    same, whole = planned("t01"), planned()
    planned("s01")
    planned("t01", start=5 * HOUR)
    assert set(ask.overlapping(first).values_list("number", flat=True)) == {same.number, whole.number}


def test_convert__of_an_unauthorised_change__rejects_it_and_names_the_outage(world: World) -> None:
    change = unauthorised_changes.record(
        actor=actor("stan"), service="shop", affected_cis=["t01"], evidence="It answers no more."
    ).number
    with pytest.raises(Forbidden):
        outages.convert(actor=actor("stan"), change=change, actual_start=NOW, reason="Power.")
    made = outages.convert(actor=actor("chris"), change=change, actual_start=NOW, reason="Power.")
    row = Change.objects.get(number=change)
    assert (row.state, row.disposition) == ("rejected", f"Recorded as outage {made.number}")
    assert (made.kind, made.change_id, [one.key for one in made.items.all()]) == (
        "unplanned",
        row.pk,
        ["t01"],
    )
    with pytest.raises(Refused):
        outages.convert(actor=actor("chris"), change=change, actual_start=NOW, reason="Again.")


@pytest.mark.django_db(transaction=True)
def test_deployment__to_production_of_a_release_that_plans_downtime__posts_the_actual_times(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, make_folder: Callable[[], Path]
) -> None:
    phases = Phases(make_folder(), Fleet(monkeypatch, SCRIPTS))
    world = phases._ready("iota")
    row = planned(service="iota", release=world.release, start=-HOUR, lasts=10 * HOUR)
    late = planned(service="iota", release=world.release, start=-2 * HOUR, lasts=HOUR)
    number = phases._launch(world)
    drive(number)
    row.refresh_from_db()
    late.refresh_from_db()
    assert row.deployment.number == number
    assert row.actual_start < row.actual_end
    assert (row.kind, late.kind) == ("planned", "extended")


@pytest.mark.django_db(transaction=True)
def test_deployment__that_is_a_rehearsal__posts_nothing(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, make_folder: Callable[[], Path]
) -> None:
    phases = Phases(make_folder(), Fleet(monkeypatch, SCRIPTS))
    world = phases._built("iota")
    row = planned(service="iota", release=world.release)
    drive(phases._launch(world, "staging", deployment_effects.Intent.DRILL))
    row.refresh_from_db()
    assert row.actual_start is None
