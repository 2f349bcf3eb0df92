"""Meetings of boards: the list, the workbench of one, and its minutes."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rightaway.domain.errors import Forbidden, NotFound
from rightaway.domain.meetings import AHEAD, WRITTEN
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.queries import boards as ask_boards
from rightaway.queries import meetings as ask
from rightaway.queries import workbench
from rightaway.services import agendas
from rightaway.services import meetings as commands
from rightaway.web import conversations
from rightaway.web.boards import VIEW, conducts, crumbs, require_conduct, sees_minutes
from rightaway.web.boards import found as found_board
from rightaway.web.forms.base import Text, VersionForm
from rightaway.web.forms.boards import (
    ApproveMinutesForm,
    BoardVoteForm,
    MeetingFilter,
    PlanMeetingForm,
    PresentForm,
    RemarksForm,
    StepMeetingForm,
)
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer

# Of each step what it is called, and what is said when it is done.
STEPS: Mapping[str, tuple[Text, Text, Callable[..., Any]]] = {
    "publish": (gettext_lazy("Publish the agenda"), gettext_lazy("They are told."), agendas.publish),
    "fill": (gettext_lazy("Add what waits by now"), gettext_lazy("The agenda is filled."), agendas.fill),
    "start": (gettext_lazy("Start the meeting"), gettext_lazy("The meeting is running."), commands.start),
    "end": (gettext_lazy("End the meeting"), gettext_lazy("The minutes can be read."), commands.end),
    "cancel": (
        gettext_lazy("Cancel the meeting"),
        gettext_lazy("The meeting is cancelled."),
        commands.cancel,
    ),
}


def found(viewer: Viewer, number: str) -> Any:
    viewer.require(VIEW, None)
    row = ask.meeting(number)
    if row is None:
        raise NotFound(
            "not_found", said("There is no meeting {number}.", number=number), hint=said("Look at the list.")
        )
    return row


def trail(row: Any) -> list[tuple[str, str]]:
    return [*crumbs(row.board), (row.number, reverse("meeting", args=[row.number]))]


def page_of(row: Any, item: int | None = None) -> str:
    return reverse("meeting", args=[row.number]) + (f"#item-{item}" if item else "")


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(VIEW, None)
    filters = MeetingFilter(request.GET)
    context = {
        "rows": paged(request, ask.meetings(**filters.chosen())),
        "filters": filters,
        "crumbs": crumbs(),
    }
    return render(request, "boards/meetings.html", context)


@act
def plan(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    board = found_board(viewer, key)
    require_conduct(viewer, board)
    held = ask_boards.agreed(board)
    form = PlanMeetingForm(**bound(request), has_schedule=bool(held and held.schedule))

    def run(given: dict[str, Any]) -> str:
        return page_of(commands.plan(actor=viewer.actor, board=key, at=given["at"], place=given["place"]))

    return command(
        request,
        form,
        run,
        title=_("Plan a meeting of {board}").format(board=board.title),
        button=_("Plan"),
        back=reverse("board", args=[key]),
        done=_("The meeting is planned, with what waits for the board on its agenda."),
        crumbs=crumbs(board),
    )


@page
def meeting(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = found(viewer, number)
    looked, hidden = workbench.looked_at(row, viewer.user.pk, lambda service: viewer.may(VIEW, service))
    may_conduct, now = conducts(viewer, row.board), timezone.now()
    events = {*ask.events(row)} | ({"publish", "fill"} if row.state in AHEAD else set())
    reads = sees_minutes(viewer, row)
    may_write = may_conduct and row.state in WRITTEN
    context = {
        "meeting": row,
        "items": [(one, _vote_form(one)) for one in looked],
        "hidden": hidden,
        "steps": [(event, STEPS[event][0]) for event in STEPS if event in events] if may_conduct else [],
        "may_order": may_conduct and row.state in AHEAD,
        "may_remove": may_conduct and row.state == "planned",
        "may_write": may_write,
        "may_attend": row.state in WRITTEN and ask_boards.has_seat(row.board, viewer.user.pk),
        "is_present": row.attendance.filter(person=viewer.user.pk).exists(),
        "attendance": list(row.attendance.select_related("person")),
        "acting": len(ask_boards.acting(row.board, now)),
        "actions": [
            (one, one.done_at is None and (may_conduct or one.owner_id == viewer.user.pk))
            for one in row.actions.select_related("owner", "item__change", "item__approval__release")
        ],
        "minutes": ask.minutes(row) if reads and row.started_at else "",
        "may_approve": row.state == "ended" and viewer.user.pk in ask.chairing(row.board, now),
        "talk": conversations.talk(viewer, SubjectKind.MEETING, row),
        "crumbs": crumbs(row.board),
    }
    return render(request, "boards/meeting.html", context)


def _vote_form(one: workbench.Looked) -> BoardVoteForm | None:
    if not one.may_vote:
        return None
    return BoardVoteForm(
        initial={"version": one.version, "digest": one.digest}, auto_id=f"id_{one.row.pk}_%s"
    )


@act
def step(request: HttpRequest, viewer: Viewer, number: str, event: str) -> HttpResponse:
    row = found(viewer, number)
    require_conduct(viewer, row.board)
    if event not in STEPS:
        raise NotFound(
            "not_found", said("A meeting has no step {event}.", event=event), hint=said("Look at its page.")
        )
    title, done, run = STEPS[event]
    begun = {"version": row.version}
    form = StepMeetingForm if event == "cancel" else VersionForm
    return command(
        request,
        form(**bound(request), initial=begun),
        lambda given: run(
            actor=viewer.actor,
            number=number,
            expected_version=given["version"],
            **({"reason": given["reason"]} if event == "cancel" else {}),
        ),
        title=f"{title}: {row.number}",
        button=str(title),
        back=page_of(row),
        done=str(done),
        crumbs=trail(row),
    )


@act
def attend(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Note who is there: oneself, or, for who conducts the meeting, anybody on the board."""
    row = found(viewer, number)
    may_conduct = conducts(viewer, row.board)
    people = (
        {viewer.user.username: str(viewer.user)} if ask_boards.has_seat(row.board, viewer.user.pk) else {}
    )
    if may_conduct:
        for seat in row.board.seats.select_related("person", "alternate"):
            people |= {one.username: str(one) for one in (seat.person, seat.alternate) if one}
    if not people:
        require_conduct(viewer, row.board)
    form = PresentForm(**bound(request), people=[*people.items()])
    return command(
        request,
        form,
        lambda given: commands.attend(
            actor=viewer.actor, number=number, person=given["person"], is_present=given["is_present"]
        ),
        title=_("Who is in {number}").format(number=number),
        button=_("Save"),
        back=page_of(row),
        done=_("Noted."),
        crumbs=trail(row),
    )


