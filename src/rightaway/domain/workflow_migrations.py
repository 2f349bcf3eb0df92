"""What moving a running release to another version of its workflow would do to it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from rightaway.domain.approvals import Requirement
from rightaway.domain.sentences import NOTHING, Sentence, said
from rightaway.domain.workflows import TaskRule, Template


@dataclass(frozen=True, slots=True)
class Held:
    """
    What of a release counts for it.

    Args:
        tasks: Keys of the tasks of this attempt, whatever their state.
        standing: The approvals that are asked for, given or denied.
        deployment: A deployment that still runs; empty for none.
    """

    phase: str
    tasks: frozenset[str] = frozenset()
    standing: frozenset[str] = frozenset()
    deployment: str = ""


@dataclass(frozen=True, slots=True)
class Migration:
    """
    What it would do.

    Args:
        obstacle: Why the release cannot move; empty when it can.
        tasks: The tasks of its phase that it would get.
        asked: The approvals that the newer version asks for and the older did not, or not like that.
        lost: The approvals that nobody asks for any more.
        voided: Those of the release that lose their force, since what they need changed.
    """

    obstacle: Sentence
    tasks: tuple[TaskRule, ...] = ()
    asked: tuple[Requirement, ...] = ()
    lost: tuple[Requirement, ...] = ()
    voided: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        return not self.obstacle


def migration(old: Template, new: Template, held: Held) -> Migration:
    """Say what the release would gain and lose; nothing that was done is lost."""
    if held.phase not in {phase.key for phase in new.phases}:
        title = next((phase.title for phase in old.phases if phase.key == held.phase), held.phase)
        return Migration(said("There is no phase “{title}” there.", title=title))
    if held.deployment:
        return Migration(said("{number} is still under way.", number=held.deployment))
    kept = [one for one in new.approvals if old.has_approval(one.key) and _same(old.approval(one.key), one)]
    unchanged = {one.key for one in kept}
    return Migration(
        NOTHING,
        tasks=tuple(rule for rule in new.tasks if rule.phase == held.phase and rule.key not in held.tasks),
        asked=tuple(one for one in new.approvals if one.key not in unchanged),
        lost=tuple(one for one in old.approvals if not new.has_approval(one.key)),
        voided=tuple(sorted(_lapsing(held.standing, unchanged))),
    )


def _lapsing(standing: Collection[str], unchanged: Collection[str]) -> set[str]:
    return set(standing) - set(unchanged)


def _same(old: Requirement, new: Requirement) -> bool:
    """A title is only what it is called."""
    return replace(old, title="") == replace(new, title="")
