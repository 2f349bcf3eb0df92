"""Agendas: what comes before a meeting of a board, in which order, and what was said and taken on about it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.meetings import AHEAD, WRITTEN, ItemOutcome, MeetingState, check_reason, check_state
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import boards
from rightaway.queries import meetings as ask
from rightaway.records.approvals.models import Approval
from rightaway.records.boards.models import Action, Board, Item, Meeting
from rightaway.records.changes.models import Change
from rightaway.records.people.models import User
from rightaway.services import _guard, _notify
from rightaway.services._board_votes import told

CONDUCT = "board.conduct"


def require_conduct(actor: Actor, board: Board) -> None:
    """Refuse who does not conduct meetings of this board: its chair does, and change managers."""
    _guard.require(actor=actor, action=CONDUCT, scope=_guard.ANYWHERE, own=board.chair_id == actor.user_id)


def _held(actor: Actor, number: str, among: frozenset[MeetingState], expected: int | None) -> Meeting:
    row = _guard.lock(Meeting, number=number)
    require_conduct(actor, row.board)
    _guard.unchanged(row, expected)
    check_state(number, row.state, among)
    return row


def _item(row: Meeting, item: int) -> Item:
    return _guard.find(Item, meeting=row, pk=item)


def put_waiting(row: Meeting) -> int:
    """Put on the agenda what waits for the board and is on none ahead yet, deferred items first; give how many."""
    ahead = Item.objects.filter(meeting__board=row.board, meeting__state__in=AHEAD)
    on_one = ahead.exclude(outcome=ItemOutcome.DEFERRED)
    changes = set(on_one.values_list("change", flat=True))
    approvals = set(on_one.values_list("approval", flat=True))
    found: list[dict[str, Any]] = [
        {"change": one} for one in boards.waiting_changes(row.board) if one.pk not in changes
    ]
    found += [{"approval": one} for one in boards.waiting_approvals(row.board) if one.pk not in approvals]
    before = {key: _last(row.board, **one) for key, one in enumerate(found)}
    for key, one in sorted(enumerate(found), key=lambda pair: (before[pair[0]] is None, pair[0])):
        _put(row, seen_version=before[key], **one)
    return len(found)


def _last(board: Board, **subject: Any) -> int | None:
    """Give the version in which it was before the board the last time."""
    found = Item.objects.filter(meeting__board=board, **subject).exclude(meeting__state__in=AHEAD)
    row = found.order_by("-meeting__scheduled_at").first()
    return row.seen_version if row else None


def _put(
    row: Meeting,
    *,
    change: Change | None = None,
    approval: Approval | None = None,
    seen_version: int | None = None,
) -> Item:
    thing = change or approval.release  # type: ignore[union-attr]
    made, _ = Item.objects.get_or_create(
        meeting=row,
        change=change,
        approval=approval,
        defaults={"position": row.items.count() + 1, "seen_version": seen_version or thing.version},
    )
    if made.outcome == ItemOutcome.DEFERRED:
        made.outcome, made.reason = ItemOutcome.OPEN, ""
        made.save()
    return made


@transaction.atomic
def fill(*, actor: Actor, number: str, expected_version: int | None = None) -> Meeting:
    """Put on the agenda whatever waits for the board by now."""
    row = _held(actor, number, AHEAD, expected_version)
    count = put_waiting(row)
    row.save()
    told(actor, "governance.agenda.filled", "meeting", number, {"added": count}, row.version)
    return row


@transaction.atomic
def add(
    *,
    actor: Actor,
    number: str,
    change: str = "",
    release: str = "",
    kind: str = "",
    expected_version: int | None = None,
) -> Item:
    """Put one thing on the agenda: a change by its number, or an approval by its release and kind."""
    row = _held(actor, number, AHEAD, expected_version)
    if bool(change) is bool(release and kind):
        raise Invalid("agenda.one", said("Name a change, or a release and an approval."), at="change")
    if change:
        made = _put(row, change=_guard.find(Change, number=change))
    else:
        found = Approval.objects.filter(release__number=release, kind=kind).order_by("-id").first()
        if found is None:
            raise Invalid(
                "agenda.not_asked",
                said("The approval {kind} of {release} is not asked for.", kind=kind, release=release),
                at="kind",
            )
        made = _put(row, approval=found)
    row.save()
    told(actor, "governance.agenda.added", "meeting", number, {"item": made.subject}, row.version)
    return made


@transaction.atomic
def remove(*, actor: Actor, number: str, item: int, expected_version: int | None = None) -> Meeting:
    """Take an item off an agenda before the meeting; it may come back when the agenda is filled again."""
    row = _held(actor, number, frozenset({MeetingState.PLANNED}), expected_version)
    found = _item(row, item)
    told(actor, "governance.agenda.removed", "meeting", number, {"item": found.subject}, row.version)
    found.delete()
    _number(row, list(row.items.all()))
    row.save()
    return row


@transaction.atomic
def move(
    *, actor: Actor, number: str, item: int, position: int, expected_version: int | None = None
) -> Meeting:
    """Put an item in another place of the order, counted from 1."""
    row = _held(actor, number, AHEAD, expected_version)
    found = _item(row, item)
    others = [one for one in row.items.all() if one.pk != found.pk]
    others.insert(max(0, position - 1), found)
    _number(row, others)
    row.save()
    facts = {"item": found.subject, "position": position}
    told(actor, "governance.agenda.ordered", "meeting", number, facts, row.version)
    return row


def _number(row: Meeting, items: list[Item]) -> None:
    for place, one in enumerate(items, 1):
        row.items.filter(pk=one.pk).update(position=place)


@transaction.atomic
def defer(*, actor: Actor, number: str, item: int, reason: str, expected_version: int | None = None) -> Item:
    """Put an item off to the next meeting, with a reason."""
    row = _held(actor, number, AHEAD, expected_version)
    check_reason(reason)
    found = _open(_item(row, item))
    put_off(found, reason)
    row.save()
    facts = {"item": found.subject, "reason": reason}
    told(actor, "governance.agenda.deferred", "meeting", number, facts, row.version)
    return found


def put_off(item: Item, reason: str) -> None:
    """Mark an item as deferred, and put it on the agenda of the next meeting where there is one already."""
    board, at = item.meeting.board, item.meeting.scheduled_at
    item.outcome, item.reason = ItemOutcome.DEFERRED, reason[:300]
    thing = item.change or item.approval.release  # type: ignore[union-attr]
    item.seen_version = thing.version
    item.save()
    later = board.meetings.filter(state=MeetingState.PLANNED, scheduled_at__gt=at).exclude(pk=item.meeting_id)
    following = later.order_by("scheduled_at").first()
    if following is not None:
        _put(following, change=item.change, approval=item.approval, seen_version=item.seen_version)


def _open(item: Item) -> Item:
    if item.outcome in {ItemOutcome.APPROVED, ItemOutcome.DENIED}:
        raise Refused(
            "agenda.decided",
            said("{item} is decided on: {outcome}.", item=item.subject, outcome=item.outcome),
            hint=said("What was decided stays."),
        )
    return item


@transaction.atomic
def note(*, actor: Actor, number: str, item: int, text: str, expected_version: int | None = None) -> Item:
    """Write down what was said about an item, until the minutes are approved."""
    row = _held(actor, number, WRITTEN, expected_version)
    found = _item(row, item)
    found.note = text
    found.save()
    row.save()
    facts = {"item": found.subject, "note": text}
    told(actor, "governance.meeting.amended", "meeting", number, facts, row.version)
    return found


@transaction.atomic
def take_on(
    *,
    actor: Actor,
    number: str,
    text: str,
    owner: str,
    due_at: datetime,
    item: int | None = None,
    asks: bool = False,
    expected_version: int | None = None,
) -> Action:
    """
    Write down what somebody is to do by when; the owner is told.

    Args:
        asks: The item waits for this information, and is not decided on in this meeting.
    """
    row = _held(actor, number, WRITTEN, expected_version)
    found = _item(row, item) if item is not None else None
    if not text.strip():
        raise Invalid("agenda.text_needed", said("Say what is to be done."), at="text")
    if asks and found is None:
        raise Invalid("agenda.item_needed", said("Say about which item."), at="item")
    if asks and found is not None:
        _open(found).outcome = ItemOutcome.INFORMATION
        found.save()
    person = _guard.find(User, username=owner)
    made = Action.objects.create(meeting=row, item=found, owner=person, text=text[:500], due_at=due_at)
    row.save()
    facts = {
        "owner": owner,
        "text": made.text,
        "due": due_at.isoformat(),
        "item": found.subject if found else "",
    }
    told(actor, "governance.meeting.action_given", "meeting", number, facts, row.version)
    _notify.tell(
        actor=actor,
        kind=NotificationKind.ACTION_GIVEN,
        subject=_notify.found(SubjectKind.MEETING, number),
        people=[person.pk],
        key=f"board-action:{made.pk}",
        facts={"title": made.text[:200]},
    )
    return made


@transaction.atomic
def finish(*, actor: Actor, number: str, action: int) -> Action:
    """Say that an action is done: its owner does, or who conducts the meetings; minutes do not change by it."""
    made = _guard.find(Action, meeting__number=number, pk=action)
    if made.owner_id != actor.user_id:
        require_conduct(actor, made.meeting.board)
    if made.done_at is None:
        made.done_at = timezone.now()
        made.save()
        facts = {"action": made.text}
        told(actor, "governance.meeting.action_done", "meeting", number, facts, made.meeting.version)
    return made


@transaction.atomic
def publish(*, actor: Actor, number: str, expected_version: int | None = None) -> Meeting:
    """Tell the members, and the owners of the items, what is on the agenda."""
    row = _held(actor, number, AHEAD, expected_version)
    row.published_at = timezone.now()
    row.save()
    facts = {"items": [one.subject for one in row.items.all()]}
    told(actor, "governance.agenda.published", "meeting", number, facts, row.version)
    _notify.tell(
        actor=actor,
        kind=NotificationKind.AGENDA_PUBLISHED,
        subject=_notify.found(SubjectKind.MEETING, number),
        people=ask.seated(row.board) | ask.owners(row),
        key=f"agenda:{number}:{row.version}",
    )
    return row
