"""A probe for tests of whatever stands on probes."""

from collections import deque
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from rightaway.probes.contract import Result, Sample


class FakeProbe:
    """Gives the planned samples in order, and then goes on passing; `looks` keeps what was asked."""

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        self._samples = deque(samples)
        self.looks: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def look(self, spec: Any) -> Sample:
        self.looks.append(spec)
        return self._samples.popleft() if self._samples else Sample(Result.PASS)
