"""Meetings of a board: their states, what becomes of an item, and what its rules say of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.moves import Table
from rightaway.domain.risk import DESTRUCTIVE_FROM, Reversal, Score
from rightaway.domain.sentences import Sentence, Word, said


class MeetingState(StrEnum):
    """`ended` until the chair approves its minutes."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class ItemOutcome(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    DEFERRED = "deferred"
    INFORMATION = "information"


S = MeetingState
TABLE: Table[MeetingState] = Table(
    "meeting",
    initial=S.PLANNED,
    terminal={S.APPROVED, S.CANCELLED},
    rows=(
        (S.PLANNED, "start", S.RUNNING),
        (S.PLANNED, "cancel", S.CANCELLED),
        (S.RUNNING, "end", S.ENDED),
        (S.ENDED, "approve", S.APPROVED),
    ),
)
AHEAD = frozenset({S.PLANNED, S.RUNNING})
WRITTEN = frozenset({S.RUNNING, S.ENDED})
"""In which what was said may still be written down."""


def check_state(number: str, state: str, among: frozenset[MeetingState]) -> None:
    if state not in among:
        raise Refused(
            "meeting.state",
            said(
                "{number} is {state}; this is not done any more, or not yet.",
                number=number,
                state=Word(state),
            ),
            hint=said("Look at the page of the meeting."),
            evidence={"state": state},
        )


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("meeting.reason_needed", said("Say why."), at="reason")


def may_vote_now(*, is_async: bool, is_called: bool) -> bool:
    """Say whether members may vote: always, or while a meeting runs that has the item on its agenda."""
    return is_async or is_called


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the rules say of an item, with every reason against it; it is advice and decides nothing."""

    against: tuple[Sentence, ...]

    @property
    def is_for(self) -> bool:
        return not self.against


def recommend(found: Score, *, level: int, waits_since: datetime | None, now: datetime) -> Recommendation:
    """
    Advise on a change or a release by its risk.

    Args:
        level: The level that counts, after what people stated.
        waits_since: When its window begins; None while none is planned.
    """
    facts, against = found.facts, []
    if level >= DESTRUCTIVE_FROM:
        against.append(said("Its risk is level {level} of 5.", level=level))
    if facts.overlaps:
        against.append(said("It overlaps with {count} releases on the same items.", count=facts.overlaps))
    if facts.reversal is Reversal.NONE:
        against.append(said("Nobody knows a way back."))
    if facts.tests_missing:
        against.append(said("{count} levels of tests are missing.", count=facts.tests_missing))
    elif not facts.tests_needed and not facts.has_test_plan:
        against.append(said("It has no test plan."))
    if facts.unauthorised:
        against.append(said("The service was changed without leave lately."))
    if waits_since is not None and waits_since < now:
        against.append(said("Its window has begun already."))
    return Recommendation(tuple(against))
