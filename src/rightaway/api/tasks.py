"""Tasks of releases: their board, what is done about them, their plan, and the tasks of one person."""

from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router

from rightaway.api.access import Request, visible
from rightaway.api.answers import Page, page
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Said, Sent, expected_version
from rightaway.api.task_shapes import (
    BoardOut,
    Minutes,
    Money,
    OwnTaskIn,
    TaskEdit,
    TaskEventOut,
    TaskFilter,
    TaskOut,
    TaskRow,
    answer,
    found_task,
    ordered,
    plain,
    shown,
)
from rightaway.domain.values import CheckpointVote
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import tasks as ask
from rightaway.services import task_plans, tasks

router = Router()


class TaskIn(FileModel):
    """`ready` takes up a failed task again. Failing, skipping and cancelling need a note that says why."""

    state: Literal["ready", "active", "done", "failed", "skipped", "cancelled"] = "done"
    note: Said = ""
    evidence: Said = ""
    cost_actual: Money | None = None
    effort_actual_min: Minutes | None = None


class TaskReviewIn(FileModel):
    """A rejection needs a note."""

    decision: Literal["accept", "reject"]
    note: Said = ""


class TaskDecisionIn(FileModel):
    outcome: of.Word
    note: Said = ""


class TaskVoteIn(FileModel):
    """Hold and abort need a reason."""

    vote: CheckpointVote
    reason: Said = ""


class AssigneeIn(FileModel):
    assignee: of.Account | None


@router.get("/tasks", response=Page[TaskRow])
def list_all(request: Request, asked: Asked[TaskFilter]) -> Any:
    """List tasks of all releases, of their current attempts, oldest first."""
    given = asked.model_dump(exclude={"limit", "after", "mine"})
    rows = ask.tasks(**given, person=request.auth.user_id if asked.mine else None)
    seen = visible(request.auth, rows, scope="release__service__key", owner="release__initiated_by")
    return page(seen, asked, "id", TaskRow)


@router.get("/releases/{release}/tasks", response=list[TaskOut])
def list_tasks(request: Request, release: str) -> Any:
    """List the tasks of the current attempt."""
    return [shown(one) for one in ask.board(find(request, release)).tasks]


@router.get("/releases/{release}/task-board", response=BoardOut)
def show_board(request: Request, release: str) -> Any:
    """Show the tasks of the current attempt with the critical path and when the last is expected to be over."""
    board = ask.board(find(request, release))
    rows = [shown(one) for one in board.tasks]
    return {"expected_end": board.estimate.end, "path": board.estimate.path, "tasks": rows}


@router.post("/releases/{release}/tasks", response={201: TaskOut})
def add(request: Request, response: HttpResponse, release: str, sent: Sent[OwnTaskIn]) -> Any:
    """Give the release a task of its own, in its present phase or a later one."""
    find(request, release, "release.edit")
    given = sent.model_dump(include=sent.model_fields_set - {"title", "key", "after"})
    after = ordered(sent)
    row = task_plans.add(
        actor=request.auth,
        number=release,
        title=sent.title,
        key=sent.key or "",
        fields=plain(given),
        after=after,
    )
    return answer(request, response, release, row.key)


@router.get("/releases/{release}/tasks/{task}", response=TaskOut)
def show(request: Request, response: HttpResponse, release: str, task: str) -> Any:
    """Show one task."""
    return answer(request, response, release, task)


@router.patch("/releases/{release}/tasks/{task}", response=TaskOut)
def finish_task(request: Request, response: HttpResponse, release: str, task: str, sent: Sent[TaskIn]) -> Any:
    """
    Start, finish, fail, skip or cancel a task, or take up a failed one again.

    One that is proven by evidence, or that ends by an approval, a decision or votes, is not finished this way. Before
    its turn it is refused (`task.order`), which names what it waits for.
    """
    find(request, release, "task.complete")
    actual = sent.model_dump(include={"cost_actual", "effort_actual_min"}, exclude_none=True)
    tasks.finish(
        actor=request.auth,
        number=release,
        key=task,
        state=sent.state,
        note=sent.note,
        evidence=sent.evidence,
        actual=actual,
    )
    return answer(request, response, release, task)


@router.patch("/releases/{release}/tasks/{task}/plan", response=TaskOut)
def edit(request: Request, response: HttpResponse, release: str, task: str, sent: Sent[TaskEdit]) -> Any:
    """Plan a task: times, money, order; of the release's own task, until it has begun, also what it is."""
    find(request, release, "release.edit")
    task_plans.edit(
        actor=request.auth,
        number=release,
        key=task,
        fields=plain(sent.model_dump(include=sent.model_fields_set - {"after"})),
        after=ordered(sent) if "after" in sent.model_fields_set else None,
        expected_version=expected_version(request),
    )
    return answer(request, response, release, task)


@router.delete("/releases/{release}/tasks/{task}", response={204: None})
def remove(request: Request, release: str, task: str) -> None:
    """Take back a task of the release's own that nobody has begun."""
    find(request, release, "release.edit")
    task_plans.remove(actor=request.auth, number=release, key=task)


@router.get("/releases/{release}/tasks/{task}/history", response=list[TaskEventOut])
def list_history(request: Request, release: str, task: str) -> Any:
    """List what was done about a task, newest first."""
    return list(ask.history(found_task(request, release, task).row))


@router.post("/releases/{release}/tasks/{task}/reopening", response=TaskOut)
def reopen_task(request: Request, response: HttpResponse, release: str, task: str) -> Any:
    """Undo the ending of a task, within ten minutes, as the person who ended it."""
    find(request, release, "task.complete")
    tasks.reopen(actor=request.auth, number=release, key=task)
    return answer(request, response, release, task)


@router.put("/releases/{release}/tasks/{task}/assignee", response=TaskOut)
def assign_task(
    request: Request, response: HttpResponse, release: str, task: str, sent: Sent[AssigneeIn]
) -> Any:
    """Give a task to a person, who is told; null gives it back to its role."""
    find(request, release, "release.edit")
    tasks.assign(actor=request.auth, number=release, key=task, assignee=sent.assignee)
    return answer(request, response, release, task)


@router.post("/releases/{release}/tasks/{task}/review", response=TaskOut)
def review(
    request: Request, response: HttpResponse, release: str, task: str, sent: Sent[TaskReviewIn]
) -> Any:
    """Accept what somebody else did, or send it back."""
    find(request, release, "task.complete")
    tasks.review(actor=request.auth, number=release, key=task, decision=sent.decision, note=sent.note)
    return answer(request, response, release, task)


@router.post("/releases/{release}/tasks/{task}/decision", response=TaskOut)
def decide(
    request: Request, response: HttpResponse, release: str, task: str, sent: Sent[TaskDecisionIn]
) -> Any:
    """End a decision with one of its outcomes, which skips the tasks that are not needed then."""
    find(request, release, "task.complete")
    tasks.decide(actor=request.auth, number=release, key=task, outcome=sent.outcome, note=sent.note)
    return answer(request, response, release, task)


@router.put("/releases/{release}/tasks/{task}/vote", response=TaskOut)
def vote(request: Request, response: HttpResponse, release: str, task: str, sent: Sent[TaskVoteIn]) -> Any:
    """Say go, hold or abort at a checkpoint; a newer word replaces the one before."""
    find(request, release, "task.vote")
    tasks.vote(actor=request.auth, number=release, key=task, vote=sent.vote, reason=sent.reason)
    return answer(request, response, release, task)
