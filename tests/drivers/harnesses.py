"""Targets for the conformance suite."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from rightaway.drivers import answers
from rightaway.drivers import conformance_harness as conformance
from rightaway.drivers.contract import OUTPUT_KEPT, Driver, LedgerLine, Operation, Target
from rightaway.drivers.fake import FakeDriver, FakeWorld
from rightaway.drivers.fake_world import Say


class PosixHarness:
    """A target whose files are here, whatever the way to it."""

    def __init__(self, target: Target, driver: type[Driver], folder: Path) -> None:
        self.target, self.driver, self.folder = target, driver, folder
        self.state = Path(target.config["state_dir"]) / "targets" / target.key

    def ledger(self) -> Sequence[LedgerLine]:
        path = self.state / "ledger"
        return answers.ledger(path.read_bytes()) if path.exists() else []

    def gate(self) -> str:
        return str(self.folder / f"gate {secrets.token_hex(4)}")

    def open(self, gate: str) -> None:
        Path(gate).touch()

    def heard_stop(self) -> bool:
        return any((self.state / "stops").iterdir())

    def lose_process(self, operation_id: str) -> None:
        """Kill the runner first, so that it stores nothing, then what it ran; the ledger is before the start."""
        deadline = time.monotonic() + 10
        while not processes_with(f"ops/{operation_id}."):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        runner = int((self.state / "ops" / operation_id).read_text().split()[3])
        kill_for_good(runner)
        for process in processes_with(f"ops/{operation_id}."):
            kill_for_good(process)

    def put_file(self, content: bytes) -> str:
        path = self.folder / f"-file {secrets.token_hex(4)}"
        path.write_bytes(content)
        return str(path)


def kill_for_good(process: int) -> None:
    """Kill, and come back when it is gone, or nothing but an entry in the process table."""
    os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return
        except OSError:
            return
        time.sleep(0.001)
    raise AssertionError(f"process {process} does not die")


def processes_with(words: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if words.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:  # ended in this moment
            continue
    return found


class FakeHarness:
    """The fake's world, taught what the suite's scripts do."""

    def __init__(self) -> None:
        self.target = Target("fake one", "fake", {})
        self.world = FakeWorld()
        self.gates: dict[str, asyncio.Event] = {}
        self.world.scripts = {
            conformance.SAY: self._say,
            conformance.SAY_ALL: self._say_all,
            conformance.SAY_VARIABLE: self._say_variable,
            conformance.SAY_BYTES: self._say_bytes,
            conformance.SAY_MUCH: self._say_much,
            conformance.SAY_BLOB: self._say_blob,
            conformance.BREAK: self._break,
            conformance.HOLD: self._hold,
        }

    def driver(self) -> FakeDriver:
        return FakeDriver(self.world)

    def ledger(self) -> Sequence[LedgerLine]:
        return self.world.ledger(self.target.key)

    def gate(self) -> str:
        name = secrets.token_hex(4)
        self.gates[name] = asyncio.Event()
        return name

    def open(self, gate: str) -> None:
        self.gates[gate].set()

    def heard_stop(self) -> bool:
        return True

    def lose_process(self, operation_id: str) -> None:
        self.world.host(self.target.key).lose_process(operation_id)

    def put_file(self, content: bytes) -> str:
        path = f"/{secrets.token_hex(4)}"
        self.world.host(self.target.key).files[path] = content
        return path

    async def _say(self, operation: Operation, say: Say) -> int:
        say(operation.arguments[0].encode())
        return 0

    async def _say_all(self, operation: Operation, say: Say) -> int:
        say(b"".join(word.encode() + b"\0" for word in operation.arguments))
        return 0

    async def _say_variable(self, operation: Operation, say: Say) -> int:
        say(operation.environment["SECRET"].encode())
        return 0

    async def _say_bytes(self, operation: Operation, say: Say) -> int:
        say(bytes(range(256)))
        return 0

    async def _say_much(self, operation: Operation, say: Say) -> int:
        say(b"first" + bytes(3 * OUTPUT_KEPT) + b"last")
        return 0

    async def _say_blob(self, operation: Operation, say: Say) -> int:
        say(self.world.host(self.target.key).blobs[operation.arguments[0]])
        return 0

    async def _break(self, operation: Operation, say: Say) -> int:
        say(b"broken\n")
        return 3

    async def _hold(self, operation: Operation, say: Say) -> int:
        say(b"held")
        await self.gates[operation.arguments[0]].wait()
        say(b"released")
        return 0
