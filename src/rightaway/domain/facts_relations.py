"""Facts about the releases that a release has to do with."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RelatedFacts:
    """
    Another release.

    Args:
        order: The phases of its workflow.
        ending: `closed`, `abandoned`, or empty for one that is open.
        is_deployed: What it brings to production is there, and that of its parts.
        is_finished: It could leave its phase if its parent did; told of the parts of a release alone.
    """

    number: str
    phase: str
    order: tuple[str, ...]
    ending: str = ""
    is_deployed: bool = False
    is_finished: bool = False
    planned_start: datetime | None = None
    planned_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """Each in the order in which the relations were made."""

    parent: RelatedFacts | None = None
    parts: tuple[RelatedFacts, ...] = ()
    needed: tuple[RelatedFacts, ...] = ()
    dependents: tuple[RelatedFacts, ...] = ()
    superseded_by: tuple[RelatedFacts, ...] = ()

    @property
    def successors(self) -> tuple[RelatedFacts, ...]:
        """What takes the place of the release; one that was abandoned takes nobody's."""
        return tuple(one for one in self.superseded_by if one.ending != "abandoned")
