"""What an approval asks for by what the release is: its cases, and the facts they may look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from rightaway.domain import expressions

FACTS: Mapping[str, type] = {
    "release_type": str,
    "release_kind": str,
    "reason": str,
    "service": str,
    "impact_assessment": int,
    "urgency": int,
    "changes": int,
    "cis": int,
    "cost_estimate": int,
    "frozen": bool,
    "rollout_accepted": bool,
}
"""
What an expression may look at: bound content, so that no edit of it goes unseen, and what two people agreed on.

Of the release policy are `frozen`, that the planned time lies in a freeze that blocks, and `rollout_accepted`, that
people accept what was rolled out.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What is different when an expression holds: another quorum (None leaves it), and sources that join."""

    when: str
    quorum: int | None = None
    add: tuple[str, ...] = ()


def case_of(cases: tuple[Case, ...], facts: expressions.Facts) -> Case | None:
    """Give the first case that holds, or None."""
    return next((one for one in cases if expressions.holds(one.when, facts)), None)
