"""Outages: the list, one outage planned beside actual, recording and correcting one, and converting a change."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import changes, releases
from rightaway.queries import outages as ask
from rightaway.services import outages as commands
from rightaway.web import choices
from rightaway.web.forms.outages import ConvertForm, CorrectOutageForm, OutageFilter, OutageForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer

RECORD = "outage.record"


def _crumbs(number: str = "") -> list[tuple[str, str]]:
    found = [(_("Outages"), reverse("outages"))]
    return [*found, (number, reverse("outage", args=[number]))] if number else found


def _found(viewer: Viewer, number: str) -> Any:
    row = ask.outage(number)
    return viewer.seen(row, row.service.key if row else "", said("outage {number}", number=number))


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    filters = OutageFilter(request.GET)
    context = {
        "rows": paged(request, viewer.narrowed(ask.outages(**filters.chosen()), "service__key")),
        "filters": filters,
        "may_record": viewer.may(RECORD, None),
    }
    return render(request, "outages/index.html", context)


@page
def outage(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    context = {
        "outage": row,
        "items": list(row.items.order_by("key")),
        "overlaps": list(viewer.narrowed(ask.overlapping(row), "service__key")),
        "corrections": list(row.corrections.all()),
        "may_record": viewer.may(RECORD, row.service.key),
        "crumbs": _crumbs(),
    }
    return render(request, "outages/outage.html", context)


def _sources(viewer: Viewer) -> list[tuple[str, str]]:
    rows = viewer.narrowed(releases.releases(is_open=True), "service__key")
    found = [(f"release:{one.number}", f"{one.number} {one.title}") for one in rows[: choices.MOST]]
    found += [(f"change:{number}", str(text)) for number, text in choices.open_changes(viewer)]
    return found


@act
def record(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(RECORD, None)
    form = OutageForm(
        **bound(request),
        services=choices.services(viewer, RECORD),
        items=choices.items(),
        sources=_sources(viewer),
    )

    def run(given: dict[str, Any]) -> str:
        kind, _sign, number = given["source"].partition(":")
        row = commands.record(
            actor=viewer.actor,
            service=given["service"],
            items=given["items"],
            fields=form.fields_given(),
            source={kind: number} if number else {},
        )
        return reverse("outage", args=[row.number])

    return command(
        request,
        form,
        run,
        title=_("Record an outage"),
        button=_("Record"),
        back=reverse("outages"),
        done=_("The outage is recorded."),
        text=_("A planned outage of a release gets its actual times from the deployment to production."),
        crumbs=_crumbs(),
    )


@act
def correct(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    viewer.require(RECORD, row.service.key)
    initial = {name: getattr(row, name) for name in (*commands.FIELDS, "version")}
    form = CorrectOutageForm(**bound(request), initial=initial)
    return command(
        request,
        form,
        lambda given: commands.correct(
            actor=viewer.actor,
            number=number,
            fields=form.changed(),
            reason=given["because"],
            expected_version=given["version"],
        ),
        title=_("Correct {number}").format(number=number),
        button=_("Correct"),
        back=reverse("outage", args=[number]),
        done=_("Corrected; what it said before is kept."),
        crumbs=_crumbs(number),
    )


@act
def convert(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = changes.change(number)
    row = viewer.seen(row, row.service.key if row else "", said("change {number}", number=number))
    viewer.require("change.authorise.emergency", row.service.key)
    if not changes.may_be_reverted(row):
        raise NotFound(
            "not_found",
            said("{number} does not wait for a decision.", number=number),
            hint=said("Look at the page of the change."),
        )

    def run(given: dict[str, Any]) -> str:
        made = commands.convert(
            actor=viewer.actor,
            change=number,
            actual_start=given["actual_start"],
            actual_end=given["actual_end"],
            reason=given["reason"],
            expected_version=given["version"],
        )
        return reverse("outage", args=[made.number])

    return command(
        request,
        ConvertForm(**bound(request), initial={"version": row.version}),
        run,
        title=_("Record {number} as an outage").format(number=number),
        button=_("Record as an outage"),
        back=reverse("change", args=[number]),
        done=_("It is an outage now, and the change is rejected."),
        text=f"{row.title}\n\n{row.evidence}",
        crumbs=[(_("Changes"), reverse("changes")), (number, reverse("change", args=[number]))],
    )
