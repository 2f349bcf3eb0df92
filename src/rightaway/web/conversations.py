"""What people say about a record, on its page: comments with files and mentions, and who watches it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.conversations import UNDO_WITHIN
from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.subjects import Subject, SubjectKind
from rightaway.queries import conversations as ask
from rightaway.queries import subjects as ask_subjects
from rightaway.services import conversations as commands
from rightaway.web import subjects
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.conversations import CommentForm, EditCommentForm
from rightaway.web.pages import PER_PAGE, act, bound, command, page, paged
from rightaway.web.viewers import Viewer

NEWEST = 30
SUGGESTED = 8
ANCHOR = "#conversation"


@dataclass(frozen=True, slots=True)
class Said:
    """One comment as this person sees it; of a withdrawn one there is neither text nor file."""

    row: Any
    text: str
    mentioned: frozenset[str]
    files: tuple[Any, ...]
    may_edit: bool
    may_restore: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as a page shows it; `earlier` comments are only on its own page."""

    subject: Subject
    said: list[Said]
    earlier: int
    watchers: int
    is_watching: bool
    may_watch: bool
    form: CommandForm | None


def talk(viewer: Viewer, kind: SubjectKind, row: Any) -> Talk:
    """Give the end of the conversation about a record, for the page of that record."""
    subject = ask_subjects.of_row(kind, row)
    rows, earlier = ask.newest(subject, NEWEST)
    return _talk(viewer, subject, rows, earlier, CommentForm(people=_people(subject)))


def _talk(viewer: Viewer, subject: Subject, rows: Iterable[Any], earlier: int, form: CommandForm) -> Talk:
    watching = ask.watchers(subject)
    return Talk(
        subject=subject,
        said=[_said(viewer, subject, row) for row in rows],
        earlier=earlier,
        watchers=len(watching),
        is_watching=viewer.user.pk in watching,
        may_watch=viewer.may("record.watch", subjects.scope(subject)),
        form=form if viewer.may("record.comment", subject.scope) else None,
    )


def _said(viewer: Viewer, subject: Subject, row: Any) -> Said:
    own = row.author_id == viewer.user.pk
    mine = own and viewer.may("comment.edit", subject.scope, own=own)
    if row.withdrawn_at is not None:
        in_time = timezone.now() - row.withdrawn_at <= UNDO_WITHIN
        return Said(row, "", frozenset(), (), may_edit=False, may_restore=mine and in_time)
    mentioned = frozenset(one.username for one in row.mentioned.all())
    return Said(row, row.text, mentioned, tuple(row.attachments.all()), may_edit=mine, may_restore=False)


def _people(subject: Subject) -> str:
    return reverse("mentions", args=[subject.kind, subject.key])


def address(row: Any) -> str:
    """Give where a comment stands: on the page of its record, or among the earlier ones."""
    before, after = ask.place(row)
    anchor = f"#comment-{row.pk}"
    if after < NEWEST:
        return f"{subjects.address(row.subject_kind, row.subject_key)}{anchor}"
    whole = reverse("conversation", args=[row.subject_kind, row.subject_key])
    return f"{whole}?page={before // PER_PAGE + 1}{anchor}"


@act
def conversation(request: HttpRequest, viewer: Viewer, kind: str, key: str) -> HttpResponse:
    """Show the whole conversation; a comment that is refused is shown here with everything typed."""
    subject = subjects.found(viewer, kind, key)
    form = CommentForm(**bound(request), people=_people(subject))
    said: list[Any] = []

    def run(given: dict[str, Any]) -> str:
        files = [(one.name, one.read()) for one in given["attachments"]]
        row = commands.comment(actor=viewer.actor, kind=kind, key=key, text=given["text"], files=files)
        said.append(row)
        return address(row)

    rows = paged(request, ask.comments(subject))
    return command(
        request,
        form,
        run,
        title=_("Conversation about {number}").format(number=key),
        button=_("Comment"),
        back=subjects.address(kind, key),
        done=_("Your comment is there."),
        undo=lambda _given: reverse("comment-withdraw", args=[said[0].pk]),
        crumbs=[(f"{key} {subject.title}"[:60], subjects.address(kind, key))],
        template="conversations/conversation.html",
        talk=_talk(viewer, subject, rows, 0, form),
        rows=rows,
    )


