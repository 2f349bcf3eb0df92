"""Group commit: what many targets report in the same few milliseconds becomes one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rightaway.engine.runtime import in_thread

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")

WINDOW_S = 0.02


class GroupCommit(Generic[ItemT, AnswerT]):
    """
    Collects items for a few milliseconds, commits them together, and gives each waiter the common answer.

    A waiter goes on only after its item is durable; an error of the commit reaches all its waiters.
    """

    def __init__(self, commit: Callable[[Sequence[ItemT]], AnswerT]) -> None:
        self._commit = commit
        self._waiting: list[tuple[ItemT, asyncio.Future[AnswerT]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def add(self, item: ItemT) -> AnswerT:
        future: asyncio.Future[AnswerT] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._flusher is None:
            self._flusher = asyncio.ensure_future(self._flush())
        return await future

    async def _flush(self) -> None:
        while self._waiting:
            await asyncio.sleep(WINDOW_S)
            batch, self._waiting = self._waiting, []
            try:
                answer = await in_thread(self._commit, [item for item, _ in batch])
            except BaseException as error:  # noqa: BLE001 -- handed to every waiter
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for _, future in batch:
                if not future.done():
                    future.set_result(answer)
        self._flusher = None
