"""One channel to a target: a program goes out, frames come back. The same for every way of reaching it."""

import asyncio
from typing import Protocol

from rightaway.domain.errors import DriverError, InDoubt
from rightaway.drivers.frames import Frame, Frames

_GRUMBLE_KEPT = 4096


class Sender(Protocol):
    """The outgoing half of a channel."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Let go of the channel; what runs on the target goes on."""
        ...


class Conversation:
    """
    The incoming half: the transport calls the upper methods, a session awaits the lower ones.

    `lost` holds why the link broke; None means that the target itself ended the channel.
    """

    def __init__(self, mark: str) -> None:
        self._frames = Frames(mark)
        self._queue: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()
        self._grumbles = bytearray()
        self._is_closed = False
        self.lost: DriverError | None = None

    def heard(self, data: bytes) -> None:
        if self._is_closed:
            return
        try:
            frames = self._frames.feed(data)
        except DriverError as error:
            self.closed(error)
            return
        for frame in frames:
            self._queue.put_nowait(frame)

    def grumbled(self, data: bytes) -> None:
        """Take what came on the error stream."""
        self._grumbles += data[: _GRUMBLE_KEPT - len(self._grumbles)]

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def closed(self, error: DriverError | None) -> None:
        if self._is_closed:
            return
        self._is_closed, self.lost = True, error
        self._writable.set()
        self._queue.put_nowait(None)

    async def next(self, timeout_s: float | None) -> Frame | None:
        """
        Give the next frame, or None when the channel has ended.

        Raises:
            InDoubt: nothing came in time.
        """
        if not self._queue.empty():
            return self._queue.get_nowait()
        try:
            async with asyncio.timeout(timeout_s):
                return await self._queue.get()
        except TimeoutError:
            message = f"The target fell silent for {timeout_s:g} s."
            raise InDoubt("target.silent", message, hint="Look at the target.") from None

    async def until_writable(self) -> bool:
        """Wait until more may be written; False when it never will."""
        await self._writable.wait()
        return not self._is_closed

    @property
    def is_fresh(self) -> bool:
        """Whether not one frame ever came."""
        return not self._frames.has_begun

    @property
    def grumbles(self) -> str:
        """What the target said besides frames, for a person."""
        said = self._frames.noise + bytes(self._grumbles)
        return said.decode(errors="replace").strip()


class Transport(Protocol):
    """A way of reaching a shell on a target."""

    async def open(self, conversation: Conversation) -> Sender:
        """
        Start a POSIX shell that reads what is sent; what it writes, and its end, the conversation is told.

        The shell is in a session of its own, without a terminal, and goes on when the channel is gone.

        Raises:
            Retryable: the target was not reached.
            Terminal: the target must not be used.
        """
        ...
