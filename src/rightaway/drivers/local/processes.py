"""Running the guard as a subprocess of the worker."""

import asyncio
import os
import subprocess

from rightaway.domain.errors import Retryable
from rightaway.drivers.conversations import Conversation, Sender

# The outer shell only waits. It is what asyncio knows, and kills when it must let go; the inner one goes on.
_COMMAND = ("sh", "-c", "sh -s; exit")
_STDIN, _STDOUT, _STDERR = 0, 1, 2
_ENDING_S = 0.25
# Nothing else of the worker's environment is given away: it may hold the keys of the database.
_PASSED_ON = ("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER")


class ProcessTransport:
    """Starts shells that outlive the worker."""

    def __init__(self) -> None:
        self._starting: set[asyncio.Task[_Process]] = set()
        self._processes: set[_Process] = set()

    async def open(self, conversation: Conversation) -> Sender:
        """
        Start a shell in a task of its own, so that whoever opens it may break off at any moment.

        asyncio, broken off between the start of a process and its pipes, would wait for the end of a shell that
        itself waits for what it is told.
        """
        starting = asyncio.create_task(self._start(conversation))
        self._starting.add(starting)
        starting.add_done_callback(self._starting.discard)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(_let_go)
            raise

    async def _start(self, conversation: Conversation) -> "_Process":
        loop = asyncio.get_running_loop()
        try:
            _, process = await loop.subprocess_exec(
                lambda: _Process(conversation),
                *_COMMAND,
                cwd=os.environ.get("HOME") or "/",
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            message = f"No process could be started here: {error.strerror}."
            raise Retryable("local.no_process", message, hint="Look at the limits of the worker.") from error
        self._processes.add(process)
        process.gone.add_done_callback(lambda _: self._processes.discard(process))
        return process

    async def close(self) -> None:
        """End the outer shells that still wait; the inner ones go on."""
        if self._starting:
            await asyncio.wait(self._starting)
        if self._processes:
            # Those whose guard has ended are ending too; killing them would race with whoever waits for them.
            await asyncio.wait([process.gone for process in self._processes], timeout=_ENDING_S)
        processes = list(self._processes)
        for process in processes:
            process.end()
        await asyncio.gather(*(process.gone for process in processes))


def _let_go(started: "asyncio.Task[_Process]") -> None:
    """Close what was started for somebody who no longer wants it; its shell ends, as nothing was told to it."""
    if not started.cancelled() and started.exception() is None:
        started.result().close()


class _Process(asyncio.SubprocessProtocol):
    def __init__(self, conversation: Conversation) -> None:
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._conversation = conversation
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == _STDOUT:
            self._conversation.heard(data)
        else:
            self._conversation.grumbled(data)

    def pipe_connection_lost(self, fd: int, _exc: Exception | None) -> None:
        """Take note of the end of the answers; an error of the input only says that nobody read it."""
        if fd == _STDOUT:
            self._conversation.closed(None)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Take note that the shell has ended and all pipes are closed."""
        if self._transport is not None:
            self._transport.close()
        if not self.gone.done():
            self.gone.set_result(None)

    def pause_writing(self) -> None:
        self._conversation.pause_writing()

    def resume_writing(self) -> None:
        self._conversation.resume_writing()

    def write(self, data: bytes) -> None:
        pipe = self._pipe(_STDIN)
        assert isinstance(pipe, asyncio.WriteTransport)
        pipe.write(data)

    def close(self) -> None:
        """
        Close the pipes, and let the shells end by themselves.

        Closing the whole transport would kill the outer one, in a race with whoever waits for it.
        """
        for fd in (_STDIN, _STDOUT, _STDERR):
            pipe = self._pipe(fd)
            if pipe is None or pipe.is_closing():
                continue
            if isinstance(pipe, asyncio.WriteTransport):
                pipe.abort()
            else:
                pipe.close()

    def end(self) -> None:
        self.close()
        if self._transport is not None and self._transport.get_returncode() is None:
            self._transport.kill()

    def _pipe(self, fd: int) -> asyncio.BaseTransport | None:
        return None if self._transport is None else self._transport.get_pipe_transport(fd)
