"""The plan of a release's tasks: its own ones are added and removed, all are planned and put in order."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.permissions import Role
from rightaway.domain.rules import PROOFS
from rightaway.domain.sentences import Sentence, Title, Word, said, wordlist
from rightaway.domain.task_order import Link, check_order
from rightaway.domain.values import Actor, DependencyType, EvidenceType, TaskCategory, TaskKind, TaskState
from rightaway.domain.workflow_tasks import MOST_MINUTES
from rightaway.queries import tasks as ask
from rightaway.queries import templates
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release, Task, TaskDependency
from rightaway.services import _edits, _guard, lifecycle, task_flow
from rightaway.services._release import require_open
from rightaway.services.tasks import ACTUAL, opened

PLANNED = ("planned_start", "duration_min", "cost_planned", "effort_planned_min", "runbook_step")
OWN = (
    *("title", "instructions", "category", "kind", "phase", "owner_role", "is_mandatory", "blocks_exit"),
    *("needs_review", "evidence_required", "approval", "outcomes", "voter_roles", "quorum", "proof"),
)
FIELDS = frozenset({*PLANNED, *OWN, *ACTUAL, "voters", "affected_cis"})
MOST_MONEY = 2_000_000_000
FEWEST_OUTCOMES = 2
UNSTARTED = frozenset({TaskState.WAITING, TaskState.READY})


@dataclass(frozen=True, slots=True)
class After:
    """One task that another comes after, by its key."""

    task: str
    type: str = DependencyType.FINISH_START
    lag_min: int = 0


@transaction.atomic
def add(
    *,
    actor: Actor,
    number: str,
    title: str,
    fields: Mapping[str, Any],
    key: str = "",
    after: Collection[After] = (),
) -> Task:
    """Give a release a task of its own, in its present phase or a later one."""
    release = _guard.lock(Release, number=number)
    own = release.initiated_by_id == actor.user_id
    _guard.require(actor=actor, action="release.edit", scope=release.service.key, own=own)
    require_open(release)
    task = Task(
        release=release,
        attempt=release.attempt,
        key=_free_key(release, key or title),
        phase=release.phase,
        is_own=True,
        owner_role=Role.RELEASE_MANAGER,
    )
    _write(task, {"title": title, "category": TaskCategory.REVIEW, **fields}, OWN + PLANNED)
    _check(release, task)
    task.save()
    _relate(task, fields)
    _put_in_order(task, after)
    task_flow.plan_reminders(task, timezone.now())
    task.save()
    return _planned(actor, release, task, "release.task.added", {"title": task.title})


def _free_key(release: Release, wish: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", wish.lower()).strip("_")[:50] or "task"
    taken = set(release.tasks.filter(attempt=release.attempt).values_list("key", flat=True))
    taken |= {"new", *(rule.key for rule in templates.of(release).tasks)}  # a page is called new
    return next(one for one in (base, *(f"{base}_{n}" for n in range(2, 10_000))) if one not in taken)


@transaction.atomic
def edit(
    *,
    actor: Actor,
    number: str,
    key: str,
    fields: Mapping[str, Any],
    after: Collection[After] | None = None,
    expected_version: int | None = None,
) -> Task:
    """
    Plan a task: its times and its money; of a release's own task, until it has begun, also what it is.

    Args:
        after: What it comes after from now on; None leaves the order as it is.

    Raises:
        Refused: `task.of_workflow` for what the workflow says of it, `task.begun` for what it was begun with.
    """
    release, task = opened(actor, number, key, "release.edit")
    task.version += 1
    _guard.unchanged(task, expected_version)
    held = _edits.values(task, [name for name in fields if name not in _RELATED])
    changed = {name for name, value in held.items() if getattr(task, name) != fields[name]}
    _check_may_change(task, changed | (set(fields) & _RELATED))
    _write(task, fields, OWN + PLANNED + ACTUAL)
    _check(release, task)
    if after is not None:
        _put_in_order(task, after)
    _relate(task, fields)
    if {"planned_start", "duration_min"} & changed:
        task.due_at = None if task.state == TaskState.WAITING else task.due_at
        task_flow.plan_reminders(task, timezone.now())
    task.save()
    facts = {"changes": _edits.changes(held, _edits.values(task, held))}
    return _planned(actor, release, task, "release.task.edited", facts)


_RELATED = frozenset({"voters", "affected_cis"})


def _check_may_change(task: Task, names: Collection[str]) -> None:
    own = sorted({*OWN, "voters"} & set(names))
    if own and not task.is_own:
        raise Refused(
            "task.of_workflow",
            said("The workflow says this of the task: {fields}.", fields=wordlist(own)),
            hint=said("Plan its times and costs, or add a task of the release's own."),
        )
    if task.state not in UNSTARTED and set(names) - {*ACTUAL, "affected_cis"}:
        raise Refused(
            "task.begun",
            said("'{title}' is {state}; its plan stands.", title=Title(task.title), state=Word(task.state)),
            hint=said("What it really cost can still be written down."),
        )


@transaction.atomic
def remove(*, actor: Actor, number: str, key: str) -> None:
    """Take back a task of the release's own that nobody has begun."""
    release, task = opened(actor, number, key, "release.edit")
    if not task.is_own:
        raise Refused(
            "task.of_workflow",
            said("'{title}' comes from the workflow.", title=Title(task.title)),
            hint=said("Skip it, with a reason."),
        )
    if task.state not in UNSTARTED or task.votes.exists():
        raise Refused(
            "task.begun",
            said("'{title}' has begun.", title=Title(task.title)),
            hint=said("Skip or cancel it, with a reason."),
        )
    task_flow.told(actor, task, "release.task.removed", {"title": task.title})
    task.delete()
    release.save()
    lifecycle.settle(release=release)


