"""Approvals as a person looks at them: what waits for them, what they decided, and what is new in it since then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from rightaway.domain.approvals import ApprovalState, Decision
from rightaway.domain.differences import Change, difference
from rightaway.domain.values import PhaseStatus
from rightaway.records.approvals.models import Approval, Delegation, Question, Vote
from rightaway.records.people.models import Group, User

_OF_LIST = ("release", "release__service", "release__workflow", "requested_by")


def waiting(user_id: int, *, text: str = "", service: str = "", kind: str = "") -> QuerySet[Approval]:
    """List the pending approvals that wait for this person's own vote or that of who delegated to them."""
    now = timezone.now()
    own = Exists(Approval.asked_of.through.objects.filter(approval=OuterRef("pk"), user=user_id))
    rows = Approval.objects.filter(own | Exists(_delegated(user_id, now)), state=ApprovalState.PENDING)
    rows = rows.exclude(release__phase_status=PhaseStatus.ON_HOLD)
    return _narrowed(rows.exclude(votes__voter_id=user_id), text, service, kind).order_by("due_at", "id")


def _delegated(user_id: int, now: datetime) -> QuerySet[Delegation]:
    """Find a delegation to this person by somebody who was asked and has not voted."""
    return Delegation.objects.filter(
        Q(release__isnull=True) | Q(release=OuterRef("release"), kind=OuterRef("kind")),
        Exists(
            Approval.asked_of.through.objects.filter(
                approval=OuterRef(OuterRef("pk")), user=OuterRef("giver")
            )
        ),
        ~Exists(Vote.objects.filter(approval=OuterRef(OuterRef("pk")), voter=OuterRef("giver"))),
        taker=user_id,
        starts_at__lte=now,
        ends_at__gt=now,
    )


def decided(user_id: int, *, text: str = "", service: str = "", kind: str = "") -> QuerySet[Approval]:
    """List the approvals this person voted on, the newest first."""
    rows = Approval.objects.filter(Exists(Vote.objects.filter(approval=OuterRef("pk"), voter=user_id)))
    return _narrowed(rows, text, service, kind).order_by("-id")


def _narrowed(rows: QuerySet[Approval], text: str, service: str, kind: str) -> QuerySet[Approval]:
    if text:
        rows = rows.filter(Q(release__number__icontains=text) | Q(release__title__icontains=text))
    if service:
        rows = rows.filter(release__service__key=service)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.select_related(*_OF_LIST)


@dataclass(frozen=True, slots=True)
class News:
    """
    What is new in an approval for one person.

    `since` is `own`, their own last decision of this kind on the release, or `approved`, the last approval by
    anybody, or `first`: nobody decided on it before. `vote` is that decision, None for `first`.
    """

    since: str
    vote: Any
    changes: tuple[Change, ...]


def news(rows: Iterable[Approval], user_id: int) -> dict[int, News]:
    """Give what is new for a person in each of these approvals, by its key."""
    found = list(rows)
    earlier: dict[tuple[int, str], list[Vote]] = {}
    votes = Vote.objects.filter(approval__release__in=[row.release_id for row in found])
    votes = votes.exclude(decision__in=(Decision.WITHDRAW, Decision.ABSTAIN))
    for vote in votes.select_related("approval", "voter").order_by("-at", "-id"):
        earlier.setdefault((vote.approval.release_id, vote.approval.kind), []).append(vote)
    return {
        row.pk: _news(
            row,
            [one for one in earlier.get((row.release_id, row.kind), ()) if one.approval_id < row.pk],
            user_id,
        )
        for row in found
    }


def _news(row: Approval, earlier: list[Vote], user_id: int) -> News:
    own = next((one for one in earlier if one.voter_id == user_id), None)
    vote = own or next((one for one in earlier if one.decision == Decision.APPROVE), None)
    if vote is None:
        return News("first", None, ())
    return News("own" if own else "approved", vote, difference(vote.approval.manifest, row.manifest))


def delegations(user_id: int) -> QuerySet[Delegation]:
    """List what a person delegated or was delegated and is not over, the one that ends last first."""
    rows = Delegation.objects.filter(Q(giver=user_id) | Q(taker=user_id), ends_at__gt=timezone.now())
    return rows.select_related("giver", "taker", "release")


def delegation(delegation_id: int) -> Delegation | None:
    return Delegation.objects.select_related("giver", "taker").filter(pk=delegation_id).first()


def of_release(release_id: int) -> QuerySet[Delegation]:
    """List the delegations of single approvals of a release that hold now or will."""
    rows = Delegation.objects.filter(release=release_id, ends_at__gt=timezone.now())
    return rows.select_related("giver", "taker")


def groups() -> QuerySet[Group]:
    return Group.objects.prefetch_related(Prefetch("members", User.objects.order_by("username"))).order_by(
        "key"
    )


def question(release_id: int, question_id: int) -> Question | None:
    """Give a question about an approval of the release that nobody has answered."""
    rows = Question.objects.select_related("asked_by").filter(approval__release=release_id)
    return rows.filter(pk=question_id, answered_at__isnull=True).first()
