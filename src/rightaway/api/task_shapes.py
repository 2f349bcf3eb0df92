"""What a task looks like outside, and what can be said of one."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpResponse
from pydantic import Field

from rightaway.api.access import Request, missing
from rightaway.api.answers import Account, MaybeAccount, Out, PageFilter, each, tagged
from rightaway.api.releases import find
from rightaway.api.requests import Said, Word
from rightaway.domain.tasks import possible
from rightaway.domain.values import DependencyType, EvidenceType, TaskCategory, TaskKind, TaskState
from rightaway.domain.workflow_tasks import MOST_MINUTES
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import tasks as ask
from rightaway.services import task_plans
from rightaway.services.task_plans import MOST_MONEY

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


class DependencyIn(FileModel):
    task: of.VariableName
    type: DependencyType = DependencyType.FINISH_START
    lag_min: Minutes = 0


class TaskOutcomeIn(FileModel):
    key: of.Word
    title: of.Title
    skips: Annotated[tuple[of.VariableName, ...], Field(max_length=200)] = ()


class TaskEdit(FileModel):
    """What to change; what is left out stays. `after` replaces everything the task comes after."""

    title: of.Title = ""
    kind: TaskKind = TaskKind.MANUAL
    category: TaskCategory = TaskCategory.REVIEW
    phase: of.VariableName = ""
    instructions: Said = ""
    runbook_step: Annotated[Word, Field(max_length=80)] = ""
    owner_role: of.Word = ""
    is_mandatory: of.Flag = True
    blocks_exit: of.Flag = True
    proof: Annotated[tuple[of.VariableName, ...], Field(max_length=20)] = ()
    approval: Annotated[Word, Field(max_length=40)] = ""
    outcomes: Annotated[tuple[TaskOutcomeIn, ...], Field(max_length=20)] = ()
    voter_roles: Annotated[tuple[of.Word, ...], Field(max_length=20)] = ()
    voters: Annotated[tuple[of.Account, ...], Field(max_length=100)] = ()
    quorum: Annotated[int, of.whole(1, 100)] = 1
    needs_review: of.Flag = False
    evidence_required: EvidenceType = EvidenceType.NONE
    affected_cis: Annotated[tuple[of.Key, ...], Field(max_length=5000)] = ()
    planned_start: of.Moment | None = None
    duration_min: Minutes = 0
    cost_planned: Money | None = None
    cost_actual: Money | None = None
    effort_planned_min: Minutes | None = None
    effort_actual_min: Minutes | None = None
    after: Annotated[tuple[DependencyIn, ...], Field(max_length=200)] = ()


class OwnTaskIn(TaskEdit):
    """A task of this release alone. Without a key it gets one from its title."""

    title: of.Title
    key: of.VariableName | None = None


def plain(given: dict[str, Any]) -> dict[str, Any]:
    """Make lists of what JSON columns hold."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def ordered(sent: TaskEdit) -> list[task_plans.After]:
    return [task_plans.After(one.task, one.type, one.lag_min) for one in sent.after]


def found_task(request: Request, release: str, key: str) -> ask.Placed:
    found = ask.board(find(request, release)).placed(key)
    if found is None:
        raise missing(f"task {key:.60}")
    return found


def answer(request: Request, response: HttpResponse, release: str, key: str) -> TaskOut:
    found = found_task(request, release, key)
    tagged(response, found.row)
    return shown(found)


def shown(one: ask.Placed) -> TaskOut:
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
