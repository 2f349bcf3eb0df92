"""Holding a release, and resuming it: T22 and T23 of the lifecycle."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.release_holds import MOVING, check_hold
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM, Actor, PhaseStatus
from rightaway.queries import templates
from rightaway.records.deployments.models import Deployment
from rightaway.records.releases.models import Release, ReleaseHold
from rightaway.services import _audit, _guard, _notify, approval_reminders, lifecycle


@transaction.atomic
def hold(
    *, actor: Actor, number: str, reason: str, until: datetime, expected_version: int | None = None
) -> Release:
    """
    Hold a release: nobody votes, edits or deploys until it is resumed; it can be abandoned.

    Raises:
        Refused: it is over, held already, or a wave works on targets.
    """
    release = _open(actor, number, expected_version)
    if not reason.strip():
        raise Invalid("hold.reason", said("Say why it is held."), at="reason")
    now = timezone.now()
    check_hold(
        is_over=release.phase in templates.of(release).terminal,
        is_held=release.phase_status == PhaseStatus.ON_HOLD,
        moving=_moving(release),
        until=until,
        now=now,
    )
    person = _guard.person(actor)
    ReleaseHold.objects.create(release=release, reason=reason, until=until, held_by=person, held_at=now)
    release.phase_status = PhaseStatus.ON_HOLD
    release.save()
    _told(actor, release, "held", {"reason": reason, "until": until.isoformat()})
    return release


@transaction.atomic
def resume(*, actor: Actor, number: str, expected_version: int | None = None) -> Release:
    """
    Let a held release go on where it was; approvals that became too old meanwhile have to be asked for again.

    Raises:
        Refused: `hold.not_held`.
    """
    release = _open(actor, number, expected_version)
    row = release.holds.filter(resumed_at__isnull=True).first()
    if row is None:
        raise Refused("hold.not_held", said("{number} is not on hold.", number=number))
    row.resumed_at, row.resumed_by = timezone.now(), _guard.person(actor)
    row.save()
    release.phase_status = PhaseStatus.IN_PROGRESS
    release.save()
    _told(actor, release, "resumed", {"held_at": row.held_at.isoformat(), "reason": row.reason})
    approval_reminders.expire(release=release, now=row.resumed_at)
    lifecycle.settle(release=release)
    return release


def pass_by(*, since: datetime, now: datetime) -> None:
    """Tell who holds a release, and who manages it, that the time they set for it has come."""
    over = ReleaseHold.objects.filter(resumed_at__isnull=True, until__gt=since, until__lte=now)
    for row in over.select_related("release"):
        _notify.tell(
            actor=SYSTEM,
            kind=NotificationKind.HOLD_OVER,
            subject=_notify.found(SubjectKind.RELEASE, row.release.number),
            people=[one for one in (row.held_by_id, row.release.manager_id) if one],
            key=f"{row.release.number}:hold-over:{row.pk}",
            facts={"reason": row.reason},
        )


def _open(actor: Actor, number: str, expected_version: int | None) -> Release:
    release = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action="release.hold", scope=release.service.key)
    _guard.unchanged(release, expected_version)
    return release


def _moving(release: Release) -> tuple[str, ...]:
    """Give the deployments that work on targets now; one that waits at a gate or was paused is not among them."""
    under_way = Deployment.objects.filter(release=release).exclude(
        status__in=[status for status in DeploymentStatus if status.complete]
    )
    moving = under_way.filter(waves__status__in=MOVING) | under_way.filter(
        status=DeploymentStatus.BACKING_OUT
    )
    return tuple(moving.distinct().order_by("id").values_list("number", flat=True))


def _told(actor: Actor, release: Release, what: str, facts: dict[str, str]) -> None:
    _audit.record(
        actor=actor,
        action=f"release.record.{what}",
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
    _notify.tell_watchers(
        actor=actor,
        kind=NotificationKind.RELEASE_HELD if what == "held" else NotificationKind.RELEASE_RESUMED,
        subject=_notify.found(SubjectKind.RELEASE, release.number),
        key=f"{release.number}:{what}:{release.version}",
        facts=facts,
    )
