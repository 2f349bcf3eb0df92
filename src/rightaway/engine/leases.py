"""
Who is alive, and who carries on what a dead worker left.

DBOS re-starts the work of a process only when the same executor id comes back. Here every live process has its own
id and a lease; whoever finds a lease run out puts that worker's deployments back on the queue.
"""

import logging
import os
import socket
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable

from dbos import DBOS

from rightaway.engine.runtime import ENGINE_VERSION, with_connection
from rightaway.services import deployment_progress, workers
from rightaway.services.deployments import WORKFLOW

log = logging.getLogger("rightaway.engine")
DECLARED_DEAD = 70


class Lease:
    """The lease of this process, kept by one thread, and the watch over the others, kept by another."""

    def __init__(self, *, lease_s: float) -> None:
        self.lease_s = lease_s
        self.host = socket.gethostname()
        self.instance = uuid.uuid4()
        self.executor_id = f"{self.host}:{os.getpid()}:{self.instance.hex[:8]}"
        self._ending = threading.Event()

    def take(self) -> None:
        workers.enlist(
            executor_id=self.executor_id,
            instance=self.instance,
            engine_version=ENGINE_VERSION,
            host=self.host,
            pid=os.getpid(),
        )
        self._every(self.lease_s / 6, self._beat)

    def watch(self) -> None:
        self._every(min(5.0, self.lease_s / 4), self._reap)

    def give_back(self) -> None:
        """Stop beating and hand this worker's unfinished deployments to the others at once."""
        self._ending.set()
        workers.leave(executor_id=self.executor_id)

    def _every(self, pause_s: float, act: Callable[[], None]) -> None:
        def loop() -> None:
            while not self._ending.wait(pause_s):
                try:
                    with_connection(act)()
                except Exception:
                    log.exception("the lease loop failed once; it goes on")

        threading.Thread(target=loop, name=act.__name__, daemon=True).start()

    def _beat(self) -> None:
        if (
            not workers.beat(executor_id=self.executor_id, instance=self.instance)
            and not self._ending.is_set()
        ):
            log.error("this worker was declared dead; it stops at once so that nothing runs twice")
            os._exit(DECLARED_DEAD)

    def _reap(self) -> None:
        gone = [pid for pid in workers.pids_on(self.host) if not _is_running(pid)]
        alive = workers.reap(lease_s=self.lease_s, host=self.host, gone_pids=gone)
        if alive is None:
            return
        take_over(alive)
        reconcile()


def take_over(alive: set[str]) -> list[str]:
    """Put the running workflows of workers that are not alive back on their queues; gives their ids."""
    pending = DBOS.list_workflows(
        status="PENDING", app_version=ENGINE_VERSION, load_input=False, load_output=False
    )
    left: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in pending:
        if one.executor_id not in alive and one.queue_name:
            left[(one.queue_name, one.executor_id or "")].append(one.workflow_id)
    for (queue, executor_id), ids in left.items():
        deployment_progress.take_over(workflow_ids=ids, from_executor=executor_id)
        DBOS.resume_workflows(ids, queue_name=queue)
        log.warning("took over %s from %s", ", ".join(ids), executor_id)
    return [one for ids in left.values() for one in ids]


def reconcile() -> list[str]:
    """
    Find deployments whose record is open while their workflow has ended, and start them again.

    The backstop: no workflow ends without closing its record, so a hit here means a cancellation or a defect.
    """
    open_ones = workers.open_workflows()
    if not open_ones:
        return []
    ended = DBOS.list_workflows(
        workflow_ids=list(open_ones),
        status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
        load_input=False,
        load_output=False,
    )
    restarted = []
    for one in ended:
        number = open_ones[one.workflow_id]
        log.error("%s is open, but its workflow ended with %s: starting it again", number, one.status)
        restarted.append(workers.restart(number=number, workflow=WORKFLOW))
    return restarted


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
