"""
Alerts that time raises: looked at again and again, each told once.

Nothing is scheduled that could be lost: what is due follows from the records as they are at the moment. After a
pause the newest stage is told once; a release that left the phase, or is on hold, is told of nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet

from rightaway.domain.alerts import ALERTS, stage, told_at
from rightaway.domain.debts import SOON as DEBT_SOON
from rightaway.domain.debts import DebtState
from rightaway.domain.deployment_states import DeploymentStatus, Intent
from rightaway.domain.early_life import EarlyLifeState
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import EnvironmentTier, PhaseStatus
from rightaway.queries import alerts, conversations, subjects, templates
from rightaway.queries import deployments as ask_deployments
from rightaway.queries.estimates import forecast
from rightaway.records.deployments.models import Deployment
from rightaway.records.outages.models import Outage
from rightaway.records.releases.models import PhaseVisit, Release, Waiver
from rightaway.records.reviews.models import EarlyLife
from rightaway.services import _alerts, _notify, alert_escalations, deployment_alerts

EVERY = timedelta(minutes=1)
OVER = ("closed", "abandoned")
DAY = timedelta(days=1)
NO_RETURN_LEAD = timedelta(minutes=15)


def pass_by(*, since: datetime, now: datetime) -> None:
    """Look at everything once a minute, or when it was not looked at for longer."""
    if int(since.timestamp()) // EVERY.seconds == int(now.timestamp()) // EVERY.seconds:
        return
    for look in _LOOKS:
        look(now)
    alert_escalations.pass_by(now=now)


def _open() -> QuerySet[Release]:
    held = Release.objects.exclude(phase__in=OVER).exclude(phase_status=PhaseStatus.ON_HOLD)
    return held.select_related("service", "workflow")


def _phases(now: datetime) -> None:
    """A05: how much of the working time from a phase's begin to the moment it has to be over has passed."""
    stays = PhaseVisit.objects.filter(left_at__isnull=True)
    hours = alerts.schedule()
    for release in _open().prefetch_related(Prefetch("visits", stays, to_attr="stays")):
        due, stays_now = _due(release), release.stays
        if due is None or not stays_now:
            continue
        begun = stays_now[0].entered_at
        whole = hours.worked(begun, due)
        share = 100 * (hours.worked(begun, now) / whole) if whole else 100 * (now >= due)
        reached = stage(share)
        if reached is None:
            continue
        key = f"{release.number}:overdue:{stays_now[0].pk}:{due:%s}:{reached}"
        if not _alerts.is_raised(key):
            _alerts.raise_once(
                alert="A05",
                subject=_notify.found(SubjectKind.RELEASE, release.number),
                told=alerts.recipients(release, told_at(ALERTS["A05"], reached), now),
                key=key,
                facts={"phase": release.phase, "percent": reached, "due_at": due.isoformat()},
            )


def _due(release: Release) -> datetime | None:
    """Give when the phase has to be over: its start, its end, or that of early life support."""
    template = templates.of(release)
    if release.phase in template.launch_phases(production=True):
        return release.planned_end
    if release.phase in template.until_deployed:
        return release.planned_start or release.requested_end
    held = EarlyLife.objects.filter(release=release).first()
    return held.ends_at if held else release.els_ends_at


def _starts(now: datetime) -> None:
    """A07."""
    for release in _open().filter(planned_start__gt=now, planned_start__lte=now + DAY):
        key = f"{release.number}:start:{release.planned_start:%s}"
        template = templates.of(release)
        waits = release.phase in template.until_deployed and release.phase not in template.launch_phases(
            production=True
        )
        if not waits or _alerts.is_raised(key):
            continue
        lacks = alerts.lacking(release, now)
        if lacks:
            _alerts.raise_once(
                alert="A07",
                subject=_notify.found(SubjectKind.RELEASE, release.number),
                told=alerts.recipients(release, ALERTS["A07"].to, now),
                key=key,
                facts={"release": release.number, "phase": release.phase, "count": len(lacks)},
            )


