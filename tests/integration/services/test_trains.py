"""Trains with their departures, and the releases that board them, are shipped, or miss a cut-off."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World, actor, registration

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.values import SYSTEM
from rightaway.queries import release_facts
from rightaway.queries import trains as ask
from rightaway.records.audit.models import AuditEvent
from rightaway.records.notifications.models import Notification
from rightaway.records.releases.models import Release
from rightaway.records.trains.models import Boarding, Departure, Train
from rightaway.services import (
    alert_moments,
    boardings,
    changes,
    cmdb,
    lifecycle,
    moments,
    people,
    releases,
    trains,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIELDS = {
    "name": "Fortnight",
    "zone": "Europe/Berlin",
    "every": 2,
    "unit": "week",
    "scope_freeze_h": 96,
    "code_freeze_h": 48,
    "package_due_h": 24,
    "go_no_go_h": 4,
    "window_h": 6,
    "ahead": 3,
}


@pytest.fixture
def world(db: None) -> World:
    return staged("registered", registered)


@pytest.fixture
def train(world: World) -> Train:
    first = (timezone.now() + 10 * DAY).replace(minute=0, second=0, microsecond=0)
    return trains.create(actor=actor("rita"), fields={**FIELDS, "first_at": first})


def row(number: str) -> Release:
    return Release.objects.get(number=number)


def board(number: str, train: Train, **given: Any) -> Boarding:
    return boardings.board(actor=actor("rita"), number=number, train=train.number, **given)


def departures(train: Train) -> list[Departure]:
    return list(train.departures.order_by("sequence"))


def states(number: str) -> list[tuple[int, str, str]]:
    held = Boarding.objects.filter(release__number=number).order_by("id")
    return [(one.departure.sequence, one.state, one.cut_off) for one in held]


def test_create__with_a_timetable__plans_its_departures_once(train: Train) -> None:
    found = departures(train)
    assert [one.sequence for one in found] == [1, 2, 3]
    assert found[0].ships_at == train.first_at
    assert found[1].scope_freeze_at == found[1].ships_at - 96 * HOUR
    moments.pass_by(since=timezone.now() - HOUR, now=timezone.now())
    assert len(departures(train)) == 3


def test_create__for_every_service__takes_a_role_everywhere(world: World) -> None:
    local = people.create(actor=SYSTEM, username="lena", name="Lena")
    people.grant(actor=SYSTEM, user=local, role="release_manager", scope="shop")
    fields = {**FIELDS, "first_at": timezone.now() + DAY}
    with pytest.raises(Forbidden):
        trains.create(actor=actor("lena"), fields=fields)
    with pytest.raises(Invalid) as refusal:
        trains.create(actor=actor("lena"), service="shop", fields=fields | {"code_freeze_h": 2})
    assert refusal.value.at == "code_freeze_h"
    assert trains.create(actor=actor("lena"), service="shop", fields=fields).service is not None


def test_board__the_next_departure__is_held_to_it_and_to_no_other(world: World, train: Train) -> None:
    made = board(world.release, train)
    assert made.departure.sequence == 1
    with pytest.raises(Refused) as refusal:
        board(world.release, train, departure=2)
    assert refusal.value.code == "train.aboard"


def test_board__by_who_may_not_or_of_another_service__is_refused(world: World, train: Train) -> None:
    with pytest.raises(Forbidden):
        boardings.board(actor=actor("ben"), number=world.release, train=train.number)
    cmdb.define_item(actor=SYSTEM, key="till", fields={"name": "Till", "ci_class": "service"})
    other = trains.create(
        actor=actor("rita"), service="till", fields={**FIELDS, "first_at": timezone.now() + 9 * DAY}
    )
    with pytest.raises(Refused) as refusal:
        board(world.release, other)
    assert refusal.value.code == "train.other_service"
    Release.objects.filter(number=world.release).update(phase="closed", outcome="success")
    with pytest.raises(Refused) as closed:
        board(world.release, train)
    assert closed.value.code == "release.closed"


def test_board__after_the_scope_freeze__takes_a_reason_and_who_manages_the_train(
    world: World, train: Train
) -> None:
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    with time_machine.travel(train.first_at - 90 * HOUR, tick=False):
        with pytest.raises(Invalid) as refusal:
            board(world.release, train, departure=1)
        assert (refusal.value.code, refusal.value.at) == ("train.scope_frozen", "reason")
        with pytest.raises(Forbidden):
            boardings.board(
                actor=actor("dora"), number=world.release, train=train.number, departure=1, reason="Late."
            )
        assert board(world.release, train, departure=1, reason="The law asks for it.").reason
    with time_machine.travel(train.first_at - 40 * HOUR, tick=False):
        boardings.leave(actor=actor("rita"), number=world.release, reason="To see.")
        with pytest.raises(Refused) as late:
            board(world.release, train, departure=1, reason="The law asks for it.")
    assert late.value.code == "train.too_late"
    assert late.value.evidence["cut_off"] == "code_freeze"


def test_scope__after_its_freeze__takes_no_more_changes_in_and_lets_go_of_some(
    world: World, train: Train
) -> None:
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    board(world.release, train)
    late = changes.register(
        actor=actor("stan"), title="Late", description="d", change_type="normal", service="shop"
    )
    with time_machine.travel(train.first_at - 90 * HOUR, tick=False):
        with pytest.raises(Refused) as refusal:
            releases.set_scope(
                actor=actor("rita"), number=world.release, changes=[*world.changes, late.number]
            )
        assert (refusal.value.code, refusal.value.evidence["changes"]) == (
            "train.scope_frozen",
            [late.number],
        )
        releases.set_scope(actor=actor("rita"), number=world.release, changes=[])
    assert row(world.release).changes.count() == 0


def test_cut_off__passed_and_not_met__moves_to_the_next_departure_once_and_tells(
    world: World, train: Train
) -> None:
    Release.objects.filter(number=world.release).update(manager=actor("olga").user_id)
    board(world.release, train)
    with time_machine.travel(train.first_at - 95 * HOUR, tick=False) as clock:
        for _ in range(2):
            boardings.pass_by(now=timezone.now())
        assert states(world.release) == [(1, "missed", "scope_freeze"), (2, "aboard", "")]
        clock.move_to(train.first_at + 14 * DAY - 95 * HOUR)
        boardings.pass_by(now=timezone.now())
    assert states(world.release)[1:] == [(2, "missed", "scope_freeze"), (3, "aboard", "")]
    told = Notification.objects.filter(
        kind="train_missed", subject_key=world.release, person__username="olga"
    )
    assert told.count() == 2
    assert told.first().facts["next"] in {f"{train.number}/2", f"{train.number}/3"}  # type: ignore[union-attr]
    events = AuditEvent.objects.filter(action="train.release.missed", stream=world.release)
    assert [one.facts["cut_off"] for one in events] == ["scope_freeze"] * 2


def test_cut_off__missed_on_the_next_departure_too__passes_that_one_over(world: World) -> None:
    fields = FIELDS | {"every": 1, "scope_freeze_h": 240, "first_at": timezone.now() + 20 * DAY}
    train = trains.create(actor=actor("rita"), fields=fields)
    board(world.release, train)
    with time_machine.travel(train.first_at - 10 * HOUR, tick=False):
        for _ in range(2):
            boardings.pass_by(now=timezone.now())
    assert states(world.release) == [(1, "missed", "scope_freeze"), (3, "aboard", "")]
    assert AuditEvent.objects.filter(action="train.release.missed", stream=world.release).count() == 1


def test_cut_off__missed_with_no_departure_left__leaves_the_release_without_a_train(world: World) -> None:
    train = trains.create(
        actor=actor("rita"), fields=FIELDS | {"ahead": 1, "first_at": timezone.now() + 20 * DAY}
    )
    Release.objects.filter(number=world.release).update(manager=actor("olga").user_id)
    board(world.release, train)
    with time_machine.travel(train.first_at - 90 * HOUR, tick=False):
        boardings.pass_by(now=timezone.now())
    assert states(world.release) == [(1, "missed", "scope_freeze")]
    told = Notification.objects.get(kind="train_missed", person__username="olga")
    assert told.facts["next"] == "—"


def test_train__that_left__is_planned_ahead_again_and_ships_who_was_deployed(
    world: World, train: Train
) -> None:
    board(world.release, train)
    Release.objects.filter(number=world.release).update(phase="closed", outcome="success")
    with time_machine.travel(train.first_at + 7 * HOUR, tick=False):
        boardings.pass_by(now=timezone.now())
        found = departures(train)
    assert states(world.release) == [(1, "shipped", "")]
    assert [(one.sequence, one.state) for one in found] == [
        (1, "departed"),
        (2, "planned"),
        (3, "planned"),
        (4, "planned"),
    ]
    assert found[3].ships_at > found[2].ships_at


def test_release__still_being_deployed_when_its_train_left__stays_aboard_as_late(
    world: World, train: Train
) -> None:
    board(world.release, train)
    Release.objects.filter(number=world.release).update(phase="deployment")
    row(world.release).packages.create(
        name="shop",
        package_version="1",
        digest="a" * 64,
        manifest={},
        size=1,
        built_by_id=actor("ben").user_id,
        built_at=timezone.now(),
    )
    with time_machine.travel(train.first_at + 7 * HOUR, tick=False):
        boardings.pass_by(now=timezone.now())
        held = ask.aboard(row(world.release))
        assert held is not None
        (seat,) = ask.seats([held], timezone.now())
    assert (str(held.departure), held.departure.state) == (f"{train.number}/1", "departed")
    assert [(one.cut_off, one.state) for one in seat.stops][-1] == ("ship", "missed")


def test_departure__moved__takes_its_cut_offs_along_and_stays_between_its_neighbours(
    world: World, train: Train
) -> None:
    Release.objects.filter(number=world.release).update(manager=actor("olga").user_id)
    board(world.release, train)
    later = train.first_at + DAY
    given = {"actor": actor("rita"), "number": train.number, "sequence": 1, "reason": "A strike."}
    moved = trains.move(**given, ships_at=later)
    assert moved.scope_freeze_at == later - 96 * HOUR
    assert Notification.objects.filter(kind="departure_changed", person__username="olga").count() == 1
    for at, code in ((train.first_at + 15 * DAY, "departure.order"), (timezone.now(), "departure.past")):
        with pytest.raises(Invalid) as refusal:
            trains.move(**given, ships_at=at)
        assert (refusal.value.code, refusal.value.at) == (code, "ships_at")


def test_departure__planned_after_one_that_was_moved_back__leaves_after_it(
    world: World, train: Train
) -> None:
    last = departures(train)[-1]
    trains.move(
        actor=actor("rita"),
        number=train.number,
        sequence=last.sequence,
        ships_at=last.ships_at + 17 * DAY,
        reason="A strike.",
    )
    trains.edit(actor=actor("rita"), number=train.number, fields={"ahead": 4})
    found = departures(train)
    assert [one.sequence for one in found] == [1, 2, 3, 4]
    assert found[3].ships_at > found[2].ships_at


@pytest.mark.parametrize("year", [1, 1999, 2200, 9999])
def test_train__in_a_year_far_away__is_refused_where_it_is_given(
    world: World, train: Train, year: int
) -> None:
    far = datetime(year, 12, 31, 23, tzinfo=UTC)
    with pytest.raises(Invalid) as refusal:
        trains.create(actor=actor("rita"), fields=FIELDS | {"first_at": far, "zone": "America/New_York"})
    assert (refusal.value.code, refusal.value.at) == ("departure.year", "first_at")
    with pytest.raises(Invalid) as moved:
        trains.move(actor=actor("rita"), number=train.number, sequence=3, ships_at=far, reason="Far.")
    assert moved.value.at == "ships_at"


def test_departure__cancelled__passes_its_releases_on_and_another_is_planned(
    world: World, train: Train
) -> None:
    board(world.release, train)
    trains.cancel(actor=actor("rita"), number=train.number, sequence=1, reason="Holidays.")
    assert states(world.release) == [(1, "moved", ""), (2, "aboard", "")]
    assert [one.state for one in departures(train)] == ["cancelled", "planned", "planned", "planned"]
    with pytest.raises(Refused) as refusal:
        trains.cancel(actor=actor("rita"), number=train.number, sequence=1, reason="Again.")
    assert refusal.value.code == "departure.over"


def test_train__with_somebody_aboard__is_not_retired(world: World, train: Train) -> None:
    board(world.release, train)
    given = {"actor": actor("rita"), "number": train.number, "reason": "Continuous from now on."}
    with pytest.raises(Refused) as refusal:
        trains.retire(**given)
    assert refusal.value.evidence["releases"] == [world.release]
    boardings.leave(actor=actor("rita"), number=world.release, reason="Alone.")
    trains.retire(**given)
    assert {one.state for one in departures(train)} == {"cancelled"}
    boardings.pass_by(now=timezone.now())
    assert len(departures(train)) == 3
    with pytest.raises(Refused):
        board(world.release, train)


def test_window__that_does_not_begin_while_the_train_ships__is_a_conflict_and_breaks_no_alert(
    world: World, train: Train
) -> None:
    board(world.release, train)
    start = train.first_at + 8 * HOUR
    releases.edit(
        actor=actor("rita"),
        number=world.release,
        fields={"planned_start": start, "planned_end": start + HOUR},
    )
    (conflict,) = release_facts.conflicts(row(world.release))
    assert (conflict.kind, conflict.subject) == ("misses_departure", f"{train.number}/1")
    alert_moments.pass_by(since=timezone.now() - DAY, now=timezone.now())
    start = train.first_at + HOUR
    releases.edit(
        actor=actor("rita"),
        number=world.release,
        fields={"planned_start": start, "planned_end": start + HOUR},
    )
    assert release_facts.conflicts(row(world.release)) == ()


def test_seats__of_more_releases__take_no_more_statements(world: World, train: Train) -> None:
    counts = []
    for size in (2, 4):
        for _ in range(size):
            made = releases.register(actor=actor("rita"), service="shop", fields=registration())
            board(made.number, train)
        with CaptureQueriesContext(connection) as captured:
            for one in ask.planned([train]):
                ask.seats(one.aboard, timezone.now())  # type: ignore[attr-defined]
        counts.append(len(captured))
    assert counts[0] == counts[1]
