"""What is not as it should be, put into words: each with where to look at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.queries import attention, deployments
from rightaway.web.statuses import within, words
from rightaway.web.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Concern:
    """
    One thing to look at.

    Args:
        state: A word that `statuses` has a look for.
        text: What it is about, the words of the link.
        why: What is not right about it.
    """

    state: str
    text: str
    url: str
    why: str
    since: datetime | None = None


def seen(viewer: Viewer, most: int) -> list[Concern]:
    """Give what this person may see, the most urgent kinds first."""
    return list(islice(_all(viewer, most), most))


def _all(viewer: Viewer, most: int) -> Iterator[Concern]:
    def first(rows: Any, path: str) -> list[Any]:
        return list(viewer.narrowed(rows, f"{path}__key")[:most])

    yield from map(_doubtful, first(deployments.all_doubtful(), "run__deployment__release__service"))
    yield from map(_broken, first(attention.broken(), "release__service"))
    yield from map(_held, first(attention.held(), "release__service"))
    yield from map(_incident, first(attention.grave_incidents(), "service"))
    yield from map(_overdue, first(attention.overdue(timezone.now()), "service"))
    yield from map(_mismatch, first(attention.mismatches(), "service"))


def _of_deployment(row: Any, state: str, why: str, since: datetime | None) -> Concern:
    text = _("{number} to {environment}").format(number=row.number, environment=row.environment)
    return Concern(state, text, reverse("deployment", args=[row.number]), why, since)


def _doubtful(attempt: Any) -> Concern:
    row = attempt.run.deployment
    text = f"{attempt.step_key} · {attempt.run.target.key}"
    why = _("Nobody knows what happened") + f" · {row.number}"
    return Concern("in_doubt", text, reverse("deployment", args=[row.number]), why, attempt.intended_at)


def _broken(row: Any) -> Concern:
    why = " · ".join(part for part in (str(row.release), row.outcome_reason) if part)
    return _of_deployment(row, row.status, why, row.finished_at)


def _held(row: Any) -> Concern:
    hold = row.active_holds[0]
    why = _("On hold: {kind}").format(kind=within(words(hold.kind))) + f" · {hold.reason}"
    return _of_deployment(row, "held", why, hold.since)


def _incident(row: Any) -> Concern:
    why = _("Open incident of severity {severity}").format(severity=row.severity) + f" · {row.service}"
    return Concern("open", str(row), reverse("incident", args=[row.number]), why, row.detected_at)


def _overdue(row: Any) -> Concern:
    why = _("Should be deployed by now, and is in {phase}").format(phase=within(words(row.phase)))
    return Concern("overdue", str(row), reverse("release", args=[row.number]), why, row.planned_end)


def _mismatch(row: Any) -> Concern:
    why = _("Expected {expected}, found {found}").format(
        expected=row.expected.get("version", ""), found=row.observed.get("version", "")
    )
    return Concern("differs", str(row), reverse("item", args=[row.key]), why)
