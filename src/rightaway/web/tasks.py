"""Tasks: the board of a release, the page of a task with what can be done about it, and the tasks of a person."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rightaway.domain.conversations import UNDO_WITHIN
from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.tasks import ENDED, ENDS_BY, STEPS, possible
from rightaway.domain.values import TaskKind, TaskState
from rightaway.queries import releases, subjects
from rightaway.queries import tasks as ask
from rightaway.services import tasks as commands
from rightaway.web import frames, lists
from rightaway.web.forms.base import CommandForm, Text
from rightaway.web.forms.lifecycle import AssignForm
from rightaway.web.forms.tasks import CheckpointForm, TaskDecisionForm, TaskReviewForm, TaskStepForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.sentences import translated
from rightaway.web.statuses import words
from rightaway.web.viewers import Viewer

COMPLETE, VOTE = "task.complete", "task.vote"
TITLES: dict[str, Text] = {
    "start": gettext_lazy("Start"),
    "finish": gettext_lazy("Finish"),
    "fail": gettext_lazy("It failed"),
    "skip": gettext_lazy("Skip"),
    "cancel": gettext_lazy("Cancel the task"),
    "retry": gettext_lazy("Take up again"),
    "decide": gettext_lazy("Decide"),
    "vote": gettext_lazy("Vote"),
    "review": gettext_lazy("Review"),
}
_COLUMNS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("waiting", gettext_lazy("Waiting"), (TaskState.WAITING,)),
    ("ready", gettext_lazy("Ready"), (TaskState.READY,)),
    ("active", gettext_lazy("Active"), (TaskState.ACTIVE,)),
    ("review", gettext_lazy("Review"), (TaskState.REVIEW,)),
    ("failed", gettext_lazy("Failed"), (TaskState.FAILED,)),
    ("ended", gettext_lazy("Ended"), ENDED),
)


@page
@lists.opens_with_default("tasks")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """List the tasks of all releases, at first one's own that have not ended."""
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "tasks")
    given = lists.own(viewer, around["filters"].chosen())
    rows = viewer.narrowed(ask.tasks(**given, sort=request.GET.get("sort", "")), "release__service__key")
    context = {"rows": paged(request, rows), "now": timezone.now(), **around}
    return render(request, "tasks/index.html", context)


