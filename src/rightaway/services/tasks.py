"""Tasks of a release: given to a person, finished, and taken up again when that was a mistake."""

from django.db import transaction
from django.utils import timezone

from rightaway.domain.conversations import check_undo
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.moves import advance
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.tasks import ENDED, EVENTS, TASK
from rightaway.domain.values import Actor, TaskState
from rightaway.queries import subjects
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release, Task
from rightaway.services import _audit, _guard, _notify, lifecycle
from rightaway.services._release import require_open


def _open(actor: Actor, number: str, key: str, action: str) -> tuple[Release, Task]:
    release = _guard.lock(Release, number=number)
    own = release.initiated_by_id == actor.user_id
    _guard.require(actor=actor, action=action, scope=release.service.key, own=own)
    require_open(release)
    task = Task.objects.filter(release=release, attempt=release.attempt, key=key).first()
    if task is None:
        raise _guard.not_found(Task, {"key": key})
    return release, task


@transaction.atomic
def assign(*, actor: Actor, number: str, key: str, assignee: str | None) -> Task:
    """Give a task of the current attempt to a person, who is told; None gives it back to its role."""
    release, task = _open(actor, number, key, "release.edit")
    subject = _notify.found(SubjectKind.RELEASE, number)
    task.assignee = _guard.find(User, username=assignee) if assignee else None
    if task.assignee and not subjects.able(subject, "task.complete").filter(pk=task.assignee.pk).exists():
        raise Invalid(
            "task.assignee",
            said("{assignee} may not complete tasks of {number}.", assignee=assignee, number=number),
            at="assignee",
            hint=said("Choose somebody with a role in the service that may."),
        )
    _save(release, task)
    _told(actor, release, "release.task.assigned", {"task": key, "assignee": assignee})
    if task.assignee:
        _notify.tell(
            actor=actor,
            kind=NotificationKind.TASK_ASSIGNED,
            subject=subject,
            people=[task.assignee.pk],
            key=f"task:{task.pk}:{task.version}",
            facts={"task": key, "title": task.title},
        )
    lifecycle.settle(release=release)
    return task


@transaction.atomic
def finish(*, actor: Actor, number: str, key: str, state: str = TaskState.DONE, note: str = "") -> Task:
    """
    Start, finish, skip or cancel a task of the current attempt; skipping needs a reason.

    Finishing again what is finished changes nothing; `reopen` takes a mistake back.
    """
    release, task = _open(actor, number, key, "task.complete")
    if state not in EVENTS:
        raise Invalid(
            "task.state", said("'{state}' is no state a task can be given.", state=Word(state)), at="state"
        )
    if state == TaskState.SKIPPED and not note.strip():
        raise Invalid("task.reason_needed", said("Skipping a task needs a reason."), at="note")
    if task.state == state:
        return task
    task.state, task.note = advance(TASK, task.state, EVENTS[TaskState(state)]), note
    if task.state in ENDED:
        task.finished_by, task.finished_at = _guard.person(actor), timezone.now()
    _save(release, task)
    _told(actor, release, "release.task.finished", {"task": key, "state": state, "note": note})
    lifecycle.settle(release=release)
    return task


@transaction.atomic
def reopen(*, actor: Actor, number: str, key: str) -> Task:
    """
    Undo the finishing of a task, by the person who finished it.

    Raises:
        Refused: `undo.too_late` after ten minutes, `undo.moved_on` when the release has left the phase.
    """
    release, task = _open(actor, number, key, "task.complete")
    after = advance(TASK, task.state, "reopen")
    if task.finished_by_id is None or task.finished_by_id != actor.user_id:
        raise Forbidden(
            "undo.not_yours", said("Only who finished a task takes that back."), hint=said("Ask them to.")
        )
    if task.phase != release.phase:
        raise Refused(
            "undo.moved_on",
            said("{number} has left the phase of this task.", number=number),
            hint=said("Leave a comment."),
        )
    assert task.finished_at is not None
    check_undo(task.finished_at, timezone.now())
    facts: dict[str, str | None] = {"task": key, "was": str(task.state), "note": task.note}
    task.state, task.finished_by, task.finished_at, task.note = TaskState(after), None, None, ""
    _save(release, task)
    _told(actor, release, "release.task.reopened", facts)
    lifecycle.settle(release=release)
    return task


def _save(release: Release, task: Task) -> None:
    task.version += 1
    task.save()
    release.save()


def _told(actor: Actor, release: Release, action: str, facts: dict[str, str | None]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
