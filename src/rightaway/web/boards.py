"""Boards: the list, one board, proposing and confirming one, and what boards decided."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.boards import definition, definition_digest
from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.queries import boards as ask
from rightaway.queries import meetings as ask_meetings
from rightaway.queries import templates
from rightaway.services import boards as commands
from rightaway.web import choices, conversations, lists
from rightaway.web.accounts import sensitive
from rightaway.web.forms.base import VersionForm
from rightaway.web.forms.boards import AwayForm, BoardFilter, BoardForm, ConfirmForm, initial
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.statuses import words
from rightaway.web.viewers import EVERYWHERE, Viewer

DEFINE, CONDUCT, VIEW = "board.define", "board.conduct", "release.view"
LATEST = 5


def crumbs(row: Any = None) -> list[tuple[str, str]]:
    found = [(_("Boards"), reverse("boards"))]
    return [*found, (row.title, reverse("board", args=[row.key]))] if row else found


def conducts(viewer: Viewer, row: Any) -> bool:
    return viewer.may(CONDUCT, None, own=row.chair_id == viewer.user.pk)


def require_conduct(viewer: Viewer, row: Any) -> None:
    viewer.require(CONDUCT, None, own=row.chair_id == viewer.user.pk)


def opened(viewer: Viewer) -> None:
    """Let everybody see who decides who has any role, and those who define boards."""
    if not viewer.may(DEFINE):
        viewer.require(VIEW, None)


def found(viewer: Viewer, key: str) -> Any:
    opened(viewer)
    row = ask.board(key)
    if row is None:
        raise NotFound("not_found", said("There is no board {key}.", key=key), hint=said("Look at the list."))
    return row


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    opened(viewer)
    filters = BoardFilter(request.GET)
    context = {
        "rows": paged(request, ask.boards(**filters.chosen())),
        "filters": filters,
        "may_define": viewer.may(DEFINE),
        "sees": viewer.may(VIEW, None),
    }
    return render(request, "boards/boards.html", context)


@page
def board(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    row = found(viewer, key)
    now = timezone.now()
    acting, may_conduct, may_define = ask.acting(row, now), conducts(viewer, row), viewer.may(DEFINE)
    is_own = row.proposed_by_id == viewer.user.pk
    sees = viewer.may(VIEW, None)
    context = {
        "board": row,
        "held": ask.agreed(row),
        "proposed": definition(row.proposed) if row.proposed else None,
        "problems": [*ask.problems(row)],
        "seats": [
            (one, one.alternate_id in acting, may_conduct or one.person_id == viewer.user.pk)
            for one in row.seats.all()
        ],
        "may_define": may_define,
        "may_confirm": may_define and not is_own,
        "is_own": is_own,
        "may_conduct": may_conduct and row.is_active,
        "sees": sees,
        "talk": conversations.talk(viewer, SubjectKind.BOARD, row) if sees else None,
        "meetings": list(ask_meetings.meetings(board=key)[:LATEST]) if sees else [],
        "decisions": list(viewer.narrowed(ask.decisions(board=key), "service__key")[:LATEST]) if sees else [],
        "crumbs": crumbs(),
    }
    return render(request, "boards/board.html", context)


@act
@sensitive
def propose(request: HttpRequest, viewer: Viewer, key: str = "") -> HttpResponse:
    """Propose a new board, or another definition of the one of the address."""
    viewer.require(DEFINE)
    row = found(viewer, key) if key else None
    data = (row.proposed or row.definition) if row else None
    begun = {"version": row.version, "key": key, **initial(definition(data))} if row and data else {}
    form = BoardForm(
        **bound(request),
        initial=begun,
        people=choices.persons(),
        services=choices.all_services(),
        approvals=_approvals(),
    )
    if row:
        form.fields["key"].disabled = True

    def run(given: dict[str, Any]) -> str:
        made = commands.propose(
            actor=viewer.actor,
            key=given["key"],
            definition=form.definition(),
            expected_version=given["version"],
        )
        return reverse("board", args=[made.key])

    return command(
        request,
        form,
        run,
        title=_("Propose a change of {board}").format(board=row.title) if row else _("Propose a board"),
        button=_("Propose"),
        back=reverse("board", args=[key]) if key else reverse("boards"),
        done=_("It is proposed. It is in force when somebody else confirms it."),
        text=_("A board decides on the changes chosen here, and gives approvals whose workflow names it."),
        crumbs=crumbs(row),
    )


def _approvals() -> list[tuple[str, str]]:
    keys = dict.fromkeys(requirement.key for _workflow, requirement in templates.requirements())
    return [(key, words(key)) for key in keys]


@act
@sensitive
def confirm(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    viewer.require(DEFINE)
    row = found(viewer, key)
    if not row.proposed:
        raise NotFound(
            "not_found", said("Nothing is proposed for {key}.", key=key), hint=said("Look at the board.")
        )
    return command(
        request,
        ConfirmForm(
            **bound(request), initial={"version": row.version, "digest": definition_digest(row.proposed)}
        ),
        lambda given: commands.confirm(
            actor=viewer.actor, key=key, digest=given["digest"], expected_version=given["version"]
        ),
        title=_("Confirm {board}").format(board=row.title),
        button=_("Confirm"),
        back=reverse("board", args=[key]),
        done=_("It is in force."),
        text=_("From then on the board decides as it is proposed on its page."),
        crumbs=crumbs(row),
    )


@act
def discard(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    viewer.require(DEFINE)
    row = found(viewer, key)
    return command(
        request,
        VersionForm(**bound(request), initial={"version": row.version}),
        lambda given: commands.discard(actor=viewer.actor, key=key, expected_version=given["version"]),
        title=_("Take back what is proposed for {board}").format(board=row.title),
        button=_("Take back"),
        back=reverse("board", args=[key]),
        done=_("The proposal is taken back."),
        crumbs=crumbs(row),
    )


@act
def away(request: HttpRequest, viewer: Viewer, key: str, seat: int) -> HttpResponse:
    row = found(viewer, key)
    held = row.seats.filter(pk=seat).first()
    if held is None:
        raise NotFound("not_found", said("There is no such seat."), hint=said("Look at the board."))
    if held.person_id != viewer.user.pk:
        require_conduct(viewer, row)
    begun = {"away_from": held.away_from, "away_until": held.away_until}
    return command(
        request,
        AwayForm(**bound(request), initial=begun),
        lambda given: commands.set_away(
            actor=viewer.actor,
            key=key,
            member=held.person.username,
            away_from=given["away_from"],
            away_until=given["away_until"],
        ),
        title=_("When {name} is away").format(name=held.person),
        button=_("Save"),
        back=reverse("board", args=[key]),
        done=_("Saved."),
        text=_("The alternate votes in that time. Leave both empty when the member is back."),
        crumbs=crumbs(row),
    )


@page
@lists.opens_with_default("decisions")
def decisions(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(VIEW, None)
    around = lists.around(request, viewer, "decisions")
    rows = viewer.narrowed(ask.decisions(**around["filters"].chosen()), "service__key")
    context = {"rows": paged(request, rows), **around, "crumbs": crumbs()}
    return render(request, "boards/decisions.html", context)


def sees_minutes(viewer: Viewer, row: Any) -> bool:
    """Say whether a person may read minutes, which name what belongs to every service."""
    return viewer.may(VIEW, EVERYWHERE) or ask.has_seat(row.board, viewer.user.pk)