def _write(task: Task, fields: Mapping[str, Any], names: Collection[str]) -> None:
    unknown = sorted(set(fields) - FIELDS)
    if unknown:
        raise Invalid(
            "task.unknown_field", said("A task has no field '{name}'.", name=unknown[0]), at=unknown[0]
        )
    for name in names:
        if name in fields:
            setattr(task, name, fields[name])


def _check(release: Release, task: Task) -> None:
    """Look at a task as a whole: all its words are known, its figures make sense, and something can end it."""
    template = templates.of(release)
    phases = [phase.key for phase in template.phases if phase.key not in template.terminal]
    if not task.title.strip():
        raise _wrong("title", said("A task needs a title."))
    _known("category", task.category, list(TaskCategory))
    _known("kind", task.kind, list(TaskKind))
    _known("evidence_required", task.evidence_required, list(EvidenceType))
    _known("owner_role", task.owner_role, list(Role))
    _known("phase", task.phase, phases)
    if task.is_own and phases.index(task.phase) < phases.index(release.phase):
        raise _wrong("phase", said("The release has left this phase."))
    for role in task.voter_roles:
        _known("voter_roles", role, list(Role))
    _figures(task)
    if task.is_own:
        _ends(task, {one.key for one in template.approvals})


def _figures(task: Task) -> None:
    most = {
        "duration_min": MOST_MINUTES,
        "effort_planned_min": MOST_MINUTES,
        "effort_actual_min": MOST_MINUTES,
    }
    for name in ("duration_min", "cost_planned", "cost_actual", "effort_planned_min", "effort_actual_min"):
        value, limit = getattr(task, name), most.get(name, MOST_MONEY)
        if value is not None and not 0 <= value <= limit:
            raise _wrong(name, said("A whole number from 0 to {limit} is needed.", limit=limit))


def _ends(task: Task, approvals: Collection[str]) -> None:
    """Refuse a task that nothing could end, or that says what its kind does not look at."""
    for name, kind in _OF_KIND.items():
        if task.kind != kind and getattr(task, name):
            raise _wrong(name, said("This belongs to another kind of task: {kind}.", kind=Word(kind)))
    keys = [one["key"] for one in task.outcomes]
    if task.kind == TaskKind.APPROVAL:
        _known("approval", task.approval, approvals)
    if task.kind == TaskKind.AUTOMATED and not task.proof:
        raise _wrong("proof", said("Name the proofs it ends by."))
    for name in task.proof:
        _known("proof", name, PROOFS)
    if task.kind == TaskKind.DECISION and (len(keys) < FEWEST_OUTCOMES or len(set(keys)) < len(keys)):
        raise _wrong("outcomes", said("A decision needs at least two different outcomes."))
    if task.quorum < 1:
        raise _wrong("quorum", said("A quorum has at least one voice."))


