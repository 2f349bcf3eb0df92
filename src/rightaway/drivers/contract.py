"""
What every driver promises: how Rightaway acts on a target and learns what really happened.

A driver puts blobs on a target and runs operations there, each at most once per operation id.
The target itself keeps the receipts, so a caller may die at any point and the next one re-attaches.

One fence number belongs to one owner of a target at a time. A new owner takes a higher number and
calls `reconcile` before anything else; from then on the target refuses the old owner's next start.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import BaseModel

from rightaway.domain.effects import Effect
from rightaway.domain.errors import Invalid, TooLarge

OUTPUT_KEPT = 1024 * 1024
"""Bytes kept of an output at its beginning, and again at its end; a mark stands for what was between."""

_OPERATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_SCRIPT_LIMIT = 256 * 1024
_WORDS_LIMIT = 96 * 1024  # one word of a command line is at most 128 KiB on Linux
# bash as /bin/sh refuses to set these, and would end the step before it began.
_READ_ONLY_VARIABLES = frozenset({"BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"})
_OWN_PREFIX = "RIGHTAWAY_"

OnOutput = Callable[[str, bytes], None]
"""Called with an operation id and the next bytes of its output."""


class Status(StrEnum):
    """How an operation ended, as far as can be known."""

    OK = "ok"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    NOT_STARTED = "not_started"
    UNKNOWN = "unknown"
    FENCED = "fenced"


class State(StrEnum):
    """What the target says about an operation; LOST began and left no result, or may have begun."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    FINISHED = "finished"
    LOST = "lost"


class PathKind(StrEnum):
    ABSENT = "absent"
    FILE = "file"
    LINK = "link"
    DIRECTORY = "directory"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Target:
    """One place operations act on; `key` names it for ever, also on the target itself."""

    key: str
    kind: str
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Blob:
    """
    Bytes on the worker that operations need on the target.

    They arrive content-addressed: a script finds them at `$RIGHTAWAY_BLOBS/<sha256>`.
    """

    sha256: str
    size: int
    path: Path

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256):
            raise Invalid("blob.digest_malformed", "A blob is named by 64 hexadecimal digits.", at="sha256")
        if self.size < 0:
            raise Invalid("blob.size_malformed", "A blob has no negative size.", at="size")


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One step on one target.

    Args:
        operation_id: Stable across recoveries: the same id is the same attempt, started at most once.
        step_key: The step's name in the plan, for people.
        effect: What it does to the target; only E0 runs without a receipt.
        script: Text of a POSIX shell script, or of any other with its own first line `#!`.
        arguments: Reach the script as its own arguments, unread by any shell.
        environment: Never appears on a command line; the place for secrets.
        timeout_s: Then the whole process group gets TERM, and KILL a few seconds later.
    """

    operation_id: str
    step_key: str
    effect: Effect
    script: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 1800.0

    def __post_init__(self) -> None:
        if not _OPERATION_ID.fullmatch(self.operation_id):
            raise Invalid(
                "operation.id_malformed", f"{self.operation_id!r} is no operation id.", at="operation_id"
            )
        if not self.timeout_s > 0:
            raise Invalid("operation.timeout_malformed", "A timeout is more than 0 seconds.", at="timeout_s")
        _text(self.script, "script", _SCRIPT_LIMIT)
        for number, argument in enumerate(self.arguments):
            _text(argument, f"arguments/{number}", _WORDS_LIMIT)
        for name, value in self.environment.items():
            _variable(name)
            _text(value, f"environment/{name}", _WORDS_LIMIT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of one operation.

    Args:
        exit_code: None unless the script itself ended with one.
        output: Both streams as written, at most `OUTPUT_KEPT` of each end.
        code: Why it is not ok, stable: `step.exit_code`, `step.timed_out`, `step.stopped`,
            `step.no_exit_status`, `target.process_lost`, `target.fenced`, `target.receipt_unavailable`,
            `run.stopped`, `run.earlier_not_ok`; empty when ok.
        elapsed_s: By the target's own monotonic clock; None when it did not run or nobody measured.
    """

    operation_id: str
    status: Status
    exit_code: int | None = None
    output: bytes = b""
    code: str = ""
    message: str = ""
    elapsed_s: float | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The target's own word on one operation; `outcome` is there when it finished or was lost."""

    operation_id: str
    state: State
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What is really there: `sha256` of a file, `link` as stored in a symbolic link."""

    path: str
    kind: PathKind
    sha256: str | None = None
    size: int | None = None
    link: str | None = None

    @property
    def exists(self) -> bool:
        return self.kind is not PathKind.ABSENT


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a check found: free facts for people, such as user, system and shell of the target."""

    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One start on the target. `uptime_s` is the target's own clock since the boot `boot_id` names."""

    operation_id: str
    fence: int
    boot_id: str
    uptime_s: float