def _downtime(now: datetime) -> None:
    """A13."""
    rows = Outage.objects.filter(planned_start__isnull=False, planned_start__lte=now + DAY)
    rows = rows.exclude(actual_end__lte=now - DAY).exclude(actual_start=None, planned_end__lte=now)
    for row in rows.select_related("service"):
        moment = _moment(row, now)
        key = f"{row.number}:downtime:{moment}"
        if not moment or _alerts.is_raised(key):
            continue
        subject = _notify.found(SubjectKind.CI, row.service.key)
        told = set(conversations.watchers(subject)) | set(alerts.holders(("service_owner",), row.service.key))
        release = Release.objects.select_related("service").filter(pk=row.release_id or 0).first()
        if release is not None:
            told |= alerts.recipients(release, ALERTS["A13"].to, now)
        facts = {"outage": row.number, "moment": moment, "title": row.title}
        _alerts.raise_once(alert="A13", subject=subject, told=told, key=key, facts=facts)


def _moment(row: Outage, now: datetime) -> str:
    if row.actual_end is not None:
        return "ended"
    if row.actual_start is not None:
        return "extended" if row.planned_end and row.planned_end < now else "begun"
    held = Release.objects.filter(pk=row.release_id or 0, phase_status=PhaseStatus.ON_HOLD).exists()
    return "" if held or (row.planned_start and row.planned_start <= now) else "near"


def _windows(now: datetime) -> None:
    """A15 and A16: what runs in production and could not be undone, or will not be done, by its planned end."""
    running = Deployment.objects.filter(
        status__in=(DeploymentStatus.RUNNING, DeploymentStatus.BACKING_OUT),
        environment__tier=EnvironmentTier.PRODUCTION,
        release__planned_end__isnull=False,
    ).exclude(intent=Intent.DRILL)
    for number in running.values_list("number", flat=True):
        row = ask_deployments.deployment(number)
        if row is None:
            continue
        grid = ask_deployments.grid(row)
        found, end = forecast(row, grid, ask_deployments.at_work(row), now), row.release.planned_end
        assert end is not None
        if found.back_s is not None and row.status == DeploymentStatus.RUNNING:
            last = end - timedelta(seconds=found.back_s)
            if last - NO_RETURN_LEAD <= now < end:
                deployment_alerts.no_return_near(row, last)
        ends = found.whole.ends_at if found.whole and found.whole.ends_at else now
        if ends > end:
            deployment_alerts.window_exceeded(row, ends)


def _early_lives(now: datetime) -> None:
    """A19: at risk on the last day, and met when nothing is missing but time."""
    held = EarlyLife.objects.filter(
        ended_at__isnull=True, ends_at__lte=now + DAY, waived_by__isnull=True
    ).exclude(state=EarlyLifeState.ABORTED)
    rows = _open().filter(early_life__in=held).select_related("early_life")
    for release in rows:
        unmet = alerts.exit_unmet(release, now)
        name = "risk" if unmet else "met"
        key = f"{release.number}:exit:{release.early_life.ends_at:%s}:{name}"
        _alerts.raise_once(
            alert="A19",
            subject=_notify.found(SubjectKind.RELEASE, release.number),
            told=alerts.recipients(release, ALERTS["A19"].to, now),
            key=key,
            kind=NotificationKind.EARLY_LIFE_AT_RISK if unmet else NotificationKind.EARLY_LIFE_EXIT_MET,
            facts={"release": release.number, "count": len(unmet)},
        )


def _waivers(now: datetime) -> None:
    """A23: who asked for it, who granted it, and who owes what it put off; what is settled expires unheard."""
    rows = Waiver.objects.filter(
        debt__state=DebtState.OPEN, expires_at__gt=now, expires_at__lte=now + DEBT_SOON
    )
    for row in rows.select_related("release", "debt"):
        _alerts.raise_once(
            alert="A23",
            subject=subjects.of_row(SubjectKind.RELEASE, row.release),
            told=[one for one in (row.requested_by_id, row.granted_by_id, row.debt.owner_id) if one],
            key=f"waiver:{row.pk}:{row.expires_at:%s}",
            facts={"control": row.control, "until": row.expires_at.isoformat()},
        )


_LOOKS: tuple[Callable[[datetime], None], ...] = (
    _phases,
    _starts,
    _downtime,
    _windows,
    _early_lives,
    _waivers,
)
