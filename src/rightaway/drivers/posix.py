"""A session on a target that has a POSIX shell, whatever the transport: everything goes through the guard."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from rightaway.domain.errors import DriverError, InDoubt, Retryable, Terminal, TooLarge
from rightaway.drivers import answers, outcomes, programs
from rightaway.drivers.asides import Aside
from rightaway.drivers.contract import (
    OUTPUT_KEPT,
    Blob,
    Observation,
    OnOutput,
    Operation,
    Outcome,
    PathKind,
    Readiness,
    Receipt,
)
from rightaway.drivers.conversations import Conversation, Sender, Transport
from rightaway.drivers.frames import Frame
from rightaway.drivers.places import Place
from rightaway.drivers.programs import Program
from rightaway.drivers.runs import ANSWER_S, Run, check_blobs

FOLLOW_AFTER_S = 1.0
"""A step that takes longer is worth a second channel for its live output."""


class PosixSession:
    """`contract.Session` says what each method promises."""

    def __init__(self, transport: Transport, place: Place) -> None:
        self._transport, self._place = transport, place
        self._doubtful: set[str] = set()

    async def check(self) -> Readiness:
        frames = await self._ask(programs.check(self._place))
        facts = (frame for frame in frames if frame.words[0] == "fact")
        return Readiness({frame.words[1]: frame.payload.decode(errors="replace") for frame in facts})

    async def perform(
        self,
        operations: Sequence[Operation],
        *,
        fence: int,
        blobs: Sequence[Blob] = (),
        on_output: OnOutput | None = None,
        should_stop: asyncio.Event | None = None,
    ) -> list[Outcome]:
        if should_stop is not None and should_stop.is_set():
            return [outcomes.not_started(o.operation_id, "run.stopped") for o in operations]
        check_blobs(blobs)
        program = programs.perform(self._place, operations, fence, blobs)

        async def follow(operation_id: str, heard: OnOutput) -> None:
            await self._follow(operation_id, fence, heard)

        async def halt() -> None:
            await self._ask(programs.halt(self._place, program.call.run))

        async with Aside(follow, halt, on_output, should_stop, FOLLOW_AFTER_S) as aside:
            run = Run(operations, fence, blobs, aside.started, aside.ended)
            ended = await self._perform(program, run)
        return [await self._shortened(outcome, fence) for outcome in ended]

    async def reconcile(self, operation_ids: Iterable[str], *, fence: int) -> dict[str, Receipt]:
        wanted = list(dict.fromkeys(operation_ids))
        retired = tuple(self._doubtful)
        program = programs.reconcile(self._place, wanted, fence, retired)
        receipts = await self._receipts(program, wanted, fence)
        self._doubtful.difference_update(retired)
        return {receipt.operation_id: receipt for receipt in receipts}

    async def wait(
        self, operation_ids: Iterable[str], *, fence: int, on_output: OnOutput | None = None
    ) -> list[Outcome]:
        found = [await self._follow(operation_id, fence, on_output) for operation_id in operation_ids]
        return [r.outcome or outcomes.not_started(r.operation_id, "run.not_seen") for r in found]

    async def stop(self, operation_id: str, *, fence: int) -> Receipt:
        program = programs.stop(self._place, operation_id, fence)
        (receipt,) = await self._receipts(program, [operation_id], fence)
        return receipt

    async def observe(self, path: str) -> Observation:
        frames = await self._ask(programs.observe(self._place, path))
        return _read_observation(frames, path)

    async def read(self, path: str, max_bytes: int) -> bytes:
        if max_bytes > OUTPUT_KEPT:
            raise TooLarge("read.too_large", f"At most {OUTPUT_KEPT} bytes are read at once.", at="max_bytes")
        frames = await self._ask(programs.read(self._place, path, max_bytes))
        content = b"".join(frame.payload for frame in frames)
        if len(content) > max_bytes:
            raise Terminal("target.file_too_large", f"{path!r} has more than {max_bytes} bytes.", at=path)
        return content

    async def tidy(self, *, older_than_days: int) -> None:
        await self._ask(programs.tidy(self._place, older_than_days))

    async def _perform(self, program: Program, run: Run) -> list[Outcome]:
        try:
            async with self._talk(program) as (conversation, sender):
                with answers.understood():
                    await run.follow(conversation, sender)
                    if run.is_complete:
                        return run.outcomes()
                raise conversation.lost or answers.silent(conversation)
        except Terminal:
            raise
        except DriverError as error:
            if run.may_have_begun and not run.only_reads:
                raise _as(InDoubt, error, "Reconcile before anything else.") from error
            raise _as(Retryable, error, error.hint) from error
        finally:
            if run.may_have_begun and not run.is_complete:
                self._doubtful.add(program.call.run)

    async def _shortened(self, outcome: Outcome, fence: int) -> Outcome:
        """Ask for both ends of an output of which only the beginning came; what only read kept no more."""
        if len(outcome.output) <= outcomes.OUTPUT_LIMIT:
            return outcome
        output = outcomes.beginning(outcome.output)
        with contextlib.suppress(DriverError):  # the operation is over, whatever becomes of its output
            receipt = await self._follow(outcome.operation_id, fence, None)
            output = receipt.outcome.output if receipt.outcome else output
        return dataclasses.replace(outcome, output=output)

    async def _follow(self, operation_id: str, fence: int, on_output: OnOutput | None) -> Receipt:
        def heard(frame: Frame) -> None:
            if on_output is not None and frame.words[0] == "chunk":
                on_output(operation_id, frame.payload)

        program = programs.follow(self._place, operation_id, fence)
        (receipt,) = await self._receipts(program, [operation_id], fence, timeout_s=None, on_frame=heard)
        return receipt

    async def _receipts(
        self,
        program: Program,
        operation_ids: Sequence[str],
        fence: int,
        *,
        timeout_s: float | None = ANSWER_S,
        on_frame: Callable[[Frame], None] | None = None,
    ) -> list[Receipt]:
        frames = await self._ask(program, fence=fence, timeout_s=timeout_s, on_frame=on_frame)
        return _read_receipts(frames, operation_ids)

    async def _ask(
        self,
        program: Program,
        *,
        fence: int = 0,
        timeout_s: float | None = ANSWER_S,
        on_frame: Callable[[Frame], None] | None = None,
    ) -> list[Frame]:
        """Ask what may be asked again; give the frames before the last word, but no live output."""
        frames: list[Frame] = []
        try:
            async with self._talk(program) as (conversation, _sender):
                while (frame := await conversation.next(timeout_s)) is not None:
                    if frame.words[0] == "bye":
                        return frames
                    if frame.words[0] == "refused":
                        raise answers.refusal(frame.words[1], " ".join(frame.words[2:]), fence)
                    if on_frame is not None:
                        on_frame(frame)
                    if frame.words[0] not in ("chunk", "flush"):
                        frames.append(frame)
                raise conversation.lost or answers.silent(conversation)
        except InDoubt as error:
            raise _as(Retryable, error, error.hint) from error

    @contextlib.asynccontextmanager
    async def _talk(self, program: Program) -> AsyncIterator[tuple[Conversation, Sender]]:
        conversation = Conversation(program.call.mark)
        sender = await self._transport.open(conversation)
        try:
            sender.write(program.text)
            yield conversation, sender
        finally:
            sender.close()


@answers.understood()
def _read_receipts(frames: Iterable[Frame], operation_ids: Sequence[str]) -> list[Receipt]:
    states: dict[str, Sequence[str]] = {}
    outputs: dict[str, bytes] = {}
    for frame in frames:
        match frame.words:
            case ["state", number, *words]:
                states[number] = words
            case ["output", number]:
                outputs[number] = frame.payload
    numbered = [(str(number), key) for number, key in enumerate(operation_ids, start=1)]
    return [answers.receipt(key, states[number], outputs.get(number, b"")) for number, key in numbered]


@answers.understood()
def _read_observation(frames: Sequence[Frame], path: str) -> Observation:
    match frames[0].words:
        case ["file", sha256, size]:
            return Observation(path, PathKind.FILE, sha256=sha256, size=int(size))
        case ["link"]:
            return Observation(path, PathKind.LINK, link=frames[0].payload.decode(errors="surrogateescape"))
    return Observation(path, PathKind(frames[0].words[0]))


def _as(kind: type[DriverError], error: DriverError, hint: str) -> DriverError:
    return kind(error.code, str(error), hint=hint, at=error.at, evidence=error.evidence)
