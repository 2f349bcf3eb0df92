"""
The five figures of DORA for one service in one production environment, from recorded events only.

A figure without data is None, never 0. Every figure carries the number of things it was taken from.

Source: dora.dev, the model of five metrics in its 2026 guide; the edge cases follow execution design 5.2-5.3.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from rightaway.domain.dora_facts import (
    ChangeFact,
    DeploymentFact,
    IncidentFact,
    RemediationFact,
    Window,
)
from rightaway.domain.dora_statistics import per_week, quantile, survival_quantile

RULES = "dora-rules/1"
LEAST_FOR_MEDIAN = 5
"""Below this many, a reader is shown the cases instead of a median."""

CENSORED_SHARE_PCT = 20


@dataclass(frozen=True, slots=True)
class Frequency:
    """Successful deployments per day, and in the median week the number of days with one."""

    per_day: float | None
    n: int
    days_per_week: float | None = None


@dataclass(frozen=True, slots=True)
class LeadTime:
    """`excluded` counts changes that begin after their deployment, `bounced` those deployed again."""

    p50: timedelta | None
    p75: timedelta | None
    p90: timedelta | None
    n: int
    excluded: int = 0
    bounced: int = 0


@dataclass(frozen=True, slots=True)
class FailRate:
    """`low` and `high` bound the rate while `provisional` deployments may still turn out to have failed."""

    rate: float | None
    n: int
    failed: tuple[str, ...] = ()
    exposed_rate: float | None = None
    low: float | None = None
    high: float | None = None
    provisional: int = 0


@dataclass(frozen=True, slots=True)
class Recovery:
    """`still_open` failures have no end yet; `unmeasured` ones reached no user, so they have no start."""

    p50: timedelta | None
    p90: timedelta | None
    n: int
    still_open: int = 0
    unmeasured: int = 0


@dataclass(frozen=True, slots=True)
class ReworkRate:
    """`unclassified` are emergencies without a defect behind them: shown, not counted."""

    rate: float | None
    n: int
    rework: tuple[str, ...] = ()
    unclassified: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    frequency: Frequency
    lead_time: LeadTime
    lead_time_without_commits: LeadTime
    fail_rate: FailRate
    recovery: Recovery
    rework: ReworkRate
    rules: str = RULES


@dataclass(frozen=True, slots=True)
class History:
    """Everything recorded about one service in one production environment, of any time."""

    deployments: tuple[DeploymentFact, ...] = ()
    changes: tuple[ChangeFact, ...] = ()
    incidents: tuple[IncidentFact, ...] = ()
    remediations: tuple[RemediationFact, ...] = ()


def measure(
    history: History,
    window: Window,
    *,
    now: datetime,
    attribution: timedelta = timedelta(hours=72),
    rework_window: timedelta = timedelta(days=180),
    zone: tzinfo | None = None,
) -> Figures:
    """
    Compute the five figures.

    Args:
        history: What happened.
        window: The time measured; a deployment belongs to it by its end.
        now: Until when the history is known.
        attribution: How long after users met a deployment a failure is laid to it.
        rework_window: The time before the end of the window that the rework rate looks at.
        zone: Where days and weeks begin; None for UTC.
    """
    counted = [d for d in history.deployments if d.counts and d.ended in window]
    failed = [d for d in counted if _failed(d, history, attribution)]
    wide = Window(window.end - rework_window, window.end)
    return Figures(
        frequency=_frequency(history.deployments, window, zone),
        lead_time=_lead_time(history, window, failed, commits=True),
        lead_time_without_commits=_lead_time(history, window, failed, commits=False),
        fail_rate=_fail_rate(counted, failed, history, attribution, now),
        recovery=_recovery(failed, history, now),
        rework=_rework(history.deployments, wide),
    )


def _frequency(deployments: Iterable[DeploymentFact], window: Window, zone: tzinfo | None) -> Frequency:
    """
    Count successes; a quiet window after earlier deployments is a true 0, an unused service has no figure.

    Source: deployment frequency; empty weeks count as 0, incomplete ones are left out.
    """
    ends = [d.ended for d in deployments if d.counts and d.ended < window.end]
    if not ends:
        return Frequency(None, 0)
    good = [d.ended for d in deployments if d.counts and d.succeeded and d.ended in window]
    return Frequency(len(good) / (window.length / timedelta(days=1)), len(good), per_week(good, window, zone))


def _lead_time(
    history: History, window: Window, failed: Collection[DeploymentFact], *, commits: bool
) -> LeadTime:
    """Source: change lead time, from committed to running in production; medians by linear interpolation."""
    by_id = {d.id: d for d in history.deployments if d.counts and d.succeeded}
    lost = {d.id for d in failed}
    times, excluded, bounced = [], 0, 0
    for change in history.changes:
        carried = [by_id[one] for one in change.deployments if one in by_id]
        start = change.committed_at if commits else change.approved_at
        first = min(carried, key=lambda d: d.ended, default=None)
        if start is None or (change.committed_at is None) is commits or first is None:
            continue
        if first.ended not in window:
            continue
        if first.ended <= start:
            excluded += 1
            continue
        times.append(first.ended - start)
        bounced += first.id in lost and len(change.deployments) > 1
    p50, p75, p90 = (quantile(times, share) for share in (0.5, 0.75, 0.9))
    return LeadTime(p50, p75, p90, len(times), excluded, bounced)


def _fail_rate(
    counted: Collection[DeploymentFact],
    failed: Collection[DeploymentFact],
    history: History,
    attribution: timedelta,
    now: datetime,
) -> FailRate:
    """
    Distinct deployments on both sides, so that the rate never exceeds 1.

    Source: change fail rate, the share of deployments that needed immediate intervention.
    """
    n = len(counted)
    if n == 0:
        return FailRate(None, 0)
    young = [d for d in counted if d not in failed and now < _attributed_until(d, history, attribution)]
    suspect = [d for d in young if any(_unattributed(incident, d) for incident in history.incidents)]
    return FailRate(
        rate=len(failed) / n,
        n=n,
        failed=tuple(d.id for d in failed),
        exposed_rate=sum(d.first_exposure_at is not None for d in failed) / n,
        low=len(failed) / n,
        high=(len(failed) + len(suspect)) / n,
        provisional=len(young),
    )


def _unattributed(incident: IncidentFact, deployment: DeploymentFact) -> bool:
    return (
        not incident.caused_by
        and incident.ended_at is None
        and incident.detected_at >= deployment.met_users_at
    )


def _attributed_until(deployment: DeploymentFact, history: History, attribution: timedelta) -> datetime:
    """The moment after which a failure is no longer laid to a deployment: the next one takes over."""
    later = [d.started_at for d in history.deployments if d.counts and d.started_at > deployment.started_at]
    return min([deployment.met_users_at + attribution, *later])


def _failed(deployment: DeploymentFact, history: History, attribution: timedelta) -> bool:
    if deployment.result == "backed_out" or deployment.left_degraded:
        return True
    until = _attributed_until(deployment, history, attribution)
    if any(incident.blames(deployment) and incident.detected_at <= until for incident in history.incidents):
        return True
    # The repair is itself the next deployment, so its time is held against the uncut span.
    latest = deployment.met_users_at + attribution
    return any(d.repairs == deployment.id and d.started_at <= latest for d in history.deployments)


def _recovery(failed: Iterable[DeploymentFact], history: History, now: datetime) -> Recovery:
    """
    One interval per deployment, from first impact to the earliest verified restoration.

    Source: failed deployment recovery time; Kaplan-Meier (1958) where many failures are still open.
    """
    closed, still_open, unmeasured = [], [], 0
    for deployment in failed:
        start = deployment.first_impact_at or deployment.first_exposure_at
        if start is None:
            unmeasured += 1
            continue
        end = _restored_at(deployment, start, history, now)
        if end is None:
            still_open.append(max(now - start, timedelta()))
        else:
            closed.append(end - start)
    if len(still_open) * 100 >= CENSORED_SHARE_PCT * (len(closed) + len(still_open)):
        p50, p90 = (survival_quantile(closed, still_open, share) for share in (0.5, 0.9))
    else:
        p50, p90 = (quantile(closed, share) for share in (0.5, 0.9))
    return Recovery(p50, p90, len(closed), len(still_open), unmeasured)


def _restored_at(
    deployment: DeploymentFact, start: datetime, history: History, now: datetime
) -> datetime | None:
    ends = [r.verified_at for r in history.remediations if r.deployment == deployment.id]
    resolved = [incident.ended_at for incident in history.incidents if incident.blames(deployment)]
    known = [end for end in resolved if end is not None]
    if resolved and len(known) == len(resolved):
        ends.append(max(known))
    return min((end for end in ends if start <= end <= now), default=None)


def _rework(deployments: Iterable[DeploymentFact], window: Window) -> ReworkRate:
    """
    Count unplanned deployments for a user-facing defect, and back-out runs of their own.

    Source: deployment rework rate, added to the model in 2024 and asked for the last six months.
    """
    runs = [d for d in deployments if (d.counts or d.is_back_out_run) and d.ended in window]
    if not runs:
        return ReworkRate(None, 0)
    rework = tuple(d.id for d in runs if d.is_rework)
    unclear = tuple(d.id for d in runs if d.emergency and not d.is_rework and not d.defect)
    return ReworkRate(len(rework) / len(runs), len(runs), rework, unclear)
