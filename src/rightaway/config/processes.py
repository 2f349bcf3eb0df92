"""The long-running processes: web, worker, and both together."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from rightaway.config import assets, boot
from rightaway.config.environment import environment
from rightaway.domain.errors import Unavailable

STOP_S = 40.0
RESTART_S = 1.0


def serve(*, workers: int = 1) -> None:
    """
    Run the web server and `workers` workers until stopped; a worker that dies is started again.

    0 workers runs the pages alone, for installations where workers run elsewhere.
    """
    found = environment()
    check_port(found.bind, found.port)
    # In a process of its own: what migrations load would stay in this one, which only watches.
    code = "from rightaway.config import boot; boot.connect(); boot.migrate()"
    if subprocess.run([sys.executable, "-c", code], check=False).returncode:
        raise Unavailable(
            "database.not_ready",
            "The database could not be brought up to date.",
            hint="Run: rightaway doctor",
        )
    print(f"Rightaway is on {found.url}", file=sys.stderr)
    children = Children()
    children.start("web", "web")
    for number in range(workers):
        children.start(f"worker {number + 1}", "worker")
    children.run()


def web() -> None:
    """Run the web server alone."""
    found = boot.connect()
    assets.collect()  # also after an update whose `migrate` ran on another machine
    from granian import Granian  # noqa: PLC0415 -- heavy, and only this process needs it
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    Granian(
        "rightaway.config.asgi:application",
        address=found.bind,
        port=found.port,
        interface=Interfaces.ASGINL,
        workers=1,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


def worker() -> None:
    """Carry out deployments until stopped; any number of workers share the work of one database."""
    found = boot.connect()
    from rightaway.engine import worker as engine_worker  # noqa: PLC0415
    from rightaway.web import mails  # noqa: PLC0415

    engine_worker.run(
        database_url=found.database_url,
        slots=found.worker_slots,
        lease_s=found.lease_s,
        compose=mails.compose,
    )


def check_port(address: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise Unavailable(
                "port.in_use",
                f"{address}:{port} is taken by another program.",
                hint="Stop that program, or choose another port: RIGHTAWAY_PORT=8766.",
            ) from error


class Children:
    """Child processes of `serve`, started again when they die and stopped with it."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[str, subprocess.Popen[bytes]]] = {}
        self._is_ending = False

    def start(self, name: str, command: str) -> subprocess.Popen[bytes]:
        # Straight to the function: the command line would only be weight in a process that stays.
        code = f"from rightaway.config.processes import {command}; {command}()"
        process = subprocess.Popen([sys.executable, "-c", code], env=os.environ, start_new_session=True)
        self._running[name] = (command, process)
        return process

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while not self._is_ending:
            time.sleep(0.2)
            self.revive()
        self.stop()

    def revive(self) -> None:
        for name, (command, process) in list(self._running.items()):
            if process.poll() is not None and not self._is_ending:
                print(
                    f"rightaway: {name} ended with {process.returncode}; starting it again", file=sys.stderr
                )
                time.sleep(RESTART_S)
                self.start(name, command)

    def stop(self) -> None:
        self._is_ending = True
        for _, process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_S
        for _, process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def pid(self, name: str) -> int:
        return self._running[name][1].pid

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._is_ending = True


def settings() -> None:
    """Show what is set, and from where it can be set."""
    for name, value in environment():
        print(f"RIGHTAWAY_{name.upper()}={value}")
