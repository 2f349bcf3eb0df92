"""What tasks do by themselves: appear with their phase, become ready as the order allows, end by their proofs."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from rightaway.domain.checklists import proven_tasks
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.task_order import before_end, before_start, free_at
from rightaway.domain.values import SYSTEM, Actor, TaskKind, TaskState
from rightaway.domain.workflows import TaskRule, Template
from rightaway.queries import subjects
from rightaway.queries import tasks as ask
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release, Task, TaskDependency
from rightaway.services import _audit, _notify

EARLY = timedelta(days=2)
"""How long before it is due a task is told of. Source: alert A06 of the lifecycle design."""
_BY_PEOPLE = frozenset({TaskKind.MANUAL, TaskKind.DECISION, TaskKind.CHECKPOINT})
_AFRESH: dict[str, Any] = {
    "state": TaskState.WAITING,
    "note": "",
    "outcome": "",
    "evidence": "",
    "skipped_by": None,
    "started_at": None,
    "finished_by": None,
    "finished_at": None,
    "reviewed_by": None,
    "due_at": None,
    "remind_at": None,
    "free_at": None,
}


def begin_phase(release: Release, template: Template) -> None:
    """Give the release the tasks of the phase it has entered; those of an earlier stay begin anew."""
    make_tasks(release, [rule for rule in template.tasks if rule.phase == release.phase])


def make_tasks(release: Release, rules: Collection[TaskRule]) -> None:
    """Make tasks of the phase, or begin them anew, and let the order say which may be started."""
    for rule in rules:
        row, _ = Task.objects.update_or_create(
            release=release, attempt=release.attempt, key=rule.key, defaults={**_of_rule(rule), **_AFRESH}
        )
        row.voters.set(User.objects.filter(username__in=rule.voters))
        row.votes.all().delete()
    held = {row.key: row for row in release.tasks.filter(attempt=release.attempt)}
    for link in (link for rule in rules for link in rule.after if link.after in held):
        kept = {"type": link.type, "lag_min": int(link.lag.total_seconds() // 60)}
        TaskDependency.objects.update_or_create(task=held[link.task], after=held[link.after], defaults=kept)
    for decision in held.values():
        if decision.state == TaskState.DONE and decision.outcome:
            skip_by(decision)
    advance_order(release)


def _of_rule(rule: TaskRule) -> dict[str, Any]:
    names = ("phase", "category", "kind", "title", "instructions", "approval", "quorum", "needs_review")
    return {name: getattr(rule, name) for name in (*names, "blocks_exit", "duration_min")} | {
        "is_mandatory": rule.mandatory,
        "owner_role": rule.owner,
        "proof": list(rule.proof),
        "outcomes": [{"key": one.key, "title": one.title, "skips": list(one.skips)} for one in rule.outcomes],
        "voter_roles": list(rule.voter_roles),
        "evidence_required": rule.evidence,
        "cost_planned": rule.cost,
        "effort_planned_min": rule.effort_min,
    }


def skip_by(decision: Task) -> None:
    """Skip what the outcome of a decision makes needless; what has begun already goes on."""
    outcome = next(one for one in ask.outcomes(decision) if one.key == decision.outcome)
    needless = decision.release.tasks.filter(
        attempt=decision.attempt, key__in=outcome.skips, state__in=[TaskState.WAITING, TaskState.READY]
    )
    for row in needless:
        row.state, row.skipped_by, row.finished_at = TaskState.SKIPPED, decision, timezone.now()
        row.note = f"{decision.title}: {outcome.title}"
        row.remind_at = row.free_at = None
        _save(row)
        told(SYSTEM, row, "release.task.skipped", {"by": decision.key, "outcome": outcome.key})


def unskip_by(decision: Task) -> None:
    """Take back what a decision skipped, because the decision is taken back."""
    for row in Task.objects.filter(skipped_by=decision, state=TaskState.SKIPPED):
        row.state, row.skipped_by, row.finished_at, row.note = TaskState.WAITING, None, None, ""
        _save(row)
        told(SYSTEM, row, "release.task.reopened", {"by": decision.key})


def advance_order(release: Release) -> bool:
    """Make ready what may be started now, and let wait what may not any more; say whether anything changed."""
    now, rows = timezone.now(), list(ask.ordered(release))
    links, progress = ask.links(rows), ask.progress(rows)
    changed = False
    for row in rows:
        if row.phase != release.phase or row.state not in {TaskState.WAITING, TaskState.READY}:
            continue
        blockers = before_start(row.key, links, progress, now)
        state = TaskState.WAITING if blockers else TaskState.READY
        free = free_at(blockers)
        if (row.state, row.free_at) == (state, free):
            continue
        changed, is_new = True, row.state != state
        row.state, row.free_at = state, free
        if state is TaskState.READY and is_new:
            plan_reminders(row, now)
        _save(row)
        if state is TaskState.READY and is_new:
            _tell_ready(row)
    return changed


def close_proven(release: Release, template: Template, facts: ReleaseFacts, now: datetime) -> bool:
    """End the tasks whose evidence is there and whose order allows it; say whether there were any."""
    keys = proven_tasks(template, facts, now)
    rows = list(ask.ordered(release)) if keys else []
    links, progress = ask.links(rows), ask.progress(rows)
    closed = [
        row
        for row in rows
        if row.key in keys
        and row.state in {TaskState.READY, TaskState.ACTIVE}
        and not before_end(row.key, links, progress, now)
    ]
    for row in closed:
        row.state, row.note, row.finished_at = TaskState.DONE, "proven by its evidence", now
        row.started_at, row.remind_at = row.started_at or now, None
        _save(row)
        told(SYSTEM, row, "release.task.proven", {})
    return bool(closed)


def plan_reminders(row: Task, now: datetime) -> None:
    """Work out when a task is due, and when its people hear of that."""
    length = timedelta(minutes=row.duration_min)
    if row.planned_start:
        row.due_at = row.planned_start + length
    elif length and row.due_at is None and row.state != TaskState.WAITING:
        row.due_at = now + length
    early = row.due_at - EARLY if row.due_at else None
    row.remind_at = early if early and early > now else row.due_at


def _save(row: Task) -> None:
    row.version += 1
    row.save()


def _tell_ready(row: Task) -> None:
    if row.kind in _BY_PEOPLE:
        people = ask.told(row)
        if row.kind == TaskKind.CHECKPOINT:
            people |= frozenset(ask.voters(row).values_list("pk", flat=True))
        tell(SYSTEM, row, NotificationKind.TASK_READY, people, f"ready:{row.version}")


def tell(actor: Actor, row: Task, kind: NotificationKind, people: Collection[int], event: str) -> None:
    """Tell those of these people who may see the release of a task, once; `event` names what happened to it."""
    subject = _notify.found(SubjectKind.RELEASE, row.release.number)
    _notify.tell(
        actor=actor,
        kind=kind,
        subject=subject,
        people=subjects.viewers(subject).filter(pk__in=people).values_list("pk", flat=True),
        key=f"task:{row.pk}:{event}",
        facts={"task": row.key, "title": row.title},
    )


def told(actor: Actor, row: Task, action: str, facts: dict[str, Any]) -> None:
    """Write into the audit log what a task did by itself, or what its plan became."""
    _audit.record(
        actor=actor,
        action=action,
        stream=row.release.number,
        subject=("task", row.number),
        facts={"task": row.key, **facts},
        version=row.version,
    )
