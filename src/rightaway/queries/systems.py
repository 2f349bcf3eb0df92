"""What the installation itself is doing: its workers, its queue, its library, and what the doctor finds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from rightaway.domain.deployment_states import DeploymentStatus, HoldKind
from rightaway.queries import doctor, mails, schemas
from rightaway.records.deployments.models import Deployment, Hold, Worker
from rightaway.records.packages.models import Package

LONG_IN_QUEUE_S = 60


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker as its heartbeat tells of it; `is_late` when others will soon take its work over."""

    executor_id: str
    host: str
    pid: int
    engine_version: str
    started_at: datetime
    beat_at: datetime
    is_late: bool


def workers(now: datetime) -> list[WorkerView]:
    names = ("executor_id", "host", "pid", "engine_version", "started_at", "beat_at")
    late = timedelta(seconds=settings.ENVIRONMENT.lease_s / 2)
    return [
        WorkerView(**{name: getattr(one, name) for name in names}, is_late=now - one.beat_at > late)
        for one in Worker.objects.order_by("started_at")
    ]


def queue() -> dict[str, Any]:
    """Give how many deployments wait for a worker, since when, and how many are carried out."""
    going = Q(status__in=[DeploymentStatus.RUNNING, DeploymentStatus.STOPPING, DeploymentStatus.BACKING_OUT])
    queued = Q(status=DeploymentStatus.QUEUED)
    found = Deployment.objects.aggregate(
        queued=Count("pk", filter=queued),
        since=Min("queued_at", filter=queued),
        going=Count("pk", filter=going),
    )
    in_error = Hold.objects.filter(kind=HoldKind.ENGINE, cleared_at__isnull=True).count()
    return {**found, "in_error": in_error}


def library() -> dict[str, Any]:
    return Package.objects.aggregate(packages=Count("pk"), size=Sum("size"))


def findings() -> list[doctor.Finding]:
    """Examine the installation as `rightaway doctor` does, from this process."""
    return doctor.examine(subject())


def subject() -> doctor.Subject:
    environment = settings.ENVIRONMENT
    return doctor.Subject(
        url=environment.database_url,
        home=environment.home,
        secrets=(environment.home / "secret.key",),
        pending_migrations=schemas.pending_migrations,
        engine_signature=schemas.engine_signature,
        engine_wanted=schemas.SIGNATURE,
        mail=mails.check,
    )


def warnings(found: list[WorkerView], waiting: dict[str, Any]) -> list[str]:
    """Name what keeps work from being done, each by a key that the page has words for."""
    long_ago = timezone.now() - timedelta(seconds=LONG_IN_QUEUE_S)
    said = {
        "no_worker": not found,
        "late_worker": any(one.is_late for one in found),
        "long_queue": waiting["since"] is not None and waiting["since"] < long_ago,
        "in_error": waiting["in_error"] > 0,
    }
    return [key for key, holds in said.items() if holds]
