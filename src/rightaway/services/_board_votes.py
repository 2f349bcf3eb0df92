"""What voting asks of boards: whether a board is there and can decide, who sits on it, and what it decided."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from rightaway.domain.approval_sources import BOARD
from rightaway.domain.approvals import Requirement
from rightaway.domain.boards import check_enough
from rightaway.domain.errors import Forbidden, Refused
from rightaway.domain.meetings import ItemOutcome, MeetingState, may_vote_now
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import approvers, boards, bound_content
from rightaway.records.approvals.models import Approval
from rightaway.records.boards.models import Board, Decision, Item, Meeting
from rightaway.records.changes.models import Authorisation, Change
from rightaway.services import _audit, _notify

OUTCOMES = {"approve": ItemOutcome.APPROVED, "deny": ItemOutcome.DENIED, "reject": ItemOutcome.DENIED}


def check_change_vote(actor: Actor, found: boards.Deciding) -> None:
    """
    Refuse a decision on a change by who does not act on its board now, or outside a meeting where one is needed.

    Raises:
        Forbidden: `board.not_seated`.
        Refused: `board.no_quorum`, an error in the board's definition, or `board.in_meetings`.
    """
    now = timezone.now()
    if actor.user_id not in boards.acting(found.board, now):
        raise Forbidden(
            "board.not_seated",
            said("{board} decides on this change.", board=found.board.title),
            hint=said("Its members vote, or the alternates of members who are away."),
            evidence={"board": found.board.key},
        )
    check_enough(found.board.title, found.eligible(now), found.needed)
    _check_between(found.board, change=found.change)


def check_sources(requirement: Requirement, holders: approvers.Holders) -> None:
    """
    Refuse to ask a board that is not there, or that could not reach its quorum on this.

    Raises:
        Refused: `board.unknown` or `board.no_quorum`.
    """
    voters = {int(one.person): one.roles for one in holders.voters(requirement)}
    stand_ins = holders.stand_ins(requirement)
    for source in (one for one in requirement.sources if one.startswith(BOARD)):
        board = Board.objects.filter(key=source.removeprefix(BOARD), is_active=True).first()
        if board is None:
            raise Refused(
                "board.unknown",
                said("There is no active board {key}.", key=source.removeprefix(BOARD)),
                hint=said("Define it and have it confirmed, or change the workflow."),
            )
        absent = {one.person_id for one in board.seats.all() if _is_away(one)}
        standing_in = {giver for givers in stand_ins.values() for giver in givers}
        able = {
            one
            for one, held in voters.items()
            if source in held and (one not in absent or one in standing_in)
        }
        check_enough(board.title, able, board.quorum)


def _is_away(row: Any) -> bool:
    now = timezone.now()
    return (
        row.away_from is not None
        and row.away_from <= now
        and (row.away_until is None or now < row.away_until)
    )


def check_approval_vote(row: Approval, sources: Collection[str]) -> None:
    """Refuse a vote that only a board gives, while none of its meetings has called it and it votes in meetings."""
    if not sources or not all(one.startswith(BOARD) for one in sources):
        return
    for board in Board.objects.filter(key__in=[one.removeprefix(BOARD) for one in sources]):
        _check_between(board, approval=row)


def _check_between(board: Board, *, change: Change | None = None, approval: Approval | None = None) -> None:
    called = board.is_async or boards.is_called(board, change=change, approval=approval)
    if not may_vote_now(is_async=board.is_async, is_called=called):
        raise Refused(
            "board.in_meetings",
            said("{board} votes in its meetings only.", board=board.title),
            hint=said("Vote while a meeting runs that has it on its agenda."),
        )


def decided_change(actor: Actor, found: boards.Deciding, decision: str) -> None:
    """Write down what a board decided on a change, with the votes for the content as it is."""
    change = found.change
    digest = bound_content.change_digest(change)
    rows = Authorisation.objects.filter(change=change, round=change.round, digest=digest, role=found.source)
    votes = [
        _vote(one.person.username, one.decision, one.note, one.at) for one in rows.select_related("person")
    ]
    row = _write(found.board, OUTCOMES[decision], digest, votes, change=change)
    _notify.tell(
        actor=actor,
        kind=NotificationKind.BOARD_DECIDED,
        subject=_notify.found(SubjectKind.CHANGE, change.number),
        people=[change.requester_id],
        key=f"board-decision:{row.pk}",
        facts={"board": found.board.title, "outcome": row.outcome},
    )


def decided_approval(actor: Actor, row: Approval, outcome: str) -> None:
    """Write down what boards decided on an approval: every board in whose name somebody voted on it."""
    held = list(row.votes.select_related("voter"))
    keys = {one.removeprefix(BOARD) for vote in held for one in vote.sources if one.startswith(BOARD)}
    for board in Board.objects.filter(key__in=keys):
        given = [vote for vote in held if f"{BOARD}{board.key}" in vote.sources]
        votes = [_vote(one.voter.username, one.decision, one.reason, one.at) for one in given]
        made = _write(board, outcome, row.digest, votes, approval=row)
        release = row.release
        _notify.tell(
            actor=actor,
            kind=NotificationKind.BOARD_DECIDED,
            subject=_notify.found(SubjectKind.RELEASE, release.number),
            people=[one for one in (release.coordinator_id, release.initiated_by_id) if one],
            key=f"board-decision:{made.pk}",
            facts={"board": board.title, "outcome": made.outcome},
        )


def _vote(person: str, decision: str, note: str, at: Any) -> dict[str, str]:
    return {"person": person, "decision": decision, "note": note, "at": at.isoformat()}


def _write(
    board: Board,
    outcome: str,
    digest: str,
    votes: list[dict[str, str]],
    *,
    change: Change | None = None,
    approval: Approval | None = None,
) -> Decision:
    meeting = Meeting.objects.filter(board=board, state=MeetingState.RUNNING).first()
    item = Item.objects.filter(meeting=meeting, change=change, approval=approval).first() if meeting else None
    if item is not None:
        item.outcome, item.reason = outcome, ""
        item.save()
    thing: Any = change or (approval and approval.release)
    return Decision.objects.create(
        board=board,
        change=change,
        approval=approval,
        service=thing.service,
        subject=f"{thing.number}/{approval.kind}" if approval else thing.number,
        title=thing.title,
        outcome=outcome,
        digest=digest,
        votes=votes,
        at=timezone.now(),
        meeting=meeting if item else None,
    )


def told(actor: Actor, action: str, kind: str, key: str, facts: dict[str, Any], version: int) -> None:
    """Write what happened to a board or a meeting into the audit log."""
    _audit.record(actor=actor, action=action, stream=key, subject=(kind, key), facts=facts, version=version)
