"""Tasks of releases: their board, what is done about them, and the tasks of one person."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing, visible
from rightaway.api.answers import Account, MaybeAccount, Out, Page, PageFilter, each, page, tagged
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Said, Sent, Word
from rightaway.domain.tasks import possible
from rightaway.domain.values import CheckpointVote, TaskKind, TaskState
from rightaway.domain.workflow_tasks import MOST_MINUTES
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import tasks as ask
from rightaway.services import tasks
from rightaway.services.task_plans import MOST_MONEY

router = Router()

Minutes = Annotated[int, of.whole(0, MOST_MINUTES)]
Money = Annotated[int, of.whole(0, MOST_MONEY)]


class TaskFilter(PageFilter):
    """`mine`: given to the caller, or to nobody and for a role they hold there. `state` may be `open`."""

    text: Word = ""
    state: Word = ""
    kind: Word = ""
    category: Word = ""
    service: Word = ""
    release: Word = ""
    assignee: Word = ""
    mine: of.Flag = False
    is_overdue: of.Flag | None = None


class TaskRow(Out):
    release: str = Field(validation_alias="release__number")
    key: str
    title: str
    kind: str
    category: str
    phase: str
    state: str
    owner_role: str
    assignee: str | None = Field(validation_alias="assignee__username")
    is_mandatory: bool
    planned_start: datetime | None
    due_at: datetime | None


class DependencyOut(Out):
    """One task that this comes after; the lag passes between the two moments that the type names."""

    task: str
    type: str
    lag_min: int


class TaskOutcomeOut(Out):
    key: str
    title: str
    skips: list[str]


class TaskVoteOut(Out):
    voter: Account
    vote: str
    reason: str
    at: datetime


class TaskOut(Out):
    """
    One task. `possible` has what a person can do with it now, `waits_for` what keeps it from being started or ended.

    `expected_start`, `expected_end` and `float_min` are estimated anew at each reading; `is_critical` when being late
    with it makes the whole late.
    """

    key: str
    version: int
    phase: str
    kind: str
    title: str
    category: str
    instructions: str
    runbook_step: str
    is_own: bool
    is_mandatory: bool
    blocks_exit: bool
    state: str
    possible: list[str]
    owner_role: str
    assignee: MaybeAccount
    after: list[DependencyOut]
    waits_for: list[str]
    proof: list[str]
    approval: str
    outcomes: list[TaskOutcomeOut]
    outcome: str
    voter_roles: list[str]
    voters: Annotated[list[str], each("username")]
    quorum: int
    votes: list[TaskVoteOut]
    needs_review: bool
    reviewed_by: MaybeAccount
    evidence_required: str
    evidence: str
    affected_cis: Annotated[list[str], each("key")]
    planned_start: datetime | None
    duration_min: int
    due_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    finished_by: MaybeAccount
    expected_start: datetime | None
    expected_end: datetime | None
    float_min: int | None
    is_critical: bool
    cost_planned: int | None
    cost_actual: int | None
    effort_planned_min: int | None
    effort_actual_min: int | None
    note: str


class BoardOut(Out):
    """All tasks of the attempt; `path` has those that decide when the last is over."""

    expected_end: datetime | None
    path: list[str]
    tasks: list[TaskOut]


class TaskEventOut(Out):
    at: datetime
    actor: str
    action: str
    facts: dict[str, Any]


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
    return [_shown(one) for one in ask.board(find(request, release)).tasks]


@router.get("/releases/{release}/task-board", response=BoardOut)
def show_board(request: Request, release: str) -> Any:
    """Show the tasks of the current attempt with the critical path and when the last is expected to be over."""
    board = ask.board(find(request, release))
    shown = [_shown(one) for one in board.tasks]
    return {"expected_end": board.estimate.end, "path": board.estimate.path, "tasks": shown}


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


@router.get("/releases/{release}/tasks/{task}/history", response=list[TaskEventOut])
def list_history(request: Request, release: str, task: str) -> Any:
    """List what was done about a task, newest first."""
    return list(ask.history(_found(request, release, task).row))


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


def _found(request: Request, release: str, key: str) -> ask.Placed:
    found = ask.board(find(request, release)).placed(key)
    if found is None:
        raise missing(f"task {key:.60}")
    return found


def answer(request: Request, response: HttpResponse, release: str, key: str) -> TaskOut:
    found = _found(request, release, key)
    tagged(response, found.row)
    return _shown(found)


def _shown(one: ask.Placed) -> TaskOut:
    row, slack = one.row, one.span.slack
    computed = {
        "possible": _possible(row),
        "after": [{"task": d.after.key, "type": d.type, "lag_min": d.lag_min} for d in row.after.all()],
        "waits_for": [blocker.link.after for blocker in (*one.starts, *one.ends)],
        "votes": list(row.votes.all()),
        "expected_start": one.span.start,
        "expected_end": one.span.end,
        "float_min": None if slack is None else slack // timedelta(minutes=1),
        "is_critical": one.span.is_critical,
    }
    held = {name: getattr(row, name) for name in TaskOut.model_fields if name not in computed}
    return TaskOut.model_validate({**held, **computed})


def _possible(row: Any) -> list[str]:
    steps = [*possible(row.kind, row.state, mandatory=row.is_mandatory)]
    is_open = row.state in {TaskState.READY, TaskState.ACTIVE}
    of_kind = {TaskKind.DECISION: "decide", TaskKind.CHECKPOINT: "vote"}
    steps += [of_kind[row.kind]] if is_open and row.kind in of_kind else []
    return [*steps, "review"] if row.state == TaskState.REVIEW else steps
