"""The plan of a release's tasks: its own ones are added and removed, all are planned and put in order."""

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request
from rightaway.api.releases import find
from rightaway.api.requests import Said, Sent, Word, expected_version
from rightaway.api.tasks import Minutes, Money, TaskOut, answer
from rightaway.domain.values import DependencyType, EvidenceType, TaskCategory, TaskKind
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.services import task_plans

router = Router()


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


@router.post("/releases/{release}/tasks", response={201: TaskOut})
def add(request: Request, response: HttpResponse, release: str, sent: Sent[OwnTaskIn]) -> Any:
    """Give the release a task of its own, in its present phase or a later one."""
    find(request, release, "release.edit")
    given = sent.model_dump(exclude_unset=True, exclude={"title", "key", "after"})
    after = _after(sent)
    row = task_plans.add(
        actor=request.auth,
        number=release,
        title=sent.title,
        key=sent.key or "",
        fields=_plain(given),
        after=after,
    )
    return answer(request, response, release, row.key)


@router.patch("/releases/{release}/tasks/{task}/plan", response=TaskOut)
def edit(request: Request, response: HttpResponse, release: str, task: str, sent: Sent[TaskEdit]) -> Any:
    """Plan a task: times, money, order; of the release's own task, until it has begun, also what it is."""
    find(request, release, "release.edit")
    task_plans.edit(
        actor=request.auth,
        number=release,
        key=task,
        fields=_plain(sent.model_dump(exclude_unset=True, exclude={"after"})),
        after=_after(sent) if "after" in sent.model_fields_set else None,
        expected_version=expected_version(request),
    )
    return answer(request, response, release, task)


@router.delete("/releases/{release}/tasks/{task}", response={204: None})
def remove(request: Request, release: str, task: str) -> tuple[int, None]:
    """Take back a task of the release's own that nobody has begun."""
    find(request, release, "release.edit")
    task_plans.remove(actor=request.auth, number=release, key=task)
    return 204, None


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    """Make lists of what JSON columns hold."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def _after(sent: TaskEdit) -> list[task_plans.After]:
    return [task_plans.After(one.task, one.type, one.lag_min) for one in sent.after]
