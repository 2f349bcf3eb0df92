"""Meetings of boards: lists, one meeting with its agenda, and its minutes as they are composed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from rightaway.domain.meetings import TABLE, MeetingState
from rightaway.domain.minutes import (
    ActionLine,
    DecisionLine,
    ItemLine,
    Minutes,
    VoteLine,
    markdown,
    minutes_digest,
)
from rightaway.domain.moves import allowed
from rightaway.queries import board_seats
from rightaway.records.boards.models import Board, Decision, Item, Meeting

SHOWN = 12


def meetings(*, board: str = "", state: str = "", text: str = "") -> QuerySet[Meeting]:
    found = Meeting.objects.select_related("board", "board__chair").annotate(size=Count("items"))
    found = found.order_by("-scheduled_at", "-id")
    if board:
        found = found.filter(board__key=board)
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(Q(number__icontains=text) | Q(board__title__icontains=text))
    return found


def meeting(number: str) -> Meeting | None:
    return (
        Meeting.objects.select_related("board", "board__chair", "approved_by").filter(number=number).first()
    )


def items(row: Meeting) -> list[Item]:
    """Give the agenda in its order, each item with what is decided on."""
    related = ("change__service", "change__requester", "change__release", "approval__release__service")
    return list(row.items.select_related(*related).order_by("position", "id"))


def events(row: Meeting) -> tuple[str, ...]:
    return allowed(TABLE, row.state)


def seated(board: Board) -> set[int]:
    """Give every member and alternate."""
    return {one for row in board.seats.all() for one in (row.person_id, row.alternate_id) if one is not None}


def chairing(board: Board, now: datetime) -> set[int]:
    """Give who may act as the chair: the chair, and the chair's alternate while the chair is away."""
    found = {board.chair_id} if board.chair_id else set()
    for seat in board_seats.seats(board):
        if seat.person == board.chair_id and seat.is_away(now) and seat.alternate is not None:
            found.add(seat.alternate)
    return {one for one in found if one is not None}


def owners(row: Meeting) -> set[int]:
    """Give who answers for the items: requesters of changes, coordinators of releases."""
    found: set[int] = set()
    for one in items(row):
        if one.change is not None:
            found.add(one.change.requester_id)
        elif one.approval is not None:
            release = one.approval.release
            found.add(release.coordinator_id or release.initiated_by_id)
    return found


def minutes(row: Meeting) -> str:
    """Give the minutes: those that the chair approved, else what they would be now."""
    return row.minutes or markdown(_composed(row))


def digest_of(row: Meeting) -> str:
    return minutes_digest(minutes(row))


def _composed(row: Meeting) -> Minutes:
    present = {one.person_id: str(one.person) for one in row.attendance.select_related("person")}
    absent = [
        str(one.person) for one in row.board.seats.select_related("person") if one.person_id not in present
    ]
    told_of = Decision.objects.filter(Q(meeting=row) | Q(reported_in=row) | _unreported(row)).order_by("at")
    made = list(told_of)
    actions = row.actions.select_related("owner", "item__change", "item__approval__release")
    return Minutes(
        number=row.number,
        board=row.board.title,
        began=_at(row.started_at),
        ended=_at(row.ended_at),
        chair=str(row.board.chair or ""),
        present=tuple(present.values()),
        absent=tuple(absent),
        items=tuple(_item(one, made) for one in items(row)),
        between=tuple(_decision(one) for one in made if one.meeting_id != row.pk),
        actions=tuple(
            ActionLine(
                str(one.owner), one.text, f"{one.due_at:%Y-%m-%d}", one.item.subject if one.item else ""
            )
            for one in actions
        ),
        remarks=row.remarks,
    )


def _unreported(row: Meeting) -> Q:
    """Leave for a running meeting what no minutes tell of yet, so that its minutes can be read as they grow."""
    if row.state != MeetingState.RUNNING:
        return Q(pk__in=[])
    return Q(board=row.board_id, reported_in__isnull=True)


def _item(one: Item, made: Iterable[Decision]) -> ItemLine:
    own = [
        _decision(found)
        for found in made
        if found.meeting_id == one.meeting_id
        and (found.change_id, found.approval_id) == (one.change_id, one.approval_id)
    ]
    return ItemLine(one.subject, title_of(one), one.outcome, one.reason, one.note, tuple(own))


def title_of(one: Item) -> str:
    thing: Any = one.change or (one.approval and one.approval.release)
    return str(thing.title)


def _decision(one: Decision) -> DecisionLine:
    votes = tuple(VoteLine(vote["person"], vote["decision"], vote["note"]) for vote in one.votes)
    return DecisionLine(one.subject, one.outcome, one.digest[:SHOWN], _at(one.at), votes)


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "-"