_OF_KIND = {
    "approval": TaskKind.APPROVAL,
    "proof": TaskKind.AUTOMATED,
    "outcomes": TaskKind.DECISION,
    "voter_roles": TaskKind.CHECKPOINT,
}


def _relate(task: Task, fields: Mapping[str, Any]) -> None:
    if "affected_cis" in fields:
        task.affected_cis.set([_guard.find(ConfigurationItem, key=key) for key in fields["affected_cis"]])
    if "voters" in fields:
        task.voters.set([_guard.find(User, username=name) for name in fields["voters"]])
    if task.kind == TaskKind.CHECKPOINT and not task.voter_roles and not task.voters.exists():
        raise _wrong("voter_roles", said("Name whose votes count: roles or people."))


def _put_in_order(task: Task, after: Collection[After]) -> None:
    """
    Let a task come after others, and after no others than these.

    Raises:
        Invalid: `task.cycle` names the circle; `task.after` a task that is not there.
        Refused: `task.order_of_workflow` when it leaves out what the workflow says.
    """
    if task.state not in UNSTARTED:
        raise Refused("task.begun", said("'{title}' has begun.", title=Title(task.title)))
    rows = {row.key: row for row in ask.of_release(task.release)}
    wanted = {one.task: one for one in after}
    for one in wanted.values():
        if one.task == task.key or one.task not in rows:
            raise Invalid(
                "task.after",
                said("There is no other task '{key}' in this release.", key=one.task),
                at="after",
                hint=said("There are: {keys}.", keys=sorted(set(rows) - {task.key})),
            )
        _known("after", one.type, list(DependencyType))
        if not 0 <= one.lag_min <= MOST_MINUTES:
            raise _wrong("after", said("A whole number from 0 to {limit} is needed.", limit=MOST_MINUTES))
    _check_rule_kept(task, wanted)
    others = [link for link in ask.links(rows.values()) if link.task != task.key]
    mine = [
        Link(task.key, one.task, DependencyType(one.type), timedelta(minutes=one.lag_min))
        for one in wanted.values()
    ]
    check_order([*others, *mine])
    task.after.exclude(after__key__in=wanted).delete()
    for one in wanted.values():
        kept = {"type": one.type, "lag_min": one.lag_min}
        TaskDependency.objects.update_or_create(task=task, after=rows[one.task], defaults=kept)


def _check_rule_kept(task: Task, wanted: Mapping[str, After]) -> None:
    rule = next((one for one in templates.of(task.release).tasks if one.key == task.key), None)
    held = {row.after.key: row for row in task.after.select_related("after")}
    for link in rule.after if rule and not task.is_own else ():
        given, kept = wanted.get(link.after), held.get(link.after)
        if kept and (given is None or (given.type, given.lag_min) != (kept.type, kept.lag_min)):
            raise Refused(
                "task.order_of_workflow",
                said("The workflow says that it comes after '{key}'.", key=link.after),
                hint=said("Keep this dependency as it is."),
            )


def _planned(actor: Actor, release: Release, task: Task, action: str, facts: dict[str, Any]) -> Task:
    task_flow.told(actor, task, action, facts)
    release.save()
    lifecycle.settle(release=release)
    found = ask.task(release, task.key)
    assert found is not None
    return found


def _known(at: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        hint = said("There are: {known}.", known=wordlist(known))
        raise Invalid(
            "task.unknown_word", said("'{value}' is not known here.", value=value), at=at, hint=hint
        )


def _wrong(at: str, message: Sentence) -> Invalid:
    return Invalid("task.field", message, at=at)
