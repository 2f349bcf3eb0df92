"""Tasks of a release: given to a person, started, ended, reviewed, decided, voted on, and taken up again."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.conversations import check_undo
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.moves import advance
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import Sentence, Title, Word, said, spaced, wordlist
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.task_order import Blocker, before_end, before_start
from rightaway.domain.tasks import (
    ENDED,
    EVENTS,
    TASK,
    check_evidence,
    check_reason,
    check_step,
    chosen,
)
from rightaway.domain.values import Actor, CheckpointVote, TaskKind, TaskState
from rightaway.queries import subjects
from rightaway.queries import tasks as ask
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release, Task, TaskVote
from rightaway.services import _audit, _guard, _notify, lifecycle, task_flow
from rightaway.services._release import require_open

ACTUAL = ("cost_actual", "effort_actual_min")


def opened(actor: Actor, number: str, key: str, action: str) -> tuple[Release, Task]:
    """Hold a task of the current attempt and its release, for an actor who may do `action`."""
    release = _guard.lock(Release, number=number)
    own = release.initiated_by_id == actor.user_id
    _guard.require(actor=actor, action=action, scope=release.service.key, own=own)
    require_open(release)
    task = ask.task(release, key)
    if task is None:
        raise _guard.not_found(Task, {"key": key})
    return release, task


@transaction.atomic
def assign(*, actor: Actor, number: str, key: str, assignee: str | None) -> Task:
    """Give a task of the current attempt to a person, who is told; None gives it back to its role."""
    release, task = opened(actor, number, key, "release.edit")
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
        people = [task.assignee.pk]
        task_flow.tell(actor, task, NotificationKind.TASK_ASSIGNED, people, str(task.version))
    return _settled(release, task)


@transaction.atomic
def finish(
    *,
    actor: Actor,
    number: str,
    key: str,
    state: str = TaskState.DONE,
    note: str = "",
    evidence: str = "",
    actual: dict[str, int | None] | None = None,
) -> Task:
    """
    Start, finish, fail, skip or cancel a task of the current attempt, or take up a failed one again.

    Finishing again what is finished changes nothing; `reopen` takes a mistake back. A task that asks for a review
    goes there instead of ending.

    Args:
        actual: What it cost and how long people worked on it, as `cost_actual` and `effort_actual_min`.

    Raises:
        Refused: `task.order` names what it waits for; `task.ends_otherwise` how a task of this kind ends.
        Invalid: `task.reason_needed`, `task.evidence_needed`.
    """
    release, task = opened(actor, number, key, "task.complete")
    if state not in EVENTS:
        raise Invalid(
            "task.state", said("'{state}' is no state a task can be given.", state=Word(state)), at="state"
        )
    if task.state == state:
        return task
    step = EVENTS[TaskState(state)]
    check_step(task.kind, task.state, step, mandatory=task.is_mandatory)
    check_reason(step, note)
    _check_order(release, task, step)
    if step == "finish":
        task.evidence = evidence or task.evidence
        check_evidence(task.evidence_required, task.evidence)
        step = "submit" if task.needs_review else step
    _step(actor, task, step, note)
    for name in ACTUAL:
        setattr(task, name, (actual or {}).get(name, getattr(task, name)))
    _save(release, task)
    _told(actor, release, "release.task.finished", {"task": key, "state": task.state, "note": note})
    if step == "submit":
        people = ask.holders(task) - {actor.user_id or 0}
        task_flow.tell(actor, task, NotificationKind.TASK_REVIEW, people, f"review:{task.version}")
    return _settled(release, task)


def _step(actor: Actor, task: Task, event: str, note: str) -> None:
    """Change the state of a task, with the times and the person that belong to it."""
    task.state, task.note = advance(TASK, task.state, event), note
    now = timezone.now()
    if event in {"start", "finish", "submit", "fail"}:
        task.started_at = task.started_at or now
    if event == "retry":
        task.started_at = task.finished_by = task.finished_at = None
        task.votes.all().delete()
    if task.state in {*ENDED, TaskState.REVIEW, TaskState.FAILED}:
        task.finished_by = None if actor.is_system else _guard.person(actor)
        task.remind_at = task.free_at = None
    if task.state in ENDED:
        task.finished_at = now


def _check_order(release: Release, task: Task, step: str) -> None:
    """Refuse to start or end a task before its turn: the order is enforced, not only shown."""
    if step not in {"start", "finish"}:
        return
    rows, now = list(ask.of_release(release)), timezone.now()
    links, progress = ask.links(rows), ask.progress(rows)
    has_begun = task.started_at is not None
    blockers = () if has_begun else before_start(task.key, links, progress, now)
    if step == "finish":
        blockers += before_end(task.key, links, progress, now)
    if blockers:
        raise Refused(
            "task.order",
            spaced(_waits(one, rows) for one in blockers),
            hint=said("Finish what comes before, or change the order while the task waits."),
            evidence={"waits_for": [one.link.after for one in blockers]},
        )
    if task.state == TaskState.WAITING:
        raise Refused(
            "task.other_phase",
            said("The task belongs to the phase {phase}.", phase=Word(task.phase)),
            hint=said("It becomes ready when the release gets there."),
        )


def _waits(one: Blocker, rows: list[Task]) -> Sentence:
    """Say what a task waits for, whose that is, and when it is expected."""
    before = next(row for row in rows if row.key == one.link.after)
    expected = one.until or ask.board(before.release).estimate.spans[before.key].end
    return said(
        "It comes after '{title}' ({type}), which is {state} and belongs to {owner}; expected {at}.",
        title=Title(before.title),
        type=Word(one.link.type),
        state=Word(before.state),
        owner=str(before.assignee) if before.assignee else Word(before.owner_role),
        at=expected,
    )


@transaction.atomic
def review(*, actor: Actor, number: str, key: str, decision: str, note: str = "") -> Task:
    """
    Accept what somebody else did, or send it back to them with a reason.

    Raises:
        Refused: `sod.self_review` for who did it.
    """
    release, task = opened(actor, number, key, "task.complete")
    if decision not in {"accept", "reject"}:
        raise Invalid(
            "task.decision",
            said("'{decision}' is no decision.", decision=decision),
            at="decision",
            hint=said("accept or reject"),
        )
    if task.state == TaskState.REVIEW and task.finished_by_id == actor.user_id:
        raise Refused(
            "sod.self_review",
            said("Nobody reviews what they did."),
            hint=said("Ask somebody else who may complete tasks here."),
        )
    if decision == "reject" and not note.strip():
        raise Invalid("task.reason_needed", said("Say what is missing."), at="note")
    doer = task.finished_by
    task.state = advance(TASK, task.state, decision)
    task.reviewed_by = _guard.person(actor)
    if decision == "accept":
        task.finished_at = timezone.now()
    else:
        task.finished_by, task.note = None, note
    _save(release, task)
    _told(actor, release, f"release.task.{decision}ed", {"task": key, "note": note})
    if doer and decision == "reject":
        task_flow.tell(actor, task, NotificationKind.TASK_ASSIGNED, [doer.pk], f"rejected:{task.version}")
    return _settled(release, task)


@transaction.atomic
def decide(*, actor: Actor, number: str, key: str, outcome: str, note: str = "") -> Task:
    """End a decision with one of its outcomes, which skips the tasks that are not needed then."""
    release, task = opened(actor, number, key, "task.complete")
    if task.kind != TaskKind.DECISION:
        raise Refused("task.no_decision", said("This task is no decision."))
    one = chosen(ask.outcomes(task), outcome)
    _check_order(release, task, "finish")
    task.outcome = one.key
    _step(actor, task, "finish", note)
    _save(release, task)
    _told(actor, release, "release.task.decided", {"task": key, "outcome": one.key, "note": note})
    task_flow.skip_by(task)
    return _settled(release, task)


@transaction.atomic
def vote(*, actor: Actor, number: str, key: str, vote: str, reason: str = "") -> Task:
    """
    Say go, hold or abort at a checkpoint; a newer word replaces the one before.

    One abort fails it, one hold keeps it waiting, and when the quorum says go it is done.

    Raises:
        Refused: `task.not_a_voter` for who is not among those it names.
    """
    release, task = opened(actor, number, key, "task.vote")
    if task.kind != TaskKind.CHECKPOINT:
        raise Refused("task.no_checkpoint", said("This task is no checkpoint."))
    if vote not in set(CheckpointVote):
        raise Invalid(
            "task.vote",
            said("'{vote}' is no vote.", vote=vote),
            at="vote",
            hint=said("There are: {votes}.", votes=wordlist(CheckpointVote)),
        )
    if not ask.voters(task).filter(pk=actor.user_id or 0).exists():
        raise Refused(
            "task.not_a_voter",
            said("This checkpoint does not ask for your vote."),
            hint=said("It asks: {people}.", people=[str(one) for one in ask.voters(task)]),
        )
    if vote != CheckpointVote.GO and not reason.strip():
        raise Invalid("task.reason_needed", said("Say why."), at="reason")
    _check_order(release, task, "finish")
    if task.state not in {TaskState.READY, TaskState.ACTIVE}:
        advance(TASK, task.state, "finish")  # refuses, and names what is possible
    held = {"vote": vote, "reason": reason, "at": timezone.now()}
    TaskVote.objects.update_or_create(task=task, voter=_guard.person(actor), defaults=held)
    event = ask.votes(task).event or ("start" if task.state == TaskState.READY else "")
    if event:
        _step(actor, task, event, reason)
    _save(release, task)
    _told(actor, release, "release.task.voted", {"task": key, "vote": vote, "note": reason})
    return _settled(release, task)


@transaction.atomic
def reopen(*, actor: Actor, number: str, key: str) -> Task:
    """
    Undo the ending of a task, by the person who ended it; what a decision skipped comes back with it.

    Raises:
        Refused: `undo.too_late` after ten minutes, `undo.moved_on` when the release has left the phase,
            `task.follower_began` when something that waited for it has been started.
    """
    release, task = opened(actor, number, key, "task.complete")
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
    begun = task.before.filter(task__started_at__isnull=False).select_related("task").first()
    if begun is not None:
        raise Refused(
            "task.follower_began",
            said("'{title}', which waited for it, has begun.", title=Title(begun.task.title)),
            hint=said("Leave a comment."),
        )
    assert task.finished_at is not None
    check_undo(task.finished_at, timezone.now())
    facts: dict[str, Any] = {"task": key, "was": str(task.state), "note": task.note}
    task.state, task.finished_by, task.finished_at, task.note = TaskState(after), None, None, ""
    task.outcome, task.reviewed_by, task.started_at = "", None, None
    task.votes.all().delete()
    _save(release, task)
    task_flow.unskip_by(task)
    _told(actor, release, "release.task.reopened", facts)
    return _settled(release, task)


def _save(release: Release, task: Task) -> None:
    task.version += 1
    task.save()
    release.save()


def _settled(release: Release, task: Task) -> Task:
    """Let the release go on by what was done, and give the task as it is then."""
    lifecycle.settle(release=release)
    task.refresh_from_db()
    return task


def _told(actor: Actor, release: Release, action: str, facts: dict[str, Any]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
