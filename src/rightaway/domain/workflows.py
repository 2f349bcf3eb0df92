"""A release workflow as data: phases, the ways between them, and what each way asks for."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from rightaway.domain import moves
from rightaway.domain.approvals import Requirement
from rightaway.domain.permissions import Role
from rightaway.domain.priorities import TrainingRule
from rightaway.domain.task_order import Link
from rightaway.domain.tasks import Outcome
from rightaway.domain.values import EvidenceType, TaskKind

SYSTEM = "system"
"""The actor of what Rightaway does by itself."""

ACTORS = frozenset({SYSTEM, *Role})
OWNERS = tuple(role for role in Role if role not in {Role.AUDITOR, Role.ADMIN, Role.SERVICE_ACCOUNT})
"""The roles that can do a task or bring evidence: who only reads or administers cannot."""


class Mode(StrEnum):
    MANUAL = "manual"
    ON_APPROVAL = "on_approval"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Phase:
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Transition:
    """
    One way out of a phase.

    Args:
        id: Stable name of the row, as in T04.
        source: The phase it leaves.
        target: The phase it enters.
        event: The verb that names it; unique among the ways out of its phase.
        mode: Pressed by a person, or taken as soon as everything holds (after an approval, or without one).
        title: The words of a button.
        approval: The approval that opens it; empty for none.
        standing: Approvals given earlier that must still be valid.
        guards: The guards that must all be open.
        when: The condition that chooses it; empty for none.
        voids: Approvals that lose their force when it is taken.
        actors: Who may take it: roles, or `system`.
        reason_required: A person has to say why.
        effects: What happens to the record along with it, by name, before it is stored.
        after: What it sets going once it is stored, by name.
    """

    id: str
    source: str
    target: str
    event: str
    mode: Mode
    title: str
    approval: str
    standing: tuple[str, ...]
    guards: tuple[str, ...]
    when: str
    voids: tuple[str, ...]
    actors: tuple[str, ...]
    reason_required: bool
    effects: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def is_back_out(self) -> bool:
        """Whether what was deployed is undone with it, whatever the phase it leads to is called."""
        return "back_out_deployments" in self.after


@dataclass(frozen=True, slots=True)
class ChecklistRule:
    """One item of the checklist; it is satisfied by an approval, by proofs, or by both."""

    key: str
    title: str
    owner: str
    approval: str
    proof: tuple[str, ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskRule:
    """
    A task that a release gets when it enters the phase.

    Args:
        proof: What an automated task ends by.
        after: The tasks it comes after, by their keys.
        duration_min: How long it takes; 0 when nobody said.
        approval: The approval that an approval task ends by.
        outcomes: What a decision can come to.
        voter_roles: Whose votes count at a checkpoint, by role.
        voters: The same by account.
        quorum: How many have to say go.
        needs_review: Another person looks at what was done before it counts.
        evidence: What has to be shown when it ends.
        blocks_exit: The release stays in the phase until it is done or skipped, if it is mandatory.
    """

    key: str
    phase: str
    category: str
    title: str
    owner: str
    mandatory: bool
    proof: tuple[str, ...]
    kind: TaskKind = TaskKind.MANUAL
    instructions: str = ""
    after: tuple[Link, ...] = ()
    duration_min: int = 0
    approval: str = ""
    outcomes: tuple[Outcome, ...] = ()
    voter_roles: tuple[str, ...] = ()
    voters: tuple[str, ...] = ()
    quorum: int = 1
    needs_review: bool = False
    evidence: EvidenceType = EvidenceType.NONE
    blocks_exit: bool = True
    cost: int | None = None
    effort_min: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """
    A workflow.

    Args:
        forbidden: Pairs of phases that no extension may ever connect, `*` for all.
        permit_guards: What must hold before every wave.
        launch: The phases from which something may be deployed to production.
        launch_lower: The phases from which something may be deployed to a lower environment.
        extends: Key of the shipped workflow whose prohibitions it keeps; empty for none.
        training: When a release has to go through training.
    """

    key: str
    version: int
    title: str
    phases: tuple[Phase, ...]
    terminal: frozenset[str]
    transitions: tuple[Transition, ...]
    approvals: tuple[Requirement, ...]
    checklist: tuple[ChecklistRule, ...]
    tasks: tuple[TaskRule, ...]
    forbidden: tuple[tuple[str, str], ...]
    permit_guards: tuple[str, ...]
    launch: tuple[str, ...] = ()
    launch_lower: tuple[str, ...] = ()
    extends: str = ""
    training: TrainingRule = field(default_factory=TrainingRule)

    def launch_phases(self, *, production: bool) -> tuple[str, ...]:
        """Give the phases from which something may be deployed to production, or to a lower environment."""
        return self.launch if production else self.launch_lower

    @property
    def initial(self) -> str:
        return self.phases[0].key

    @property
    def until_deployed(self) -> tuple[str, ...]:
        """The phases of a release that is not deployed to production yet."""
        keys = [phase.key for phase in self.phases]
        last = max((keys.index(key) for key in self.launch), default=-1)
        return tuple(keys[: last + 1])

    def approval(self, key: str) -> Requirement:
        return next(approval for approval in self.approvals if approval.key == key)

    def has_approval(self, key: str) -> bool:
        return any(approval.key == key for approval in self.approvals)

    def is_backing_out(self, phase: str) -> bool:
        """Whether a release is in the phase because what it deployed is being undone."""
        return any(way.is_back_out and way.target == phase for way in self.transitions)

    def ways_out(self, phase: str) -> tuple[Transition, ...]:
        return tuple(transition for transition in self.transitions if transition.source == phase)


def transition(template: Template, phase: str, event: str) -> Transition:
    """
    Give the way out of a phase that an event names.

    Raises:
        TransitionRefused: the phase has no such way out; the error names those it has.
    """
    ways = template.ways_out(phase)
    for way in ways:
        if way.event == event:
            return way
    raise moves.refusal("release", phase, event, [way.event for way in ways])


def takers(template: Template, phase: str, event: str) -> frozenset[str]:
    """
    Give the roles that may ask for an event, whatever the phase: who may not is told that, and no more.

    An event that the phase does not have is for those who take it elsewhere, or another way out of the phase.
    """
    ways = template.ways_out(phase)
    here = [way for way in ways if way.event == event]
    near = (*ways, *(way for way in template.transitions if way.event == event))
    return frozenset(actor for way in here or near or template.transitions for actor in way.actors)


def may_take(way: Transition, actors: Collection[str]) -> bool:
    """Say whether one of the roles, or `system`, may take this way."""
    return not set(actors).isdisjoint(way.actors)
