"""Drafts of workflows: written as text or by small forms, tried on a release, activated by a second person."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.workflow_versions import DraftState
from rightaway.queries import workflows as ask
from rightaway.services import workflow_drafts as commands
from rightaway.web import frames
from rightaway.web.forms.base import Text
from rightaway.web.forms.workflows import (
    ActivateForm,
    AdditionForm,
    ApprovalForm,
    BeginForm,
    ChecklistForm,
    DiscardForm,
    DraftTextForm,
    GuardForm,
    TaskForm,
    TrialFilter,
)
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer
from rightaway.web.workflows import EDIT, VIEW, crumbs, shown

ADDITIONS: dict[str, tuple[type[AdditionForm], Text, Text]] = {
    "task": (
        TaskForm,
        gettext_lazy("Add a task"),
        gettext_lazy("A release gets it when it enters the phase."),
    ),
    "approval": (
        ApprovalForm,
        gettext_lazy("Add an approval"),
        gettext_lazy("Ways that lead back void it, so that it is asked for again."),
    ),
    "guard": (
        GuardForm,
        gettext_lazy("Add a guard"),
        gettext_lazy("The way stays shut until the guard is met, beside all that it asks for already."),
    ),
    "checklist": (
        ChecklistForm,
        gettext_lazy("Add a checklist item"),
        gettext_lazy("It is satisfied by an approval, by evidence, or by both; nobody ticks it."),
    ),
}


def _found(number: str) -> Any:
    row = ask.draft(number)
    if row is None:
        raise NotFound(
            "not_found",
            said("There is no workflow draft {number}.", number=number),
            hint=said("Look at the list."),
        )
    return row


def _crumbs(number: str) -> list[tuple[str, str]]:
    return crumbs((number, reverse("workflow-draft", args=[number])))


@page
def draft(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    viewer.require(VIEW, None)
    row = _found(number)
    held = ask.look(row)
    is_open, may_edit = row.state == DraftState.DRAFT, viewer.may(EDIT)
    wrote = viewer.user.pk in {one.pk for one in row.authors.all()}
    lines = row.source.splitlines()
    template = held.reading.template
    context = {
        "draft": row,
        "editable": row if is_open and may_edit else None,
        "problems": [(one, _line(lines, one.place)) for one in held.reading.problems],
        "changes": held.changes,
        "against": str(held.against or ""),
        "may_edit": is_open and may_edit,
        "may_activate": is_open and may_edit and not wrote and template is not None,
        "wrote": is_open and may_edit and wrote,
        "crumbs": crumbs(),
        **(shown(template) if template else {}),
    }
    return render(request, "administration/workflow_draft.html", context)


def _line(lines: list[str], place: str) -> str:
    number = int(place.partition(":")[0])
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


@act
def begin(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(EDIT)
    bases = [(f"{row.key}:{row.version}", str(row)) for row in ask.versions()]
    wanted = f"{request.GET.get('base', '')}:{request.GET.get('version', '')}"
    form = BeginForm(**bound(request), bases=bases, initial={"base": wanted})

    def run(given: dict[str, Any]) -> str:
        base, _sign, version = given["base"].partition(":")
        row = commands.begin(
            actor=viewer.actor,
            base=base,
            version=int(version),
            key=given["key"],
            title=given["title"],
            note=given["note"],
        )
        return reverse("workflow-draft", args=[row.number])

    return command(
        request,
        form,
        run,
        title=_("Begin a draft of a workflow"),
        button=_("Begin"),
        back=reverse("workflows"),
        done=_("The draft has no effect until somebody else activates it."),
        text=_("Add tasks, approvals, guards and checklist items to it, by forms or in its text."),
        crumbs=crumbs(),
    )


@act
def text(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    viewer.require(EDIT)
    row = _found(number)
    initial = {"version": row.version, "note": row.note, "source": row.source}
    return command(
        request,
        DraftTextForm(**bound(request), initial=initial),
        lambda given: commands.save(
            actor=viewer.actor,
            number=number,
            source=given["source"].replace("\r\n", "\n"),
            note=given["note"],
            expected_version=given["version"],
        ),
        title=_("Edit the text of {number}").format(number=number),
        button=_("Save"),
        back=reverse("workflow-draft", args=[number]),
        done=_("Saved. What is wrong with it stands on its page."),
        text=_("It is kept as you write it, comments included, right or wrong."),
        crumbs=_crumbs(number),
    )


@act
def add(request: HttpRequest, viewer: Viewer, number: str, addition: str) -> HttpResponse:
    viewer.require(EDIT)
    row = _found(number)
    if addition not in ADDITIONS:
        raise NotFound("not_found", said("Nothing called '{name}' can be added.", name=addition))
    kind, title, explained = ADDITIONS[addition]
    phase = request.GET.get("phase", "")
    form = kind(**bound(request), workflow=ask.sound(row), phase=phase, initial={"version": row.version})

    def run(given: dict[str, Any]) -> str:
        commands.extend(
            actor=viewer.actor,
            number=number,
            addition=addition,
            fields=form.fields_given(),
            expected_version=given["version"],
        )
        anchor = f"#phase-{phase}" if phase else ""
        return f"{reverse('workflow-draft', args=[number])}{anchor}"

    return command(
        request,
        form,
        run,
        title=f"{title}: {number}",
        button=_("Add"),
        back=reverse("workflow-draft", args=[number]),
        done=_("Added to the draft."),
        text=explained,
        crumbs=_crumbs(number),
    )


@act
def activate(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    viewer.require(EDIT)
    row = _found(number)
    held = ask.look(row)
    count = len(held.changes)

    def run(given: dict[str, Any]) -> str:
        made = commands.activate(
            actor=viewer.actor,
            number=number,
            digest=given["digest"],
            effective_at=given["effective_at"],
            expected_version=given["version"],
        )
        return reverse("workflow", args=[made.key, made.version])

    return command(
        request,
        ActivateForm(**bound(request), initial={"version": row.version, "digest": held.digest}),
        run,
        title=_("Activate {number}").format(number=number),
        button=_("Activate"),
        back=reverse("workflow-draft", args=[number]),
        done=_("New releases get it from then on."),
        text=_(
            "It differs from what is in force in {count} places."
            " Releases that run keep their version until they are moved."
        ).format(count=count),
        crumbs=_crumbs(number),
    )


@act
def discard(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    viewer.require(EDIT)
    row = _found(number)
    return command(
        request,
        DiscardForm(**bound(request), initial={"version": row.version}, needed=False),
        lambda given: commands.discard(
            actor=viewer.actor, number=number, reason=given["reason"], expected_version=given["version"]
        ),
        title=_("Discard {number}").format(number=number),
        button=_("Discard"),
        back=reverse("workflow-draft", args=[number]),
        done=_("{number} is discarded; its text stays to be read.").format(number=number),
        tone="danger",
        crumbs=_crumbs(number),
    )


@page
def trial(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    viewer.require(VIEW, None)
    row = _found(number)
    form = TrialFilter(request.GET)
    wanted = form.chosen()["release"].strip()
    release = frames.found(viewer, wanted) if wanted else None
    context = {
        "draft": row,
        "form": form,
        "release": release,
        "phases": ask.tried(ask.sound(row), release) if release else (),
        "crumbs": _crumbs(number),
    }
    return render(request, "administration/workflow_trial.html", context)
