"""The guard on training: everybody who is named has been taught, as far as the policy asks."""

from collections.abc import Iterator
from datetime import datetime

from rightaway.domain.facts_evidence import TrainingFacts
from rightaway.domain.guards_building import articles_published
from rightaway.domain.guards_registration import DONE_TASKS
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Sentence, Title, Word, said
from rightaway.domain.trainings import CONTROL, SUPPORT_STAFF
from rightaway.domain.unmet import Unmet, missing
from rightaway.domain.waivers import waiver

OWNER = "training_manager, release_manager"
"""A training manager where there is one; a release manager may do all of it too."""


def training_complete(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    found = [
        Unmet(
            "G25",
            "G25.task_open",
            said("The training task '{title}' is {state}.", title=Title(task.title), state=Word(task.state)),
            task.assignee or "release_manager",
            said("Finish it, or skip it with a reason."),
            {"task": task.number, "state": task.state},
        )
        for task in facts.tasks
        if task.phase == "training" and task.mandatory and task.blocks_exit and task.state not in DONE_TASKS
    ]
    if waiver(facts, CONTROL, now):
        return tuple(found)
    if not facts.trainings:
        found.append(missing("G25", "audience", said("a named audience for the training"), OWNER))
    for one in facts.trainings:
        if not waiver(facts, CONTROL, now, part=one.audience):
            found.extend(_audience(facts, one, now))
    found.extend(articles_published(facts, ("training_material",), "G25"))
    return tuple(found)


def needed_pct(facts: ReleaseFacts, kind: str) -> int:
    """Give the share of an audience that has to be trained, in percent."""
    held = facts.policy
    return held.support_attendance_pct if kind in SUPPORT_STAFF else held.users_attendance_pct


def _audience(facts: ReleaseFacts, one: TrainingFacts, now: datetime) -> Iterator[Unmet]:
    needed = needed_pct(facts, one.kind)
    if one.named <= 0:
        yield _unmet(
            one,
            "attendance",
            said("Nobody is named for the training of {audience}.", audience=one.audience),
            said("Name the people, or record how many there are and who says so."),
        )
        return
    trained = one.attended if one.passed is None else one.passed
    if trained * 100 >= needed * one.named:
        return
    yield from _sessions(one, needed, now)
    if one.attended * 100 < needed * one.named:
        yield _unmet(
            one,
            "attendance",
            said(
                "{attended} of {named} of {audience} were trained; {needed} % must.",
                attended=one.attended,
                named=one.named,
                audience=one.audience,
                needed=needed,
            ),
            said("Hold another session, or correct the list of names."),
            failed=not one.next_session_at,
        )
    else:
        yield _unmet(
            one,
            "quiz",
            said(
                "{passed} of {named} of {audience} passed the quiz; {needed} % must.",
                passed=trained,
                named=one.named,
                audience=one.audience,
                needed=needed,
            ),
            said("Teach who did not pass again, and let them repeat the quiz."),
            failed=True,
        )


def _sessions(one: TrainingFacts, needed: int, now: datetime) -> Iterator[Unmet]:
    """Say what keeps the sessions from being enough: too few seats, or their time has not come."""
    if one.seats is not None and one.seats * 100 < needed * one.named:
        yield _unmet(
            one,
            "seats",
            said(
                "The sessions of {audience} have {seats} seats for {named}.",
                audience=one.audience,
                seats=one.seats,
                named=one.named,
            ),
            said("Plan another session, or one with more seats."),
        )
    if one.next_session_at and one.next_session_at > now:
        yield _unmet(
            one,
            "session_ahead",
            said(
                "A session of {audience} is not yet held: it is on {moment}.",
                audience=one.audience,
                moment=one.next_session_at,
            ),
            said("Hold it, and record who came."),
        )


def _unmet(
    one: TrainingFacts, code: str, message: Sentence, remedy: Sentence, *, failed: bool = False
) -> Unmet:
    evidence = {"audience": one.audience, "named": one.named, "attended": one.attended, "passed": one.passed}
    return Unmet("G25", f"G25.{code}", message, OWNER, remedy, evidence, failed=failed)
