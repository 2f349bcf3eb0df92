"""Training: the plan of a release with how far it is, and what later plans learn from misuse."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from rightaway.domain import trainings as rules
from rightaway.domain.deployment_states import DeploymentStatus, Intent
from rightaway.domain.facts_evidence import TrainingFacts
from rightaway.domain.values import EnvironmentTier
from rightaway.records.assurance.models import Attendee, Session, Training
from rightaway.records.deployments.models import Deployment
from rightaway.records.incidents.models import Incident
from rightaway.records.releases.models import Release

_DEPLOYED = (DeploymentStatus.SUCCEEDED, DeploymentStatus.SUCCEEDED_PARTIAL)


def of_release(release: Release) -> QuerySet[Training]:
    """List the audiences of a release with their sessions and people."""
    people = Attendee.objects.select_related("person", "session", "recorded_by").order_by("name", "id")
    return (
        Training.objects.filter(release=release)
        .prefetch_related("sessions", Prefetch("attendees", people))
        .order_by("audience")
    )


def training(release: Release, audience: str) -> Training | None:
    return of_release(release).filter(audience=audience).first()


def session(release: Release, key: int) -> Session | None:
    """Give one session of a release's training."""
    found = Session.objects.select_related("training").filter(training__release=release)
    return found.filter(pk=key).first()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of an audience are trained: named people count where there are some, else the numbers recorded."""

    named: int
    attended: int
    passed: int | None
    is_by_name: bool

    @property
    def trained(self) -> int:
        return self.attended if self.passed is None else self.passed

    @property
    def pct(self) -> int:
        return self.trained * 100 // self.named if self.named else 0


def coverage(row: Training) -> Coverage:
    """Count one audience, read with its people."""
    people = list(row.attendees.all())
    if not people:
        return Coverage(row.invited, row.attended, row.passed, is_by_name=False)
    came = [one for one in people if one.has_attended]
    passed = [one for one in came if has_passed(row, one)]
    return Coverage(
        len(people), len(came), len(passed) if row.pass_mark is not None else None, is_by_name=True
    )


def has_passed(row: Training, one: Attendee) -> bool:
    return rules.has_passed(attended=one.has_attended, score=one.score, pass_mark=row.pass_mark)


def facts(row: Training, now: datetime) -> TrainingFacts:
    """Give what the rules look at, of an audience read with its sessions and people."""
    held, sessions = coverage(row), [one for one in row.sessions.all() if not one.cancelled_reason]
    seats = [one.seats for one in sessions]
    ahead = [one.starts_at for one in sessions if one.ends_at > now]
    return TrainingFacts(
        audience=row.audience,
        kind=row.audience_kind,
        named=held.named,
        attended=held.attended,
        passed=held.passed,
        seats=sum(one or 0 for one in seats) if seats and None not in seats else None,
        next_session_at=min(ahead, default=None),
    )


def gaps(release: Release) -> QuerySet[Incident]:
    """
    Give what the training of a release has to make up for: misuse put down to earlier releases of its service.

    One that a training answers stays with that release and is asked of no later one.
    """
    return (
        Incident.objects.filter(is_misuse=True, taught_in__service=release.service)
        .filter(Q(answered_by__isnull=True) | Q(answered_by__release=release))
        .filter(taught_in__id__lt=release.pk)
        .select_related("taught_in", "service", "answered_by")
        .order_by("id")
    )


def misuse_after(release: Release) -> QuerySet[Incident]:
    """Give the misuse that is put down to the training of a release."""
    return release.training_gaps.filter(is_misuse=True).select_related("service").order_by("id")


def deployed(service: int, until: datetime) -> list[tuple[int, datetime]]:
    """Give the releases of a service that came into use in the time in which misuse is put down to them."""
    rows = Deployment.objects.filter(
        release__service=service,
        environment__tier=EnvironmentTier.PRODUCTION,
        status__in=_DEPLOYED,
        finished_at__lte=until,
        finished_at__gte=until - rules.ATTRIBUTED_WITHIN,
    ).exclude(intent=Intent.DRILL)
    return [(key, moment) for key, moment in rows.values_list("release", "finished_at") if moment]


def cost(rows: list[Training]) -> tuple[int | None, int | None]:
    """Add up what the training was estimated at and what it cost; None where nobody said anything."""
    return _total([one.cost_estimate for one in rows]), _total([one.cost_actual for one in rows])


def _total(values: list[int | None]) -> int | None:
    known = [one for one in values if one is not None]
    return sum(known) if known else None
