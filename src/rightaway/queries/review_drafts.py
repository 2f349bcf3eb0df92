"""The draft of a post-implementation review, from what is recorded: people edit it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rightaway.domain.deployment_states import Intent
from rightaway.domain.reviews import why_mandatory
from rightaway.domain.sentences import Sentence
from rightaway.queries import facts_linked, release_facts
from rightaway.records.deployments.models import Deployment
from rightaway.records.releases.models import Release


@dataclass(frozen=True, slots=True)
class Draft:
    """`why` says why the review must be held, and is empty when nobody has to; times are those of production."""

    why: Sentence
    planned_start: datetime | None
    planned_end: datetime | None
    actual_start: datetime | None
    actual_end: datetime | None
    start_late_s: int | None
    end_late_s: int | None
    down_s: int
    deployments: tuple[str, ...]
    incidents: tuple[str, ...]
    waivers: tuple[str, ...]
    deviations: str


def draft(release: Release, now: datetime) -> Draft:
    runs = list(
        release.deployments.exclude(intent=Intent.DRILL).filter(environment__tier="production").order_by("id")
    )
    starts = [one.started_at for one in runs if one.started_at]
    ends = [one.finished_at for one in runs if one.finished_at]
    start, end = min(starts, default=None), max(ends, default=None)
    incidents = list(release.incidents.order_by("id"))
    down_s = sum(
        int((one.restored_at - one.detected_at).total_seconds())
        for one in incidents
        if one.restored_at and one.severity <= SEVERE
    )
    found: dict[str, Any] = {
        "planned_start": release.planned_start,
        "planned_end": release.planned_end,
        "actual_start": start,
        "actual_end": end,
        "start_late_s": _late_s(release.planned_start, start),
        "end_late_s": _late_s(release.planned_end, end),
        "down_s": down_s,
        "deployments": tuple(f"{one.number} {one.status}" for one in runs),
        "incidents": tuple(f"{one.number} {one.title}" for one in incidents),
        "waivers": tuple(
            f"{one.control}: {one.reason}" for one in release.waivers.filter(granted_by__isnull=False)
        ),
    }
    facts = release_facts.facts(release, now)
    return Draft(why=why_mandatory(facts), deviations="\n".join(_deviations(release, runs, found)), **found)


SEVERE = 2


def _late_s(planned: datetime | None, actual: datetime | None) -> int | None:
    return int((actual - planned).total_seconds()) if planned and actual else None


def _deviations(release: Release, runs: list[Deployment], found: dict[str, Any]) -> list[str]:
    lines = []
    for name, late in (("Start", found["start_late_s"]), ("End", found["end_late_s"])):
        if late:
            lines.append(f"{name}: {abs(late) // 60} min {'later' if late > 0 else 'earlier'} than planned")
    if release.attempt > 1:
        lines.append(f"Attempts: {release.attempt}")
    lines += [
        f"{one.number} {one.status}: {one.outcome_reason}".rstrip(": ") for one in runs if one.outcome_reason
    ]
    if release.back_out_reason:
        lines.append(f"Backed out: {release.back_out_reason}")
    lines += [f"Incident {one}" for one in found["incidents"]]
    if found["down_s"]:
        lines.append(f"Service disturbed: {found['down_s'] // 60} min")
    lines += [f"Waived {one}" for one in found["waivers"]]
    lines += [
        f"Kept open: {one.number} {one.disposition_reason}".rstrip()
        for one in facts_linked.linked(release)
        if one.disposition == "keep_open"
    ]
    return lines
