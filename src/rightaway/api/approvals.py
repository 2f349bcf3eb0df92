"""Approvals: asked for, shown with what they are bound to, voted on with the digest that was seen."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router

from rightaway.api.access import Request, missing
from rightaway.api.answers import EVERY, Out, tagged
from rightaway.api.releases import find
from rightaway.api.requests import Said, Sent, Word, expected_version
from rightaway.api.voting import QuestionOut
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import releases as ask
from rightaway.services import approvals

router = Router()


class VoteOut(Out):
    voter: str
    name: str
    role: str
    decision: str
    reason: str
    on_behalf_of: str
    at: datetime
    digest: str


class DifferenceOut(Out):
    """One place where the content is no longer what was asked for."""

    path: str
    kind: str
    before: Any
    after: Any


class ApprovalOut(Out):
    """
    One approval of the workflow, as it stands.

    `digest` is what was asked for, `current_digest` what the release holds now (empty when a bound part does not
    exist yet); when they differ, `changes` says where. A vote has to name `current_digest`. `roles` are all who may
    give it; of each in `also` one vote is needed besides those that the rule asks of the others.
    """

    kind: str
    title: str
    rule: str
    roles: tuple[str, ...]
    also: tuple[str, ...]
    state: str
    digest: str
    current_digest: str
    requested_by: str | None
    requested_at: datetime | None
    expires_at: datetime | None
    decided_at: datetime | None
    votes: list[VoteOut]
    questions: Annotated[list[QuestionOut], EVERY]
    changes: list[DifferenceOut]
    voided_difference: list[dict[str, Any]]


class ContentOut(ApprovalOut):
    """As an approval in a list, with all that it is bound to."""

    manifest: dict[str, Any]


class RequestIn(FileModel):
    kind: of.VariableName


class VoteIn(FileModel):
    """`digest` is the digest of the content the voter looked at; another content refuses the vote."""

    decision: Literal["approve", "deny", "abstain", "withdraw"]
    digest: of.Digest
    reason: Said = ""
    role: Word = ""


def _shown(view: ask.ApprovalView) -> dict[str, Any]:
    row = view.row
    return {
        "kind": view.key,
        "title": view.title,
        "rule": view.rule,
        "roles": view.roles,
        "also": view.requirement.also,
        "state": view.state,
        "digest": row.digest if row else "",
        "current_digest": view.current_digest,
        "requested_by": row.requested_by.username if row else None,
        "requested_at": row.requested_at if row else None,
        "expires_at": row.expires_at if row else None,
        "decided_at": row.decided_at if row else None,
        "votes": ask.votes(row) if row else [],
        "questions": list(row.questions.all()) if row else [],
        "changes": view.changes,
        "voided_difference": row.difference if row else [],
        "manifest": row.manifest if row else {},
    }


@router.get("/releases/{release}/approvals", response=list[ApprovalOut])
def list_approvals(request: Request, release: str) -> Any:
    """List every approval that the workflow of the release knows, asked for or not."""
    return [_shown(one) for one in ask.approvals(find(request, release))]


@router.post("/releases/{release}/approvals", response={201: ContentOut})
def ask_for(request: Request, response: HttpResponse, release: str, sent: Sent[RequestIn]) -> Any:
    """Ask for an approval of the release as it is now."""
    find(request, release)
    row = approvals.request(
        actor=request.auth, number=release, kind=sent.kind, expected_version=expected_version(request)
    )
    return _one(tagged(response, row.release), sent.kind)


@router.get("/releases/{release}/approvals/{kind}", response=ContentOut)
def show(request: Request, release: str, kind: str) -> Any:
    """Show one approval with all that it is bound to, and what has changed since it was asked for."""
    return _one(find(request, release), kind)


def _one(release: Any, kind: str) -> dict[str, Any]:
    views = {one.key: one for one in ask.approvals(release)}
    if kind not in views:
        raise missing(f"approval {kind:.40} in the workflow of {release.number}")
    return _shown(views[kind])


@router.post("/releases/{release}/approvals/{kind}/votes", response=ContentOut)
def vote(request: Request, release: str, kind: str, sent: Sent[VoteIn]) -> Any:
    """
    Vote: approve, deny, abstain, or withdraw an earlier vote.

    Who wrote a bound part cannot approve it, by any door (`sod.self_approval`).
    """
    find(request, release)
    row = approvals.vote(actor=request.auth, number=release, kind=kind, **sent.model_dump())
    return _one(row.release, kind)
