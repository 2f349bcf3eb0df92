"""One figure with what it was computed from; a share of nothing is None, never 0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from statistics import median

from rightaway.domain.indicator_facts import NONE, Counted

NAMED = 20
"""So many records are named; of the others it is said how many there are."""


class Unit(StrEnum):
    """How a value is read: a share from 0 to 1, a number for each release, seconds, minutes, or a mark from 1 to 5."""

    SHARE = "share"
    PER_RELEASE = "per_release"
    SECONDS = "seconds"
    MINUTES = "minutes"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A value with the two numbers it is the quotient of, and the records behind it.

    Args:
        name: What part of an indicator it is, such as a closure code; empty for the indicator itself.
        group: What kind of part; parts of several kinds can have the same name.
        value: None without data.
        counted: The records behind the numerator.
        basis: The records it was taken from.
    """

    name: str
    group: str
    unit: Unit
    value: float | None
    numerator: float
    denominator: float
    counted: Counted = NONE
    basis: Counted = NONE


@dataclass(frozen=True, slots=True)
class Indicator:
    key: str
    whole: Figure
    parts: tuple[Figure, ...] = ()


def records(numbers: Iterable[str]) -> Counted:
    found = set(numbers)
    return Counted(len(found), tuple(nsmallest(NAMED, found)))


def share(hits: Sequence[str], of: Sequence[str], *, name: str = "", group: str = "") -> Figure:
    """Give how many of the records are hits."""
    return quotient(
        len(hits), len(of), unit=Unit.SHARE, name=name, group=group, counted=records(hits), basis=records(of)
    )


def quotient(
    numerator: float,
    denominator: float,
    *,
    unit: Unit,
    name: str = "",
    group: str = "",
    counted: Counted = NONE,
    basis: Counted = NONE,
) -> Figure:
    value = numerator / denominator if denominator else None
    return Figure(name, group, unit, value, numerator, denominator, counted, basis)


def middle(
    values: Sequence[float], of: Iterable[str], *, unit: Unit, name: str = "", group: str = ""
) -> Figure:
    """Give the median; the numerator is the sum of the values, the denominator how many there are."""
    found = median(values) if values else None
    basis = records(of)
    return Figure(name, group, unit, found, sum(values), len(values), basis, basis)
