"""The workflows that releases follow, to be read: phases, the ways between them, and what each asks for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rightaway.domain.conditions import phrase
from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.workflows import Template, Transition
from rightaway.queries import templates
from rightaway.web.pages import page
from rightaway.web.viewers import Viewer

RULES: dict[str, str | Promise] = {
    "G01": gettext_lazy("The least that describes a release is filled in"),
    "G02": gettext_lazy("The registration is complete"),
    "G03": gettext_lazy("The assessment is done"),
    "G04": gettext_lazy("The scope names changes and items that fit"),
    "G05": gettext_lazy("Every mandatory task of the phase is closed"),
    "G10": gettext_lazy("The plan is complete"),
    "G11": gettext_lazy("No conflict with another release blocks it"),
    "G20": gettext_lazy("The package is built"),
    "G21": gettext_lazy("The mandatory tests of this package passed"),
    "G22": gettext_lazy("The way back was rehearsed"),
    "G25": gettext_lazy("The training is complete"),
    "G30": gettext_lazy("Everything for go or no-go is there"),
    "G31": gettext_lazy("Approvals, window, notices and backups hold at the moment a wave begins"),
    "G40": gettext_lazy("Every wave is good, or its absence is accepted"),
    "G50": gettext_lazy("Whoever decides on the back-out says why"),
    "G55": gettext_lazy("Every target is where it was before"),
    "G60": gettext_lazy("The closure is ready"),
    "G90": gettext_lazy("Whoever abandons it says why"),
    "expected_states_set": gettext_lazy("The expected state of every item is set"),
    "notices_delivered": gettext_lazy("The notices were sent"),
    "backups_verified": gettext_lazy("The backups were verified"),
    "early_life_scheduled": gettext_lazy("Early life support is scheduled"),
    "cmdb_verified": gettext_lazy("The configuration records were verified"),
}


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("role.grant", None)
    rows = [(row, templates.parsed(row.pk)) for row in templates.installed()]
    return render(request, "administration/workflows.html", {"rows": rows})


@page
def workflow(request: HttpRequest, viewer: Viewer, key: str, version: int) -> HttpResponse:
    viewer.require("role.grant", None)
    row = templates.installed().filter(key=key, version=version).first()
    if row is None:
        raise NotFound(
            "not_found",
            said("There is no workflow {key} v{version}.", key=key, version=version),
            hint=said("Look at the list."),
        )
    found = templates.parsed(row.pk)
    titles = {phase.key: phase.title for phase in found.phases}
    context = {
        "row": row,
        "workflow": found,
        "phases": [_phase(found, phase.key, phase.title, titles) for phase in found.phases],
        "approvals": [(one, titles[one.phase]) for one in found.approvals],
        "checklist": [(one, _rules(one.proof)) for one in found.checklist],
        "crumbs": [(_("Workflows"), reverse("workflows"))],
    }
    return render(request, "administration/workflow.html", context)


def _phase(found: Template, key: str, title: str, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "key": key,
        "title": title,
        "is_end": key in found.terminal,
        "ways": [_way(found, one, titles) for one in found.ways_out(key)],
        "tasks": [(one, _rules(one.proof)) for one in found.tasks if one.phase == key],
    }


def _way(found: Template, one: Transition, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "way": one,
        "to": titles[one.target],
        "approval": found.approval(one.approval).title if one.approval else "",
        "rules": _rules(one.guards),
        "when": phrase(one.when) if one.when else "",
    }


def _rules(keys: tuple[str, ...]) -> list[tuple[str, str | Promise]]:
    return [(key, RULES.get(key, key)) for key in keys]
