"""Conversations about records: comments with their files, and watching."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router

from rightaway.api.access import Request, missing, require_any_role, seen
from rightaway.api.answers import EVERY, Account, Out, Page, PageFilter, each, page, tagged
from rightaway.api.requests import OCTETS, Asked, Sent, expected_version, octets
from rightaway.domain.subjects import Subject
from rightaway.intake import fields as of
from rightaway.intake.attachments import ATTACHMENT_BYTES
from rightaway.intake.schema import FileModel
from rightaway.queries import conversations as ask
from rightaway.queries import people, subjects
from rightaway.services import conversations

router = Router()


class AttachmentOut(Out):
    id: int
    name: str
    media_type: str
    size: int
    digest: str


class CommentOut(Out):
    """
    One comment; `text` is Markdown. Of a withdrawn one, text and files are left out.

    `mentioned` names those after an @ who may see the record; any other name after an @ is only text.
    """

    id: int
    version: int
    author: Account
    text: str
    mentioned: Annotated[list[str], each("username")]
    attachments: Annotated[list[AttachmentOut], EVERY]
    created_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None


class WordingOut(Out):
    text: str
    written_at: datetime


class WatchOut(Out):
    """Whether the caller watches the record, and who else does."""

    is_watching: bool
    watchers: list[str]


class CommentIn(FileModel):
    text: of.Text


class FileFilter(FileModel):
    """`name` is what the file is called; its ending is made that of its type."""

    name: of.Line


_FILE = {
    "requestBody": {
        "required": True,
        "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _subject(request: Request, kind: str, key: str) -> Subject:
    """Give the record when the caller may see it, whatever kind it is of."""
    found = subjects.subject(kind, key)
    if found is not None and found.is_common:
        require_any_role(request.auth)
        return found
    scope, owner = (found.scope, found.owner_id) if found else ("", None)
    return seen(request.auth, found, f"{kind:.20} {key:.80}", scope=scope, owner_id=owner)


def _comment(request: Request, comment_id: int) -> Any:
    row = ask.comment(comment_id)
    if row is None:
        raise missing(f"comment {comment_id}")
    _subject(request, row.subject_kind, row.subject_key)
    return row


def _shown(row: Any) -> CommentOut:
    found = CommentOut.model_validate(row)
    if row.withdrawn_at is None:
        return found
    return found.model_copy(update={"text": "", "attachments": [], "mentioned": []})


def _answered(response: HttpResponse, row: Any) -> CommentOut:
    return _shown(tagged(response, row))


@router.get("/records/{kind}/{record}/comments", response=Page[CommentOut])
def list_comments(request: Request, kind: str, record: str, asked: Asked[PageFilter]) -> Any:
    """
    List what was said about a record, oldest first.

    The kind is release, change, deployment, ci, incident, problem, known_error, article, meeting, board or
    change_model.
    """
    found = page(ask.comments(_subject(request, kind, record)), asked, "id")
    return {**found, "items": [_shown(one) for one in found["items"]]}


@router.post("/records/{kind}/{record}/comments", response={201: CommentOut})
def comment(request: Request, response: HttpResponse, kind: str, record: str, sent: Sent[CommentIn]) -> Any:
    """Say something about a record, as Markdown; `@name` tells that person."""
    _subject(request, kind, record)
    row = conversations.comment(actor=request.auth, kind=kind, key=record, text=sent.text)
    return _answered(response, row)


@router.get("/comments/{int:comment}", response=CommentOut)
def show_comment(request: Request, response: HttpResponse, comment: int) -> Any:
    """Show one comment."""
    return _answered(response, _comment(request, comment))


@router.patch("/comments/{int:comment}", response=CommentOut)
def edit_comment(request: Request, response: HttpResponse, comment: int, sent: Sent[CommentIn]) -> Any:
    """Say it in other words, as its author; what it said before is kept."""
    _comment(request, comment)
    row = conversations.edit(
        actor=request.auth, comment_id=comment, text=sent.text, expected_version=expected_version(request)
    )
    return _answered(response, row)


@router.get("/comments/{int:comment}/wordings", response=list[WordingOut])
def list_wordings(request: Request, comment: int) -> Any:
    """List what a comment said before its edits; of a withdrawn one only its author sees them."""
    row = _comment(request, comment)
    if row.withdrawn_at is not None and row.author_id != request.auth.user_id:
        return []
    return list(ask.wordings(row))


@router.post("/comments/{int:comment}/withdrawal", response=CommentOut)
def withdraw(request: Request, response: HttpResponse, comment: int) -> Any:
    """Take a comment back, as its author."""
    _comment(request, comment)
    return _answered(response, conversations.withdraw(actor=request.auth, comment_id=comment))


@router.delete("/comments/{int:comment}/withdrawal", response=CommentOut)
def restore(request: Request, response: HttpResponse, comment: int) -> Any:
    """Undo the withdrawal of a comment, within ten minutes."""
    _comment(request, comment)
    return _answered(response, conversations.restore(actor=request.auth, comment_id=comment))


@router.post("/comments/{int:comment}/attachments", response={201: AttachmentOut}, openapi_extra=_FILE)
def attach(request: Request, comment: int, asked: Asked[FileFilter]) -> Any:
    """
    Attach a file of up to 10 MiB to one's own comment, its bytes as the body.

    Its type is found from the bytes: text in UTF-8, PNG, JPEG, GIF, WebP, PDF, zip or gzip.
    """
    _comment(request, comment)
    data = octets(request, limit=ATTACHMENT_BYTES)
    return conversations.attach(actor=request.auth, comment_id=comment, name=asked.name, data=data)


@router.get("/attachments/{int:attachment}")
def download(request: Request, attachment: int) -> HttpResponse:
    """Give an attached file, to be saved; who may see the record of its comment may have it."""
    row = ask.attachment(attachment)
    if row is None:
        raise missing(f"attachment {attachment}")
    _subject(request, row.comment.subject_kind, row.comment.subject_key)
    found = ask.download(row)
    return HttpResponse(found.data, headers=found.headers)


def _watch(request: Request, subject: Subject) -> dict[str, Any]:
    watching = ask.watchers(subject)
    return {"is_watching": request.auth.user_id in watching, "watchers": people.names(watching)}


@router.get("/records/{kind}/{record}/watch", response=WatchOut)
def show_watch(request: Request, kind: str, record: str) -> Any:
    """Say who watches a record."""
    return _watch(request, _subject(request, kind, record))


@router.put("/records/{kind}/{record}/watch", response=WatchOut)
def watch(request: Request, kind: str, record: str) -> Any:
    """Be told what happens to a record."""
    subject = _subject(request, kind, record)
    conversations.watch(actor=request.auth, kind=kind, key=record)
    return _watch(request, subject)


@router.delete("/records/{kind}/{record}/watch", response=WatchOut)
def unwatch(request: Request, kind: str, record: str) -> Any:
    """Be told no more of a record, even where one's part in it would mean to be."""
    subject = _subject(request, kind, record)
    conversations.watch(actor=request.auth, kind=kind, key=record, is_on=False)
    return _watch(request, subject)
