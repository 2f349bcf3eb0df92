"""Conversations about records: comments with their files, and who watches."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.http import content_disposition_header

from rightaway.domain.subjects import Subject
from rightaway.library.attachments import Attachments
from rightaway.queries import subjects
from rightaway.records.conversations.models import Attachment, Comment, Watch, Wording


def comments(of: Subject) -> QuerySet[Comment]:
    """
    List what was said about a record, oldest first, with authors, files and the people mentioned.

    Withdrawn comments are in their place; doors show that something was said, and not what.
    """
    found = Comment.objects.filter(subject_kind=of.kind, subject_key=of.key)
    return found.select_related("author").prefetch_related("attachments", "mentioned").order_by("id")


def newest(of: Subject, count: int) -> tuple[list[Comment], int]:
    """Give the last comments about a record, oldest first, and how many there are before them."""
    found = comments(of)
    rows = list(found.order_by("-id")[: count + 1])
    if len(rows) <= count:
        return rows[::-1], 0
    return rows[count - 1 :: -1], found.count() - count


def place(row: Comment) -> tuple[int, int]:
    """Tell how many comments about the same record were written before one, and how many after it."""
    same = Comment.objects.filter(subject_kind=row.subject_kind, subject_key=row.subject_key)
    counted = same.aggregate(
        before=Count("pk", filter=Q(pk__lt=row.pk)), after=Count("pk", filter=Q(pk__gt=row.pk))
    )
    return counted["before"], counted["after"]


def comment(comment_id: int) -> Comment | None:
    related = ("attachments", "mentioned")
    return Comment.objects.select_related("author").prefetch_related(*related).filter(pk=comment_id).first()


def wordings(row: Comment) -> QuerySet[Wording]:
    """Give what the comment said before its edits, oldest first."""
    return row.wordings.order_by("id")


def attachment(attachment_id: int) -> Attachment | None:
    """Give a file that came with a comment which still stands."""
    found = Attachment.objects.select_related("comment__author")
    return found.filter(pk=attachment_id, comment__withdrawn_at__isnull=True).first()


@cache
def store() -> Attachments:
    return Attachments(settings.ENVIRONMENT.attachments_folder)


@dataclass(frozen=True, slots=True)
class Download:
    data: bytes
    headers: dict[str, str]


def download(row: Attachment) -> Download:
    """
    Give a file as every door sends it: to be saved, never shown; its bytes were checked.

    Source: OWASP File Upload Cheat Sheet; RFC 6266 for the name.
    """
    disposition = content_disposition_header(as_attachment=True, filename=row.name)
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": disposition or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return Download(store().read(row.digest), headers)


def watchers(of: Subject) -> frozenset[int]:
    """
    Give the accounts that are told what happens to a record.

    Who has a part in it watches without asking, and so do those who watch its parent; one's own word on the
    record counts over that. Only active people who may see it are among them.
    """
    lines = list(_line(of))
    rows = Watch.objects.filter(_any(lines)).values_list("subject_kind", "subject_key", "person_id", "is_on")
    said: dict[tuple[str, str], dict[int, bool]] = {}
    for kind, key, person, is_on in rows:
        said.setdefault((kind, key), {})[person] = is_on
    watching: set[int] = set()
    for one in reversed(lines):
        words = said.get((str(one.kind), one.key), {})
        watching |= one.involved | {person for person, is_on in words.items() if is_on}
        watching -= {person for person, is_on in words.items() if not is_on}
    return frozenset(subjects.viewers(of).filter(pk__in=watching).values_list("pk", flat=True))


def is_watching(user_id: int, of: Subject) -> bool:
    return user_id in watchers(of)


def _line(of: Subject) -> Iterator[Subject]:
    yield of
    if of.parent is not None:
        yield from _line(of.parent)


def _any(lines: list[Subject]) -> Q:
    found = Q()
    for one in lines:
        found |= Q(subject_kind=one.kind, subject_key=one.key)
    return found
