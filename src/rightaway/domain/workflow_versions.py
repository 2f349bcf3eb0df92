"""The life of a workflow: written as a draft, put into force by a second person from a moment on, superseded."""

from datetime import datetime
from enum import StrEnum

from rightaway.domain.moves import Table

SHIPPED = ("seven_phases", "standard_change")
"""The workflows that come with the product; the first is what a release follows that names none."""
DEFAULT = SHIPPED[0]


class DraftState(StrEnum):
    DRAFT = "draft"
    ACTIVATED = "activated"
    DISCARDED = "discarded"


D = DraftState
TABLE: Table[DraftState] = Table(
    "workflow_draft",
    initial=D.DRAFT,
    terminal={D.ACTIVATED, D.DISCARDED},
    rows=((D.DRAFT, "activate", D.ACTIVATED), (D.DRAFT, "discard", D.DISCARDED)),
)


class VersionState(StrEnum):
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


def state(*, is_current: bool, effective_at: datetime, ended_at: datetime | None) -> VersionState:
    """Give the state of a version; one that was taken back before its moment never was in force."""
    if is_current:
        return VersionState.IN_FORCE
    if ended_at is None:
        return VersionState.SCHEDULED
    return VersionState.WITHDRAWN if ended_at < effective_at else VersionState.SUPERSEDED
