"""A way to a server that can be cut."""

import asyncio
from types import TracebackType
from typing import Self


class Link:
    """
    Passes bytes on between any number of clients and one port of this machine.

    Args:
        after: Cut the first connection when so many bytes went to the server, or from it when negative.
    """

    def __init__(self, port: int, *, after: int = 0) -> None:
        self._target, self._after = port, after
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()
        self.accepted = 0
        self.most_open = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks)

    def cut(self) -> None:
        """Break every connection, without a word to either side."""
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        self.accepted += 1
        limit, self._after = self._after, 0
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._open |= {writer, back}
        self.most_open = max(self.most_open, len(self._open) // 2)
        await asyncio.gather(
            self._pass(reader, back, limit if limit > 0 else None),
            self._pass(there, writer, -limit if limit < 0 else None),
        )
        self._open -= {writer, back}

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int | None
    ) -> None:
        try:
            while data := await reader.read(65536):
                if limit is not None:
                    data, limit = data[:limit], limit - len(data)
                writer.write(data)
                await writer.drain()
                if limit is not None and limit <= 0:
                    self.cut()
        except OSError:
            pass
        finally:
            writer.close()