@act
def remark(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = found(viewer, number)
    require_conduct(viewer, row.board)
    return command(
        request,
        RemarksForm(**bound(request), initial={"remarks": row.remarks}),
        lambda given: commands.remark(actor=viewer.actor, number=number, remarks=given["remarks"]),
        title=_("Remarks to the minutes of {number}").format(number=number),
        button=_("Save"),
        back=page_of(row),
        done=_("Saved."),
        crumbs=trail(row),
    )


def _readable(viewer: Viewer, number: str) -> Any:
    row = found(viewer, number)
    if not sees_minutes(viewer, row):
        raise Forbidden(
            "permission.denied",
            said("The minutes of {number} are for the members of the board.", number=number),
            hint=said("Ask one of them."),
        )
    return row


@page
def minutes(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Give the minutes as a page that can be printed."""
    row = _readable(viewer, number)
    context = {
        "meeting": row,
        "minutes": ask.minutes(row),
        "may_approve": row.state == "ended" and viewer.user.pk in ask.chairing(row.board, timezone.now()),
        "crumbs": trail(row),
    }
    return render(request, "boards/minutes.html", context)


@page
def markdown(_request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _readable(viewer, number)
    answer = HttpResponse(ask.minutes(row), content_type="text/markdown; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{number}.md"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@act
def approve(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _readable(viewer, number)
    if viewer.user.pk not in ask.chairing(row.board, timezone.now()):
        raise Forbidden(
            "meeting.not_chair",
            said("The chair approves the minutes."),
            hint=said("The alternate of the chair does while the chair is away."),
        )
    begun = {"version": row.version, "digest": ask.digest_of(row)}
    return command(
        request,
        ApproveMinutesForm(**bound(request), initial=begun),
        lambda given: commands.approve_minutes(
            actor=viewer.actor, number=number, digest=given["digest"], expected_version=given["version"]
        ),
        title=_("Approve the minutes of {number}").format(number=number),
        button=_("Approve"),
        back=reverse("minutes", args=[number]),
        done=_("The minutes are approved."),
        text=_("Nothing of the meeting changes afterwards."),
        crumbs=trail(row),
    )
