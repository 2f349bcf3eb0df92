"""What the conformance suite needs of a target, and the scripts it runs there."""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from rightaway.domain.effects import Effect
from rightaway.domain.errors import Terminal
from rightaway.drivers.contract import (
    OUTPUT_KEPT,
    Blob,
    Driver,
    LedgerLine,
    Operation,
    Session,
    Target,
)

SAY = 'printf %s "$1"'
SAY_ALL = "printf '%s\\0' \"$@\""
SAY_VARIABLE = 'printf %s "$SECRET"'
SAY_BYTES = "printf '" + "".join(f"\\{byte:03o}" for byte in range(256)) + "'"
SAY_MUCH = f"printf first; head -c {3 * OUTPUT_KEPT} /dev/zero; printf last"
SAY_BLOB = 'cat "$RIGHTAWAY_BLOBS/$1"'
BREAK = "echo broken; exit 3"
HOLD = 'printf held; while ! [ -e "$1" ]; do sleep 0.05; done; printf released'
"""Lasts until the gate, its first argument, is opened."""

PATIENCE_S = 30.0


class Harness(Protocol):
    """One target as the suite needs it; a fresh one for every test."""

    target: Target

    def driver(self) -> Driver:
        """Give a new driver, as another worker would have; the suite enters it."""
        ...

    def ledger(self) -> Sequence[LedgerLine]:
        """Read the starts the target itself wrote down, oldest first."""
        ...

    def gate(self) -> str:
        """Name a new gate for `HOLD`, closed."""
        ...

    def open(self, gate: str) -> None: ...

    def heard_stop(self) -> bool:
        """Whether the word to stop a run has reached the target."""
        ...

    def lose_process(self, operation_id: str) -> None:
        """Kill the running operation and whatever would have stored its result, as a reboot does."""
        ...

    def put_file(self, content: bytes) -> str:
        """Put a file on the target, not through the driver; give its path."""
        ...


Scenario = Callable[[Session], Awaitable[None]]


def operation(script: str, *arguments: str, effect: Effect = Effect.E2, **more: Any) -> Operation:
    identity = more.pop("operation_id", None) or secrets.token_hex(16)
    return Operation(identity, "step", effect, script, arguments, **more)


def blob(folder: Path, content: bytes) -> Blob:
    path = folder / "blob"
    path.write_bytes(content)
    return Blob(hashlib.sha256(content).hexdigest(), len(content), path)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something the target does by itself."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 -- another process does it
            await asyncio.sleep(0.01)


def starts(harness: Harness) -> list[str]:
    return [line.operation_id for line in harness.ledger()]


def on_target(harness: Harness, scenario: Scenario) -> None:
    async def run() -> None:
        async with harness.driver() as driver:
            await scenario(await driver.session(harness.target))

    asyncio.run(run())


async def refusal(call: Awaitable[object]) -> str:
    """Give the code of the terminal error a call ends with; empty when it went well."""
    try:
        await call
    except Terminal as error:
        return error.code
    return ""
