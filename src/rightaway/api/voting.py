"""A person's approvals: what waits for them and what is new in it, what they decided, who votes in their place."""

from datetime import datetime
from typing import Any, Literal

from ninja import Router

from rightaway.api.access import Request, missing
from rightaway.api.answers import Account, MaybeNumber, Out
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Sent, Word, key_of
from rightaway.domain.difference_words import sentences
from rightaway.domain.errors import RightawayError
from rightaway.domain.permissions import Role
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import approvals as ask
from rightaway.queries import people as ask_people
from rightaway.services import approval_questions, approvals, delegations, people

router = Router()
MOST = 200


class WaitingOut(Out):
    """`since` is own, approved or first: what `news` is counted from; each sentence is one difference."""

    release: str
    title: str
    kind: str
    state: str
    digest: str
    requested_at: datetime
    due_at: datetime | None
    expires_at: datetime
    since: str
    news: list[str]


class WaitingFilter(FileModel):
    """`show` is waiting or decided; at most 200 are given."""

    show: Literal["waiting", "decided"] = "waiting"
    text: Word = ""
    service: Word = ""
    kind: Word = ""


class BulkVoteIn(FileModel):
    """One vote of several: each names the digest of the content that was looked at."""

    release: of.Reference
    kind: of.VariableName
    digest: of.Digest


class BulkIn(FileModel):
    decision: Literal["approve", "deny", "abstain"]
    reason: Word = ""
    votes: list[BulkVoteIn]


class BulkOut(Out):
    """`code` and `message` say why a vote was refused; they are empty when it was recorded."""

    release: str
    kind: str
    digest: str
    state: str
    code: str
    message: str


class QuestionIn(FileModel):
    text: of.Text


class QuestionOut(Out):
    id: int
    asked_by: Account
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None


class DelegationIn(FileModel):
    """With `release` and `kind` it is for that one approval, without both for all."""

    to: of.Account
    starts_at: of.Moment
    ends_at: of.Moment
    release: Word = ""
    kind: Word = ""
    reason: Word = ""


class DelegationOut(Out):
    id: int
    giver: Account
    taker: Account
    starts_at: datetime
    ends_at: datetime
    release: MaybeNumber
    kind: str
    reason: str


class ApproverGroupIn(FileModel):
    name: of.Name
    members: list[of.Account]


class ApproverGroupOut(Out):
    key: str
    name: str
    members: list[str]


@router.get("/approvals", response=list[WaitingOut])
def list_mine(request: Request, asked: Asked[WaitingFilter]) -> Any:
    """List the approvals that wait for the caller's vote, or those they voted on, with what is new since then."""
    person = request.auth.user_id or 0
    rows = ask.waiting if asked.show == "waiting" else ask.decided
    found = list(rows(person, text=asked.text, service=asked.service, kind=asked.kind)[:MOST])
    news = ask.news(found, person)
    return [
        {
            "release": row.release.number,
            "title": row.release.title,
            **{name: getattr(row, name) for name in ("kind", "state", "digest", "requested_at", "due_at")},
            "expires_at": row.expires_at,
            "since": news[row.pk].since,
            "news": sentences(news[row.pk].changes),
        }
        for row in found
    ]


@router.post("/approvals/votes", response=list[BulkOut])
def vote_on_several(request: Request, sent: Sent[BulkIn]) -> Any:
    """
    Give the same vote on several approvals, each for the digest that was looked at.

    Each is a vote of its own: one that is refused leaves the others as they are.
    """
    return [_one_of_several(request, sent, one) for one in sent.votes[:MOST]]


def _one_of_several(request: Request, sent: BulkIn, one: BulkVoteIn) -> dict[str, str]:
    shown = {
        "release": one.release,
        "kind": one.kind,
        "digest": one.digest,
        "state": "",
        "code": "",
        "message": "",
    }
    try:
        find(request, one.release)
        row = approvals.vote(
            actor=request.auth,
            number=one.release,
            kind=one.kind,
            decision=sent.decision,
            digest=one.digest,
            reason=sent.reason,
        )
    except RightawayError as error:
        return shown | {"code": error.code, "message": error.message}
    return shown | {"state": row.state}


@router.post("/releases/{release}/approvals/{kind}/questions", response={201: QuestionOut})
def ask_question(request: Request, release: str, kind: str, sent: Sent[QuestionIn]) -> Any:
    """Ask something before voting; it blocks nobody, and who asked for the approval is told."""
    find(request, release)
    return approval_questions.ask(actor=request.auth, number=release, kind=kind, text=sent.text)


@router.post("/releases/{release}/questions/{int:question}/answer", response=QuestionOut)
def answer_question(request: Request, release: str, question: int, sent: Sent[QuestionIn]) -> Any:
    """Answer a question: as a comment on the release; who asked is told."""
    find(request, release)
    return approval_questions.answer(actor=request.auth, number=release, question_id=question, text=sent.text)


@router.get("/delegations", response=list[DelegationOut])
def list_delegations(request: Request) -> Any:
    """List what the caller delegated or was delegated, and is not over."""
    return list(ask.delegations(request.auth.user_id or 0))


@router.post("/delegations", response={201: DelegationOut})
def delegate(request: Request, sent: Sent[DelegationIn]) -> Any:
    """Let a person vote in the caller's place, from one moment to another; never an author, never on and on."""
    if sent.release:
        find(request, sent.release)
    return delegations.delegate(actor=request.auth, **sent.model_dump())


@router.delete("/delegations/{int:delegation}", response={204: None})
def end_delegation(request: Request, delegation: int) -> None:
    """End a delegation now; votes given under it stay."""
    row = ask.delegation(delegation)
    if row is None or request.auth.user_id not in {row.giver_id, row.taker_id}:
        raise missing(f"delegation {delegation}")
    delegations.end(actor=request.auth, delegation_id=delegation)


def _group(row: Any) -> dict[str, Any]:
    return {"key": row.key, "name": row.name, "members": sorted(one.username for one in row.members.all())}


@router.get("/approver-groups", response=list[ApproverGroupOut])
def list_groups(request: Request) -> Any:
    """List the groups that can give approvals, with their members."""
    is_somebody = bool(ask_people.roles(request.auth.user_id or 0) - {Role.SERVICE_ACCOUNT})
    return [_group(row) for row in ask.groups()] if is_somebody else []


@router.put("/approver-groups/{group}", response=ApproverGroupOut)
def define_group(request: Request, group: str, sent: Sent[ApproverGroupIn]) -> Any:
    """Make or change a group; its members count from the next time an approval is asked for."""
    return _group(
        people.define_group(actor=request.auth, key=key_of(group), name=sent.name, members=sent.members)
    )
