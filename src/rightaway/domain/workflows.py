"""A release workflow as data: phases, the ways between them, and what each way asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from rightaway.domain import moves
from rightaway.domain.approvals import Requirement
from rightaway.domain.permissions import Role

SYSTEM = "system"
"""The actor of what Rightaway does by itself."""

ACTORS = frozenset({SYSTEM, *Role})


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
    """A task that a release gets when it enters the phase; one with proofs is done when they hold."""

    key: str
    phase: str
    category: str
    title: str
    owner: str
    mandatory: bool
    proof: tuple[str, ...]


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
