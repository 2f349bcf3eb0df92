"""Tells the next ones of an alert that nobody looked at while what it is about goes on."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from rightaway.domain.alerts import ALERTS
from rightaway.domain.changes import ChangeState
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM, PhaseStatus
from rightaway.queries import alerts
from rightaway.records.changes.models import Change
from rightaway.records.deployments.models import Deployment
from rightaway.records.notifications.models import Notification, RaisedAlert
from rightaway.records.releases.models import Release
from rightaway.services import _alerts, _notify

LATER = timedelta(hours=1)


def pass_by(*, now: datetime) -> None:
    """Take the next step of every alert whose moment has come; read, or over, it ends instead."""
    for key in list(RaisedAlert.objects.filter(next_at__lte=now).values_list("pk", flat=True)):
        with transaction.atomic():
            row = RaisedAlert.objects.select_for_update().get(pk=key)
            if row.next_at is not None and row.next_at <= now:
                _go_on(row, now)
                row.save()


def _keys(row: RaisedAlert) -> list[str]:
    return [row.key, *(f"{row.key}:step{number}" for number in range(1, len(row.steps)))]


def _go_on(row: RaisedAlert, now: datetime) -> None:
    release = _release(row)
    if release is not None and release.phase_status == PhaseStatus.ON_HOLD:
        row.next_at = now + LATER
        return
    if Notification.objects.filter(key__in=_keys(row), read_at__isnull=False).exists():
        row.next_at, row.ended = None, "read"
        return
    if not _HOLDS[row.alert](row, now):
        row.next_at, row.ended = None, "over"
        return
    alert, done = ALERTS[row.alert], len(row.steps)
    subject = _notify.found(SubjectKind(row.subject_kind), row.subject_key)
    if release is None:
        told = alerts.holders(alert.steps[done - 1].to, subject.scope)
    else:
        told = alerts.recipients(release, alert.steps[done - 1].to, now)
    seen = _alerts.may_see(subject, told)
    _notify.tell(
        actor=SYSTEM,
        kind=NotificationKind(row.kind),
        subject=subject,
        people=seen,
        key=f"{row.key}:step{done}",
        facts=row.facts,
    )
    row.steps = [*row.steps, _alerts.step(seen, now)]
    row.next_at = _alerts.next_step_at(alert, done, now)
    row.ended = "" if row.next_at else "told all"


def _release(row: RaisedAlert) -> Release | None:
    number = row.facts.get("release", "")
    return Release.objects.select_related("service", "workflow").filter(number=number).first()


def _lacks(row: RaisedAlert, now: datetime) -> bool:
    release = _release(row)
    return release is not None and release.phase == row.facts["phase"] and bool(alerts.lacking(release, now))


def _conflicts(row: RaisedAlert, _now: datetime) -> bool:
    release = _release(row)
    return release is not None and row.facts["other"] in alerts.conflicts(release)


def _supported(row: RaisedAlert, now: datetime) -> bool:
    release = _release(row)
    if release is None or release.closed_at is not None:
        return False
    return bool(alerts.exit_unmet(release, now)) == (row.kind == NotificationKind.EARLY_LIFE_AT_RISK)


def _differs(row: RaisedAlert, _now: datetime) -> bool:
    return bool(alerts.differing(Deployment.objects.get(number=row.subject_key)))


def _undecided(row: RaisedAlert, _now: datetime) -> bool:
    return Change.objects.filter(number=row.subject_key, state=ChangeState.REGISTERED).exists()


_HOLDS: Mapping[str, Callable[[RaisedAlert, datetime], bool]] = {
    "A07": _lacks,
    "A09": _conflicts,
    "A19": _supported,
    "A20": _differs,
    "A21": _undecided,
}
