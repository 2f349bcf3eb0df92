"""Alerts that commands on releases, changes and incidents raise, in their own transaction."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.utils import timezone

from rightaway.domain.alerts import ALERTS, Recipient
from rightaway.domain.changes import ChangeState, is_authorised
from rightaway.domain.deployment_states import Intent
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import Subject, SubjectKind
from rightaway.domain.values import Actor, EnvironmentTier
from rightaway.queries import alerts, policy_trials
from rightaway.records.approvals.models import Approval
from rightaway.records.changes.models import Change
from rightaway.records.deployments.models import TargetRun
from rightaway.records.incidents.models import Incident
from rightaway.records.policies.models import ReleasePolicy
from rightaway.records.releases.models import Release
from rightaway.services import _alerts, _notify

RECENT = timedelta(hours=72)


def _subject(release: Release) -> Subject:
    return _notify.found(SubjectKind.RELEASE, release.number)


def registered(actor: Actor, release: Release) -> None:
    """A01."""
    told = alerts.recipients(release, ALERTS["A01"].to, timezone.now())
    key = f"{release.number}:registered"
    _alerts.raise_once(alert="A01", actor=actor, subject=_subject(release), told=told, key=key)


def policy_tightened(actor: Actor, policy: ReleasePolicy, since: datetime) -> None:
    """A08: tell who manages a release that lacks something by a policy which others agreed on."""
    now = timezone.now()
    for one in policy_trials.trials(policy, now):
        if not one.more:
            continue
        release = Release.objects.select_related("service").get(number=one.number)
        roles = {role for unmet in one.more for role in unmet.owner.split(", ")}
        managers = alerts.recipients(release, (Recipient.MANAGER, Recipient.COORDINATOR), now)
        _alerts.raise_once(
            alert="A08",
            actor=actor,
            subject=_subject(release),
            told=managers | alerts.holders(roles, release.service.key),
            key=f"{one.number}:policy:{policy.number}",
            facts={
                "policy": policy.number,
                "reason": str(one.more[0].message)[:200],
                "from": since.isoformat(),
            },
            kind=NotificationKind.POLICY_TIGHTENED,
        )


def denied(actor: Actor, approval: Approval) -> None:
    """A04, of a denial."""
    release = approval.release
    told = alerts.recipients(release, ALERTS["A04"].to, timezone.now()) | {approval.requested_by_id}
    _alerts.raise_once(
        alert="A04",
        actor=actor,
        subject=_subject(release),
        told=told,
        key=f"approval:{approval.pk}:denied:{approval.version}",
        facts={"approval": approval.kind},
    )


def conflicts(actor: Actor, release: Release) -> None:
    """A09: tell both coordinators of what this edit brought about."""
    for number, found in alerts.conflicts(release).items():
        other = Release.objects.select_related("service").get(number=number)
        items = sorted(one.subject for one in found if one.subject)
        begin = min(one.overlap_start for one in found if one.overlap_start)
        pair = sorted((release.number, number))
        digest = sha256(f"{pair}{items}{begin:%Y%m%d%H%M}".encode()).hexdigest()[:16]
        for one, against in ((release, number), (other, release.number)):
            _alerts.raise_once(
                alert="A09",
                actor=actor,
                subject=_subject(one),
                told=alerts.recipients(one, (Recipient.COORDINATOR,), timezone.now()),
                key=f"{one.number}:conflict:{digest}",
                facts={"release": one.number, "other": against, "items": items[:20]},
            )


def authorised(actor: Actor, change: Change) -> None:
    """A10, when the change was the last of its release that lacked it."""
    release = change.release
    if release is None:
        return
    if all(is_authorised(one.change_type, one.state) for one in release.changes.all()):
        _alerts.raise_once(
            alert="A10",
            actor=actor,
            subject=_subject(release),
            told=alerts.recipients(release, ALERTS["A10"].to, timezone.now()),
            key=f"{release.number}:authorised:{change.number}:{change.round}",
        )


def followed(actor: Actor, release: Release, moved: list[Change]) -> None:
    """A11 and A12, after changes went along with their release."""
    for change in moved:
        if change.state == ChangeState.SCHEDULED:
            _alerts.raise_once(
                alert="A11",
                actor=actor,
                subject=_notify.found(SubjectKind.CHANGE, change.number),
                told=[change.requester_id],
                key=f"{change.number}:pending:{release.number}:{release.attempt}",
                facts={"release": release.number},
            )
    states = {one.state for one in release.changes.all()}
    if moved and states == {ChangeState.IMPLEMENTED}:
        _alerts.raise_once(
            alert="A12",
            actor=actor,
            subject=_subject(release),
            told=alerts.recipients(release, ALERTS["A12"].to, timezone.now()),
            key=f"{release.number}:deployed:{release.attempt}",
        )


def incident(actor: Actor, row: Incident) -> None:
    """A18: tell those whose release changed the service shortly before."""
    runs = TargetRun.objects.filter(
        is_touched=True,
        target__ci__service=row.service,
        deployment__environment__tier=EnvironmentTier.PRODUCTION,
        started_at__gt=row.detected_at - RECENT,
        started_at__lte=row.detected_at,
    ).exclude(deployment__intent=Intent.DRILL)
    releases = Release.objects.filter(deployments__target_runs__in=runs).distinct()
    for release in releases.select_related("service"):
        _alerts.raise_once(
            alert="A18",
            actor=actor,
            subject=_notify.found(SubjectKind.INCIDENT, row.number),
            told=alerts.recipients(release, ALERTS["A18"].to, timezone.now()),
            key=f"{row.number}:after:{release.number}",
            facts={"release": release.number},
        )


def unauthorised(actor: Actor, change: Change) -> None:
    """A21."""
    scope = change.service.key
    items = [*change.affected_cis.all(), change.service]
    _alerts.raise_once(
        alert="A21",
        actor=actor,
        subject=_notify.found(SubjectKind.CHANGE, change.number),
        told=alerts.item_owners(items) | alerts.holders(("service_owner", "change_manager"), scope),
        key=f"{change.number}:unauthorised",
        kind=NotificationKind.CHANGE_UNAUTHORISED,
    )
