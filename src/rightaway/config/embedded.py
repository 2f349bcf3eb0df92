"""
The PostgreSQL that Rightaway brings along, and the facts to connect to whichever database it uses.

Several processes (web, worker, command line) share one server per home: the first starts it, the others
find it running, and it stays until `stop`. It listens on a unix socket in a closed folder and nowhere else.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from rightaway.config import embedded_server as server
from rightaway.config.embedded_binaries import Binaries, binaries
from rightaway.config.embedded_place import Place, place
from rightaway.config.embedded_url import Connection, connection
from rightaway.domain.errors import Refused, Unavailable

_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Running(Connection):
    socket_dir: Path
    data_dir: Path
    version: str


class State(StrEnum):
    ABSENT = "absent"  # never started for this home
    STOPPED = "stopped"
    BUSY = "busy"  # being made, starting, stopping, or recovering
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Status:
    """`note` says why the database is not under the home that was asked for; empty when it is."""

    state: State
    pid: int | None
    major: int | None
    socket_dir: Path
    data_dir: Path
    log_dir: Path
    note: str


class DatabaseSettings(Protocol):
    """`database_url` is RIGHTAWAY_DATABASE_URL; empty means the embedded server of `home`."""

    @property
    def database_url(self) -> str: ...
    @property
    def home(self) -> Path: ...


def database(settings: DatabaseSettings) -> Connection:
    """
    Give the facts to connect to the database of these settings; starts the embedded one when it is that.

    Raises:
        Invalid: the URL is not one of PostgreSQL, or the home cannot carry a socket.
        Refused, Unavailable: as `start`.
    """
    if settings.database_url:
        return connection(settings.database_url)
    return start(settings.home)


def address(home: Path) -> Connection:
    """Where the server of a home listens once it is started; starts nothing."""
    return _address(place(home))


def start(home: Path, *, durable: bool = True, timeout_s: float = 120.0) -> Running:
    """
    Start the server of a home, or find it running; make its database at the first start.

    Args:
        home: Whatever folder; `Status.note` tells when the database had to be put elsewhere.
        durable: False trades the data after a power cut for speed; for tests only.
        timeout_s: How long to wait for the server, which may be recovering from a crash.

    Raises:
        Refused: another major version or another account made the data, or the running server is not durable.
        Unavailable: no PostgreSQL for this machine, or it does not start; the message holds its last words.
        Invalid: the path of the home cannot carry a socket.
    """
    where = place(home)
    programs = binaries(where)
    where.make()
    deadline = time.monotonic() + timeout_s
    launched = False
    while time.monotonic() < deadline:
        lock = server.take_lock(where)
        if lock is not None:
            try:
                if launched:
                    raise _not_started(where, "PostgreSQL ended as soon as it was started")
                server.launch(where, programs, lock, durable=durable)
                launched = True
            finally:
                os.close(lock)
        elif server.is_ready(where):
            return _running(where, programs, durable=durable)
        else:
            time.sleep(_POLL_S)
    raise _not_started(where, f"PostgreSQL did not become ready within {timeout_s:g} s")


def stop(home: Path, *, timeout_s: float = 60.0) -> bool:
    """
    Stop the server of a home; its sessions end. Tells whether there was one to stop.

    Raises:
        Unavailable: it has not ended in time.
    """
    where = place(home)
    deadline = time.monotonic() + timeout_s
    asked: int | None = None
    while time.monotonic() < deadline:
        if server.is_idle(where):
            return asked is not None
        pid = server.server_pid(where)
        if pid and pid != asked:
            server.interrupt(pid)
            asked = pid
        time.sleep(_POLL_S)
    raise Unavailable(
        "database.not_stopped",
        f"PostgreSQL (process {asked}) has not ended within {timeout_s:g} s",
        hint=f"Look into {where.log}. It is safe to kill it: the next start recovers.",
        at=str(where.data),
    )


def status(home: Path) -> Status:
    where = place(home)
    state, pid = State.BUSY, None
    if server.is_idle(where):
        state = State.ABSENT if where.major is None else State.STOPPED
    elif server.is_ready(where):
        state, pid = State.RUNNING, server.server_pid(where)
    return Status(state, pid, where.major, where.socket, where.data, where.log, where.note)


@contextmanager
def running(home: Path, *, durable: bool = True) -> Iterator[Running]:
    """Have the server of a home for a while; stop it at the end if it was not running before."""
    was_running = status(home).state is State.RUNNING
    try:
        yield start(home, durable=durable)
    finally:
        if not was_running:
            stop(home)


def _not_started(where: Place, what: str) -> Unavailable:
    return Unavailable(
        "database.not_started",
        f"{what}: {server.last_words(where) or 'it left no message'}",
        hint=f"Its log files are in {where.log}.",
        at=str(where.data),
    )


def _running(where: Place, programs: Binaries, *, durable: bool) -> Running:
    if durable and not server.is_durable(where):
        raise Refused(
            "database.not_durable",
            f"the server of {where.data} runs with fsync off: a power cut would destroy the data",
            hint="Stop that server, then start Rightaway again.",
            at=str(where.data),
        )
    facts = _address(where)
    return Running(facts.url, facts.django, where.socket, where.data, programs.version)


def _address(where: Place) -> Connection:
    host = quote(str(where.socket), safe="")
    return connection(f"postgresql://{server.ROLE}@/{server.DATABASE}?host={host}")
