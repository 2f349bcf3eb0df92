"""The audit log: who did what, when, by which door; and whether the chain is whole."""

from datetime import datetime
from typing import Any, Literal

from ninja import Router
from pydantic import Field

from rightaway.api.access import EVERYWHERE, Request, allowed, missing, require
from rightaway.api.answers import Out, Page, PageFilter, page
from rightaway.api.requests import Asked, Word
from rightaway.domain.values import Actor
from rightaway.intake import fields as of
from rightaway.queries import audit as ask
from rightaway.queries import changes, releases
from rightaway.services import audit

router = Router()


class EventFilter(PageFilter):
    """`stream` is the record whose history is wanted; `action` matches beginnings, such as `release.approval`."""

    stream: Word = ""
    actor: Word = ""
    action: Word = ""
    object_id: Word = ""
    since: of.Moment | None = None
    order: Literal["newest", "oldest"] = "newest"


class EventRow(Out):
    """One event; `sealed_as` is its place in the chain, null for the second until it is sealed."""

    stream: str
    number: int
    at: datetime
    actor: str
    door: str
    action: str
    object_type: str
    object_id: str
    outcome: str
    facts: dict[str, Any]
    digest: str
    sealed_as: int | None = Field(validation_alias="seal__sequence")
    chain: str | None = Field(validation_alias="seal__digest")


class VerificationOut(Out):
    """`broken_at` and `reason` name the first place where the chain does not hold."""

    checked: int
    is_whole: bool
    broken_at: int | None
    reason: str


@router.get("/audit", response=Page[EventRow])
def list_events(request: Request, asked: Asked[EventFilter]) -> Any:
    """List audit events. Who may read the log of one service only has to name a `stream` of it."""
    _check(request.auth, asked.stream)
    rows = ask.events(
        stream=asked.stream,
        actor=asked.actor,
        action=asked.action,
        object_id=asked.object_id,
        since=asked.since,
    )
    return page(rows, asked, "-id" if asked.order == "newest" else "id", EventRow)


def _check(actor: Actor, stream: str) -> None:
    if allowed(actor, "audit.read", EVERYWHERE):
        return
    row = releases.release(stream) or changes.change(stream)
    scope = row.service.key if row else EVERYWHERE
    if (
        row is not None
        and not allowed(actor, "audit.read", scope)
        and not allowed(actor, "release.view", scope)
    ):
        raise missing(f"stream {stream:.40}")
    require(actor, "audit.read", scope)


@router.get("/audit/verification", response=VerificationOut)
def verify(request: Request) -> dict[str, Any]:
    """Compute every event and link of the chain again from what is stored."""
    require(request.auth, "audit.read")
    checked, broken = audit.verify()
    at, reason = (broken.sequence, broken.reason) if broken else (None, "")
    return {"checked": checked, "is_whole": broken is None, "broken_at": at, "reason": reason}
