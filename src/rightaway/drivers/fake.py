"""
A driver in memory, for tests of whatever stands on drivers; it passes the same suite as the real ones.

`FakeWorld` is the targets, which outlive any driver as hosts outlive a worker: a test that restarts its
worker enters a new `FakeDriver` on the same world. Without a rule every script ends well and says nothing.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from rightaway.domain.errors import InDoubt, Retryable, Terminal
from rightaway.drivers import outcomes
from rightaway.drivers.contract import (
    Blob,
    Observation,
    OnOutput,
    Operation,
    Outcome,
    PathKind,
    Readiness,
    Receipt,
    Status,
    Target,
)
from rightaway.drivers.fake_world import FakeWorld, Fault, Host, Run

__all__ = ["FakeDriver", "FakeSession", "FakeWorld", "Fault"]


@dataclass(slots=True)
class _Runner:
    """The detached sequence of one `perform`: a caller that goes away does not end it."""

    world: FakeWorld
    host: Host
    operations: Sequence[Operation]
    fence: int
    on_output: OnOutput | None
    should_stop: asyncio.Event | None
    is_retired: bool = False
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    results: list[Outcome] = field(default_factory=list)

    async def run(self) -> list[Outcome]:
        for operation in self.operations:
            self.results.append(await self._one(operation))
            if self.results[-1].status is not Status.OK:
                break
        rest = self.operations[len(self.results) :]
        return self.results + [outcomes.not_started(o.operation_id, "run.earlier_not_ok") for o in rest]

    async def _one(self, operation: Operation) -> Outcome:
        operation_id, step = operation.operation_id, operation.step_key
        if self.world.take_fault(self.host.key, step, Fault.CUT_BEFORE_START):
            self.is_retired = True
            self.cut.set()
        if self.fence < self.host.fence:
            return outcomes.fenced(operation_id, self.host.fence)
        if self.is_retired or (self.should_stop and self.should_stop.is_set()):
            return outcomes.not_started(operation_id, "run.stopped")
        if operation_id in self.host.lost:
            return outcomes.lost(operation_id)
        if self.world.take_fault(self.host.key, step, Fault.NO_RECEIPT):
            return outcomes.not_started(operation_id, "target.receipt_unavailable")
        run = self.host.runs.get(operation_id) or self._start(operation)
        if self.world.take_fault(self.host.key, step, Fault.CUT_AFTER_START):
            self.cut.set()
        return await _ended(run, self.on_output)

    def _start(self, operation: Operation) -> Run:
        return self.host.start(operation, self.world.script(self.host.key, operation), self.fence)


class FakeSession:
    """A session on one `Host` of the world; `contract.Session` says what each method promises."""

    def __init__(self, world: FakeWorld, target: Target) -> None:
        self._world, self._host = world, world.host(target.key)
        self._doubtful: list[_Runner] = []

    async def check(self) -> Readiness:
        self._reach("")
        return Readiness({"system": "fake", "user": "fake"})

    async def perform(
        self,
        operations: Sequence[Operation],
        *,
        fence: int,
        blobs: Sequence[Blob] = (),
        on_output: OnOutput | None = None,
        should_stop: asyncio.Event | None = None,
    ) -> list[Outcome]:
        for operation in operations:
            self._reach(operation.step_key)
        if not operations:
            self._refuse_stale(fence)
        self._put(blobs)
        runner = _Runner(self._world, self._host, operations, fence, on_output, should_stop)
        doing, cut = asyncio.create_task(runner.run()), asyncio.create_task(runner.cut.wait())
        self._doubtful.append(runner)
        try:
            await asyncio.wait({doing, cut}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            cut.cancel()
        if runner.cut.is_set():
            raise InDoubt("fake.link_cut", "The link was cut.", hint="Reconcile before anything else.")
        self._doubtful.remove(runner)
        return doing.result()

    async def reconcile(self, operation_ids: Iterable[str], *, fence: int) -> dict[str, Receipt]:
        self._reach("")
        self._refuse_stale(fence)
        for runner in self._doubtful:
            runner.is_retired = True
        self._doubtful.clear()
        wanted = list(operation_ids)
        self._host.take_over(wanted, fence)
        return {operation_id: self._host.receipt(operation_id) for operation_id in wanted}

    async def wait(
        self, operation_ids: Iterable[str], *, fence: int, on_output: OnOutput | None = None
    ) -> list[Outcome]:
        self._reach("")
        self._refuse_stale(fence)
        return [await self._wait_one(operation_id, on_output) for operation_id in operation_ids]

    async def stop(self, operation_id: str, *, fence: int) -> Receipt:
        self._reach("")
        self._refuse_stale(fence)
        run = self._host.runs.get(operation_id)
        if run is not None and run.outcome is None:
            run.is_stopping = True
            run.kill()
            await run.ended.wait()
        return self._host.receipt(operation_id)

    async def observe(self, path: str) -> Observation:
        self._reach("")
        if path not in self._host.files:
            return Observation(path, PathKind.ABSENT)
        match self._host.files[path]:
            case bytes() as content:
                digest = hashlib.sha256(content).hexdigest()
                return Observation(path, PathKind.FILE, sha256=digest, size=len(content))
            case str() as link:
                return Observation(path, PathKind.LINK, link=link)
            case None:
                return Observation(path, PathKind.DIRECTORY)

    async def read(self, path: str, max_bytes: int) -> bytes:
        self._reach("")
        content = self._host.files.get(path)
        if not isinstance(content, bytes):
            raise Terminal("target.file_missing", f"There is no file {path!r}.", at=path)
        if len(content) > max_bytes:
            raise Terminal("target.file_too_large", f"{path!r} has more than {max_bytes} bytes.", at=path)
        return content

    async def tidy(self, *, older_than_days: int) -> None:
        """Forget what ended, as if every one of these days were over."""
        self._reach("")
        if older_than_days == 0:
            self._host.runs = {key: run for key, run in self._host.runs.items() if run.outcome is None}
            self._host.blobs.clear()

    def _reach(self, step_key: str) -> None:
        if self._world.take_fault(self._host.key, step_key, Fault.UNREACHABLE):
            raise Retryable("fake.unreachable", "The target does not answer.", at=self._host.key)

    def _refuse_stale(self, fence: int) -> None:
        if fence < self._host.fence:
            raise outcomes.stale(fence, self._host.fence)

    def _put(self, blobs: Iterable[Blob]) -> None:
        for blob in blobs:
            content = blob.path.read_bytes()
            if hashlib.sha256(content).hexdigest() != blob.sha256:
                raise outcomes.mismatch(blob.sha256)
            self._host.blobs[blob.sha256] = content

    async def _wait_one(self, operation_id: str, on_output: OnOutput | None) -> Outcome:
        run = self._host.runs.get(operation_id)
        if run is not None:
            return await _ended(run, on_output)
        found = self._host.receipt(operation_id)
        return found.outcome or outcomes.not_started(operation_id, "run.not_seen")


class FakeDriver:
    """Acts on a `FakeWorld`, its own unless it is given one."""

    kind: ClassVar[str] = "fake"

    class Config(BaseModel):
        """Nothing to set: the world is in memory."""

        model_config = ConfigDict(extra="forbid")

    def __init__(self, world: FakeWorld | None = None) -> None:
        self.world = world or FakeWorld()
        self._sessions: dict[str, FakeSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sessions.clear()

    async def session(self, target: Target) -> FakeSession:
        return self._sessions.setdefault(target.key, FakeSession(self.world, target))


async def _ended(run: Run, on_output: OnOutput | None) -> Outcome:
    if on_output is not None:
        if run.output:
            on_output(run.operation.operation_id, bytes(run.output))
        run.listeners.append(on_output)
    await run.ended.wait()
    assert run.outcome is not None
    return run.outcome
