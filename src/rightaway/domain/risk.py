"""
The risk of a change or a release as a sum that anybody can check: each term has its input, its weight and its points.

A term is measured where it can be, and raised by what people answered; it is never lowered by an answer, and a
worse input never lowers the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import log10

from rightaway.domain import sentences
from rightaway.domain.errors import Invalid

LOWEST, HIGHEST = 1, 5
BAND = 20
"""Points in a band: 0-19 is level 1, 80-100 level 5."""
DESTRUCTIVE_FROM = 4
MOST_ITEMS, MOST_UNITS, MOST_RELEASES = 1000, 10, 4
OPENS, CLOSES, SATURDAY = 8, 18, 5
HISTORY_DAYS = 30


class Reversal(StrEnum):
    REHEARSED = "rehearsed"
    DOCUMENTED = "documented"
    NONE = "none"


WEIGHTS = {
    "criticality": 25,
    "reach": 15,
    "history": 15,
    "novelty": 10,
    "reversal": 10,
    "tests": 10,
    "timing": 5,
    "size": 5,
    "load": 5,
}
_REVERSAL = {Reversal.REHEARSED: 0.0, Reversal.DOCUMENTED: 0.5, Reversal.NONE: 1.0}


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """
    What the score is made of.

    Args:
        criticality: Of the most critical service that is reached, 1 (highest) to 4.
        reached: Items that would notice an outage of those that are touched, these included.
        succeeded: Of the last attempts in this service or under this model.
        uses: How often the same items were changed with success.
        tests_needed: Levels of tests that the policy asks for; 0 while there is nothing to test yet.
        in_business_hours: None while no time is planned.
        units: Parts that are delivered or touched.
        releases: Other releases of the service that are in deployment or in early life now.
        unauthorised: Unauthorised changes of the service in the last 30 days.
        answered: For a term, the highest share that an answer gives it, from 0 to 1.
    """

    criticality: int
    reached: int = 1
    succeeded: int = 0
    failed: int = 0
    uses: int = 0
    reversal: Reversal = Reversal.NONE
    tests_needed: int = 0
    tests_missing: int = 0
    has_test_plan: bool = False
    in_business_hours: bool | None = None
    overlaps: int = 0
    units: int = 1
    changes_schema: bool = False
    releases: int = 0
    is_destructive: bool = False
    unauthorised: int = 0
    answered: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the sum; `is_answered` says that an answer weighs more than what was measured."""

    key: str
    weight: int
    share: float
    is_answered: bool

    @property
    def points(self) -> float:
        return round(self.weight * self.share, 1)


@dataclass(frozen=True, slots=True)
class Score:
    """`level` is the band with what overrides it; `overrides` names those that changed it."""

    facts: RiskFacts
    terms: tuple[Term, ...]
    score: int
    level: int
    overrides: tuple[str, ...] = ()


def score(facts: RiskFacts) -> Score:
    """Add the terms up."""
    terms = tuple(
        _term(key, measured, facts.answered.get(key, 0.0)) for key, measured in _measured(facts).items()
    )
    total = round(sum(term.weight * term.share for term in terms))
    level, overrides = _overridden(facts, band(total))
    return Score(facts, terms, total, level, overrides)


def band(total: int) -> int:
    """Give the level of a score, from 1 to 5."""
    return min(HIGHEST, total // BAND + LOWEST)


def _term(key: str, measured: float, answered: float) -> Term:
    share = max(measured, answered)
    return Term(key, WEIGHTS[key], min(1.0, share), is_answered=answered > measured)


def _measured(facts: RiskFacts) -> dict[str, float]:
    # Beta-smoothed with one success and one failure: without history nothing is known, so one in two.
    rate = (facts.succeeded + 1) / (facts.succeeded + facts.failed + 2)
    return {
        "criticality": (4 - facts.criticality) / 3,
        "reach": min(1.0, log10(max(1, facts.reached)) / log10(MOST_ITEMS)),
        "history": 1 - rate,
        "novelty": 1 / (1 + facts.uses),
        "reversal": _REVERSAL[facts.reversal],
        "tests": _test_gap(facts),
        "timing": _timing(facts),
        "size": 1.0 if facts.changes_schema else min(1.0, facts.units / MOST_UNITS),
        "load": min(1.0, facts.releases / MOST_RELEASES),
    }


def _test_gap(facts: RiskFacts) -> float:
    if facts.tests_needed:
        return facts.tests_missing / facts.tests_needed
    return 0.5 if facts.has_test_plan else 1.0


def _timing(facts: RiskFacts) -> float:
    hours = {None: 0.25, True: 0.5, False: 0.0}[facts.in_business_hours]
    return hours + (0.5 if facts.overlaps else 0.0)


def _overridden(facts: RiskFacts, level: int) -> tuple[int, tuple[str, ...]]:
    found = []
    if facts.is_destructive and level < DESTRUCTIVE_FROM:
        level = DESTRUCTIVE_FROM
        found.append("destructive")
    if facts.unauthorised and level < HIGHEST:
        level += 1
        found.append("unauthorised")
    return level, tuple(found)


def is_business_hour(at: datetime) -> bool:
    """Say whether a local time lies in the hours in which most people work."""
    return at.weekday() < SATURDAY and OPENS <= at.hour < CLOSES


def stated(computed: int, said: int | None) -> int:
    """Give the level that counts: a person may raise it freely and lower it by one."""
    return computed if said is None else max(said, computed - 1)


def check_stated(computed: int, given: int, reason: str) -> None:
    """
    Refuse a level that says less than the rules allow.

    Raises:
        Invalid: `risk.level`, `risk.too_low` or `risk.reason_needed`.
    """
    if given not in range(LOWEST, HIGHEST + 1):
        raise Invalid(
            "risk.level",
            sentences.said("Risk is {given}; it runs from 1 (lowest) to 5.", given=given),
            at="risk_level",
        )
    if given < computed - 1:
        raise Invalid(
            "risk.too_low",
            sentences.said(
                "The score gives level {computed}; a person may lower it by one, not to {given}.",
                computed=computed,
                given=given,
            ),
            at="risk_level",
            hint=sentences.said(
                "Change what makes the risk, such as the missing rehearsal or the missing tests."
            ),
        )
    if given < computed and not reason.strip():
        raise Invalid(
            "risk.reason_needed", sentences.said("Lowering the risk needs a reason."), at="risk_reason"
        )
