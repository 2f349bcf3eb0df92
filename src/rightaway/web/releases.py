"""Releases: the list, registering one, its main page, editing it, its history."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.guards import Evaluation
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.unmet import Unmet
from rightaway.domain.workflows import Mode, may_take
from rightaway.queries import audit, deployments, outages, releases, templates
from rightaway.queries import risk as ask_risk
from rightaway.services import releases as commands
from rightaway.web import (
    approvals,
    choices,
    conversations,
    lists,
    overviews,
    relations,
    remedies,
    risk,
    tasks,
    trains,
)
from rightaway.web.forms.releases import SECTIONS, EditForm
from rightaway.web.frames import found, frame
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer


@page
@lists.opens_with_default("releases")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "releases")
    found_rows = releases.listed(**around["filters"].chosen(), sort=request.GET.get("sort", ""))
    rows = viewer.narrowed(found_rows, "service__key")
    context = {
        "rows": paged(request, rows),
        **overviews.head(request, viewer, "releases"),
        **around,
    }
    return render(request, "releases/index.html", context)


@page
def release(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show a release; a browser that has it open asks from time to time for what may have changed by itself."""
    row = found(viewer, number)
    stands = releases.standing(row)
    framed = frame(viewer, row, "release")

    planned = cache(lambda: releases.planned_environments(row))

    def placed(unmet: Iterable[Unmet]) -> list[tuple[Unmet, str]]:
        return [(one, place(one)) for one in unmet]

    def place(unmet: Unmet) -> str:
        """Give where it is put right; of a task that ends by its evidence, where that is brought."""
        proofs = stands.unproved.get(str(unmet.evidence.get("task")), ())
        places = (
            remedies.place(viewer, row, one, may_edit=framed["may_edit"], planned=planned)
            for one in (*proofs, unmet)
        )
        return next(filter(None, places), "")

    context = {
        **framed,
        "stands": stands,
        "ways": [_way(viewer, row, one, placed) for one in stands.ways],
        "approvals": approvals.panels(viewer, row, stands.approvals),
        "tasks": [
            (one, may_reopen, placed(stands.unproved.get(one.key, ())))
            for one, may_reopen in tasks.of_release(viewer, row)
        ],
        "proven": stands.unproved.keys(),
        "open_states": {"ready", "active"},
        "may_do_tasks": viewer.may("task.complete", row.service.key),
        "checklist": [(one, placed(one.unmet)) for one in stands.checklist],
        "running": [one for one in deployments.deployments().filter(release=row)[:5] if not one.finished_at],
    }
    if request.headers.get("HX-Request") == "true":
        context["is_stale"] = request.GET.get("seen") != str(row.version)
        return render(request, "releases/live.html", context)
    context["risk"] = risk.shown(ask_risk.of_release(row), row.risk_level, may_lower=False)
    context["outages"] = list(outages.of_release(row)[:10])
    context["relations"] = relations.shown(viewer, row, is_over=framed["is_over"])
    context["train"] = trains.seat(viewer, row, is_over=framed["is_over"])
    context["talk"] = conversations.talk(viewer, SubjectKind.RELEASE, row)
    return render(request, "releases/release.html", context)


def _way(
    viewer: Viewer, row: Any, stands: Evaluation, placed: Callable[[Iterable[Unmet]], list[tuple[Unmet, str]]]
) -> dict[str, Any]:
    way = stands.transition
    target = next(phase.title for phase in templates.of(row).phases if phase.key == way.target)
    is_manual = way.mode is Mode.MANUAL
    return {
        "way": way,
        "target": target,
        "is_open": stands.allowed,
        "is_manual": is_manual,
        "is_mine": is_manual and may_take(way, viewer.roles(row.service.key)),
        "unmet": placed(one for one in stands.unmet if one.blocks),
        "warnings": [one for one in stands.unmet if not one.blocks],
        "is_back": way.reason_required,
    }


@act
def edit(request: HttpRequest, viewer: Viewer, number: str, section: str) -> HttpResponse:
    row = found(viewer, number)
    if section not in SECTIONS:
        raise NotFound(
            "not_found",
            said("A release has no section '{section}'.", section=section),
            hint=said("There are: {sections}.", sections=list(SECTIONS)),
        )
    viewer.require("release.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)
    people = choices.persons() if section == "people" else []
    form = EditForm(**bound(request), section=section, row=row, people=people)

    def run(given: dict[str, Any]) -> None:
        fields = form.changes()
        if fields:
            commands.edit(actor=viewer.actor, number=number, fields=fields, expected_version=given["version"])

    return command(
        request,
        form,
        run,
        title=_("{section} of {number}").format(section=SECTIONS[section][0], number=number),
        button=_("Save"),
        back=reverse("release", args=[number]),
        done=_("Saved."),
        text=_(
            "An edit of something that was approved voids that approval; the page then shows the difference."
        ),
        crumbs=[(_("Releases"), reverse("releases")), (number, reverse("release", args=[number]))],
    )


@page
def history(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = found(viewer, number)
    context = {
        **frame(viewer, row, "history"),
        "visits": list(releases.history(row)),
        "titles": {phase.key: phase.title for phase in templates.of(row).phases},
        "rows": paged(request, audit.events(stream=number)),
    }
    return render(request, "releases/history.html", context)
