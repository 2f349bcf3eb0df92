"""What the members of a board look at: each item with its risk, conflicts, what changed, votes, and who may vote."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from rightaway.domain.meetings import Recommendation, recommend
from rightaway.domain.risk import Score, stated
from rightaway.queries import approvers, audit, board_seats, boards, meetings, risk
from rightaway.queries.bound_content import change_digest
from rightaway.records.boards.models import Item, Meeting
from rightaway.records.releases.models import Release

OVER = ("closed", "abandoned")
VOTES = ("change.authorisation.", "release.approval.", "release.vote.")
"""What votes write into the audit log; they are shown as votes."""


@dataclass(frozen=True, slots=True)
class Looked:
    """
    One item as somebody may look at it.

    Args:
        since: What was done to it since it was before the board the last time, or put on the agenda.
        digest: Of what a vote now would be for.
        needed: How many votes the board has to give; None where it does not decide.
        may_vote: Whether the person who looks has a vote on it now.
    """

    row: Item
    title: str
    service: str
    state: str
    score: Score
    level: int
    advice: Recommendation
    conflicts: tuple[str, ...]
    since: tuple[dict[str, Any], ...]
    votes: tuple[dict[str, Any], ...]
    digest: str
    version: int
    needed: int | None
    may_vote: bool


def looked_at(
    row: Meeting, user_id: int | None, sees: Callable[[str], bool], only: Collection[int] = ()
) -> tuple[list[Looked], int]:
    """
    Give the agenda for a person, and how many items are of services they may not see.

    Args:
        sees: Whether they may look at what belongs to a service.
        only: Ids of items; the whole agenda when empty.
    """
    found, hidden = [], 0
    for one in meetings.items(row):
        if only and one.pk not in only:
            continue
        if sees(_thing(one).service.key):
            found.append(_change(row, one, user_id) if one.change else _approval(row, one, user_id))
        else:
            hidden += 1
    return found, hidden


def _thing(one: Item) -> Any:
    return one.change or (one.approval and one.approval.release)


def _change(row: Meeting, one: Item, user_id: int | None) -> Looked:
    change = one.change
    assert change is not None
    now, score = timezone.now(), risk.of_change(change)
    level = stated(score.level, change.risk_level)
    start, end = change.planned_start, change.planned_end
    if change.release is not None and None in {start, end}:
        start, end = change.release.planned_start, change.release.planned_end
    by, digest = boards.deciding(change), change_digest(change)
    decides = by is not None and by.board.pk == row.board_id and boards.waits(change)
    given = change.authorisations.filter(round=change.round, digest=digest).select_related("person")
    voted = {vote.person_id for vote in given if vote.decision == "approve"}
    return Looked(
        row=one,
        title=change.title,
        service=change.service.key,
        state=change.state,
        score=score,
        level=level,
        advice=recommend(score, level=level, waits_since=start, now=now),
        conflicts=_conflicts(Q(affected_cis__in=change.affected_cis.all()), start, end, change.release_id),
        since=_since("change", change.number, one.seen_version),
        votes=tuple(_vote(vote.person, vote.decision, vote.note, vote.at) for vote in given),
        digest=digest,
        version=change.version,
        needed=by.needed if by and by.board.pk == row.board_id else None,
        may_vote=decides and user_id in by.eligible(now) - voted,  # type: ignore[union-attr]
    )


def _approval(row: Meeting, one: Item, user_id: int | None) -> Looked:
    approval = one.approval
    assert approval is not None
    release, now = approval.release, timezone.now()
    score = risk.of_release(release)
    level = max(score.level, release.risk_level or 0)
    needed = approvers.requirement(release, approval.kind)
    votes = list(approval.votes.select_related("voter"))
    may_vote = False
    if needed is not None and approval.state == "pending":
        holders = approvers.Holders.of(release, [needed], now)
        voted = {vote.voter_id for vote in votes if vote.decision != "withdraw"}
        may_vote = user_id in approvers.may_vote(needed, approval, holders) - voted
    quorum = board_seats.quorums(needed.sources).get(f"board:{row.board.key}") if needed else None
    return Looked(
        row=one,
        title=release.title,
        service=release.service.key,
        state=approval.state,
        score=score,
        level=level,
        advice=recommend(score, level=level, waits_since=release.planned_start, now=now),
        conflicts=_conflicts(
            Q(affected_cis__in=release.affected_cis.all()),
            release.planned_start,
            release.planned_end,
            release.pk,
        ),
        since=_since("release", release.number, one.seen_version),
        votes=tuple(_vote(vote.voter, vote.decision, vote.reason, vote.at) for vote in votes),
        digest=approval.digest,
        version=release.version,
        needed=quorum,
        may_vote=may_vote,
    )


def _vote(person: Any, decision: str, note: str, at: datetime) -> dict[str, Any]:
    return {"person": str(person), "decision": decision, "note": note, "at": at}


def _since(kind: str, number: str, version: int) -> tuple[dict[str, Any], ...]:
    return tuple(
        one for one in audit.changes_since(kind, number, version) if not one["action"].startswith(VOTES)
    )


def _conflicts(touched: Q, start: datetime | None, end: datetime | None, own: int | None) -> tuple[str, ...]:
    """Give the open releases that plan the same items for the same time."""
    if start is None or end is None:
        return ()
    others = Release.objects.exclude(phase__in=OVER)
    others = others.exclude(pk=own) if own is not None else others
    found = others.filter(touched, planned_start__lt=end, planned_end__gt=start)
    return tuple(found.order_by("number").values_list("number", flat=True).distinct())
