"""The inbox: what a person was told, each a way to where it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rightaway.domain.errors import NotFound
from rightaway.domain.notifications import NotificationKind as Kind
from rightaway.domain.sentences import said
from rightaway.domain.values import ENGINE
from rightaway.queries import conversations as ask_conversations
from rightaway.queries import notifications as ask
from rightaway.services import notifications as commands
from rightaway.web import conversations, subjects
from rightaway.web.forms.base import CommandForm, Text
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.statuses import within, words
from rightaway.web.viewers import Viewer

ALL = "all"
# What happened: an icon, a sentence of which the facts fill the gaps, and the part of the page where it is.
_TOLD: Mapping[str, tuple[str, Text, str]] = {
    Kind.MENTIONED: ("message-square", gettext_lazy("{by} mentioned you"), ""),
    Kind.COMMENTED: ("message-square", gettext_lazy("{by} commented"), ""),
    Kind.APPROVAL_ASKED: ("hourglass", gettext_lazy("{by} asks for an approval: {approval}"), "#approvals"),
    Kind.APPROVAL_VOIDED: ("ban", gettext_lazy("An approval lost its force: {approval}"), "#approvals"),
    Kind.APPROVAL_REMINDED: (
        "hourglass",
        gettext_lazy("Your vote is still missing: {approval}"),
        "#approvals",
    ),
    Kind.APPROVAL_OVERDUE: ("triangle-alert", gettext_lazy("A vote is overdue: {approval}"), "#approvals"),
    Kind.APPROVAL_EXPIRED: ("hourglass", gettext_lazy("An approval has expired: {approval}"), "#approvals"),
    Kind.APPROVAL_QUESTION: (
        "circle-question-mark",
        gettext_lazy("{by} has a question: {approval}"),
        "#approvals",
    ),
    Kind.APPROVAL_ANSWERED: (
        "message-square",
        gettext_lazy("{by} answered your question: {approval}"),
        "#approvals",
    ),
    Kind.APPROVAL_DELEGATED: ("user-round", gettext_lazy("{by} asks you to vote in their place"), ""),
    Kind.RELEASE_MOVED: ("arrow-right", gettext_lazy("{by} moved the release on: {to}"), ""),
    Kind.RELEASE_HELD: ("pause", gettext_lazy("{by} put the release on hold: {reason}"), ""),
    Kind.RELEASE_RESUMED: ("play", gettext_lazy("{by} resumed the release"), ""),
    Kind.HOLD_OVER: ("hourglass", gettext_lazy("The time set for a hold is over: {reason}"), ""),
    Kind.PAPERWORK_OVERDUE: (
        "triangle-alert",
        gettext_lazy("The paperwork of an emergency is overdue"),
        "",
    ),
    Kind.DEPLOYMENT_BEGUN: ("play", gettext_lazy("The deployment has begun"), ""),
    Kind.DEPLOYMENT_BACKING_OUT: ("undo-2", gettext_lazy("The deployment is being backed out"), ""),
    Kind.DEPLOYMENT_FINISHED: ("circle-dot", gettext_lazy("The deployment has ended: {status}"), ""),
    Kind.TASK_ASSIGNED: ("circle-check", gettext_lazy("{by} gave you a task: {title}"), "#tasks"),
    Kind.ATTEMPT_IN_DOUBT: ("circle-question-mark", gettext_lazy("Nobody knows what happened to a step"), ""),
}
_AS_WRITTEN = ("title", "reason")
_KEYS = ("approval", "to", "status")


@dataclass(frozen=True, slots=True)
class Told:
    row: Any
    icon: str
    text: str


def _told(row: Any) -> Told:
    icon, sentence, _anchor = _TOLD[row.kind]
    facts = {key: within(words(row.facts.get(key, ""))) for key in _KEYS}
    by = "Rightaway" if row.by == ENGINE.name else row.by
    written = {key: row.facts.get(key, "") for key in _AS_WRITTEN}
    text = str(format_lazy(sentence, by=by, **written, **facts))
    return Told(row, icon, text)


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    shows_all = request.GET.get("show") == ALL
    rows = paged(request, ask.inbox(viewer.user.pk, is_unread=None if shows_all else True))
    address = reverse("inbox")
    context = {
        "rows": rows,
        "told": [_told(row) for row in rows],
        "shows_all": shows_all,
        "tabs": [(_("Unread"), address, not shows_all), (_("All"), f"{address}?show={ALL}", shows_all)],
    }
    return render(request, "inbox/index.html", context)


@page
def bell(request: HttpRequest, viewer: Viewer) -> HttpResponse:  # noqa: ARG001 -- the template asks for the count
    """Give the bell of the top bar again."""
    return render(request, "inbox/bell.html")


@page
def follow(request: HttpRequest, viewer: Viewer, notification: int) -> HttpResponse:
    """Lead to where it happened; who goes there has read of it."""
    row = ask.inbox(viewer.user.pk).filter(pk=notification).first()
    if row is None:
        raise NotFound(
            "not_found",
            said("Your inbox has no entry {notification}.", notification=notification),
            hint=said("Look at your inbox."),
        )
    if request.method == "GET":
        commands.mark_read(actor=viewer.actor, notification_id=notification)
    return redirect(_target(row))


def _target(row: Any) -> str:
    comment = ask_conversations.comment(row.facts["comment"]) if "comment" in row.facts else None
    if comment is not None:
        return conversations.address(comment)
    return subjects.address(row.subject_kind, row.subject_key) + _TOLD[row.kind][2]


@act
def read(request: HttpRequest, viewer: Viewer, notification: int | None = None) -> HttpResponse:
    """Mark one thing, or everything, as read."""
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.mark_read(actor=viewer.actor, notification_id=notification),
        title=_("Mark as read") if notification else _("Mark everything as read"),
        button=_("Mark as read"),
        back=reverse("inbox"),
        done=_("Marked as read."),
        crumbs=[(_("Inbox"), reverse("inbox"))],
    )
