"""Change requests: the list, registering one, one change with its steps and its authorisation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import SubjectKind
from rightaway.queries import boards as ask_boards
from rightaway.queries import changes
from rightaway.queries import risk as ask_risk
from rightaway.services import changes as commands
from rightaway.web import choices, conversations, lists, risk
from rightaway.web.forms.changes import DecisionForm, EditChangeForm, NoteForm, RegisterChangeForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.statuses import within, words
from rightaway.web.viewers import Viewer

DECIDED = frozenset({"authorise", "reject"})
WITH_RELEASE = frozenset({"implement", "finish", "fail", "back_out", "pass_tests", "accept"})
CLOSING = frozenset({"close", "update_cmdb"})
BACK = frozenset({"send_back", "withdraw", "hold"})
FINISHED = frozenset({"implementing", "implemented", "closed"})


@page
@lists.opens_with_default("changes")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "changes")
    rows = viewer.narrowed(changes.changes(**around["filters"].chosen()), "service__key")
    context = {
        "rows": paged(request, rows),
        **around,
        "may_register": viewer.may("change.register", None),
    }
    return render(request, "changes/index.html", context)


def _found(viewer: Viewer, number: str) -> Any:
    row = changes.change(number)
    return viewer.seen(row, row.service.key if row else "", said("change {number}", number=number))


def _crumbs(number: str) -> list[tuple[str, str]]:
    return [(_("Changes"), reverse("changes")), (number, reverse("change", args=[number]))]


@act
def register(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("change.register", None)
    form = RegisterChangeForm(
        **bound(request),
        services=choices.services(viewer, "change.register"),
        items=choices.items(),
        models=choices.change_models(),
    )

    def run(given: dict[str, Any]) -> str:
        names = [*form.WRITTEN]
        row = commands.register(
            actor=viewer.actor,
            title=given["title"],
            description=given["description"],
            change_type=given["change_type"],
            service=given["service"],
            affected_cis=given["affected_cis"],
            model=given["model"],
            fields=form.values(names),
        )
        return reverse("change", args=[row.number])

    return command(
        request,
        form,
        run,
        title=_("Register a change"),
        button=_("Register"),
        back=reverse("changes"),
        done=_("The change is registered."),
        crumbs=[(_("Changes"), reverse("changes"))],
    )


@page
def change(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    events = changes.events(row)
    own = row.requester_id == viewer.user.pk
    scope = row.service.key
    may_edit, may_close = viewer.may("change.edit", scope, own=own), viewer.may("change.close", scope)
    steps = [
        (event, words(event), event not in BACK)
        for event in sorted(
            events, key=lambda event: event not in BACK
        )  # what leads on stands last, as elsewhere
        if event not in DECIDED | WITH_RELEASE and (may_close if event in CLOSING else may_edit)
    ]
    board = ask_boards.deciding(row) if "authorise" in events else None
    has_vote = board is None or viewer.user.pk in ask_boards.acting(board.board, timezone.now())
    context = {
        "change": row,
        "board": board,
        "items": list(row.affected_cis.order_by("key")),
        "risk": risk.shown(ask_risk.of_change(row), row.risk_level, row.risk_reason),
        "votes": list(row.authorisations.all()),
        "steps": steps,
        "may_edit": may_edit and row.state not in FINISHED,
        "may_decide": "authorise" in events and not own and has_vote and _may_authorise(viewer, row),
        "is_own": own and "authorise" in events and _may_authorise(viewer, row),
        "may_revert": changes.may_be_reverted(row) and _may_authorise(viewer, row),
        "form": DecisionForm(initial={"version": row.version}),
        "talk": conversations.talk(viewer, SubjectKind.CHANGE, row),
        "crumbs": _crumbs(number)[:1],
    }
    return render(request, "changes/change.html", context)


def _may_authorise(viewer: Viewer, row: Any) -> bool:
    action = "change.authorise.emergency" if row.change_type == "emergency" else "change.authorise"
    return viewer.may(action, row.service.key)


@act
def edit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    viewer.require("change.edit", row.service.key, own=row.requester_id == viewer.user.pk)
    initial = {name: getattr(row, name) for name in EditChangeForm.base_fields}
    form = EditChangeForm(**bound(request), initial=initial)

    def run(given: dict[str, Any]) -> None:
        fields = form.changed()
        if fields:
            commands.edit(actor=viewer.actor, number=number, fields=fields, expected_version=given["version"])

    return command(
        request,
        form,
        run,
        title=_("Edit {number}").format(number=number),
        button=_("Save"),
        back=reverse("change", args=[number]),
        done=_("Saved."),
        text=_("A change that was authorised and whose content changes has to be authorised again."),
        crumbs=_crumbs(number),
    )


@act
def move(request: HttpRequest, viewer: Viewer, number: str, event: str) -> HttpResponse:
    row = _found(viewer, number)
    if event in DECIDED | WITH_RELEASE or event not in changes.events(row):
        raise NotFound(
            "not_found",
            said(
                "{number} is {state}, which has no step {event}.",
                number=number,
                state=Word(row.state.replace("_", " ")),
                event=Word(event.replace("_", " ")),
            ),
            hint=said("Look at the page of the change."),
        )
    action = "change.close" if event in CLOSING else "change.edit"
    viewer.require(action, row.service.key, own=row.requester_id == viewer.user.pk)
    return command(
        request,
        NoteForm(**bound(request), initial={"version": row.version}),
        lambda given: commands.move(
            actor=viewer.actor,
            number=number,
            event=event,
            note=given["note"],
            expected_version=given["version"],
        ),
        title=f"{words(event)}: {number}",
        button=words(event),
        back=reverse("change", args=[number]),
        done=_("{number}: {words} is done.").format(number=number, words=within(words(event))),
        crumbs=_crumbs(number),
    )


@act
def decide(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    return command(
        request,
        DecisionForm(**bound(request), initial={"version": row.version}),
        lambda given: commands.authorise(
            actor=viewer.actor,
            number=number,
            decision=given["decision"],
            note=given["note"],
            expected_version=given["version"],
        ),
        title=_("Decide on {number}").format(number=number),
        button=_("Decide"),
        back=reverse("change", args=[number]),
        done=_("Your decision is recorded."),
        text=f"{row.title}\n\n{row.description}",
        crumbs=_crumbs(number),
    )
