"""Boards: the list, one board, which board a change belongs to, and what waits for a board."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from rightaway.domain.approval_sources import BOARD
from rightaway.domain.approvals import ApprovalState
from rightaway.domain.boards import AgendaFilter, Definition, Seat, agreeing, definition, votes_needed
from rightaway.domain.change_models import LOOK_BACK
from rightaway.domain.changes import ChangeState, ChangeType
from rightaway.domain.permissions import EVERYWHERE, Role, may
from rightaway.domain.risk import LOWEST, stated
from rightaway.queries import approvers, board_seats, risk
from rightaway.records.approvals.models import Approval
from rightaway.records.boards.models import Board, Decision, Item
from rightaway.records.boards.models import Seat as SeatRow
from rightaway.records.changes.models import Change
from rightaway.records.people.models import RoleBinding

MOST = 10 * LOOK_BACK
"""How many changes, or approvals, are looked at for one agenda."""


def boards(*, text: str = "", kind: str = "", is_active: bool | None = None) -> QuerySet[Board]:
    found = Board.objects.select_related("chair", "proposed_by").prefetch_related(_seats()).order_by("key")
    if text:
        found = found.filter(Q(key__icontains=text) | Q(title__icontains=text))
    if kind:
        found = found.filter(kind=kind)
    return found if is_active is None else found.filter(is_active=is_active)


def _seats() -> "Prefetch[str, Any, Any]":
    return Prefetch(
        "seats", SeatRow.objects.select_related("person", "alternate").order_by("person__username")
    )


def board(key: str) -> Board | None:
    return boards().filter(key=key).first()


def agreed(row: Board) -> Definition | None:
    """Give what is in force; None while nobody has confirmed anything."""
    return definition(row.definition) if row.definition else None


def has_seat(row: Board, user_id: int | None) -> bool:
    """Say whether somebody is a member or an alternate of the board."""
    return (
        any(user_id in {one.person_id, one.alternate_id} for one in row.seats.all()) and user_id is not None
    )


def acting(row: Board, now: datetime) -> frozenset[int]:
    """Give who votes on the board now."""
    found = (seat.acting(now) for seat in board_seats.seats(row))
    return frozenset(one for one in found if one is not None)


@dataclass(frozen=True)
class Deciding:
    """The board that decides on a change."""

    board: Board
    change: Change

    @property
    def source(self) -> str:
        return f"{BOARD}{self.board.key}"

    @property
    def needed(self) -> int:
        return votes_needed(self.board.quorum, self.change.change_type)

    @cached_property
    def seats(self) -> list[Seat]:
        return board_seats.seats(self.board)

    def eligible(self, now: datetime) -> frozenset[int]:
        """Give who of those that act now may authorise it: their roles allow it, and they did not ask for it."""
        action = authorising(self.change)
        roles = [role for role in Role if may(action, [role])]
        able = RoleBinding.objects.filter(role__in=roles, scope__in=[self.change.service.key, EVERYWHERE])
        here = {one for seat in self.seats if (one := seat.acting(now)) is not None}
        found = set(able.filter(user__in=here).values_list("user_id", flat=True))
        return frozenset(found - {self.change.requester_id})

    def agreed(self, people: Any) -> bool:
        return agreeing(self.seats, people) >= self.needed


def authorising(change: Change) -> str:
    """Give the row of the permission matrix that authorising the change asks for."""
    is_emergency = change.change_type == ChangeType.EMERGENCY
    return "change.authorise.emergency" if is_emergency else "change.authorise"


def deciding(change: Change) -> Deciding | None:
    """
    Give the board that decides on a change; None when no board does, and one person with the permission decides.

    Of several the one that names the service goes before one for all of them, then the one with the highest risk
    asked for, then the first by key.
    """
    found = sorted(
        ((agenda, row) for row in boards(is_active=True) if (agenda := definition(row.definition).agenda)),
        key=lambda pair: (not pair[0].services, -pair[0].risk_at_least, pair[1].key),
    )
    fitting = [(agenda, row) for agenda, row in found if _takes(agenda, change)]
    level = _level(change) if any(agenda.risk_at_least > LOWEST for agenda, _ in fitting) else LOWEST
    return next((Deciding(row, change) for agenda, row in fitting if level >= agenda.risk_at_least), None)


def _takes(agenda: AgendaFilter, change: Change) -> bool:
    return agenda.takes(
        change_type=change.change_type, service=change.service.key, rfc_class=change.rfc_class
    )


def _level(change: Change) -> int:
    return stated(risk.of_change(change).level, change.risk_level)


def awaits_decision() -> Q:
    """Give which changes wait for somebody's authorisation."""
    normal = Q(change_type__in=(ChangeType.NORMAL, ChangeType.PROPOSAL), state=ChangeState.ASSESSED)
    return normal | Q(change_type=ChangeType.EMERGENCY, state=ChangeState.REGISTERED)


