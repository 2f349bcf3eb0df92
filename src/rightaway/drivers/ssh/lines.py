"""Open connections: one per target, so many at once, re-used and replaced."""

import asyncio

from rightaway.drivers.conversations import Conversation, Sender
from rightaway.drivers.ssh.config import SshConfig
from rightaway.drivers.ssh.connections import Connection, connect


class Line:
    """The transport of one target; connects when first used, and again after a loss."""

    def __init__(self, exchange: "Exchange", config: SshConfig) -> None:
        self.config = config
        self._exchange = exchange
        self._connecting = asyncio.Lock()
        self._connection: Connection | None = None

    @property
    def is_idle(self) -> bool:
        return self._connection is not None and self._connection.channels == 0

    async def connected(self) -> Connection:
        async with self._connecting:
            if self._connection is None or not self._connection.is_open:
                self._connection = await self._exchange.connect(self)
            self._exchange.note_use(self)
            return self._connection

    async def open(self, conversation: Conversation) -> Sender:
        connection = await self.connected()
        return await connection.open(conversation)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


class Exchange:
    """
    Keeps the number of handshakes and of open connections within bounds.

    A full exchange closes the connection longest not in use; when all are in use, the next one waits.
    """

    def __init__(self, handshakes: int, connections: int) -> None:
        self._handshakes = asyncio.Semaphore(handshakes)
        self._limit = connections
        self._open: dict[Line, None] = {}
        self._freed = asyncio.Event()

    async def connect(self, line: Line) -> Connection:
        while line not in self._open and len(self._open) >= self._limit:
            await self._make_room()
        self._open[line] = None
        try:
            async with self._handshakes:
                return await connect(line.config, self._freed.set)
        except BaseException:
            self._open.pop(line, None)
            self._freed.set()
            raise

    def note_use(self, line: Line) -> None:
        self._open[line] = self._open.pop(line)

    async def close(self) -> None:
        lines = list(self._open)
        self._open.clear()
        await asyncio.gather(*(line.close() for line in lines))

    async def _make_room(self) -> None:
        idle = next((line for line in self._open if line.is_idle), None)
        if idle is None:
            self._freed.clear()
            await self._freed.wait()
        else:
            del self._open[idle]
            await idle.close()
