"""
The text a target is given: the guard, what this call is about, and the one word that sets it going.

Everything of a user goes in as single-quoted literals; scripts, arguments and values are never parsed as
part of it. The text travels on the channel's input, because command lines are open to every user there.
"""

import functools
import importlib.resources
import math
import re
import secrets
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rightaway.drivers.contract import Blob, Operation, check_operation_id
from rightaway.drivers.places import Place

KILL_AFTER_S = 5
"""From TERM to KILL, when a step has outlived its time."""


@dataclass(frozen=True, slots=True)
class Call:
    """Names of one call: `run` may be seen on the target, `mark` must not be."""

    run: str = field(default_factory=lambda: secrets.token_hex(8))
    mark: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Program:
    call: Call
    text: bytes


def perform(place: Place, operations: Sequence[Operation], fence: int, blobs: Sequence[Blob]) -> Program:
    reads = [not operation.effect.needs_receipt for operation in operations]
    lines = [f"ra_reads={int(any(reads))} ra_only_reads={int(bool(reads) and all(reads))}"]
    lines.append(
        f"ra_count={len(operations)} ra_wanted={shlex.quote(' '.join(blob.sha256 for blob in blobs))}"
    )
    lines += [f"ra_size_{blob.sha256}={blob.size}" for blob in blobs]
    for number, operation in enumerate(operations, start=1):
        lines += _operation(number, operation)
    calls = " && ".join(f"ra_op {number}" for number in range(1, len(operations) + 1))
    lines.append(f"ra_all() {{ {calls or ':'}; }}")
    return _program("perform", place, lines, fence=fence)


def reconcile(place: Place, operation_ids: Iterable[str], fence: int, retired: Iterable[str]) -> Program:
    """Take over; `retired` are runs of this session whose channel was cut."""
    lines = [_ids(operation_ids), f"ra_retired={shlex.quote(' '.join(retired))}"]
    return _program("reconcile", place, lines, fence=fence, part="ask.sh")


def follow(place: Place, operation_id: str, fence: int) -> Program:
    return _program("follow", place, [_ids([operation_id])], fence=fence, part="ask.sh")


def stop(place: Place, operation_id: str, fence: int) -> Program:
    return _program("stop", place, [_ids([operation_id])], fence=fence, part="ask.sh")


def halt(place: Place, run: str) -> Program:
    return _program("halt", place, [f"ra_halted={run}"], part="ask.sh")


def check(place: Place) -> Program:
    return _program("check", place, [], part="look.sh")


def observe(place: Place, path: str) -> Program:
    return _program("observe", place, [f"ra_path={_path(path)}"], part="look.sh")


def read(place: Place, path: str, max_bytes: int) -> Program:
    return _program("read", place, [f"ra_path={_path(path)}", f"ra_most={max_bytes}"], part="look.sh")


def tidy(place: Place, older_than_days: int) -> Program:
    return _program("tidy", place, [f"ra_days={older_than_days}"], part="look.sh")


def _program(ask: str, place: Place, lines: Iterable[str], *, fence: int = 0, part: str = "") -> Program:
    call = Call()
    settings = [
        f"ra_mark='\x1e{call.mark}' ra_held= ra_run={call.run} ra_fence={fence} ra_name={place.name}",
        f"ra_home={shlex.quote(place.home)} ra_cd={shlex.quote(place.working)}",
    ]
    sources = [_source(name) for name in ("guard.sh", part) if name]
    return Program(call, "\n".join([*sources, *settings, *lines, f"ra_go {ask} end\n"]).encode())


def _operation(number: int, operation: Operation) -> list[str]:
    limit_s = math.ceil(operation.timeout_s)
    words = " ".join(shlex.quote(word) for word in _interpreter(operation.script))
    arguments = "".join(f" {shlex.quote(argument)}" for argument in operation.arguments)
    values = "".join(f"{name}={shlex.quote(value)} " for name, value in operation.environment.items())
    own = 'RIGHTAWAY_BLOBS="$ra_blobs" RIGHTAWAY_OPERATION_ID="$ra_id" RIGHTAWAY_RUN="$ra_id:$ra_run"'
    return [
        f"ra_id_{number}={operation.operation_id} ra_kept_{number}={int(operation.effect.needs_receipt)}",
        f"ra_limit_{number}={limit_s} ra_script_{number}={shlex.quote(operation.script)}",
        f"ra_step_{number}() {{",
        f'{values}{own} $ra_group timeout -k {KILL_AFTER_S} {limit_s} {words} "$ra_file"{arguments}',
        "}",
    ]


def _interpreter(script: str) -> list[str]:
    """
    Split the first line as the kernel would: the program and at most one argument.

    Read here and not by the kernel, so that a script needs no right to execute on the target's disk.

    Source: execve(2), Interpreter scripts.
    """
    first = re.match(r"#![ \t]*([^ \t\n]+)[ \t]*([^\n]*)", script)
    if first is None:
        return ["/bin/sh"]
    program, argument = first[1], first[2].rstrip()
    return [program, argument] if argument else [program]


def _ids(operation_ids: Iterable[str]) -> str:
    return f"ra_ids={shlex.quote(' '.join(map(check_operation_id, operation_ids)))}"


def _path(path: str) -> str:
    """Quote a path; one that begins with a dash would be an option to some programs."""
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


@functools.cache
def _source(name: str) -> str:
    text = importlib.resources.files("rightaway.drivers").joinpath(name).read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))
