"""What the guard says, cut into frames; nothing a step or a login banner writes can pass for one."""

from dataclasses import dataclass

from rightaway.domain.errors import InDoubt
from rightaway.drivers.contract import OUTPUT_KEPT

_WITH_PAYLOAD = frozenset({"chunk", "content", "fact", "link", "output"})
_PAYLOAD_LIMIT = 4 * OUTPUT_KEPT
_LINE_LIMIT = 8192
_NOISE_KEPT = 2048


@dataclass(frozen=True, slots=True)
class Frame:
    words: tuple[str, ...]
    payload: bytes = b""


class Frames:
    """
    Splits a stream at an unguessable mark.

    A frame is the mark, words and a newline; some have a payload, which lasts until the next mark. What
    comes outside of a payload is noise, such as a login banner; its beginning is kept for messages.
    """

    def __init__(self, mark: str) -> None:
        self._mark = b"\x1e" + mark.encode() + b" "
        self._buffer = bytearray()
        self._searched = 0
        self._open: tuple[str, ...] | None = None
        self._noise = bytearray()
        self.has_begun = False

    @property
    def noise(self) -> bytes:
        """The beginning of what came outside of frames so far."""
        rest = b"" if self._open else self._buffer
        return bytes(self._noise + rest)[:_NOISE_KEPT]

    def feed(self, data: bytes) -> list[Frame]:
        """
        Take the next bytes and give the frames they complete.

        Raises:
            InDoubt: a payload without end; it is never kept in memory.
        """
        self._buffer += data
        frames: list[Frame] = []
        while (line := self._next_line(frames)) is not None:
            words = tuple(line.decode(errors="replace").split(" "))
            if words[0] in _WITH_PAYLOAD:
                self._open = words
            else:
                frames.append(Frame(words))
        self._check_size()
        return frames

    def _next_line(self, frames: list[Frame]) -> bytes | None:
        """Close what is open at the next mark, and take the line behind it; None when it is not all there."""
        at = self._buffer.find(self._mark, self._searched)
        if at < 0:
            self._searched = max(0, len(self._buffer) - len(self._mark) + 1)
            return None
        end = self._buffer.find(b"\n", at)
        if end < 0:
            self._searched = at
            return None
        before, line = bytes(self._buffer[:at]), bytes(self._buffer[at + len(self._mark) : end])
        del self._buffer[: end + 1]
        self._searched = 0
        self.has_begun = True
        if self._open is None:
            self._note(before)
        else:
            frames.append(Frame(self._open, before))
            self._open = None
        return line

    def _note(self, noise: bytes) -> None:
        self._noise += noise[: _NOISE_KEPT - len(self._noise)]

    def _check_size(self) -> None:
        if self._open is None and len(self._buffer) > _LINE_LIMIT and self._searched:
            self._note(bytes(self._buffer[: self._searched]))
            del self._buffer[: self._searched]
            self._searched = 0
        if len(self._buffer) > (_PAYLOAD_LIMIT if self._open else 2 * _LINE_LIMIT):
            raise InDoubt(
                "target.answer_too_long", "The target sends without end.", hint="Look at the target."
            )