class Session(Protocol):
    """
    One target, connected; reconnects by itself.

    Errors: `Retryable` when nothing began, `InDoubt` when something may have (then `reconcile`),
    `Terminal` when trying again would end the same way.
    """

    async def check(self) -> Readiness:
        """Prove that operations can run here, writing nothing but the state folder."""
        ...

    async def perform(
        self,
        operations: Sequence[Operation],
        *,
        fence: int,
        blobs: Sequence[Blob] = (),
        on_output: OnOutput | None = None,
        should_stop: asyncio.Event | None = None,
    ) -> list[Outcome]:
        """
        Run the operations in order; the first that is not ok keeps the rest from starting.

        An id that was started before is not started again: its result is awaited and returned.
        `on_output` hears of steps that take longer than about a second; the outcome is the whole truth.
        Setting `should_stop` lets the running operation finish and keeps the next from starting.

        Raises:
            InDoubt: the link was cut after operations may have begun.
        """
        ...

    async def reconcile(self, operation_ids: Iterable[str], *, fence: int) -> dict[str, Receipt]:
        """
        Take the target over and learn what became of these operations.

        The fence is raised first, so NOT_STARTED is final: nobody but the new owner can start it.
        Ask only about operations whose intent was committed: after a reboot of the target a missing
        receipt means LOST, and stays so.

        Raises:
            Terminal: `target.fenced`, a newer owner was here.
        """
        ...

    async def wait(
        self, operation_ids: Iterable[str], *, fence: int, on_output: OnOutput | None = None
    ) -> list[Outcome]:
        """Re-attach to started operations until each has ended; those never started say so at once."""
        ...

    async def stop(self, operation_id: str, *, fence: int) -> Receipt:
        """End a running operation, TERM before KILL, with everything it started in its group."""
        ...

    async def observe(self, path: str) -> Observation: ...

    async def read(self, path: str, max_bytes: int) -> bytes:
        """
        Give the content of a file.

        Raises:
            Terminal: `target.file_missing`, or `target.file_too_large` when there is more than `max_bytes`.
        """
        ...

    async def tidy(self, *, older_than_days: int) -> None:
        """Remove blobs, outputs and receipts of that age; never those of a deployment still open."""
        ...


@runtime_checkable
class Driver(Protocol):
    """
    A way of acting on targets of one kind; owns its connections for as long as it is entered.

    `Config` is the model of `Target.config`, with unknown fields refused.
    """

    kind: ClassVar[str]
    Config: ClassVar[type[BaseModel]]

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def session(self, target: Target) -> Session:
        """Give the target's open session, always the same one while the driver is entered."""
        ...


def check_operation_id(operation_id: str) -> str:
    """Give it back when it is one: it becomes a file name on the target."""
    if not _OPERATION_ID.fullmatch(operation_id):
        raise Invalid(
            "operation.id_malformed", f"{operation_id!r:.80} is no operation id.", at="operation_id"
        )
    return operation_id


def _text(value: str, place: str, limit: int) -> None:
    if "\0" in value:
        raise Invalid("operation.null_byte", "Text with a null byte cannot reach a process.", at=place)
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise Invalid("operation.not_text", "This is not valid Unicode text.", at=place) from error
    if size > limit:
        raise TooLarge(
            "operation.too_large", f"{size} bytes are more than {limit}.", hint="Send it as a blob.", at=place
        )


def _variable(name: str) -> None:
    if not _VARIABLE.fullmatch(name) or name in _READ_ONLY_VARIABLES or name.startswith(_OWN_PREFIX):
        raise Invalid(
            "operation.variable_refused",
            f"{name!r} cannot be set for a step.",
            hint=f"Use letters, digits and _, not starting with {_OWN_PREFIX} and none the shell owns.",
            at=f"environment/{name}",
        )
