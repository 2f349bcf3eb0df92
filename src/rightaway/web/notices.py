"""The communication page of a release, and the page on which a recipient reads a notice and acknowledges it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.notices import Delivery, Reach, To
from rightaway.domain.sentences import said
from rightaway.queries import approvals
from rightaway.queries import notices as ask
from rightaway.services import notices as commands
from rightaway.web import choices, frames
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.notices import PlannedNoticeForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

TAB = "release-communication"
MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One notice with what became of it; `silent` have not acknowledged it."""

    row: Any
    due_at: Any
    reach: Reach
    lines: list[ask.Line]
    more: int
    silent: int
    is_outside: bool
    is_overdue: bool

    @property
    def delivered(self) -> int:
        return self.reach.recipients - self.reach.undelivered


@page
def communication(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    rows = list(ask.of_release(row))
    lines = ask.lines(rows)
    context = {
        **frames.frame(viewer, row, TAB),
        "notices": [_shown(row, one, lines[one.pk]) for one in rows],
        "has_stakeholders": row.stakeholders.exists(),
        "outage": ask.outage(row),
        "mine": [one for one in rows if any(line.row.person_id == viewer.user.pk for line in lines[one.pk])],
    }
    return render(request, "releases/communication.html", context)


def _shown(release: Any, row: Any, lines: list[ask.Line]) -> Shown:
    due = ask.due(row, release)
    first = sorted(lines, key=lambda one: list(Delivery)[::-1].index(one.told.delivery))
    return Shown(
        row=row,
        due_at=due,
        reach=ask.reach(lines),
        lines=first[:MOST],
        more=max(0, len(lines) - MOST),
        silent=sum(one.row.acknowledged_at is None for one in lines),
        is_outside=row.to == To.OUTSIDE,
        is_overdue=row.sent_at is None and due is not None and due <= timezone.now(),
    )


def _open(viewer: Viewer, number: str) -> Any:
    row = frames.found(viewer, number)
    viewer.require(commands.EDIT, row.service.key, own=row.initiated_by_id == viewer.user.pk)
    return row


def _held(viewer: Viewer, number: str, notice_id: int) -> tuple[Any, Any]:
    row = _open(viewer, number)
    found = ask.notice(row, notice_id)
    if found is None:
        raise NotFound("not_found", said("{number} has no such notice.", number=number))
    return row, found


@act
def plan(request: HttpRequest, viewer: Viewer, number: str, notice_id: int | None = None) -> HttpResponse:
    row, held = (_open(viewer, number), None) if notice_id is None else _held(viewer, number, notice_id)
    initial: dict[str, Any] = {"to": To.STAKEHOLDERS}
    if held is not None:
        initial = {
            name: getattr(held, name)
            for name in ("to", "part", "audience", "moment", "due_at", "text", "acknowledge_pct")
        }
        initial |= {
            "people": [one.username for one in held.people.all()],
            "groups": [one.key for one in held.groups.all()],
        }
    groups = [(one.key, one.name) for one in approvals.groups()]
    form = PlannedNoticeForm(**bound(request), people=choices.persons(), groups=groups, initial=initial)

    def run(given: dict[str, Any]) -> None:
        named = {name: given.pop(name) for name in ("to", "audience", "moment", "people", "groups")}
        commands.plan(actor=viewer.actor, number=number, fields=given, **named)

    return command(
        request,
        form,
        run,
        title=_("Plan a notice"),
        button=_("Save"),
        done=_("The notice is planned."),
        **frames.inside(row, TAB),
    )


def _command(
    request: HttpRequest, row: Any, run: Any, *, title: str, button: str, done: str, **more: Any
) -> HttpResponse:
    return command(
        request,
        CommandForm(**bound(request)),
        run,
        title=title,
        button=button,
        done=done,
        **frames.inside(row, TAB),
        **more,
    )


@act
def send(request: HttpRequest, viewer: Viewer, number: str, notice_id: int) -> HttpResponse:
    row, held = _held(viewer, number, notice_id)
    return _command(
        request,
        row,
        lambda _given: commands.send(actor=viewer.actor, number=number, notice=notice_id),
        title=_("Send the notice to {audience} now").format(audience=held.audience),
        button=_("Send"),
        done=_("The notice is sent."),
        text=held.text,
    )


@act
def remind(request: HttpRequest, viewer: Viewer, number: str, notice_id: int) -> HttpResponse:
    row, held = _held(viewer, number, notice_id)
    return _command(
        request,
        row,
        lambda _given: commands.remind(actor=viewer.actor, number=number, notice=notice_id),
        title=_("Remind who has not acknowledged the notice to {audience}").format(audience=held.audience),
        button=_("Remind"),
        done=_("They are reminded."),
        text=_("Everybody is reminded once."),
    )


@act
def withdraw(request: HttpRequest, viewer: Viewer, number: str, notice_id: int) -> HttpResponse:
    row, held = _held(viewer, number, notice_id)
    return _command(
        request,
        row,
        lambda _given: commands.withdraw(actor=viewer.actor, number=number, notice=notice_id),
        title=_("Take the notice to {audience} out of the plan").format(audience=held.audience),
        button=_("Take out"),
        done=_("The notice is taken out."),
        tone="danger",
    )


@act
def read(request: HttpRequest, viewer: Viewer, notice_id: int) -> HttpResponse:
    """Show a notice to one of its recipients, with the button that acknowledges it."""
    held = ask.for_person(viewer.user.pk).filter(notice=notice_id).first()
    if held is None:
        raise NotFound(
            "not_found", said("There is no such notice to you."), hint=said("Look into your inbox.")
        )
    number = held.notice.release.number
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.acknowledge(actor=viewer.actor, notice=notice_id),
        title=_("Notice about {number}").format(number=number),
        button=_("I have read it"),
        back=reverse("notice-read", args=[notice_id]),
        done=_("You have acknowledged the notice."),
        text=held.notice.sent_text,
        template="notices/read.html",
        held=held,
        crumbs=[(_("Inbox"), reverse("inbox"))],
    )
