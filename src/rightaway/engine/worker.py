"""One worker process: takes deployments from the queue, seals the audit log, watches over the other workers."""

import logging
import signal
import threading
from datetime import timedelta

from django.utils import timezone

import rightaway.engine.deploy  # noqa: F401 -- registers the workflow
from rightaway.drivers import registry
from rightaway.engine import runtime, whereabouts
from rightaway.engine.leases import Lease
from rightaway.engine.postman import Postman
from rightaway.services import audit, moments
from rightaway.services.mails import Compose

log = logging.getLogger("rightaway.worker")

SEAL_EVERY_S = 0.5
STOP_WAIT_S = 5
LOOK_EVERY = timedelta(seconds=10)
MISSED = timedelta(days=7)  # what came while no worker ran; looking twice does no harm


class Clock:
    """Looks now and then whether a moment has come that a release waited for."""

    def __init__(self) -> None:
        self._seen = timezone.now() - MISSED

    def look(self) -> None:
        now = timezone.now()
        if now - self._seen >= LOOK_EVERY:
            runtime.with_connection(moments.pass_by)(since=self._seen, now=now)
            self._seen = now


def run(*, database_url: str, slots: int, lease_s: float, compose: Compose) -> None:
    """
    Work until SIGTERM or SIGINT; then start nothing new, let steps finish, and hand over the rest.

    SIGUSR1 makes it write what it is doing at that moment.

    Args:
        compose: Makes the messages that are sent by mail.
    """
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    signal.signal(signal.SIGUSR1, lambda *_: whereabouts.tell())
    registry.kinds()  # loads the drivers now, not while the first deployment waits for them
    lease = Lease(lease_s=lease_s)
    lease.take()
    runtime.launch(database_url=database_url, executor_id=lease.executor_id, slots=slots)
    lease.watch()
    log.info("worker %s is ready", lease.executor_id)
    seal = runtime.with_connection(audit.seal)
    clock = Clock()
    Postman(compose, ending).start()
    while not ending.wait(SEAL_EVERY_S):
        seal()
        clock.look()
    log.info("worker %s stops: nothing new is started", lease.executor_id)
    runtime.stop(wait_s=STOP_WAIT_S)
    lease.give_back()
