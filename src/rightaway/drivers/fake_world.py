"""The targets of the fake driver: what runs there, what they remember, and the faults a test gives them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from rightaway.drivers import outcomes
from rightaway.drivers.contract import LedgerLine, OnOutput, Operation, Outcome, Receipt, State

Say = Callable[[bytes], None]
Script = Callable[[Operation, Say], Awaitable[int]]
"""What a script text does here: may call `say` with output, and returns the exit code."""


class Fault(StrEnum):
    """What a test can make go wrong, at the next operation that fits."""

    FAIL = "fail"
    HANG = "hang"
    CUT_BEFORE_START = "cut_before_start"
    CUT_AFTER_START = "cut_after_start"
    LOSE_PROCESS = "lose_process"
    NO_RECEIPT = "no_receipt"
    UNREACHABLE = "unreachable"


@dataclass(slots=True)
class _Planned:
    fault: Fault
    target_key: str | None
    step_key: str | None
    times: int

    def fits(self, target_key: str, step_key: str) -> bool:
        return self.times > 0 and self.target_key in (None, target_key) and self.step_key in (None, step_key)


@dataclass(slots=True)
class Run:
    """One execution of one operation; goes on when its caller is gone."""

    operation: Operation
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    output: bytearray = field(default_factory=bytearray)
    listeners: list[OnOutput] = field(default_factory=list)
    outcome: Outcome | None = None
    task: asyncio.Task[None] | None = None
    is_stopping: bool = False

    def say(self, text: bytes) -> None:
        self.output.extend(text)
        for listener in self.listeners:
            listener(self.operation.operation_id, text)

    def kill(self) -> None:
        if self.task is not None:
            self.task.cancel()

    def receipt(self) -> Receipt:
        if self.outcome is None:
            return Receipt(self.operation.operation_id, State.RUNNING)
        state = State.LOST if self.outcome.code == "target.process_lost" else State.FINISHED
        return Receipt(self.operation.operation_id, state, self.outcome)


@dataclass(slots=True)
class Host:
    """
    One target.

    Args:
        files: What `observe` and `read` find: bytes of a file, a str for where a link points, None a folder.
        lost: Operations without a receipt after a reboot, once somebody asked.
    """

    key: str
    fence: int = 0
    boot: int = 1
    boot_seen: int = 0
    runs: dict[str, Run] = field(default_factory=dict)
    ledger: list[LedgerLine] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes | str | None] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def receipt(self, operation_id: str) -> Receipt:
        if operation_id in self.lost:
            return Receipt(operation_id, State.LOST, outcomes.lost(operation_id))
        run = self.runs.get(operation_id)
        return run.receipt() if run else Receipt(operation_id, State.NOT_STARTED)

    def take_over(self, operation_ids: Iterable[str], fence: int) -> None:
        """Raise the fence; what has no receipt after a reboot may have begun before it."""
        self.fence = fence
        if self.boot_seen not in (0, self.boot):
            self.lost.update(set(operation_ids) - self.runs.keys())
        self.boot_seen = self.boot

    def start(self, operation: Operation, script: Script, fence: int) -> Run:
        """Start it and, unless it only reads, remember that for ever."""
        run = Run(operation)
        if operation.effect.needs_receipt:
            self.fence, self.boot_seen = max(self.fence, fence), self.boot
            self.runs[operation.operation_id] = run
            now_s = asyncio.get_running_loop().time()
            self.ledger.append(LedgerLine(operation.operation_id, fence, f"boot-{self.boot}", now_s))
        run.task = asyncio.create_task(_execute(run, script))
        return run

    def lose_process(self, operation_id: str) -> None:
        """Kill an operation so that nobody stores its exit code."""
        self.runs[operation_id].kill()

    def reboot(self, *, forgets: Iterable[str] = ()) -> None:
        """End everything; the receipts named never reached the disk."""
        self.boot += 1
        for run in self.runs.values():
            run.kill()
        for operation_id in forgets:
            del self.runs[operation_id]


class FakeWorld:
    """All targets by key, made when first asked for; `scripts` says what a script text does."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {}
        self._hosts: dict[str, Host] = {}
        self._faults: list[_Planned] = []

    def host(self, target_key: str) -> Host:
        return self._hosts.setdefault(target_key, Host(target_key))

    def ledger(self, target_key: str) -> list[LedgerLine]:
        return list(self.host(target_key).ledger)

    def inject(
        self, fault: Fault, *, target: str | None = None, step: str | None = None, times: int = 1
    ) -> None:
        """Plan a fault for the next `times` operations that fit; None fits every target or step."""
        self._faults.append(_Planned(fault, target, step, times))

    def take_fault(self, target_key: str, step_key: str, *kinds: Fault) -> Fault | None:
        """Use up the first planned fault that fits."""
        for planned in self._faults:
            if planned.fault in kinds and planned.fits(target_key, step_key):
                planned.times -= 1
                return planned.fault
        return None

    def script(self, target_key: str, operation: Operation) -> Script:
        fault = self.take_fault(target_key, operation.step_key, *_FAULTY)
        return _FAULTY[fault] if fault else self.scripts.get(operation.script, _well)


async def _execute(run: Run, script: Script) -> None:
    operation_id, clock = run.operation.operation_id, asyncio.get_running_loop().time
    began_s = clock()
    try:
        async with asyncio.timeout(run.operation.timeout_s):
            exit_code = await script(run.operation, run.say)
        run.outcome = outcomes.ended(operation_id, exit_code, _output(run), clock() - began_s)
    except TimeoutError:
        run.outcome = outcomes.timed_out(operation_id, _output(run), clock() - began_s)
    except asyncio.CancelledError:
        gone = outcomes.stopped if run.is_stopping else outcomes.lost
        run.outcome = gone(operation_id, _output(run))
    finally:
        run.ended.set()


def _output(run: Run) -> bytes:
    return outcomes.kept(bytes(run.output))


async def _well(_operation: Operation, _say: Say) -> int:
    return 0


async def _fail(_operation: Operation, say: Say) -> int:
    say(b"failed on purpose\n")
    return 1


async def _hang(_operation: Operation, _say: Say) -> int:
    await asyncio.Event().wait()
    return 0


async def _lose(_operation: Operation, _say: Say) -> int:
    raise asyncio.CancelledError


_FAULTY = {Fault.FAIL: _fail, Fault.HANG: _hang, Fault.LOSE_PROCESS: _lose}
