"""What every probe promises: one look from outside, and an answer that never mistakes silence for health."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar


class Result(StrEnum):
    """
    What one look found; only PASS is well.

    FAIL is the target's fault, NO_DATA an answer that says nothing, ERROR the checker's own fault: then
    nothing is known of the target, so that a broken checker holds a deployment and does not revert it.

    Source: execution design 1.8, after the error limit of Argo Rollouts.
    """

    PASS = "pass"  # noqa: S105 -- not a secret
    FAIL = "fail"
    NO_DATA = "no_data"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Sample:
    """One look; `evidence` holds JSON values that show what was seen, `message` what was wrong."""

    result: Result
    evidence: Mapping[str, Any] = field(default_factory=dict)


Spec_contra = TypeVar("Spec_contra", contravariant=True)


class Probe(Protocol[Spec_contra]):
    """Looks as its spec says; one open probe serves many targets at once."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def look(self, spec: Spec_contra) -> Sample:
        """Look once. Raises nothing for what it finds: what cannot be looked at is an ERROR."""
        ...
