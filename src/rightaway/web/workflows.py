"""The workflows that releases follow: versions, what each asks for, and releases moved to the version in force."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rightaway.domain.conditions import phrase
from rightaway.domain.errors import NotFound, RightawayError
from rightaway.domain.sentences import said
from rightaway.domain.workflows import Template, Transition
from rightaway.queries import templates
from rightaway.queries import workflows as ask
from rightaway.services import workflow_migrations
from rightaway.services import workflows as commands
from rightaway.web.forms.base import ReasonForm, Text
from rightaway.web.forms.workflows import DraftFilter, MigrationForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer
from rightaway.web.vocabulary_rules import RULES

VIEW, EDIT = "workflow.view", "workflow.edit"
MOST_VERSIONS = 100


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Workflows"), reverse("workflows")), *more]


def found(key: str, version: int | None) -> Any:
    """Give a version, or with None the one in force."""
    row = ask.version(key, version)
    if row is None:
        raise NotFound(
            "not_found",
            said("There is no workflow {key} v{version}.", key=key, version=version or 1),
            hint=said("Look at the list."),
        )
    return row


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(VIEW, None)
    keys = sorted({row.key for row in ask.versions()})
    filters = DraftFilter(request.GET, key=[(key, key) for key in keys])
    rows = ask.versions()[:MOST_VERSIONS]
    context = {
        "rows": [(row, templates.parsed(row.pk), ask.version_state(row)) for row in rows],
        "drafts": paged(request, ask.drafts(**filters.chosen())),
        "filters": filters,
        "may_edit": viewer.may(EDIT),
    }
    return render(request, "administration/workflows.html", context)


@page
def workflow(request: HttpRequest, viewer: Viewer, key: str, version: int) -> HttpResponse:
    viewer.require(VIEW, None)
    row = found(key, version)
    context = {
        "row": row,
        "state": ask.version_state(row),
        "may_edit": viewer.may(EDIT),
        "crumbs": crumbs(),
        **shown(templates.parsed(row.pk)),
    }
    return render(request, "administration/workflow.html", context)


@act
def withdraw(request: HttpRequest, viewer: Viewer, key: str, version: int) -> HttpResponse:
    viewer.require(EDIT)
    row = found(key, version)
    back = reverse("workflow", args=[key, version])
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: commands.withdraw(actor=viewer.actor, key=key, version=version, reason=given["reason"]),
        title=_("Withdraw {version}").format(version=row),
        button=_("Withdraw"),
        back=back,
        done=_("It does not come into force."),
        text=_("No release follows it yet, so nothing else changes."),
        crumbs=crumbs((str(row), back)),
    )


@act
def migration(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Foresee what moving releases does, and move those that are chosen, each by itself."""
    viewer.require(EDIT)
    row = found(key, None)
    cut = paged(request, ask.behind(row))
    foreseen = [(one, ask.foreseen(one, row)) for one in cut]
    offered = [(f"{one.number}:{one.version}", one.number) for one, held in foreseen if held.possible]
    form = MigrationForm(**bound(request), releases=offered, initial={"version": row.version})
    status = 200
    if form.is_bound:
        moved, status = _move(viewer, form), 422
        if moved:
            text = ngettext("{count} release moved.", "{count} releases moved.", moved)
            messages.success(request, text.format(count=moved))
        if not form.problems and not form.errors:
            return redirect("workflow-migration", key)
        foreseen = [(one, ask.foreseen(one, row)) for one in ask.behind(row)]
    context = {
        "title": _("Move running releases to {version}").format(version=row),
        "rows": foreseen,
        "page": cut,
        "form": form,
        "back": reverse("workflow", args=[row.key, row.version]),
        "crumbs": crumbs((str(row), reverse("workflow", args=[row.key, row.version]))),
    }
    return render(request, "administration/workflow_migration.html", context, status=status)


def _move(viewer: Viewer, form: MigrationForm) -> int:
    """Move what was chosen; what is refused is left with the form, and does not stop the others."""
    if not form.is_valid():
        form.refuse(RightawayError("workflow.nothing_chosen", _("Choose at least one release of this page.")))
        return 0
    moved = 0
    for chosen in form.cleaned_data["releases"]:
        number, _sign, version = chosen.partition(":")
        try:
            workflow_migrations.migrate(
                actor=viewer.actor,
                number=number,
                version=form.cleaned_data["version"],
                expected_version=int(version),
            )
            moved += 1
        except RightawayError as error:
            form.refuse(error)
    return moved


def shown(found: Template) -> dict[str, Any]:
    """Give what a page shows of a workflow."""
    titles = {phase.key: phase.title for phase in found.phases}
    return {
        "workflow": found,
        "phases": [_phase(found, phase.key, phase.title, titles) for phase in found.phases],
        "approvals": [(one, titles[one.phase]) for one in found.approvals],
        "checklist": [(one, _rules(one.proof)) for one in found.checklist],
    }


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
        "approvals": [found.approval(key).title for key in (one.approval, *one.standing) if key],
        "rules": _rules(one.guards),
        "when": phrase(one.when) if one.when else "",
    }


def _rules(keys: tuple[str, ...]) -> list[tuple[str, Text]]:
    return [(key, RULES.get(key, key)) for key in keys]