@page
def mentions(request: HttpRequest, viewer: Viewer, kind: str, key: str) -> HttpResponse:
    """Suggest whom to mention: people who may see the record."""
    subject = subjects.found(viewer, kind, key)
    text = request.GET.get("q", "")[:80].replace("\0", "")
    people = ask_subjects.viewers(subject).exclude(pk=viewer.user.pk)
    people = people.filter(Q(username__istartswith=text) | Q(name__icontains=text)).order_by("username")
    found = [{"username": one.username, "name": one.name} for one in people[:SUGGESTED]]
    return JsonResponse({"found": found})


@page
def download(request: HttpRequest, viewer: Viewer, attachment: int) -> HttpResponse:  # noqa: ARG001 -- the door's
    """Give an attached file, to be saved; who may see the record of its comment may have it."""
    row = ask.attachment(attachment)
    if row is None:
        raise NotFound(
            "not_found",
            said("There is no attachment {attachment}.", attachment=attachment),
            hint=said("It may be withdrawn by now."),
        )
    subjects.found(viewer, row.comment.subject_kind, row.comment.subject_key)
    found = ask.download(row)
    return HttpResponse(found.data, headers=found.headers)


@act
def watch(request: HttpRequest, viewer: Viewer, kind: str, key: str, wish: str) -> HttpResponse:
    subject = subjects.found(viewer, kind, key)
    viewer.require("record.watch", subjects.scope(subject))
    is_on = wish == "on"
    opposite = reverse("watch", args=[kind, key, "off" if is_on else "on"])
    title = _("Watch {number}") if is_on else _("Stop watching {number}")
    done = _("You watch {number}.") if is_on else _("You no longer watch {number}.")
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.watch(actor=viewer.actor, kind=kind, key=key, is_on=is_on),
        title=title.format(number=key),
        button=_("Watch") if is_on else _("Stop watching"),
        back=f"{subjects.address(kind, key)}{ANCHOR}",
        done=done.format(number=key),
        undo=opposite,
        text=_("Who watches a record finds in the inbox what happens to it."),
    )


def _own(viewer: Viewer, comment: int) -> tuple[Any, Subject]:
    row = ask.comment(comment)
    if row is None:
        raise NotFound(
            "not_found",
            said("There is no comment {comment}.", comment=comment),
            hint=said("Check the address."),
        )
    subject = subjects.found(viewer, row.subject_kind, row.subject_key)
    viewer.require("comment.edit", subject.scope, own=row.author_id == viewer.user.pk)
    return row, subject


def _of_comment(row: Any, subject: Subject) -> dict[str, Any]:
    return {"back": address(row), "crumbs": [(subject.key, subjects.address(subject.kind, subject.key))]}


@act
def edit(request: HttpRequest, viewer: Viewer, comment: int) -> HttpResponse:
    row, subject = _own(viewer, comment)
    if row.withdrawn_at is not None:
        raise NotFound("not_found", said("This comment was withdrawn."), hint=said("Restore it first."))
    initial = {"version": row.version, "text": row.text}
    return command(
        request,
        EditCommentForm(**bound(request), people=_people(subject), initial=initial),
        lambda given: commands.edit(
            actor=viewer.actor, comment_id=comment, text=given["text"], expected_version=given["version"]
        ),
        title=_("Edit your comment"),
        button=_("Save"),
        done=_("Your comment is changed."),
        text=_("What it said before is kept, and can be read over the API."),
        **_of_comment(row, subject),
    )


@act
def withdraw(request: HttpRequest, viewer: Viewer, comment: int) -> HttpResponse:
    row, subject = _own(viewer, comment)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.withdraw(actor=viewer.actor, comment_id=comment),
        title=_("Withdraw your comment"),
        button=_("Withdraw"),
        done=_("Your comment is withdrawn."),
        undo=reverse("comment-restore", args=[comment]),
        text=_(
            "Its place stays; its text and files are no longer shown. It can be restored for ten minutes."
        ),
        **_of_comment(row, subject),
    )


@act
def restore(request: HttpRequest, viewer: Viewer, comment: int) -> HttpResponse:
    row, subject = _own(viewer, comment)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.restore(actor=viewer.actor, comment_id=comment),
        title=_("Restore your comment"),
        button=_("Restore"),
        done=_("Your comment is restored."),
        undo=reverse("comment-withdraw", args=[comment]),
        **_of_comment(row, subject),
    )
