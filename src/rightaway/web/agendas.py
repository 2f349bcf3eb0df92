"""What is done with one item of an agenda: its votes, its place, what was said, what somebody takes on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import boards as ask_boards
from rightaway.queries import workbench
from rightaway.services import agendas as commands
from rightaway.services import approvals, changes
from rightaway.web import choices
from rightaway.web.accounts import sensitive
from rightaway.web.boards import VIEW, require_conduct
from rightaway.web.forms.base import CommandForm, ReasonForm
from rightaway.web.forms.boards import ActionForm, BoardVoteForm, ItemForm, NoteItemForm, PlaceForm
from rightaway.web.meetings import found, page_of, trail
from rightaway.web.pages import act, bound, command
from rightaway.web.viewers import Viewer


def _item(viewer: Viewer, row: Any, item: int) -> workbench.Looked:
    looked, _hidden = workbench.looked_at(
        row, viewer.user.pk, lambda service: viewer.may(VIEW, service), [item]
    )
    if not looked:
        raise NotFound(
            "not_found",
            said("{number} has no such item.", number=row.number),
            hint=said("Look at its agenda."),
        )
    return looked[0]


@act
@sensitive
def vote(request: HttpRequest, viewer: Viewer, number: str, item: int) -> HttpResponse:
    """Give one's own vote, by the command that takes votes everywhere."""
    row = found(viewer, number)
    one = _item(viewer, row, item)
    form = BoardVoteForm(**bound(request), initial={"version": one.version, "digest": one.digest})

    def run(given: dict[str, Any]) -> None:
        change, approval = one.row.change, one.row.approval
        if change is not None:
            decision = "approve" if given["decision"] == "approve" else "reject"
            changes.authorise(
                actor=viewer.actor,
                number=change.number,
                decision=decision,
                note=given["note"],
                expected_version=given["version"],
            )
        elif approval is not None:
            approvals.vote(
                actor=viewer.actor,
                number=approval.release.number,
                kind=approval.kind,
                decision=given["decision"],
                digest=given["digest"],
                reason=given["note"],
            )

    return command(
        request,
        form,
        run,
        title=_("Vote on {item}").format(item=one.row.subject),
        button=_("Vote"),
        back=page_of(row, item),
        done=_("Your vote is recorded."),
        text=one.title,
        crumbs=trail(row),
    )


@act
def add(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = found(viewer, number)
    require_conduct(viewer, row.board)
    items = [*choices.open_changes(viewer), *_approvals(viewer)]

    def run(given: dict[str, Any]) -> None:
        release, sign, kind = given["item"].partition("/")
        named = {"release": release, "kind": kind} if sign else {"change": release}
        commands.add(actor=viewer.actor, number=number, **named)

    return command(
        request,
        ItemForm(**bound(request), items=items),
        run,
        title=_("Put something on the agenda of {number}").format(number=number),
        button=_("Add"),
        back=page_of(row),
        done=_("It is on the agenda."),
        crumbs=trail(row),
    )


def _approvals(viewer: Viewer) -> list[tuple[str, str]]:
    rows = viewer.narrowed(ask_boards.pending_approvals(), "release__service__key")
    return [
        (f"{one.release.number}/{one.kind}", f"{one.release} ({one.kind})") for one in rows[: choices.MOST]
    ]


@act
def remove(request: HttpRequest, viewer: Viewer, number: str, item: int) -> HttpResponse:
    row = found(viewer, number)
    require_conduct(viewer, row.board)
    one = _item(viewer, row, item)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.remove(actor=viewer.actor, number=number, item=item),
        title=_("Take {item} off the agenda").format(item=one.row.subject),
        button=_("Take off"),
        back=page_of(row),
        done=_("It is off the agenda."),
        text=one.title,
        crumbs=trail(row),
    )


@act
def place(request: HttpRequest, viewer: Viewer, number: str, item: int) -> HttpResponse:
    row = found(viewer, number)
    require_conduct(viewer, row.board)
    one = _item(viewer, row, item)
    return command(
        request,
        PlaceForm(**bound(request), initial={"position": one.row.position}),
        lambda given: commands.move(actor=viewer.actor, number=number, item=item, position=given["position"]),
        title=_("Move {item}").format(item=one.row.subject),
        button=_("Move"),
        back=page_of(row),
        done=_("Moved."),
        text=one.title,
        crumbs=trail(row),
    )


@act
def defer(request: HttpRequest, viewer: Viewer, number: str, item: int) -> HttpResponse:
    row = found(viewer, number)
    require_conduct(viewer, row.board)
    one = _item(viewer, row, item)
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: commands.defer(actor=viewer.actor, number=number, item=item, reason=given["reason"]),
        title=_("Defer {item} to the next meeting").format(item=one.row.subject),
        button=_("Defer"),
        back=page_of(row, item),
        done=_("It is deferred."),
        text=one.title,
        crumbs=trail(row),
    )


@act
def note(request: HttpRequest, viewer: Viewer, number: str, item: int) -> HttpResponse:
    row = found(viewer, number)
    require_conduct(viewer, row.board)
    one = _item(viewer, row, item)
    return command(
        request,
        NoteItemForm(**bound(request), initial={"text": one.row.note}),
        lambda given: commands.note(actor=viewer.actor, number=number, item=item, text=given["text"]),
        title=_("What was said about {item}").format(item=one.row.subject),
        button=_("Save"),
        back=page_of(row, item),
        done=_("It is in the minutes."),
        text=one.title,
        crumbs=trail(row),
    )


@act
def take_on(request: HttpRequest, viewer: Viewer, number: str, item: int | None = None) -> HttpResponse:
    """Write down an action, of the meeting or of one item; or ask for information that a decision waits for."""
    row = found(viewer, number)
    require_conduct(viewer, row.board)
    one = _item(viewer, row, item) if item else None
    form = ActionForm(**bound(request), people=choices.persons(), of_item=one is not None)
    return command(
        request,
        form,
        lambda given: commands.take_on(
            actor=viewer.actor,
            number=number,
            item=item,
            text=given["text"],
            owner=given["owner"],
            due_at=given["due_at"],
            asks=given.get("asks", False),
        ),
        title=_("Action about {item}").format(item=one.row.subject) if one else _("Action"),
        button=_("Write down"),
        back=page_of(row, item),
        done=_("It is written down, and its owner is told."),
        crumbs=trail(row),
    )


@act
def finish(request: HttpRequest, viewer: Viewer, number: str, action: int) -> HttpResponse:
    row = found(viewer, number)
    held = row.actions.filter(pk=action).first()
    if held is None:
        raise NotFound("not_found", said("There is no such action."), hint=said("Look at the meeting."))
    if held.owner_id != viewer.user.pk:
        require_conduct(viewer, row.board)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.finish(actor=viewer.actor, number=number, action=action),
        title=_("Done"),
        button=_("Done"),
        back=page_of(row),
        done=_("It is done."),
        text=held.text,
        crumbs=trail(row),
    )
