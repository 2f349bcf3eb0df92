"""One `perform` on a target with a guard: what was said both ways, and what that leaves in doubt."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rightaway.domain.errors import Terminal
from rightaway.drivers import answers, outcomes
from rightaway.drivers.contract import Blob, Operation, Outcome
from rightaway.drivers.conversations import Conversation, Sender
from rightaway.drivers.frames import Frame

_PART = 256 * 1024
ANSWER_S = 60.0
"""How long a target may take to answer where it has little to do."""
_BYTES_PER_S = 1024 * 1024  # slower than this, the link counts as dead


@dataclass(slots=True)
class Run:
    """
    Follows the frames of one `perform`.

    Args:
        on_start: Called with each operation that begins.
        on_done: Called when none runs.
        may_have_begun: Whether the target could have begun something it did not tell of yet.
    """

    operations: Sequence[Operation]
    fence: int
    blobs: Sequence[Blob]
    on_start: Callable[[Operation], None]
    on_done: Callable[[], None]
    may_have_begun: bool = False
    is_complete: bool = False
    _limit_s: float = ANSWER_S
    _ends: dict[int, Outcome | list[str]] = field(default_factory=dict)
    _outputs: dict[int, bytes] = field(default_factory=dict)

    @property
    def only_reads(self) -> bool:
        return not any(operation.effect.needs_receipt for operation in self.operations)

    async def follow(self, conversation: Conversation, sender: Sender) -> None:
        """
        Answer what the target asks for, until its last word.

        Raises:
            Terminal: it refused, and nothing was started.
            InDoubt: it fell silent, or says what nobody understands.
        """
        self.may_have_begun = True
        self._begin(1)
        while (frame := await conversation.next(self._limit_s)) is not None:
            if frame.words[0] == "need":
                self.may_have_begun = False
                self.on_done()
                await self._send(frame.words[1], conversation, sender)
                self.may_have_begun = True
            elif frame.words[0] == "bye":
                self.is_complete = True
                return
            else:
                self._take(frame)

    def outcomes(self) -> list[Outcome]:
        """Give one outcome per operation; only meaningful when complete."""
        if self.operations and not self._ends:
            raise ValueError("not a word about any operation")
        found = [self._outcome(number) for number in range(1, len(self._ends) + 1)]
        rest = self.operations[len(found) :]
        return found + [outcomes.not_started(o.operation_id, "run.earlier_not_ok") for o in rest]

    def _take(self, frame: Frame) -> None:
        match frame.words:
            case ["refused", code, *detail]:
                self.may_have_begun = False
                raise answers.refusal(code, " ".join(detail), self.fence)
            case ["have"]:
                self._begin(1)
            case ["done", number, *how]:
                self._ends[int(number)] = how
                self._begin(int(number) + 1)
            case ["fenced", _, seen] if not self.operations:
                raise outcomes.stale(self.fence, int(seen))
            case ["fenced", number, seen]:
                self._ends[int(number)] = outcomes.fenced(self._id(int(number)), int(seen))
            case ["not", number, code]:
                self._ends[int(number)] = outcomes.not_started(self._id(int(number)), code)
            case ["output", number]:
                self._outputs[int(number)] = frame.payload

    def _begin(self, number: int) -> None:
        """Take note of an operation that the target begins without a word, right after the one before."""
        self._limit_s = ANSWER_S
        if number == 1:
            self._limit_s += sum(blob.size for blob in self.blobs) / _BYTES_PER_S
        if number <= len(self.operations):
            self._limit_s += self.operations[number - 1].timeout_s
            self.on_start(self.operations[number - 1])
        else:
            self.on_done()

    def _outcome(self, number: int) -> Outcome:
        end = self._ends[number]
        if isinstance(end, Outcome):
            return end
        return answers.outcome(self._id(number), end, self._outputs.get(number, b""))

    def _id(self, number: int) -> str:
        return self.operations[number - 1].operation_id

    async def _send(self, sha256: str, conversation: Conversation, sender: Sender) -> None:
        """Send exactly as many bytes as were announced; the target checks that they are the right ones."""
        blob = next(blob for blob in self.blobs if blob.sha256 == sha256)
        for offset in range(0, blob.size, _PART):
            size = min(_PART, blob.size - offset)
            if blob.size <= _PART:
                part = _part(blob.path, offset, size)
            else:
                part = await asyncio.to_thread(_part, blob.path, offset, size)
            if not await conversation.until_writable():
                return
            sender.write(part)


def check_blobs(blobs: Sequence[Blob]) -> None:
    """
    Look that what is to be sent is there, before anything is asked of the target.

    Raises:
        Terminal: `blob.unreadable` or `blob.size_mismatch`.
    """
    for blob in blobs:
        try:
            size = blob.path.stat().st_size
        except OSError as error:
            raise _unreadable(blob.path, error) from error
        if size != blob.size:
            raise Terminal(
                "blob.size_mismatch",
                f"{blob.path.name} has {size} bytes, not {blob.size}.",
                hint="Check the stored package.",
                evidence={"sha256": blob.sha256},
            )


def _part(path: Path, offset: int, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            part = file.read(size)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(part) != size:
        raise Terminal("blob.size_mismatch", f"{path.name} became shorter while it was sent.")
    return part


def _unreadable(path: Path, error: OSError) -> Terminal:
    return Terminal(
        "blob.unreadable", f"{path.name} cannot be read: {error.strerror}.", hint="Check the store."
    )
