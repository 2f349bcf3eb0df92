"""What another workflow would say of a release, beside what its own says: nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rightaway.domain.guards import Evaluation, Unmet, explain
from rightaway.domain.release_facts import ReleaseFacts, TaskFacts
from rightaway.domain.workflows import Phase, Template

READY = "ready"


@dataclass(frozen=True, slots=True)
class WayTrial:
    """
    One way out of a phase under both; None where one of them does not have it.

    `more` is what only the other workflow finds missing, `less` what only its own does.
    """

    event: str
    title: str
    own: Evaluation | None
    other: Evaluation | None

    @property
    def more(self) -> tuple[Unmet, ...]:
        return _beyond(self.other, self.own)

    @property
    def less(self) -> tuple[Unmet, ...]:
        return _beyond(self.own, self.other)

    @property
    def differs(self) -> bool:
        return bool(self.more or self.less) or self.own is None or self.other is None


@dataclass(frozen=True, slots=True)
class PhaseTrial:
    """One phase that the release was in; `is_there` says whether the other workflow has it."""

    phase: Phase
    is_there: bool
    ways: tuple[WayTrial, ...]


def trial(
    *,
    own: Template,
    other: Template,
    own_facts: ReleaseFacts,
    other_facts: ReleaseFacts,
    phases: Sequence[str],
    now: datetime,
) -> tuple[PhaseTrial, ...]:
    """
    Judge every way out of these phases under both workflows, by the records as they are now.

    Args:
        own_facts: The facts as the own workflow asks for them.
        other_facts: The same for the other one: its approvals, whether they were ever asked for or not.
    """
    found = []
    known = {phase.key: phase for phase in (*other.phases, *own.phases)}
    there = {phase.key for phase in other.phases}
    for key in phases:
        ways = _ways(own, own_facts.with_parts(phase=key), now)
        theirs = _ways(other, _with_tasks(other, other_facts.with_parts(phase=key)), now)
        trials = (_way(event, ways.get(event), theirs.get(event)) for event in {**ways, **theirs})
        found.append(PhaseTrial(known[key], key in there, tuple(trials)))
    return tuple(found)


def _ways(template: Template, facts: ReleaseFacts, now: datetime) -> dict[str, Evaluation]:
    return {one.transition.event: one for one in explain(template, facts, now)}


def _way(event: str, own: Evaluation | None, other: Evaluation | None) -> WayTrial:
    named = other or own
    assert named is not None
    return WayTrial(event, named.transition.title, own, other)


def _with_tasks(template: Template, facts: ReleaseFacts) -> ReleaseFacts:
    """Add the tasks of the phase that the release would have got: nobody has done them."""
    made = {task.number for task in facts.tasks}
    added = tuple(
        TaskFacts(
            title=rule.title,
            phase=rule.phase,
            category=rule.category,
            state=READY,
            mandatory=rule.mandatory,
            assignee=rule.owner,
            number=rule.key,
            has_proof=bool(rule.proof),
        )
        for rule in template.tasks
        if rule.phase == facts.phase and rule.key not in made
    )
    return facts.with_parts(tasks=(*facts.tasks, *added))


def _beyond(some: Evaluation | None, others: Evaluation | None) -> tuple[Unmet, ...]:
    if some is None or others is None:
        return ()
    known = {(one.code, str(one.message)) for one in others.unmet}
    return tuple(one for one in some.unmet if (one.code, str(one.message)) not in known)