@page
def board(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    found = ask.board(row)
    by_key = {one.row.key: one.row for one in found.tasks}
    context = {
        **frames.frame(viewer, row, "task-board"),
        "board": found,
        "path": [by_key[key] for key in found.estimate.path],
        "columns": [
            {"key": key, "title": title, "tasks": inside, "count": len(inside)}
            for key, title, states in _COLUMNS
            for inside in [[one for one in found.tasks if one.row.state in states]]
        ],
        "kinds": [(kind, words(kind), translated(ENDS_BY[kind])) for kind in TaskKind],
    }
    return render(request, "tasks/board.html", context)


def held(viewer: Viewer, number: str, key: str) -> tuple[Any, ask.Placed]:
    """Give a release and one of its tasks."""
    row = frames.found(viewer, number)
    found = ask.board(row).placed(key)
    if found is None:
        raise NotFound(
            "not_found",
            said("{number} has no task '{key}' now.", number=row.number, key=key),
            hint=said("Look at the page of the release."),
        )
    return row, found


def crumbs(row: Any, task: Any = None) -> list[tuple[str, str]]:
    more = [(_("Tasks"), reverse("task-board", args=[row.number]))]
    if task is not None:
        more.append((_(task.title), reverse("task", args=[row.number, task.key])))
    return frames.crumbs(row.number, *more)


@page
def task(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row, found = held(viewer, number, key)
    framed = frames.frame(viewer, row, "task-board")
    steps = [] if framed["is_over"] else steps_of(viewer, row, found)
    context = {
        **framed,
        "task": found.row,
        "placed": found,
        "steps": [(one, TITLES[one]) for one in steps],
        "main_step": next((one for one in ("review", "vote", "decide", "finish") if one in steps), ""),
        "may_reopen": not framed["is_over"] and may_reopen(viewer, row, found.row),
        "ends_by": translated(ENDS_BY[TaskKind(found.row.kind)]),
        "tally": ask.votes(found.row) if found.row.kind == TaskKind.CHECKPOINT else None,
        "voters": ask.voters(found.row) if found.row.kind == TaskKind.CHECKPOINT else (),
        "outcomes": ask.outcomes(found.row),
        "unproved": releases.standing(row).unproved.get(key, ()) if found.row.phase == row.phase else (),
        "followers": found.row.before.select_related("task"),
        "may_remove": framed["may_edit"] and found.row.is_own and found.row.state in {"waiting", "ready"},
        "rows": paged(request, ask.history(found.row)),
        "crumbs": crumbs(row),
    }
    return render(request, "tasks/task.html", context)


def steps_of(viewer: Viewer, row: Any, found: ask.Placed) -> list[str]:
    """Give the steps this person can take now; what would be refused by the order is not offered."""
    one, scope = found.row, row.service.key
    steps = []
    if viewer.may(COMPLETE, scope):
        blocked = {"start", "finish"} if found.starts else {"finish"} if found.ends else set()
        if one.state == TaskState.WAITING:
            blocked = {"start", "finish"}
        steps = [
            step for step in possible(one.kind, one.state, mandatory=one.is_mandatory) if step not in blocked
        ]
        if one.state == TaskState.REVIEW and one.finished_by_id != viewer.user.pk:
            steps.append("review")
    is_open = one.state in {TaskState.READY, TaskState.ACTIVE} and not (found.starts or found.ends)
    if is_open and one.kind == TaskKind.DECISION and viewer.may(COMPLETE, scope):
        steps.append("decide")
    if is_open and one.kind == TaskKind.CHECKPOINT and viewer.may(VOTE, scope):
        steps += ["vote"] * ask.voters(one).filter(pk=viewer.user.pk).exists()
    return steps


def may_reopen(viewer: Viewer, row: Any, one: Any) -> bool:
    """Say whether this person can still take back that the task has ended."""
    return bool(
        viewer.may(COMPLETE, row.service.key)
        and one.state in ENDED
        and one.finished_by_id == viewer.user.pk
        and one.phase == row.phase
        and one.finished_at is not None
        and one.finished_at >= timezone.now() - UNDO_WITHIN
    )


def of_release(viewer: Viewer, row: Any) -> list[tuple[Any, bool]]:
    """Give the tasks of the attempt, each with whether this person can still take back that it has ended."""
    return [(one, may_reopen(viewer, row, one)) for one in releases.tasks(row)]


@act
def step(request: HttpRequest, viewer: Viewer, number: str, key: str, step: str) -> HttpResponse:
    row, found = held(viewer, number, key)
    if step not in TITLES:
        raise NotFound(
            "not_found",
            said("A task has no step '{step}'.", step=step),
            hint=said("Look at the page of the task."),
        )
    viewer.require(VOTE if step == "vote" else COMPLETE, row.service.key)
    form, run = _STEPS.get(step, _ordinary)(request, viewer, found.row, step)
    names = {"number": number, "key": key}
    return command(
        request,
        form,
        lambda given: run(actor=viewer.actor, **names, **given),
        title=f"{TITLES[step]}: {_(found.row.title)}",
        button=str(TITLES[step]),
        back=reverse("task", args=[number, key]),
        done=_("The task “{title}” is updated.").format(title=_(found.row.title)),
        undo=lambda _given: _undo(viewer, number, key),
        text=found.row.instructions,
        crumbs=crumbs(row, found.row),
    )


def _ordinary(request: HttpRequest, viewer: Viewer, one: Any, step: str) -> Any:  # noqa: ARG001 -- as the others
    def run(*, actor: Any, number: str, key: str, **given: Any) -> Any:
        actual = {name: given.pop(name) for name in commands.ACTUAL if given.get(name) is not None}
        given = {name: value for name, value in given.items() if name not in commands.ACTUAL}
        return commands.finish(actor=actor, number=number, key=key, state=STEPS[step], actual=actual, **given)

    return TaskStepForm(**bound(request), step=step, row=one), run


def _review(request: HttpRequest, viewer: Viewer, one: Any, step: str) -> Any:  # noqa: ARG001 -- as the others
    return TaskReviewForm(**bound(request)), commands.review


def _decide(request: HttpRequest, viewer: Viewer, one: Any, step: str) -> Any:  # noqa: ARG001 -- as the others
    outcomes = [(way.key, _(way.title)) for way in ask.outcomes(one)]
    return TaskDecisionForm(**bound(request), outcomes=outcomes), commands.decide


def _vote(request: HttpRequest, viewer: Viewer, one: Any, step: str) -> Any:  # noqa: ARG001 -- as the others
    mine = one.votes.filter(voter=viewer.user.pk).first()
    initial = {"vote": mine.vote, "reason": mine.reason} if mine else {}
    return CheckpointForm(**bound(request), initial=initial), commands.vote


_STEPS = {"review": _review, "decide": _decide, "vote": _vote}


def _undo(viewer: Viewer, number: str, key: str) -> str:
    """Give the way back from a task's end; none when the release has moved on by it."""
    row = frames.found(viewer, number)
    one = ask.task(row, key)
    return reverse("task-reopen", args=[number, key]) if one and may_reopen(viewer, row, one) else ""


@act
def assign(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row, found = held(viewer, number, key)
    viewer.require("release.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)
    able = subjects.able(subjects.of_row(SubjectKind.RELEASE, row), COMPLETE).order_by("username")
    people = [(one.username, f"{one} ({one.username})") for one in able]
    initial = {"assignee": found.row.assignee.username if found.row.assignee else ""}
    return command(
        request,
        AssignForm(**bound(request), people=people, initial=initial),
        lambda given: commands.assign(
            actor=viewer.actor, number=number, key=key, assignee=given["assignee"] or None
        ),
        title=_("Assign: {title}").format(title=_(found.row.title)),
        button=_("Assign"),
        back=reverse("task", args=[number, key]),
        done=_("The task “{title}” is assigned.").format(title=_(found.row.title)),
        text=_("Who gets it is told in the inbox."),
        crumbs=crumbs(row, found.row),
    )


@act
def reopen(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row, found = held(viewer, number, key)
    viewer.require(COMPLETE, row.service.key)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.reopen(actor=viewer.actor, number=number, key=key),
        title=_("Reopen: {title}").format(title=_(found.row.title)),
        button=_("Reopen"),
        back=reverse("task", args=[number, key]),
        done=_("The task “{title}” is open again.").format(title=_(found.row.title)),
        text=_("Who finished a task can take that back for ten minutes."),
        crumbs=crumbs(row, found.row),
    )
