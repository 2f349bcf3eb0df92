"""The plan of a release's tasks: adding one, planning one, taking one back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.tasks import ENDS_BY
from rightaway.domain.values import TaskKind
from rightaway.queries import tasks as ask
from rightaway.queries import templates
from rightaway.services import task_plans as commands
from rightaway.web import choices, frames
from rightaway.web.forms.base import Choices, CommandForm
from rightaway.web.forms.tasks import TaskPlanForm
from rightaway.web.pages import act, bound, command
from rightaway.web.sentences import translated
from rightaway.web.statuses import words
from rightaway.web.tasks import crumbs, held
from rightaway.web.viewers import Viewer

PLANNED = (*commands.PLANNED, *commands.OWN)


def _require(viewer: Viewer, row: Any) -> None:
    viewer.require("release.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)


def _form(
    request: HttpRequest, row: Any, kind: TaskKind | None, initial: dict[str, Any], task: Any = None
) -> TaskPlanForm:
    template = templates.of(row)
    keys = [phase.key for phase in template.phases]
    later = [
        (phase.key, _(phase.title))
        for phase in template.phases
        if phase.key not in template.terminal and keys.index(phase.key) >= keys.index(row.phase)
    ]
    others: Choices = [
        (one.key, _(one.title)) for one in ask.of_release(row) if task is None or one.pk != task.pk
    ]
    return TaskPlanForm(
        **bound(request),
        initial=initial,
        kind=kind,
        others=others,
        phases=later,
        approvals=[(one.key, _(one.title)) for one in template.approvals],
        persons=choices.persons(),
        items=[(one.key, f"{one.name} ({one.key})") for one in row.affected_cis.all()],
        rows=task.after.count() if task else 0,
    )


@act
def add(request: HttpRequest, viewer: Viewer, number: str, kind: str) -> HttpResponse:
    row = frames.found(viewer, number)
    _require(viewer, row)
    if kind not in set(TaskKind):
        raise NotFound(
            "not_found",
            said("There is no kind of task '{kind}'.", kind=kind),
            hint=said("There are: {kinds}.", kinds=list(TaskKind)),
        )
    initial = {
        "phase": row.phase,
        "is_mandatory": True,
        "owner_role": "release_manager",
        "category": "review",
    }
    form = _form(request, row, TaskKind(kind), initial)

    def run(given: dict[str, Any]) -> str:
        made = commands.add(
            actor=viewer.actor,
            number=number,
            title=given["title"],
            fields={name: value for name, value in form.fields_given().items() if name != "title"},
            after=form.after(),
        )
        return reverse("task", args=[number, made.key])

    return command(
        request,
        form,
        run,
        title=_("Add a task: {kind}").format(kind=words(kind)),
        button=_("Add"),
        back=reverse("task-board", args=[number]),
        done=_("The task is added."),
        text=translated(ENDS_BY[TaskKind(kind)]),
        crumbs=crumbs(row),
    )


@act
def edit(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row, found = held(viewer, number, key)
    _require(viewer, row)
    task = found.row
    initial = {name: getattr(task, name) for name in (*PLANNED, "version")}
    initial |= {"affected_cis": [one.key for one in task.affected_cis.all()]}
    initial |= {"voters": [one.username for one in task.voters.all()]}
    for place, one in enumerate(task.after.all()):
        initial |= {f"after_{place}": one.after.key, f"type_{place}": one.type, f"lag_{place}": one.lag_min}
    for place, way in enumerate(ask.outcomes(task)):
        initial |= {f"outcome_{place}": way.title, f"skips_{place}": way.skips}
    form = _form(request, row, TaskKind(task.kind) if task.is_own else None, initial, task)
    return command(
        request,
        form,
        lambda given: commands.edit(
            actor=viewer.actor,
            number=number,
            key=key,
            fields=form.fields_given(),
            after=form.after(),
            expected_version=given["version"],
        ),
        title=_("Plan: {title}").format(title=_(task.title)),
        button=_("Save"),
        back=reverse("task", args=[number, key]),
        done=_("Saved."),
        text="" if task.is_own else _("What the workflow says of the task is not changed here."),
        crumbs=crumbs(row, task),
    )


@act
def remove(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row, found = held(viewer, number, key)
    _require(viewer, row)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.remove(actor=viewer.actor, number=number, key=key),
        title=_("Remove: {title}").format(title=_(found.row.title)),
        button=_("Remove"),
        back=reverse("task-board", args=[number]),
        done=_("The task “{title}” is removed.").format(title=_(found.row.title)),
        text=_("Nobody has begun it. What waited for it does not wait for it any more."),
        tone="danger",
        crumbs=crumbs(row, found.row),
    )
