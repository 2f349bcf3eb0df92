"""What is still owed after a waiver or a review: until when, and how it ends."""

from datetime import datetime, timedelta
from enum import StrEnum

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said

SOON = timedelta(days=7)
"""Source: alert A23 of the lifecycle design."""


class DebtOrigin(StrEnum):
    WAIVER = "waiver"
    REVIEW = "review"


class DebtState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"


def check(owed: str, due_at: datetime, now: datetime) -> None:
    """
    Accept what is owed.

    Raises:
        Invalid: nothing is named, or it would be due before it began.
    """
    if not owed.strip():
        raise Invalid("debt.empty", said("Say what is owed."), at="owed")
    if due_at <= now:
        raise Invalid("debt.due_past", said("What is owed is due in the future."), at="due_at")
