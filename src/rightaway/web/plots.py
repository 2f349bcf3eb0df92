"""Plots as data: the browser draws them, and the same numbers stand beside them as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from rightaway.domain.dora import Figures

HOUR_S = 3600
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over common labels; a None is a gap, because no data is not zero."""

    id: str
    title: str
    unit: str
    labels: list[str]
    series: tuple[Series, ...]

    @property
    def data(self) -> dict[str, Any]:
        lines = [{"name": one.name, "values": list(one.values)} for one in self.series]
        return {"title": self.title, "unit": self.unit, "labels": self.labels, "series": lines}

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """Give the table: a label and what each series has there, in words."""
        columns = zip(*(one.values for one in self.series), strict=True)
        return [
            (label, [self._text(value) for value in values])
            for label, values in zip(self.labels, columns, strict=True)
        ]

    def _text(self, value: float | None) -> str:
        return gettext("no data") if value is None else f"{value:g} {self.unit}"


def of_dora(points: Sequence[tuple[datetime, Figures]]) -> list[Plot]:
    """Give the five figures over time."""
    labels = [date_format(timezone.localtime(start), gettext("j M")) for start, _ in points]

    def plot(key: str, title: str, unit: str, **series: Callable[[Figures], float | None]) -> Plot:
        lines = tuple(Series(name, [take(found) for _, found in points]) for name, take in series.items())
        return Plot(f"plot-{key}", title, unit, labels, lines)

    return [
        plot(
            "frequency",
            gettext("Deployment frequency"),
            gettext("per day"),
            **{gettext("deployments"): lambda one: _rounded(one.frequency.per_day)},
        ),
        plot(
            "lead-time",
            gettext("Change lead time"),
            "h",
            p50=lambda one: _hours(one.lead_time.p50),
            p90=lambda one: _hours(one.lead_time.p90),
        ),
        plot(
            "fail-rate",
            gettext("Change fail rate"),
            "%",
            **{gettext("failed"): lambda one: _percent(one.fail_rate.rate)},
        ),
        plot(
            "recovery",
            gettext("Failed deployment recovery time"),
            "h",
            p50=lambda one: _hours(one.recovery.p50),
            p90=lambda one: _hours(one.recovery.p90),
        ),
        plot(
            "rework",
            gettext("Deployment rework rate"),
            "%",
            **{gettext("rework"): lambda one: _percent(one.rework.rate)},
        ),
    ]


def _hours(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds() / HOUR_S, 2)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 3)
