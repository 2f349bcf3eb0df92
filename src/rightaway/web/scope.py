"""What a release is about: changes, affected items, objectives, known errors, and the people around it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rightaway.domain.values import RecordState
from rightaway.domain.workflow_checks import ENDS
from rightaway.queries import incidents
from rightaway.services import incidents as incident_commands
from rightaway.services import releases as commands
from rightaway.web import choices, frames, relations
from rightaway.web.forms.incidents import LinkErrorForm
from rightaway.web.forms.releases import ExpectForm, RosterForm, ScopeForm, StakeholdersForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

TAB = "scope"


@page
def scope(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    context = {
        **frames.frame(viewer, row, TAB),
        "changes": list(row.changes.select_related("service").order_by("number")),
        "items": _items(row),
        "groups": list(row.affected_groups.order_by("key")),
        "objectives": list(row.objectives.all()),
        "known_errors": list(row.known_errors.select_related("known_error")),
        "stakeholders": list(row.stakeholders.select_related("person").order_by("person__username")),
        "relations": relations.shown(viewer, row, is_over=row.phase in ENDS),
        "roster": list(row.roster.select_related("person")),
    }
    return render(request, "releases/scope.html", context)


def _items(row: Any) -> list[Any]:
    """Give the affected items, named one by one or as members of a group, in order of their key."""
    found = {item.key: item for item in row.affected_cis.all()}
    for group in row.affected_groups.prefetch_related("members"):
        found |= {item.key: item for item in group.members.all()}
    return [found[key] for key in sorted(found)]


def _editable(viewer: Viewer, number: str) -> Any:
    row = frames.found(viewer, number)
    viewer.require("release.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)
    return row


@act
def edit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _editable(viewer, number)
    offered = {
        "changes": choices.open_changes(viewer, row),
        "cis": choices.items(),
        "groups": choices.groups(),
    }
    initial = {
        "version": row.version,
        "changes": list(row.changes.values_list("number", flat=True)),
        "cis": list(row.affected_cis.values_list("key", flat=True)),
        "groups": list(row.affected_groups.values_list("key", flat=True)),
        "objectives": list(row.objectives.values_list("text", flat=True)),
    }
    form = ScopeForm(**bound(request), choices=offered, initial=initial)

    def run(given: dict[str, Any]) -> None:
        changed = form.changed()
        if changed:
            commands.set_scope(
                actor=viewer.actor, number=number, expected_version=given["version"], **changed
            )

    texts = {
        "title": _("Scope of {number}").format(number=number),
        "button": _("Save"),
        "done": _("The scope is saved."),
    }
    return command(request, form, run, **texts, **frames.inside(row, TAB))


@act
def expect(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _editable(viewer, number)
    form = ExpectForm(**bound(request), items=_items(row), initial={"version": row.version})

    def run(given: dict[str, Any]) -> None:
        states = form.states()
        if states:
            commands.expect(
                actor=viewer.actor, number=number, states=states, expected_version=given["version"]
            )

    return command(
        request,
        form,
        run,
        title=_("What the items are going to be"),
        button=_("Save"),
        done=_("The expected state is saved."),
        text=_("After the deployment, what the drivers see on the targets is compared with this."),
        **frames.inside(row, TAB),
    )


@act
def stakeholders(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _editable(viewer, number)
    held = [f"{one.person.username} {one.part}" for one in row.stakeholders.select_related("person")]
    form = StakeholdersForm(**bound(request), initial={"version": row.version, "stakeholders": held})
    return command(
        request,
        form,
        lambda given: commands.set_people(
            actor=viewer.actor,
            number=number,
            stakeholders=given["stakeholders"],
            expected_version=given["version"],
        ),
        title=_("Stakeholders of {number}").format(number=number),
        button=_("Save"),
        done=_("The stakeholders are saved."),
        **frames.inside(row, TAB),
    )


@act
def roster(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _editable(viewer, number)
    held = [
        f"{one.person.username} {one.starts_at:%Y-%m-%dT%H:%M} {one.ends_at:%Y-%m-%dT%H:%M}"
        for one in row.roster.select_related("person")
    ]
    form = RosterForm(**bound(request), initial={"version": row.version, "roster": held})
    return command(
        request,
        form,
        lambda given: commands.set_people(
            actor=viewer.actor, number=number, roster=given["roster"], expected_version=given["version"]
        ),
        title=_("Roster of early life support of {number}").format(number=number),
        button=_("Save"),
        done=_("The roster is saved."),
        **frames.inside(row, TAB),
    )


@act
def known_error(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _editable(viewer, number)
    open_errors = viewer.narrowed(incidents.known_errors(state=RecordState.OPEN), "service__key")
    offered = [(one.number, f"{one.number} {one.title}") for one in open_errors[: choices.MOST]]
    return command(
        request,
        LinkErrorForm(**bound(request), known_errors=offered),
        lambda given: incident_commands.link_known_error(actor=viewer.actor, release=number, **given),
        title=_("Link a known error to {number}").format(number=number),
        button=_("Link"),
        done=_("The known error is linked."),
        **frames.inside(row, TAB),
    )
