"""Two at once on one train: who comes second waits, and then sees what the first one did."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from tests.world import World, actor

from rightaway.domain.errors import RightawayError
from rightaway.records.trains.models import Boarding, Train
from rightaway.services import _boarding, boardings, trains

pytestmark = pytest.mark.django_db(transaction=True)
TIMETABLE = {
    "name": "Weekly",
    "zone": "UTC",
    "every": 1,
    "unit": "week",
    "scope_freeze_h": 96,
    "code_freeze_h": 48,
    "package_due_h": 24,
    "go_no_go_h": 4,
    "window_h": 6,
    "ahead": 3,
}
WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"""


def attempt(deed: Callable[[], object]) -> str:
    try:
        deed()
    except RightawayError as error:
        return error.code
    finally:
        connection.close()
    return "done"


class Second:
    """A deed that begins while the first holds its locks; the first goes on once this one waits or is done."""

    def __init__(self, pool: ThreadPoolExecutor, deed: Callable[[], object]) -> None:
        self.pool, self.deed = pool, deed
        self.future: Future[str] | None = None

    def before(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            if self.future is None:
                self.future = self.pool.submit(attempt, self.deed)
                while not (self.future.done() or self._waits()):
                    pass
            return step(*given, **named)

        return stepped

    def _waits(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            return bool(cursor.fetchone()[0])


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path).settle()
    world.register()
    return world


@pytest.fixture
def train(world: World) -> Train:
    first = (timezone.now() + timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
    return trains.create(actor=actor("rita"), fields={**TIMETABLE, "first_at": first})


def states() -> list[tuple[int, str]]:
    return [(one.departure.sequence, one.state) for one in Boarding.objects.order_by("id")]


def test_departure__cancelled_while_somebody_boards__takes_them_along(
    world: World, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita = actor("rita")
    with ThreadPoolExecutor(1) as pool:
        second = Second(
            pool, lambda: trains.cancel(actor=rita, number=train.number, sequence=1, reason="Holidays.")
        )
        monkeypatch.setattr(boardings._boarding, "enter", second.before(_boarding.enter))
        boardings.board(actor=rita, number=world.release, train=train.number, departure=1)
        assert second.future is not None
        assert second.future.result() == "done"
    assert states() == [(1, "moved"), (2, "aboard")]


def test_release__that_leaves_while_it_misses_a_cut_off__is_aboard_nowhere(
    world: World, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita = actor("rita")
    boardings.board(actor=rita, number=world.release, train=train.number)
    with ThreadPoolExecutor(1) as pool:
        second = Second(pool, lambda: boardings.leave(actor=rita, number=world.release, reason="Alone."))
        monkeypatch.setattr(boardings._boarding, "pass_on", second.before(_boarding.pass_on))
        boardings.pass_by(now=train.first_at - timedelta(hours=90))
        assert second.future is not None
        assert second.future.result() == "done"
    assert states() == [(1, "missed"), (2, "left")]


def test_departure__moved_while_it_becomes_over__keeps_its_new_time(
    world: World, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita, later = actor("rita"), train.first_at + timedelta(days=2)
    real = trains.depart

    def moved_before(key: int, now: Any) -> None:
        trains.move(actor=rita, number=train.number, sequence=1, ships_at=later, reason="A strike.")
        real(key, now)

    monkeypatch.setattr(trains, "depart", moved_before)
    boardings.pass_by(now=train.first_at + timedelta(hours=7))
    first = train.departures.get(sequence=1)
    assert (first.state, first.ships_at) == ("planned", later)
