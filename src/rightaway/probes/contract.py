"""What every probe promises: it looks at a running target from outside and says what it saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar


class Result(StrEnum):
    """
    What came of one look. Only PASS is well.

    FAIL: the target is not well, or gives no answer. NO_DATA: it answers, but has nothing to say yet.
    ERROR: the look itself failed, and nothing is known of the target; counted apart, so that a broken
    checker holds a deployment and does not revert it.

    Source: execution design 1.8, after the consecutive error limit of Argo Rollouts.
    """

    PASS = "pass"  # noqa: S105 -- no password
    FAIL = "fail"
    NO_DATA = "no_data"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. `evidence` holds JSON values for people, a `message` above all, and no secrets."""

    result: Result
    evidence: Mapping[str, Any] = field(default_factory=dict)


Spec = TypeVar("Spec", contravariant=True)


class Probe(Protocol[Spec]):
    """Looks as its spec says; one open probe serves many targets at once."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def look(self, spec: Spec) -> Sample:
        """Look once. Never raises for what it finds: what cannot be looked at is an ERROR."""
        ...
