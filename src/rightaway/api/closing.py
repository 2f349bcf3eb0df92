"""Closing a release: what becomes of all that is linked, sign-off, the draft of the review, the follow-up."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request
from rightaway.api.answers import Account, MaybeAccount, Out
from rightaway.api.releases import ReleaseOut, find, shown
from rightaway.api.requests import Said, Sent, Word
from rightaway.domain.closure_codes import MEANINGS, fitting
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import closing as ask
from rightaway.queries import review_drafts
from rightaway.services import closing, follow_ups, sign_offs

router = Router()


class ProposalOut(Out):
    record: str
    kind: str
    link: str
    disposition: str
    why: str
    test_passed: bool | None


class ClosingOut(Out):
    """What is proposed for everything open; `digest` names it, and goes back with the confirmation."""

    digest: str
    keeper: Account
    proposals: list[ProposalOut]


class VetoIn(FileModel):
    """One record stays open: why, and who goes on with it; who answers for the service when left out."""

    record: of.Reference
    reason: of.Text
    owner: of.Account = ""


class ClosingIn(FileModel):
    digest: Word
    vetoes: Annotated[tuple[VetoIn, ...], Field(max_length=500)] = ()


class CodeOut(Out):
    """A closure code with what it says; `fits` says whether it may be said of this release now."""

    code: str
    definition: str
    outcomes: list[str]
    fits: bool


class SignOffOut(Out):
    person: Account
    decision: str
    reason: str
    at: datetime
    answer: str
    answered_by: MaybeAccount
    answered_at: datetime | None


class SignOffIn(FileModel):
    """Reservations and rejections say why."""

    decision: Literal["accepted", "accepted_with_reservations", "rejected"]
    reason: Said = ""


class SignOffAnswerIn(FileModel):
    text: of.Text


class DraftOut(Out):
    """What is recorded of plan and reality; `why` says why the review must be held, empty when nobody has to."""

    why: str
    planned_start: datetime | None
    planned_end: datetime | None
    actual_start: datetime | None
    actual_end: datetime | None
    start_late_s: int | None
    end_late_s: int | None
    down_s: int
    deployments: tuple[str, ...]
    incidents: tuple[str, ...]
    waivers: tuple[str, ...]
    deviations: str


class FollowUpIn(FileModel):
    title: Said = ""


def _proposals(found: list[ask.Proposal]) -> list[dict[str, Any]]:
    return [
        {
            "record": one.record.number,
            "kind": one.record.kind,
            "link": one.record.link,
            "disposition": one.disposition,
            "why": str(one.why),
            "test_passed": one.record.test_passed,
        }
        for one in found
    ]


@router.get("/releases/{release}/closing", response=ClosingOut)
def show_closing(request: Request, release: str) -> Any:
    """Show what is proposed for every incident, problem, known error and interaction that is still open."""
    row = find(request, release)
    found = ask.proposals(row)
    return {"digest": ask.digest(found), "keeper": ask.keeper(row), "proposals": _proposals(found)}


@router.post("/releases/{release}/closing", response=list[ProposalOut])
def close_linked(request: Request, release: str, sent: Sent[ClosingIn]) -> Any:
    """Carry out all that is proposed, but for the vetoes: everything in one transaction, or nothing."""
    find(request, release)
    vetoes = {one.record: closing.Veto(one.reason, one.owner) for one in sent.vetoes}
    done = closing.close_linked(actor=request.auth, release=release, seen=sent.digest, vetoes=vetoes)
    return [one for one in _proposals(done) if one["record"] not in vetoes]


@router.get("/releases/{release}/closure-codes", response=list[CodeOut])
def list_closure_codes(request: Request, release: str) -> Any:
    """List every closure code with its definition, and whether it fits the outcome of this release."""
    offered = fitting(find(request, release).outcome)
    return [
        {
            "code": code,
            "definition": str(meaning.definition),
            "outcomes": sorted(meaning.outcomes),
            "fits": code in offered,
        }
        for code, meaning in MEANINGS.items()
    ]


@router.get("/releases/{release}/sign-offs", response=list[SignOffOut])
def list_sign_offs(request: Request, release: str) -> Any:
    """List what stakeholders said to the result."""
    return list(find(request, release).sign_offs.select_related("person", "answered_by"))


@router.put("/releases/{release}/sign-offs/mine", response=SignOffOut)
def sign_off(request: Request, release: str, sent: Sent[SignOffIn]) -> Any:
    """Accept the result, accept it with reservations, or reject it, as the caller."""
    find(request, release)
    return sign_offs.sign_off(actor=request.auth, number=release, **sent.model_dump())


@router.put("/releases/{release}/sign-offs/{person}/answer", response=SignOffOut)
def answer_sign_off(request: Request, release: str, person: str, sent: Sent[SignOffAnswerIn]) -> Any:
    """Answer what somebody said; a rejection without an answer keeps the release open."""
    find(request, release)
    return sign_offs.answer(actor=request.auth, number=release, person=person, text=sent.text)


@router.get("/releases/{release}/review/draft", response=DraftOut)
def show_draft(request: Request, release: str) -> Any:
    """Show the draft of the review, from what is recorded."""
    found = review_drafts.draft(find(request, release), timezone.now())
    fields = {name: getattr(found, name) for name in DraftOut.model_fields}
    return {**fields, "why": str(found.why)}


@router.post("/releases/{release}/follow-up", response={201: ReleaseOut})
def follow_up(request: Request, response: HttpResponse, release: str, sent: Sent[FollowUpIn]) -> Any:
    """Register the release that follows one that is over, with its scope."""
    find(request, release)
    return shown(response, follow_ups.create(actor=request.auth, number=release, title=sent.title))
