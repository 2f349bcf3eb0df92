"""Conversations: comments on records, taken back and edited by their author; who watches what."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.conversations import FILES_PER_COMMENT, check_text, check_undo, mentioned
from rightaway.domain.errors import Forbidden, NotFound, Refused
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import Subject
from rightaway.domain.values import Actor
from rightaway.intake.attachments import AttachedFile, attached
from rightaway.queries import conversations, subjects
from rightaway.records.conversations.models import Attachment, Comment, Watch, Wording
from rightaway.records.people.models import User
from rightaway.services import _audit, _guard, _notify


@transaction.atomic
def comment(
    *, actor: Actor, kind: str, key: str, text: str, files: Iterable[tuple[str, bytes]] = ()
) -> Comment:
    """
    Say something about a record; from then on its author watches it, unless they said they do not.

    Args:
        kind: A `SubjectKind`.
        text: Markdown. `@name` tells that person, when they may see the record; else it is just text.
        files: Names and bytes of what comes with it, as `attach` takes them; one that is refused refuses all.
    """
    subject = _subject(kind, key)
    author = _guard.person(actor)
    _guard.require(actor=actor, action="record.comment", scope=subject.scope)
    row = Comment.objects.create(
        subject_kind=subject.kind, subject_key=subject.key, author=author, text=check_text(text)
    )
    Watch.objects.get_or_create(
        person=author, subject_kind=subject.kind, subject_key=subject.key, defaults={"is_on": True}
    )
    _mention(actor, row, subject)
    facts = {"comment": row.pk}
    key = _event(row)
    _notify.tell_watchers(
        actor=actor, kind=NotificationKind.COMMENTED, subject=subject, key=key[:80], facts=facts
    )
    _told(actor, "conversation.comment.written", row, subject)
    for name, data in files:
        row.version += 1
        _attach(actor, row, subject, attached(name, data))
    return row


def _subject(kind: str, key: str) -> Subject:
    found = subjects.subject(kind, key)
    if found is None:
        raise NotFound(
            "not_found",
            said("There is no {kind} {key}.", kind=Word(kind.replace("_", " ")[:20]), key=key[:80]),
            hint=said("Check the name."),
        )
    return found


def _event(row: Comment) -> str:
    return f"comment:{row.pk}"


def _mention(actor: Actor, row: Comment, subject: Subject) -> None:
    """Link the people whom the text names and who may see the record, and tell those who are new in it."""
    people = subjects.viewers(subject).filter(username__in=mentioned(row.text))
    row.mentioned.set(people)
    _notify.tell(
        actor=actor,
        kind=NotificationKind.MENTIONED,
        subject=subject,
        people=[one.pk for one in people],
        key=_event(row),
        facts={"comment": row.pk},
    )


@transaction.atomic
def edit(*, actor: Actor, comment_id: int, text: str, expected_version: int | None = None) -> Comment:
    """Say it in other words; what it said before is kept."""
    row, subject = _own(actor, comment_id, expected_version)
    if row.withdrawn_at is not None:
        raise Refused(
            "comment.withdrawn", said("This comment was withdrawn."), hint=said("Restore it first.")
        )
    if text == row.text:
        return _as_it_was(row)
    now = timezone.now()
    Wording.objects.create(comment=row, text=row.text, written_at=row.edited_at or row.created_at)
    row.text, row.edited_at = check_text(text), now
    row.save()
    _mention(actor, row, subject)
    _told(actor, "conversation.comment.edited", row, subject)
    return row


@transaction.atomic
def withdraw(*, actor: Actor, comment_id: int) -> Comment:
    """Take a comment back: its place stays, its text and files are no longer shown."""
    row, subject = _own(actor, comment_id)
    if row.withdrawn_at is not None:
        return _as_it_was(row)
    row.withdrawn_at = timezone.now()
    row.save()
    _told(actor, "conversation.comment.withdrawn", row, subject)
    return row


@transaction.atomic
def restore(*, actor: Actor, comment_id: int) -> Comment:
    """
    Undo the withdrawal of a comment.

    Raises:
        Refused: `undo.too_late` after ten minutes.
    """
    row, subject = _own(actor, comment_id)
    if row.withdrawn_at is None:
        return _as_it_was(row)
    check_undo(row.withdrawn_at, timezone.now())
    row.withdrawn_at = None
    row.save()
    _told(actor, "conversation.comment.restored", row, subject)
    return row


def _as_it_was(row: Comment) -> Comment:
    """Give back a record that was locked for nothing, with the version it has."""
    row.version -= 1
    return row


def _own(actor: Actor, comment_id: int, expected_version: int | None = None) -> tuple[Comment, Subject]:
    row = _guard.lock(Comment, pk=comment_id)
    subject = _subject(row.subject_kind, row.subject_key)
    _guard.require(
        actor=actor, action="comment.edit", scope=subject.scope, own=row.author_id == actor.user_id
    )
    _guard.unchanged(row, expected_version)
    if row.author_id != actor.user_id:
        raise Forbidden(
            "permission.denied", said("Only its author changes a comment."), hint=said("Write one of yours.")
        )
    return row, subject


@transaction.atomic
def attach(*, actor: Actor, comment_id: int, name: str, data: bytes) -> Attachment:
    """
    Attach a file to one's own comment; the same file again changes nothing.

    Raises:
        Invalid: `attachment.type`: its type, which its bytes tell, is not accepted.
        Refused: `attachment.too_many`, or another file of the comment has that name.
    """
    row, subject = _own(actor, comment_id)
    if row.withdrawn_at is not None:
        raise Refused(
            "comment.withdrawn", said("This comment was withdrawn."), hint=said("Restore it first.")
        )
    return _attach(actor, row, subject, attached(name, data))


def _attach(actor: Actor, row: Comment, subject: Subject, file: AttachedFile) -> Attachment:
    held = row.attachments.filter(name=file.name).first()
    if held is None and row.attachments.count() >= FILES_PER_COMMENT:
        raise Refused(
            "attachment.too_many",
            said("A comment has at most {most} files.", most=FILES_PER_COMMENT),
            hint=said("Write another."),
        )
    digest = conversations.store().keep(file.data)
    if held is not None and held.digest == digest:
        return held
    if held is not None:
        raise Refused(
            "attachment.name_taken",
            said("There is a file {name} already.", name=file.name),
            hint=said("Rename yours."),
        )
    made = Attachment.objects.create(
        comment=row, name=file.name, media_type=file.media_type, size=len(file.data), digest=digest
    )
    row.save()
    about = {"file": file.name, "digest": digest, "size": made.size}
    _told(actor, "conversation.file.attached", row, subject, about)
    return made


@transaction.atomic
def watch(*, actor: Actor, kind: str, key: str, is_on: bool = True) -> Watch:
    """Say that one wants to be told what happens to a record, or that one does not."""
    subject = _subject(kind, key)
    person: User = _guard.person(actor)
    _guard.require(
        actor=actor, action="record.watch", scope=_guard.ANYWHERE if subject.is_common else subject.scope
    )
    row, _ = Watch.objects.update_or_create(
        person=person, subject_kind=subject.kind, subject_key=subject.key, defaults={"is_on": is_on}
    )
    return row


def _told(
    actor: Actor, action: str, row: Comment, subject: Subject, more: dict[str, Any] | None = None
) -> None:
    facts = {"on": [str(subject.kind), subject.key], **(more or {})}
    about = ("comment", str(row.pk))
    _audit.record(
        actor=actor, action=action, stream=subject.stream, subject=about, facts=facts, version=row.version
    )
