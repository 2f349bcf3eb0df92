"""The sentences for every way an operation can end, the same for every driver."""

from rightaway.domain.errors import Terminal
from rightaway.drivers.contract import OUTPUT_KEPT, Outcome, Status

_REASONS = {
    "run.stopped": "It was not started: the run was told to stop.",
    "run.earlier_not_ok": "It was not started: an earlier operation did not end well.",
    "run.not_seen": "It was never started on this target.",
    "target.receipt_unavailable": "It was not started: the target could not write its receipt.",
}


OUTPUT_LIMIT = 2 * OUTPUT_KEPT + 64
"""The longest output that is kept whole: both ends and the mark between them."""


def kept(output: bytes) -> bytes:
    """Keep the first and the last bytes of a long output, and say between them what is missing."""
    if len(output) <= OUTPUT_LIMIT:
        return output
    missing = f"\n[rightaway: {len(output) - 2 * OUTPUT_KEPT} bytes left out]\n".encode()
    return output[:OUTPUT_KEPT] + missing + output[-OUTPUT_KEPT:]


def beginning(output: bytes) -> bytes:
    """Keep the first bytes of an output whose end is not known."""
    return output[:OUTPUT_KEPT] + b"\n[rightaway: the rest is left out]\n"


def ended(operation_id: str, exit_code: int, output: bytes, elapsed_s: float | None = None) -> Outcome:
    if exit_code == 0:
        return Outcome(operation_id, Status.OK, 0, output, elapsed_s=elapsed_s)
    message = f"It ended with exit code {exit_code}."
    return Outcome(operation_id, Status.FAILED, exit_code, output, "step.exit_code", message, elapsed_s)


def timed_out(operation_id: str, output: bytes, elapsed_s: float) -> Outcome:
    message = f"It was ended at its time limit, after {elapsed_s:.1f} s."
    return Outcome(operation_id, Status.TIMED_OUT, None, output, "step.timed_out", message, elapsed_s)


def stopped(operation_id: str, output: bytes, elapsed_s: float | None = None) -> Outcome:
    message = "It was ended on request."
    return Outcome(operation_id, Status.FAILED, None, output, "step.stopped", message, elapsed_s)


def signalled(operation_id: str, number: int, output: bytes, elapsed_s: float | None = None) -> Outcome:
    """
    Refuse to guess: a shell gives 128 + n both for an end by signal n and for an exit with that number.

    Source: POSIX.1-2024, Shell and Utilities, 2.8.2 Exit Status for Commands.
    """
    message = f"It was ended by signal {number}, or by its own exit with {128 + number}: look at the target."
    return Outcome(operation_id, Status.UNKNOWN, None, output, "step.no_exit_status", message, elapsed_s)


def lost(operation_id: str, output: bytes = b"") -> Outcome:
    message = "It may have begun and left no result: look at the target."
    return Outcome(operation_id, Status.UNKNOWN, None, output, "target.process_lost", message)


def fenced(operation_id: str, seen: int) -> Outcome:
    message = f"It was not started: a newer owner with fence {seen} has taken the target over."
    return Outcome(operation_id, Status.FENCED, code="target.fenced", message=message)


def not_started(operation_id: str, code: str, detail: str = "") -> Outcome:
    message = f"{_REASONS[code]} {detail}".rstrip()
    return Outcome(operation_id, Status.NOT_STARTED, code=code, message=message)


def stale(fence: int, seen: int) -> Terminal:
    return Terminal(
        "target.fenced",
        f"Fence {fence} is stale: a newer owner with fence {seen} has taken the target over.",
        hint="Stop here; the newer owner carries on.",
        evidence={"fence": fence, "seen": seen},
    )


def mismatch(sha256: str) -> Terminal:
    return Terminal(
        "target.blob_mismatch",
        f"The bytes that arrived are not {sha256}; nothing was started.",
        hint="Check the stored package: its bytes do not have the digest it was approved with.",
        evidence={"sha256": sha256},
    )
