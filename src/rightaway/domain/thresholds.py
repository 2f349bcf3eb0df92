"""
Canaries without a baseline: measurements taken one after another, each held to conditions.

Source: execution design, 1.10.3, whose words are those of analysis templates elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rightaway.domain.judge import Verdict

Condition = Callable[[float], bool]


class Measured(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What is tolerated.

    Args:
        failures: So many measurements may fail; 0 for none.
        inconclusive: So many may be undecided.
        errors_in_a_row: So many may not have been possible, one after another.
        successes_in_a_row: So many have to succeed at the end; 0 asks for none.
    """

    failures: int = 0
    inconclusive: int = 0
    errors_in_a_row: int = 4
    successes_in_a_row: int = 0


def measured(value: float | None, success: Condition | None, failure: Condition | None) -> Measured:
    """Judge one measurement; where both conditions hold it failed, where neither says anything it is undecided."""
    if value is None:
        return Measured.ERROR
    if failure is not None and failure(value):
        return Measured.FAILURE
    if success is not None and success(value):
        return Measured.SUCCESS
    if success is None and failure is not None:
        return Measured.SUCCESS
    return Measured.INCONCLUSIVE


def verdict(found: Sequence[Measured], limits: Limits) -> Verdict:
    """
    Judge a run of measurements; a later success takes no failure back.

    Too many failures fail it whatever else there is. A checker that broke proves nothing: it leaves it undecided.
    """
    if found.count(Measured.FAILURE) > limits.failures:
        return Verdict.FAIL
    broke = _longest(found, Measured.ERROR) > limits.errors_in_a_row
    undecided = found.count(Measured.INCONCLUSIVE) > limits.inconclusive
    if broke or undecided or Measured.SUCCESS not in found:
        return Verdict.INCONCLUSIVE
    if _at_end(found, Measured.SUCCESS) < limits.successes_in_a_row:
        return Verdict.INCONCLUSIVE
    return Verdict.PASS


def _longest(found: Sequence[Measured], one: Measured) -> int:
    longest = now = 0
    for each in found:
        now = now + 1 if each is one else 0
        longest = max(longest, now)
    return longest


def _at_end(found: Sequence[Measured], one: Measured) -> int:
    length = 0
    for each in reversed(found):
        if each is not one:
            break
        length += 1
    return length
