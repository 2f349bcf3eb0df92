"""Drivers and their connections, kept open for as long as a deployment runs on this worker."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from rightaway.drivers import registry
from rightaway.drivers.contract import Driver, Session, Target
from rightaway.probes.http import HttpProbe


@dataclass
class Kept:
    """The drivers and the probe of one deployment on one worker."""

    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    drivers: dict[str, Driver] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _probe: HttpProbe | None = None

    async def session(self, key: str, kind: str, config: dict[str, Any]) -> Session:
        async with self.lock:
            if kind not in self.drivers:
                self.drivers[kind] = await self.stack.enter_async_context(registry.create(kind))
        return await self.drivers[kind].session(Target(key=key, kind=kind, config=config))

    async def probe(self) -> HttpProbe:
        async with self.lock:
            if self._probe is None:
                self._probe = await self.stack.enter_async_context(HttpProbe())
        return self._probe


_kept: dict[str, Kept] = {}


def of(number: str) -> Kept:
    return _kept.setdefault(number, Kept())


async def close(number: str) -> None:
    kept = _kept.pop(number, None)
    if kept is not None:
        await kept.stack.aclose()
