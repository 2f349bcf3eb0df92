"""The driver of kind `ssh`: one connection per target, kept for as long as the driver is entered."""

import asyncio
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel

from rightaway.drivers.contract import Target
from rightaway.drivers.conversations import Conversation, Sender
from rightaway.drivers.places import Place
from rightaway.drivers.posix import PosixSession
from rightaway.drivers.ssh.config import SshConfig
from rightaway.drivers.ssh.connections import Connection, connect


class SshDriver:
    """
    Connects when a session is first asked for, and again after a loss.

    Args:
        handshakes: At most so many at once: they are what costs the worker CPU.
        connections: At most so many open; then the one longest not in use is closed first.
    """

    kind: ClassVar[str] = "ssh"
    Config: ClassVar[type[BaseModel]] = SshConfig

    def __init__(self, *, handshakes: int = 32, connections: int = 1000) -> None:
        self._pool = _Pool(handshakes, connections)
        self._sessions: dict[str, tuple[SshConfig, PosixSession]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sessions.clear()
        await self._pool.close()

    async def session(self, target: Target) -> PosixSession:
        config = SshConfig.model_validate(target.config)
        await self._pool.connection(config)
        known = self._sessions.get(target.key)
        if known is None or known[0] != config:
            place = Place.of(target.key, config.state_dir, config.working_dir)
            known = (config, PosixSession(_Line(self._pool, config), place))
            self._sessions[target.key] = known
        return known[1]


class _Line:
    """The transport of one target; which connection carries it may change."""

    def __init__(self, pool: "_Pool", config: SshConfig) -> None:
        self._pool, self._config = pool, config

    async def open(self, command: str, conversation: Conversation) -> Sender:
        connection = await self._pool.connection(self._config)
        return await connection.open(command, conversation)


class _Pool:
    """Open connections by what they were made with, so that targets on one host share one."""

    def __init__(self, handshakes: int, connections: int) -> None:
        self._handshakes = asyncio.Semaphore(handshakes)
        self._limit = connections
        self._open: dict[SshConfig, Connection] = {}
        self._opening: dict[SshConfig, asyncio.Lock] = {}
        self._places = asyncio.Semaphore(connections)
