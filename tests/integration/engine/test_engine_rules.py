"""What the engine under us must keep promising: its hand-over functions, and that it never unpickles."""

import pickle
import uuid

import pytest
from django.db import transaction

from rightaway.domain.errors import Refused
from rightaway.queries.schemas import SIGNATURE, engine_signature, pending_migrations
from rightaway.records.audit.models import AuditEvent
from rightaway.records.deployments.models import Worker
from rightaway.services import workers

pytestmark = pytest.mark.django_db


def test_hand_over__signature_of_the_function__as_we_call_it() -> None:
    assert engine_signature() == SIGNATURE


def test_migrations__test_database__none_pending() -> None:
    assert pending_migrations() == []


def test_serialiser__row_marked_as_pickle__refused_and_not_run(tmp_path) -> None:
    import base64

    from dbos._serialization import DBOSPortableJSONSerializer, deserialize_value

    import rightaway.engine.runtime  # noqa: F401 -- closes the door when it is imported

    class Evil:
        def __reduce__(self) -> tuple:
            return (open, (str(tmp_path / "run"), "w"))

    planted = base64.b64encode(pickle.dumps(Evil())).decode()
    with pytest.raises(Refused) as refusal:
        deserialize_value(planted, "py_pickle", DBOSPortableJSONSerializer())

    assert refusal.value.code == "engine.pickle_refused"
    assert not (tmp_path / "run").exists()


def enlist(name: str, pid: int = 1) -> uuid.UUID:
    instance = uuid.uuid4()
    workers.enlist(executor_id=name, instance=instance, engine_version="engine-1", host="h", pid=pid)
    return instance


def test_lease__kept_by_beats__worker_stays_on_the_list() -> None:
    instance = enlist("a")

    assert workers.beat(executor_id="a", instance=instance)
    assert workers.reap(lease_s=30, host="h", gone_pids=[]) == {"a"}


def test_lease__process_gone_on_this_host__struck_off_at_once_and_recorded() -> None:
    enlist("a", pid=11)
    enlist("b", pid=12)

    assert workers.reap(lease_s=30, host="h", gone_pids=[11]) == {"b"}
    assert AuditEvent.objects.get(action="worker.lease.expired").object_id == "a"


def test_lease__beat_after_being_struck_off__says_so() -> None:
    instance = enlist("a", pid=11)
    workers.reap(lease_s=30, host="h", gone_pids=[11])

    assert not workers.beat(executor_id="a", instance=instance)


def test_lease__run_out__struck_off() -> None:
    from datetime import timedelta

    from django.db.models import F

    enlist("a")
    with transaction.atomic():
        Worker.objects.update(beat_at=F("beat_at") - timedelta(seconds=31))

    assert workers.reap(lease_s=30, host="elsewhere", gone_pids=[]) == set()
