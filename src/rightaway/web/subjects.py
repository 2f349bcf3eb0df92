"""The records that people talk about and are told of: found by kind and number, and the page of each."""

from django.urls import reverse

from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import Subject, SubjectKind
from rightaway.queries import subjects
from rightaway.web.viewers import Viewer

PAGES = {
    SubjectKind.RELEASE: "release",
    SubjectKind.CHANGE: "change",
    SubjectKind.DEPLOYMENT: "deployment",
    SubjectKind.CI: "item",
    SubjectKind.INCIDENT: "incident",
    SubjectKind.PROBLEM: "problem",
    SubjectKind.KNOWN_ERROR: "known-error",
    SubjectKind.ARTICLE: "article",
    SubjectKind.MEETING: "meeting",
    SubjectKind.BOARD: "board",
    SubjectKind.CHANGE_MODEL: "change-model",
    SubjectKind.POLICY: "policy",
}


def found(viewer: Viewer, kind: str, key: str) -> Subject:
    """Give the record when the person may see it, whatever kind it is of."""
    row = subjects.subject(kind, key)
    name = said("{kind} {key}", kind=Word(kind[:20].replace("_", " ")), key=key[:80])
    subject: Subject = viewer.seen(row, scope(row) if row else "", name)
    return subject


def scope(subject: Subject) -> str | None:
    """Give where a role must be held to see the record; None is anywhere."""
    return None if subject.is_common else subject.scope


def address(kind: str, key: str) -> str:
    return reverse(PAGES[SubjectKind(kind)], args=[key])
