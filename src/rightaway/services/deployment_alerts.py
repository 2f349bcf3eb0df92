"""Alerts that a running deployment raises; a rehearsal, or one in a lower environment, raises none."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from rightaway.domain.alerts import ALERTS, Recipient
from rightaway.domain.deployment_states import Intent
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import ENGINE, EnvironmentTier
from rightaway.queries import alerts
from rightaway.records.deployments.models import Deployment, TargetRun, Wave
from rightaway.services import _alerts, _notify


def is_real(row: Deployment) -> bool:
    """Tell a deployment that counts for the release from a rehearsal or one in a lower environment."""
    return row.intent != Intent.DRILL and row.environment.tier == EnvironmentTier.PRODUCTION


def _raise(row: Deployment, alert: str, key: str, told: Iterable[int], **facts: object) -> None:
    _alerts.raise_once(
        alert=alert,
        actor=ENGINE,
        subject=_notify.found(SubjectKind.DEPLOYMENT, row.number),
        told=set(told),
        key=f"{row.number}:{key}",
        facts={"release": row.release.number, **facts},
    )


def _parts(row: Deployment, *parts: Recipient) -> frozenset[int]:
    return alerts.recipients(row.release, parts, timezone.now())


def wave_moved(row: Deployment, wave: Wave) -> None:
    """A14: a wave begins, passes or fails."""
    if is_real(row):
        told = _parts(row, *ALERTS["A14"].to)
        begun = f"{wave.started_at:%s}" if wave.started_at else ""
        facts = {"wave": wave.name, "status": str(wave.status)}
        _raise(row, "A14", f"wave:{wave.ordinal}:{wave.status}:{begun}", told, **facts)


def gate_closed(row: Deployment, wave: Wave, owners: Iterable[str], reason: str) -> None:
    """A08: tell who manages it, and those who own the controls that do not hold."""
    named = {role for text in owners for role in text.split(", ")}
    told = _parts(row, Recipient.MANAGER) | alerts.holders(named, row.release.service.key)
    first = reason.splitlines()[0][:200] if reason else ""
    _raise(row, "A08", f"gate:{wave.ordinal}:{row.version}", told, wave=wave.name, reason=first)


def permit_missing(row: Deployment, runs: list[TargetRun]) -> None:
    """A24: steps were about to be sent that no permit covers; none was."""
    if not is_real(row):
        return
    told = _parts(row, *ALERTS["A24"].to)
    wave = runs[0].wave
    targets = sorted(run.target.key for run in runs)
    _raise(row, "A24", f"permit:{wave.ordinal}", told, wave=wave.name, targets=targets[:20])


def states_differ(row: Deployment) -> None:
    """A20: look at what a deployment left behind."""
    items = alerts.differing(row)
    if items:
        told = alerts.item_owners(items) | _parts(row, Recipient.COORDINATOR)
        _raise(row, "A20", "differs", told, items=[one.key for one in items[:20]])


def no_return_near(row: Deployment, moment: datetime) -> None:
    """A15, once for each planned end: from then on it is too late to undo all of it in time."""
    told = _parts(row, *ALERTS["A15"].to)
    _raise(row, "A15", f"no-return:{row.release.planned_end:%s}", told, until=moment.isoformat())


def window_exceeded(row: Deployment, forecast: datetime) -> None:
    """A16, once for each planned end."""
    end = row.release.planned_end
    assert end is not None
    told = _parts(row, *ALERTS["A16"].to)
    facts = {"forecast": forecast.isoformat(), "planned_end": end.isoformat()}
    _raise(row, "A16", f"exceeds:{end:%s}", told, **facts)
