"""The inbox: what the caller was told."""

from datetime import datetime
from typing import Any

from ninja import Router

from rightaway.api.access import Request
from rightaway.api.answers import Out, Page, PageFilter, page
from rightaway.api.requests import Asked
from rightaway.intake import fields as of
from rightaway.queries import notifications as ask
from rightaway.services import notifications

router = Router()


class InboxFilter(PageFilter):
    is_unread: of.Flag | None = None


class NotificationRow(Out):
    """One thing told: `kind` says what happened, the subject to which record, `by` who did it."""

    id: int
    kind: str
    subject_kind: str
    subject_key: str
    title: str
    by: str
    facts: dict[str, Any]
    at: datetime
    read_at: datetime | None


class UnreadOut(Out):
    unread: int


def _unread(request: Request) -> dict[str, int]:
    return {"unread": ask.unread(request.auth.user_id or 0)}


@router.get("/inbox", response=Page[NotificationRow])
def list_inbox(request: Request, asked: Asked[InboxFilter]) -> Any:
    """List what the caller was told, newest first."""
    rows = ask.inbox(request.auth.user_id or 0, is_unread=asked.is_unread)
    return page(rows, asked, "-id", NotificationRow)


@router.get("/inbox/unread", response=UnreadOut)
def count_unread(request: Request) -> Any:
    """Count what the caller has not read yet."""
    return _unread(request)


@router.post("/inbox/read", response=UnreadOut)
def mark_all_read(request: Request) -> Any:
    """Mark everything that the caller was told so far as read."""
    notifications.mark_read(actor=request.auth)
    return _unread(request)


@router.post("/inbox/{int:notification}/read", response=UnreadOut)
def mark_read(request: Request, notification: int) -> Any:
    """Mark one thing as read."""
    notifications.mark_read(actor=request.auth, notification_id=notification)
    return _unread(request)
