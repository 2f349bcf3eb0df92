"""Imports: the runs of a person, a new one that is looked at first, and the report of each."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain import import_reports
from rightaway.domain.errors import Invalid, NotFound
from rightaway.domain.imports import Mode, Outcome
from rightaway.domain.sentences import said
from rightaway.queries import imports as ask
from rightaway.services import imports
from rightaway.web import choices
from rightaway.web.forms.imports import ImportForm, RowFilter, RunFilter, packed
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer

ACTION = "record.import"
SHOWN = 200
_FIRST = (Outcome.REFUSED, Outcome.DIFFERS, Outcome.UPDATED, Outcome.CREATED, Outcome.UNCHANGED)


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Imports"), reverse("imports"))]


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(ACTION, None)
    filters = RunFilter(request.GET)
    rows = paged(request, ask.runs(viewer.user.pk, **filters.chosen()))
    context = {"rows": rows, "filters": filters, "mappings": ask.mappings()}
    return render(request, "imports/index.html", context)


@act
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Check a file and show what would become of it; the same form, confirmed, imports it."""
    viewer.require(ACTION, None)
    form = _form(request, viewer)
    is_confirmed = "confirm" in request.POST

    def run(given: dict[str, Any]) -> Any:
        sent = _sent(form, given)
        if is_confirmed:
            return reverse("import", args=[imports.run(actor=viewer.actor, sent=sent).number])
        checked = imports.check(actor=viewer.actor, sent=sent)
        confirm = _confirm(request, viewer, form, sent)
        return lambda: _checked(request, checked, confirm)

    return command(
        request,
        form,
        run,
        title=_("Import from another system"),
        button=_("Check the file"),
        back=reverse("imports"),
        done=_("Imported. The report says what became of each row.")
        if is_confirmed
        else _("The file was checked."),
        text=_(
            "You see first what would become of each row. What is open comes in as registered, whatever was agreed"
            " elsewhere; what is over comes in as history."
        ),
        crumbs=_crumbs(),
    )


def _form(request: HttpRequest, viewer: Viewer) -> ImportForm:
    return ImportForm(**bound(request), **_choices(viewer))


def _choices(viewer: Viewer) -> dict[str, Any]:
    return {
        "mappings": [("", _("Choose one")), *((one.key, one.mapping.name) for one in ask.mappings())],
        "services": choices.services(viewer, ACTION),
    }


def _sent(form: ImportForm, given: dict[str, Any]) -> imports.Sent:
    name, file = form.export()
    own, shipped = form.own_mapping(), ask.mapping(given["shipped"])
    if not own and shipped is None:
        raise Invalid("import.mapping", said("There is no such mapping."), at="shipped")
    return imports.Sent(
        file=file,
        mapping=own or (shipped.source.encode() if shipped else b""),
        file_name=name,
        mode=Mode(given["mode"]),
        updates=given["updates"],
        service=given["service"],
    )


def _confirm(request: HttpRequest, viewer: Viewer, form: ImportForm, sent: imports.Sent) -> ImportForm:
    """Make the form that imports what was checked, with everything in it hidden."""
    own = form.own_mapping() if not request.FILES.get("upload") else sent.mapping
    carried = {
        "name": sent.file_name,
        "carried": packed(sent.file),
        "own": packed(own) if own else "",
        "shipped": form.cleaned_data["shipped"],
        "service": sent.service,
        "mode": sent.mode,
        "updates": sent.updates or "",
    }
    return ImportForm(initial=carried, **_choices(viewer))


def _checked(request: HttpRequest, checked: imports.Checked, confirm: ImportForm) -> HttpResponse:
    rows = sorted(checked.rows, key=lambda one: (_FIRST.index(one.outcome), one.place))
    context = {
        "mapping": checked.mapping,
        "counts": _counts(checked.counts),
        "rows": rows[:SHOWN],
        "left_out": max(0, len(rows) - SHOWN),
        "total": len(rows),
        "carried": [(name, confirm.initial[name]) for name in confirm.initial],
        "does_something": checked.counts["created"] + checked.counts["updated"] > 0,
        "crumbs": _crumbs(),
    }
    return render(request, "imports/checked.html", context)


def _counts(found: dict[str, int]) -> list[tuple[str, int]]:
    return [(outcome, count) for outcome, count in found.items() if count]


@page
def run(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    filters = RowFilter(request.GET)
    context = {
        "run": row,
        "counts": _counts(row.counts),
        "rows": paged(request, ask.rows(row, **filters.chosen())),
        "filters": filters,
        "crumbs": _crumbs(),
    }
    return render(request, "imports/run.html", context)


@page
def report(_request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    data = "".join(import_reports.report(ask.report(row))).encode()
    return _file(data, f"{number}-report.csv", "text/csv; charset=utf-8")


@page
def refused(_request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Give the refused rows, to be mended and imported again."""
    return _file(*ask.mending(_found(viewer, number)))


@page
def mapping(_request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Give a shipped mapping as a file, to begin one of one's own with."""
    viewer.require(ACTION, None)
    found = ask.mapping(key)
    if found is None:
        raise NotFound("not_found", said("There is no such mapping."), hint=said("Look at the list."))
    return _file(found.source.encode(), f"{key}.yaml", "application/yaml; charset=utf-8")


def _file(data: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _found(viewer: Viewer, number: str) -> Any:
    found = ask.run(viewer.user.pk, number)
    if found is None:
        raise NotFound(
            "not_found",
            said("There is no import {number}, or somebody else ran it.", number=number),
            hint=said("The audit log names every import."),
        )
    return found
