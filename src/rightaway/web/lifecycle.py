"""What moves a release on: ways out of its phase, and tasks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.conversations import UNDO_WITHIN
from rightaway.domain.errors import Forbidden, NotFound
from rightaway.domain.guards import Evaluation
from rightaway.domain.sentences import Title, Word, said, wordlist
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.workflows import Mode, may_take
from rightaway.queries import releases, subjects, templates
from rightaway.services import lifecycle
from rightaway.services import tasks as task_commands
from rightaway.web import frames
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.lifecycle import AssignForm, TaskForm, WayForm
from rightaway.web.pages import act, bound, command
from rightaway.web.sentences import translated
from rightaway.web.statuses import within, words
from rightaway.web.viewers import Viewer


@act
def way(request: HttpRequest, viewer: Viewer, number: str, event: str) -> HttpResponse:
    row = frames.found(viewer, number)
    stands = _way(row, event)
    taken = stands.transition
    if not may_take(taken, viewer.roles(row.service.key)):
        roles = wordlist(taken.actors)
        raise Forbidden(
            "permission.denied",
            said("{title} is for: {roles}.", title=Title(taken.title), roles=roles),
            hint=said("Ask one of them."),
        )
    form = WayForm(**bound(request), way=taken, initial={"version": row.version})

    def run(given: dict[str, Any]) -> None:
        lifecycle.fire(
            actor=viewer.actor,
            number=number,
            event=event,
            reason=given["reason"],
            fields=form.answers(),
            expected_version=given["version"],
        )

    missing = [
        f"{translated(one.message)} {translated(one.remedy)} ({within(words(one.owner))})"
        for one in stands.unmet
        if one.blocks
    ]
    return command(
        request,
        form,
        run,
        title=f"{_(taken.title)}: {number}",
        button=_(taken.title),
        back=reverse("release", args=[number]),
        done=_("{number}: {taken} is done.").format(number=number, taken=within(_(taken.title))),
        text=_consequence(row, taken),
        warning="\n".join([_("This is still missing:"), *missing]) if missing else "",
        tone="danger" if taken.target in {"abandoned", "back_out"} else "primary",
        crumbs=frames.crumbs(number),
    )


def _way(row: Any, event: str) -> Evaluation:
    for one in releases.standing(row).ways:
        if one.transition.event == event and one.transition.mode is Mode.MANUAL:
            return one
    raise NotFound(
        "not_found",
        said(
            "{number} is in phase {phase}, which has no way {event}.",
            number=row.number,
            phase=Word(row.phase.replace("_", " ")),
            event=Word(event.replace("_", " ")),
        ),
        hint=said("Look at the page of the release: it may have moved on."),
    )


def _consequence(row: Any, taken: Any) -> str:
    template = templates.of(row)
    titles = {phase.key: phase.title for phase in template.phases}
    source, target = _(titles[taken.source]), _(titles[taken.target])
    sentences = [_("The release goes from {source} to {target}.").format(source=source, target=target)]
    if taken.target in template.terminal:
        sentences.append(_("This is final."))
    if taken.voids:
        names = ", ".join(within(_(template.approval(key).title)) for key in taken.voids)
        sentences.append(_("These approvals lose their force: {names}.").format(names=names))
    if "back_out_deployments" in taken.after:
        sentences.append(_("Rightaway begins at once to undo what was deployed to production."))
    return " ".join(sentences)


@act
def task(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("task.complete", row.service.key)
    held = _task(row, key)
    return command(
        request,
        TaskForm(**bound(request)),
        lambda given: task_commands.finish(
            actor=viewer.actor, number=number, key=key, state=given["state"], note=given["note"]
        ),
        title=_(held.title),
        button=_("Save"),
        back=f"{reverse('release', args=[number])}#tasks",
        done=_("The task “{title}” is updated.").format(title=_(held.title)),
        undo=lambda _given: _undo(viewer, number, key),
        text=held.instructions,
        crumbs=frames.crumbs(number),
    )


def _task(row: Any, key: str) -> Any:
    held = next((one for one in releases.tasks(row) if one.key == key), None)
    if held is None:
        raise NotFound(
            "not_found",
            said("{number} has no task '{key}' now.", number=row.number, key=key),
            hint=said("Look at the page of the release."),
        )
    return held


def _undo(viewer: Viewer, number: str, key: str) -> str:
    """Give the way back from a task's end; none when the release has moved on by it."""
    can = [one.key for one, may_reopen in tasks(viewer, frames.found(viewer, number)) if may_reopen]
    return reverse("task-reopen", args=[number, key]) if key in can else ""


def tasks(viewer: Viewer, row: Any) -> list[tuple[Any, bool]]:
    """Give the tasks of the attempt, each with whether this person can still take back that it is finished."""
    may = viewer.may("task.complete", row.service.key)
    since = timezone.now() - UNDO_WITHIN
    return [
        (
            one,
            may
            and one.finished_by_id == viewer.user.pk
            and one.phase == row.phase
            and one.finished_at is not None
            and one.finished_at >= since,
        )
        for one in releases.tasks(row)
    ]


@act
def assign(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("release.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)
    held = _task(row, key)
    able = subjects.able(subjects.of_row(SubjectKind.RELEASE, row), "task.complete").order_by("username")
    people = [(one.username, f"{one} ({one.username})") for one in able]
    initial = {"assignee": held.assignee.username if held.assignee else ""}
    return command(
        request,
        AssignForm(**bound(request), people=people, initial=initial),
        lambda given: task_commands.assign(
            actor=viewer.actor, number=number, key=key, assignee=given["assignee"] or None
        ),
        title=_("Assign: {title}").format(title=_(held.title)),
        button=_("Assign"),
        back=f"{reverse('release', args=[number])}#tasks",
        done=_("The task “{title}” is assigned.").format(title=_(held.title)),
        text=_("Who gets it is told in the inbox."),
        crumbs=frames.crumbs(number),
    )


@act
def reopen(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("task.complete", row.service.key)
    held = _task(row, key)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: task_commands.reopen(actor=viewer.actor, number=number, key=key),
        title=_("Reopen: {title}").format(title=_(held.title)),
        button=_("Reopen"),
        back=f"{reverse('release', args=[number])}#tasks",
        done=_("The task “{title}” is open again.").format(title=_(held.title)),
        text=_("Who finished a task can take that back for ten minutes."),
        crumbs=frames.crumbs(number),
    )
