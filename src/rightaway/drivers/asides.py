"""What happens beside a run, on channels of its own: live output of long steps, and the word to stop."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from rightaway.domain.errors import DriverError
from rightaway.drivers.contract import OnOutput, Operation


class Aside:
    """
    Lives as long as one run; neither of its two jobs can change what becomes of the run.

    Args:
        follow: Tells the output of an operation until it has ended.
        halt: Keeps the run from starting another operation.
    """

    def __init__(
        self,
        follow: Callable[[str, OnOutput], Awaitable[None]],
        halt: Callable[[], Awaitable[None]],
        on_output: OnOutput | None,
        should_stop: asyncio.Event | None,
        follow_after_s: float,
    ) -> None:
        self._follow, self._halt = follow, halt
        self._on_output, self._should_stop = on_output, should_stop
        self._follow_after_s = follow_after_s
        self._pending: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        if self._should_stop is not None:
            self._tasks.add(asyncio.create_task(self._halt_when_told(self._should_stop)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended()
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    def started(self, operation: Operation) -> None:
        self.ended()
        if self._on_output is not None and operation.effect.needs_receipt:
            loop = asyncio.get_running_loop()
            listen = (operation.operation_id, self._on_output)
            self._pending = loop.call_later(self._follow_after_s, self._begin_following, *listen)

    def ended(self) -> None:
        """Take note that the operation has ended; a follower ends by itself, with the last output."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _begin_following(self, operation_id: str, on_output: OnOutput) -> None:
        self._tasks.add(asyncio.create_task(self._tell(operation_id, on_output)))

    async def _tell(self, operation_id: str, on_output: OnOutput) -> None:
        with contextlib.suppress(DriverError):
            await self._follow(operation_id, on_output)

    async def _halt_when_told(self, should_stop: asyncio.Event) -> None:
        await should_stop.wait()
        with contextlib.suppress(DriverError):
            await self._halt()
