"""Who sits on which board, and who stands in: what counting votes has to know of boards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from rightaway.domain.approval_sources import BOARD
from rightaway.domain.boards import Seat
from rightaway.domain.values import PersonKind
from rightaway.records.boards.models import Board
from rightaway.records.boards.models import Seat as SeatRow
from rightaway.records.people.models import User


@dataclass(frozen=True, slots=True)
class StandIn:
    """
    An alternate votes for a member who is away, in the name of the board and of nothing else the member holds.

    Once the member is back the alternate votes no more; what they voted still counts.
    """

    giver_id: int
    taker_id: int
    source: str
    is_acting: bool
    kind: str = ""


def boards(keys: Collection[str]) -> QuerySet[Board]:
    """Give the active boards with these keys."""
    return Board.objects.filter(key__in=keys, is_active=True)


def seats(board: Board) -> list[Seat]:
    """Give the seats of a board, with nobody in the place of an account that cannot vote."""
    rows = list(board.seats.all())
    named = {one for row in rows for one in (row.person_id, row.alternate_id) if one is not None}
    active = set(
        User.objects.filter(pk__in=named, is_active=True, kind=PersonKind.PERSON).values_list("pk", flat=True)
    )
    return [
        Seat(
            row.person_id if row.person_id in active else None,
            row.alternate_id if row.alternate_id in active else None,
            row.away_from,
            row.away_until,
        )
        for row in rows
    ]


def members(keys: Collection[str], now: datetime) -> tuple[list[tuple[int, str]], list[StandIn]]:
    """Give who belongs to these boards, each with the source that votes name, and who stands in for whom."""
    held, standing_in = [], []
    for row in SeatRow.objects.filter(board__key__in=keys, board__is_active=True).select_related("board"):
        source = f"{BOARD}{row.board.key}"
        held.append((row.person_id, source))
        seat = Seat(row.person_id, row.alternate_id, row.away_from, row.away_until)
        if row.alternate_id is not None:
            standing_in.append(StandIn(row.person_id, row.alternate_id, source, seat.is_away(now)))
    return held, standing_in


def quorums(sources: Collection[str]) -> dict[str, int]:
    """Give how many votes the word of each board takes that is among these sources."""
    keys = [one.removeprefix(BOARD) for one in sources if one.startswith(BOARD)]
    if not keys:
        return {}
    return {f"{BOARD}{key}": quorum for key, quorum in boards(keys).values_list("key", "quorum")}
