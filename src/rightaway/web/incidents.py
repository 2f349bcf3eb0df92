"""Incidents, problems, known errors and interactions: lists and pages, thin."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import IncidentLink, RecordState
from rightaway.queries import incidents
from rightaway.services import incidents as commands
from rightaway.web import choices, conversations, lists
from rightaway.web.forms.incidents import (
    IncidentForm,
    InteractionForm,
    KnownErrorForm,
    LinkIncidentForm,
    MisuseForm,
    ProblemForm,
    ResolveIncidentForm,
)
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer

TABS = (
    ("incidents", gettext_lazy("Incidents")),
    ("problems", gettext_lazy("Problems")),
    ("known-errors", gettext_lazy("Known errors")),
    ("interactions", gettext_lazy("Interactions")),
)


# How a record of each kind leads to its service.
_LISTS: Mapping[str, tuple[Callable[..., Any], str]] = {
    "incidents": (incidents.incidents, "service__key"),
    "problems": (incidents.problems, "release__service__key"),
    "known-errors": (incidents.known_errors, "service__key"),
    "interactions": (incidents.interactions, "release__service__key"),
}


def _list(tab: str) -> Callable[..., HttpResponseBase]:
    listed, scope = _LISTS[tab]

    @page
    @lists.opens_with_default(tab)
    def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
        viewer.require("release.view", None)
        around = lists.around(request, viewer, tab)
        shown = {
            "tabs": [(title, reverse(name), name == tab) for name, title in TABS],
            "rows": paged(request, viewer.narrowed(listed(**around["filters"].chosen()), scope)),
            "may_record": viewer.may("incident.record", None),
            **around,
        }
        return render(request, f"incidents/{tab.replace('-', '_')}.html", shown)

    return index


index, problems, known_errors, interactions = (_list(name) for name, _title in TABS)


@page
def incident(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _incident(viewer, number)
    context = {
        "incident": row,
        "problems": list(row.problems.order_by("number")),
        "may_record": viewer.may("incident.record", row.service.key) and row.state == RecordState.OPEN,
        "may_mark": viewer.may("incident.record", row.service.key),
        "talk": conversations.talk(viewer, SubjectKind.INCIDENT, row),
        "crumbs": [(_("Incidents"), reverse("incidents"))],
    }
    return render(request, "incidents/incident.html", context)


def _incident(viewer: Viewer, number: str) -> Any:
    row = incidents.incident(number)
    return viewer.seen(row, row.service.key if row else "", said("incident {number}", number=number))


@page
def problem(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _problem(viewer, number)
    context = {
        "problem": row,
        "incidents": list(row.incidents.order_by("number")),
        "may_record": viewer.may("incident.record", _scope(row)) and row.state == RecordState.OPEN,
        "talk": conversations.talk(viewer, SubjectKind.PROBLEM, row),
        "crumbs": [(_("Problems"), reverse("problems"))],
    }
    return render(request, "incidents/problem.html", context)


def _problem(viewer: Viewer, number: str) -> Any:
    row = incidents.problem(number)
    return viewer.seen(row, _scope(row) if row else "", said("problem {number}", number=number))


def _scope(problem: Any) -> str:
    return problem.release.service.key if problem.release else "*"


@page
def known_error(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = incidents.known_error(number)
    viewer.seen(row, row.service.key if row else "", said("known error {number}", number=number))
    context = {
        "error": row,
        "talk": conversations.talk(viewer, SubjectKind.KNOWN_ERROR, row),
        "crumbs": [(_("Known errors"), reverse("known-errors"))],
    }
    return render(request, "incidents/known_error.html", context)


@act
def record_incident(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("incident.record", None)
    initial = {"release": request.GET.get("release", "")}
    form = IncidentForm(
        **bound(request), services=choices.services(viewer, "incident.record"), initial=initial
    )

    def run(given: dict[str, Any]) -> str:
        given["release"] = given["release"] or None
        return reverse("incident", args=[commands.record_incident(actor=viewer.actor, **given).number])

    texts = {"title": _("Record an incident"), "button": _("Record"), "done": _("The incident is recorded.")}
    return command(
        request,
        form,
        run,
        **texts,
        back=reverse("incidents"),
        crumbs=[(_("Incidents"), reverse("incidents"))],
    )


@act
def link_incident(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _incident(viewer, number)
    viewer.require("incident.record", row.service.key)
    held = row.release.number if row.release else ""
    initial = {
        "version": row.version,
        "release": held,
        "link": row.link or IncidentLink.RESOLVED,
    }
    return command(
        request,
        LinkIncidentForm(**bound(request), initial=initial),
        lambda given: commands.link_incident(
            actor=viewer.actor, number=number, expected_version=given.pop("version"), **given
        ),
        title=_("Link {number} to a release").format(number=number),
        button=_("Link"),
        back=reverse("incident", args=[number]),
        done=_("{number} is linked.").format(number=number),
        text=row.title,
        crumbs=[(_("Incidents"), reverse("incidents")), (number, reverse("incident", args=[number]))],
    )


@act
def mark_misuse(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _incident(viewer, number)
    viewer.require("incident.record", row.service.key)
    initial = {"version": row.version, "misunderstood": row.misunderstood, "is_misuse": True}
    return command(
        request,
        MisuseForm(**bound(request), initial=initial),
        lambda given: commands.mark_misuse(
            actor=viewer.actor, number=number, expected_version=given.pop("version"), **given
        ),
        title=_("Misuse: {number}").format(number=number),
        button=_("Save"),
        back=reverse("incident", args=[number]),
        done=_("Saved; the training of the next release is asked to answer it."),
        text=_(
            "Within thirty days after a release, misuse is put down to its training; the next plan shows it."
        ),
        crumbs=[(_("Incidents"), reverse("incidents")), (number, reverse("incident", args=[number]))],
    )


@act
def resolve_incident(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _incident(viewer, number)
    viewer.require("incident.record", row.service.key)
    return command(
        request,
        ResolveIncidentForm(**bound(request), initial={"version": row.version}),
        lambda given: commands.resolve_incident(
            actor=viewer.actor, number=number, expected_version=given.pop("version"), **given
        ),
        title=_("Resolve {number}").format(number=number),
        button=_("Resolve and close"),
        back=reverse("incident", args=[number]),
        done=_("{number} is closed.").format(number=number),
        text=row.title,
        crumbs=[(_("Incidents"), reverse("incidents")), (number, reverse("incident", args=[number]))],
    )


@act
def edit_problem(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _problem(viewer, number)
    viewer.require("incident.record", _scope(row))
    initial = {
        "version": row.version,
        "root_cause": row.root_cause,
        "category": row.root_cause_category,
    }
    return command(
        request,
        ProblemForm(**bound(request), initial=initial),
        lambda given: commands.edit_problem(
            actor=viewer.actor, number=number, expected_version=given.pop("version"), **given
        ),
        title=_("Root cause of {number}").format(number=number),
        button=_("Save"),
        back=reverse("problem", args=[number]),
        done=_("Saved."),
        text=row.title,
        crumbs=[(_("Problems"), reverse("problems")), (number, reverse("problem", args=[number]))],
    )


@act
def record_known_error(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("incident.record", None)
    initial = {"problem": request.GET.get("problem", "")}
    form = KnownErrorForm(
        **bound(request), services=choices.services(viewer, "incident.record"), initial=initial
    )

    def run(given: dict[str, Any]) -> str:
        given["problem"] = given["problem"] or None
        return reverse("known-error", args=[commands.record_known_error(actor=viewer.actor, **given).number])

    texts = {
        "title": _("Record a known error"),
        "button": _("Record"),
        "done": _("The known error is recorded."),
    }
    crumbs = [(_("Known errors"), reverse("known-errors"))]
    return command(request, form, run, **texts, back=reverse("known-errors"), crumbs=crumbs)


@act
def record_interaction(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("incident.record", None)

    def run(given: dict[str, Any]) -> None:
        given["release"] = given["release"] or None
        commands.record_interaction(actor=viewer.actor, **given)

    texts = {
        "title": _("Record an interaction"),
        "button": _("Record"),
        "done": _("The interaction is recorded."),
    }
    crumbs = [(_("Interactions"), reverse("interactions"))]
    return command(
        request, InteractionForm(**bound(request)), run, **texts, back=reverse("interactions"), crumbs=crumbs
    )
