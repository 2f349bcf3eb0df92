"""What every source of metrics promises: a value for each bucket of time, and silence where there is none."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

MOST_BUCKETS = 5000


@dataclass(frozen=True, slots=True)
class SeriesSpec:
    """
    What to read.

    Args:
        query: In the language of the source; it gives one series.
        start: When the first bucket begins, with its zone.
        step_s: Length of each bucket.
        buckets: How many; at most 5000.
        timeout_s: For the whole reading.
    """

    query: str
    start: datetime
    step_s: int
    buckets: int
    timeout_s: float = 30.0

    @property
    def ends(self) -> tuple[datetime, ...]:
        """When each bucket ends: the value of a bucket is that of its end."""
        length = timedelta(seconds=self.step_s)
        return tuple(self.start + length * (number + 1) for number in range(self.buckets))


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A value for each bucket, None where the source has none; all are finite numbers.

    `error` says why nothing could be read: then there are no values, and nothing is known.
    """

    values: tuple[float | None, ...] = ()
    error: str = ""


class MetricSource(Protocol):
    """Reads series; one open source serves many readings at once."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def read(self, spec: SeriesSpec) -> Reading:
        """Read once. Raises nothing for what it finds: what cannot be read is an error, never a value."""
        ...
