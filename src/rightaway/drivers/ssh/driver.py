"""The driver of kind `ssh`."""

from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel

from rightaway.drivers.contract import Target
from rightaway.drivers.places import Place
from rightaway.drivers.posix import PosixSession
from rightaway.drivers.ssh.config import SshConfig
from rightaway.drivers.ssh.lines import Exchange, Line


class SshDriver:
    """
    Keeps a connection per target for as long as it is entered.

    Args:
        handshakes: At most so many at once: they are what costs the worker CPU.
        connections: At most so many open.
    """

    kind: ClassVar[str] = "ssh"
    Config: ClassVar[type[BaseModel]] = SshConfig

    def __init__(self, *, handshakes: int = 32, connections: int = 1000) -> None:
        self._exchange = Exchange(handshakes, connections)
        self._sessions: dict[str, tuple[Line, PosixSession]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sessions.clear()
        await self._exchange.close()

    async def session(self, target: Target) -> PosixSession:
        config = SshConfig.model_validate(target.config)
        known = self._sessions.get(target.key)
        if known is None or known[0].config != config:
            line = Line(self._exchange, config)
            place = Place.of(target.key, config.state_dir, config.working_dir)
            known = self._sessions[target.key] = (line, PosixSession(line, place))
        line, session = known
        await line.connected()
        return session
