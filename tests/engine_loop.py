"""Carries a deployment out move by move in this process, as a worker does, without the durable queue between."""

import asyncio
from collections.abc import Callable

import pytest

from rightaway.domain.deployments import Act
from rightaway.drivers import registry
from rightaway.drivers.contract import Operation
from rightaway.drivers.fake import FakeDriver, FakeWorld
from rightaway.engine import moves
from rightaway.engine.runtime import in_thread
from rightaway.queries import deployments as ask

MOST_MOVES = 200
Look = Callable[[dict], bool]


def drive(number: str, *, until: Look = lambda _: False) -> list[dict]:
    """Make moves until there is none, a person is needed, or `until` says so of the next; gives those made."""

    async def run() -> list[dict]:
        made = []
        for _ in range(MOST_MOVES):
            move = await moves.look(number)
            if until(move) or move["act"] in {Act.DONE, Act.WAIT}:
                break
            wait_s = await moves.make(number, move)
            made.append(move)
            if move["act"] == Act.OPEN_GATE and wait_s:
                break
            await asyncio.sleep(min(wait_s, 0.05))
        await moves.close(number, {})
        return made

    return asyncio.run(run())


async def status(number: str) -> str:
    row = await in_thread(ask.deployment, number)
    assert row is not None
    return row.status


class Fleet:
    """Targets in memory that behave as the small world's scripts say: they remember which digest is active."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, scripts: dict[str, str]) -> None:
        self.world = FakeWorld()
        self.active: dict[str, str] = {}
        self.before: dict[str, str] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.say = ""
        self._scripts = scripts
        fleet = self

        class Driver(FakeDriver):
            def __init__(self) -> None:
                super().__init__(fleet.world)

        monkeypatch.setitem(registry._classes(), "fake", Driver)
        for name, text in scripts.items():
            self.world.scripts[text] = getattr(self, f"_{name}", self._well)

    @staticmethod
    def _key(operation: Operation) -> str:
        return operation.environment["TARGET_HOME"].rsplit("/", 1)[-1]

    async def _step(self, operation: Operation, say: Callable[[bytes], None]) -> int:
        key, (step,) = self._key(operation), operation.arguments
        self.calls.append((key, "forward", step))
        say(f"{step} on {key}\n{self.say}".encode())
        if step == "switch":
            self.before[key] = self.active.get(key, "")
            self.active[key] = operation.environment["PACKAGE_DIGEST"]
        return 0

    async def _back_switch(self, operation: Operation, _say: Callable[[bytes], None]) -> int:
        key = self._key(operation)
        self.calls.append((key, "inverse", "switch"))
        self.active[key] = self.before.get(key, "")
        return 0

    async def _observe(self, operation: Operation, say: Callable[[bytes], None]) -> int:
        digest = self.active.get(self._key(operation), "")
        say(f'{{"version": "1.0", "digest": "{digest}"}}\n'.encode() if digest else b"{}\n")
        return 0

    async def _well(self, _operation: Operation, _say: Callable[[bytes], None]) -> int:
        return 0
