"""The workers that are alive: each holds a lease by its heartbeat, by the database's clock."""

import uuid
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.domain.values import ENGINE
from rightaway.records.deployments.models import Deployment, Worker
from rightaway.services import _audit, _launch

STREAM = "workers"
REAPER_LOCK = 7201  # any number of ours: who holds it reaps


def enlist(*, executor_id: str, instance: uuid.UUID, engine_version: str, host: str, pid: int) -> None:
    """Put the worker on the list before it takes any work."""
    with transaction.atomic():
        Worker.objects.create(
            executor_id=executor_id,
            instance=instance,
            engine_version=engine_version,
            host=host,
            pid=pid,
            started_at=Now(),
            beat_at=Now(),
        )
        _audit.record(
            actor=ENGINE, action="worker.lease.taken", stream=STREAM, subject=("worker", executor_id)
        )


def beat(*, executor_id: str, instance: uuid.UUID) -> bool:
    """Renew the lease; False means that others declared this worker dead, and it has to stop at once."""
    return bool(Worker.objects.filter(executor_id=executor_id, instance=instance).update(beat_at=Now()))


def leave(*, executor_id: str) -> None:
    with transaction.atomic():
        Worker.objects.filter(executor_id=executor_id).delete()
        _audit.record(
            actor=ENGINE, action="worker.lease.returned", stream=STREAM, subject=("worker", executor_id)
        )


@transaction.atomic
def reap(*, lease_s: float, host: str, gone_pids: list[int]) -> set[str] | None:
    """
    Strike off workers whose lease ran out or whose process on this host is gone, and give those alive.

    Gives None when another worker is reaping right now.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [REAPER_LOCK])
        if not cursor.fetchone()[0]:
            return None
    late = Q(beat_at__lt=Now() - timedelta(seconds=lease_s))
    dead = list(Worker.objects.filter(late | Q(host=host, pid__in=gone_pids)))
    for worker in dead:
        Worker.objects.filter(pk=worker.pk).delete()
        _audit.record(
            actor=ENGINE,
            action="worker.lease.expired",
            stream=STREAM,
            subject=("worker", worker.executor_id),
            facts={"host": worker.host, "pid": worker.pid, "last_beat": worker.beat_at.isoformat()},
        )
    return set(Worker.objects.values_list("executor_id", flat=True))


def pids_on(host: str) -> list[int]:
    return list(Worker.objects.filter(host=host).values_list("pid", flat=True))


def open_workflows() -> dict[str, str]:
    """Give the workflow id of every deployment whose record is open, with its number."""
    ended = [status for status in DeploymentStatus if status.complete]
    return dict(Deployment.objects.exclude(status__in=ended).values_list("workflow_id", "number"))


@transaction.atomic
def restart(*, number: str, workflow: str) -> str:
    """Give an open deployment a new workflow, because the one it had has ended; the records say how to go on."""
    row = Deployment.objects.select_for_update().get(number=number)
    base, _, count = row.workflow_id.partition("#")
    row.workflow_id = f"{base}#{int(count or 1) + 1}"
    row.save(update_fields=["workflow_id"])
    _launch.start_workflow(name=workflow, workflow_id=row.workflow_id, arguments=[number])
    _audit.record(
        actor=ENGINE,
        action="deployment.workflow.restarted",
        stream=row.release.number,
        subject=("deployment", number),
        facts={"workflow": row.workflow_id},
    )
    return row.workflow_id
