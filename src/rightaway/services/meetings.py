"""Meetings of boards: planned, conducted, and told of in minutes that are composed of what was recorded."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from rightaway.domain.board_schedules import next_after
from rightaway.domain.boards import definition
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.meetings import TABLE, WRITTEN, ItemOutcome, MeetingState, check_reason, check_state
from rightaway.domain.minutes import minutes_digest
from rightaway.domain.moves import advance
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM, Actor
from rightaway.queries import boards
from rightaway.queries import meetings as ask
from rightaway.records.boards.models import Attendance, Board, Decision, Meeting
from rightaway.records.people.models import User
from rightaway.services import _guard, _notify, agendas
from rightaway.services._board_votes import told
from rightaway.services._numbers import next_number

AHEAD = timedelta(days=7)
"""How long before it a scheduled meeting is there at the latest, with its agenda."""


@transaction.atomic
def plan(*, actor: Actor, board: str, at: datetime | None = None, place: str = "") -> Meeting:
    """
    Plan a meeting and fill its agenda.

    Args:
        at: When, for a meeting outside the schedule; the next of the schedule when left out.
    """
    row = _guard.find(Board, key=board)
    agendas.require_conduct(actor, row)
    if not row.is_active:
        raise Refused(
            "board.inactive",
            said("{board} is not active.", board=row.title),
            hint=said("Have its definition confirmed."),
        )
    moment = at or _next(row)
    if moment is None:
        raise Invalid("meeting.no_schedule", said("The board has no schedule; say when."), at="at")
    return _planned(actor, row, moment, place, is_scheduled=at is None)


def _planned(actor: Actor, board: Board, at: datetime, place: str, *, is_scheduled: bool) -> Meeting:
    row = Meeting.objects.create(
        number=next_number("MTG"), board=board, scheduled_at=at, place=place, is_scheduled=is_scheduled
    )
    agendas.put_waiting(row)
    facts = {"board": board.key, "at": at.isoformat(), "items": row.items.count()}
    told(actor, "governance.meeting.planned", "meeting", row.number, facts, row.version)
    return row


def _next(board: Board) -> datetime | None:
    schedule = definition(board.definition).schedule
    if schedule is None:
        return None
    last = (
        board.meetings.filter(is_scheduled=True).exclude(state="cancelled").order_by("-scheduled_at").first()
    )
    return next_after(schedule, max(timezone.now(), last.scheduled_at) if last else timezone.now())


@transaction.atomic
def plan_ahead(*, now: datetime) -> int:
    """Plan the next meeting of every board whose schedule has one soon; give how many."""
    made = 0
    for board in Board.objects.select_for_update(of=("self",)).filter(is_active=True):
        is_there = board.meetings.filter(is_scheduled=True, state=MeetingState.PLANNED).exists()
        at = None if is_there else _next(board)
        if at is not None and at <= now + AHEAD:
            _planned(SYSTEM, board, at, "", is_scheduled=True)
            made += 1
    return made


def held(actor: Actor, number: str, expected_version: int | None = None) -> Meeting:
    """Give the meeting, locked, to who conducts it."""
    row = _guard.lock(Meeting, number=number)
    agendas.require_conduct(actor, row.board)
    _guard.unchanged(row, expected_version)
    return row


@transaction.atomic
def start(*, actor: Actor, number: str, expected_version: int | None = None) -> Meeting:
    """Begin; whatever waits for the board by now is on the agenda. One meeting of a board runs at a time."""
    row = held(actor, number, expected_version)
    if row.board.meetings.filter(state=MeetingState.RUNNING).exclude(pk=row.pk).exists():
        raise Refused(
            "meeting.other_running", said("Another meeting of {board} is running.", board=row.board.title)
        )
    _move(actor, row, "start")
    row.started_at = timezone.now()
    agendas.put_waiting(row)
    row.save()
    return row


def _move(actor: Actor, row: Meeting, event: str, reason: str = "") -> None:
    before, row.state = row.state, advance(TABLE, row.state, event)
    facts = {"from": before, "to": row.state, "reason": reason}
    told(actor, "governance.meeting.moved", "meeting", row.number, facts, row.version)


@transaction.atomic
def cancel(*, actor: Actor, number: str, reason: str, expected_version: int | None = None) -> Meeting:
    row = held(actor, number, expected_version)
    check_reason(reason)
    _move(actor, row, "cancel", reason)
    row.state_reason = reason[:300]
    row.save()
    return row


@transaction.atomic
def attend(*, actor: Actor, number: str, person: str = "", is_present: bool = True) -> Meeting:
    """
    Note who is there: everybody themselves, and who conducts the meeting for everybody.

    Args:
        person: Their account; the actor when left out.
    """
    row = _guard.lock(Meeting, number=number)
    user = _guard.find(User, username=person) if person else _guard.person(actor)
    if user.pk != actor.user_id:
        agendas.require_conduct(actor, row.board)
    elif not boards.has_seat(row.board, user.pk):
        raise Forbidden(
            "board.not_seated",
            said("You are no member of {board}.", board=row.board.title),
            hint=said("Who conducts the meeting can note guests."),
        )
    check_state(number, row.state, WRITTEN)
    if is_present:
        Attendance.objects.get_or_create(meeting=row, person=user, defaults={"at": timezone.now()})
    else:
        Attendance.objects.filter(meeting=row, person=user).delete()
    row.save()
    facts = {"person": user.username, "present": is_present}
    told(actor, "governance.meeting.attended", "meeting", number, facts, row.version)
    return row


@transaction.atomic
def end(*, actor: Actor, number: str, expected_version: int | None = None) -> Meeting:
    """End a meeting: what it did not come to is deferred, and its minutes tell what was decided since the last."""
    row = held(actor, number, expected_version)
    _move(actor, row, "end")
    row.ended_at = timezone.now()
    for item in row.items.filter(outcome=ItemOutcome.OPEN):
        agendas.put_off(item, "The meeting did not come to it.")
    told_of = Decision.objects.filter(board=row.board, reported_in__isnull=True, at__lte=row.ended_at)
    told_of.update(reported_in=row)
    row.save()
    _notify.tell(
        actor=actor,
        kind=NotificationKind.MINUTES_READY,
        subject=_notify.found(SubjectKind.MEETING, number),
        people=ask.seated(row.board),
        key=f"minutes:{number}",
    )
    return row


@transaction.atomic
def remark(*, actor: Actor, number: str, remarks: str, expected_version: int | None = None) -> Meeting:
    """Write what else belongs into the minutes, until they are approved."""
    row = held(actor, number, expected_version)
    check_state(number, row.state, WRITTEN)
    row.remarks = remarks
    row.save()
    told(actor, "governance.meeting.amended", "meeting", number, {"remarks": remarks}, row.version)
    return row


@transaction.atomic
def approve_minutes(
    *, actor: Actor, number: str, digest: str, expected_version: int | None = None
) -> Meeting:
    """
    Approve the minutes as the chair, or the chair's alternate; nothing of the meeting changes afterwards.

    Args:
        digest: Of the text that was read; another text is refused.
    """
    row = _guard.lock(Meeting, number=number)
    if actor.user_id not in ask.chairing(row.board, timezone.now()):
        raise Forbidden(
            "meeting.not_chair",
            said("The chair approves the minutes."),
            hint=said("The alternate of the chair does while the chair is away."),
        )
    _guard.unchanged(row, expected_version)
    text = ask.minutes(row)
    found = minutes_digest(text)
    if digest != found:
        raise Refused(
            "meeting.other_minutes", said("The minutes are not what you read."), hint=said("Read them again.")
        )
    _move(actor, row, "approve")
    row.minutes, row.minutes_digest = text, found
    row.approved_by_id, row.approved_at = actor.user_id, timezone.now()
    row.save()
    told(actor, "governance.minutes.approved", "meeting", number, {"digest": found}, row.version)
    return row
