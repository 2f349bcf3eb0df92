"""The driver of kind `local`."""

from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from rightaway.drivers.contract import Target
from rightaway.drivers.local.processes import ProcessTransport
from rightaway.drivers.places import Folder, Place
from rightaway.drivers.posix import PosixSession


class LocalConfig(BaseModel):
    """
    The worker's own host as a target.

    Args:
        state_dir: Where receipts are kept; empty means `.rightaway` in the home of the worker's user.
        working_dir: Where steps start; empty means that home.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    state_dir: Folder = ""
    working_dir: Folder = ""


class LocalDriver:
    kind: ClassVar[str] = "local"
    Config: ClassVar[type[BaseModel]] = LocalConfig

    def __init__(self) -> None:
        self._transport = ProcessTransport()
        self._sessions: dict[str, tuple[LocalConfig, PosixSession]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sessions.clear()
        await self._transport.close()

    async def session(self, target: Target) -> PosixSession:
        config = LocalConfig.model_validate(target.config)
        known = self._sessions.get(target.key)
        if known is None or known[0] != config:
            place = Place.of(target.key, config.state_dir, config.working_dir)
            known = (config, PosixSession(self._transport, place))
            self._sessions[target.key] = known
        return known[1]