def waits(change: Change) -> bool:
    """Say whether the change waits for somebody's authorisation."""
    state = ChangeState.REGISTERED if change.change_type == ChangeType.EMERGENCY else ChangeState.ASSESSED
    return change.change_type != ChangeType.STANDARD and change.state == state


def waiting_changes(row: Board) -> list[Change]:
    """Give the changes for the board's next agenda: those that it decides on, in the states of its filter."""
    agenda = definition(row.definition).agenda
    if not agenda.change_types:
        return []
    found = Change.objects.select_related("service", "requester", "release").order_by("priority", "pk")
    found = found.filter(Q(state__in=agenda.states) if agenda.states else awaits_decision())
    found = found.filter(change_type__in=agenda.change_types)
    if agenda.services:
        found = found.filter(service__key__in=agenda.services)
    held = [(one, deciding(one)) for one in found[:MOST]]
    return [one for one, by in held if by is not None and by.board.pk == row.pk]


def pending_approvals() -> QuerySet[Approval]:
    """List the approvals that wait for votes, what is due first on top."""
    found = Approval.objects.filter(state=ApprovalState.PENDING).order_by("due_at", "pk")
    return found.select_related("release", "release__service", "release__workflow")


def waiting_approvals(row: Board) -> list[Approval]:
    """Give the approvals for the next agenda: of the kinds in its filter, and those that name the board."""
    agenda = definition(row.definition).agenda
    found = pending_approvals()
    if agenda.services:
        found = found.filter(release__service__key__in=agenda.services)
    return [one for one in found[:MOST] if _comes_before(row, agenda, one)]


def _comes_before(row: Board, agenda: AgendaFilter, approval: Approval) -> bool:
    if approval.kind in agenda.approvals:
        return True
    needed = approvers.requirement(approval.release, approval.kind)
    return needed is not None and f"{BOARD}{row.key}" in needed.sources


def problems(row: Board) -> Iterator[str]:
    """Say what keeps a board from deciding, as codes: `inactive`, `short`, `unconfirmed`."""
    if row.proposed:
        yield "unconfirmed"
    if not row.is_active:
        yield "inactive"
    elif len(acting(row, timezone.now())) < row.quorum:
        yield "short"


def is_called(row: Board, *, change: Change | None = None, approval: Approval | None = None) -> bool:
    """Say whether a meeting of the board runs that has this on its agenda."""
    running = Item.objects.filter(meeting__board=row, meeting__state="running").exclude(outcome="deferred")
    return running.filter(change=change).exists() if change else running.filter(approval=approval).exists()


def decisions(*, board: str = "", text: str = "") -> QuerySet[Decision]:
    """List what boards decided, newest first."""
    found = Decision.objects.select_related("board", "meeting", "reported_in").order_by("-id")
    if board:
        found = found.filter(board__key=board)
    if text:
        found = found.filter(Q(subject__icontains=text) | Q(title__icontains=text))
    return found
