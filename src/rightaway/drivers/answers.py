"""What the words of the guard mean; the other side of `programs`."""

import contextlib
from collections.abc import Iterator, Sequence

from rightaway.domain.errors import DriverError, InDoubt, Terminal
from rightaway.drivers import outcomes
from rightaway.drivers.contract import LedgerLine, Outcome, Receipt, State
from rightaway.drivers.conversations import Conversation

_REFUSALS = {
    "target.receipt_unavailable": ("The target cannot keep receipts", "Free its disk or make it writable."),
    "target.unsupported": ("The target is no Linux system with /proc", "Use another kind of driver for it."),
    "target.folder_missing": ("The working folder is missing", "Create it, or change the target."),
    "target.tool_missing": ("The target lacks programs the guard needs", "Install them there."),
    "target.state_not_private": (
        "Others can write in the state folder, and so forge receipts",
        "Give it to the user there, mode 0700.",
    ),
    "target.blob_unwritable": ("The target cannot store what is sent", "Free its disk."),
    "target.file_missing": ("There is no such file", ""),
    "target.file_unreadable": ("The user there may not read it", ""),
}


@contextlib.contextmanager
def understood() -> Iterator[None]:
    """Raise `InDoubt` where the words make no sense: the target runs something else than our guard."""
    try:
        yield
    except (ValueError, LookupError, TypeError) as error:
        raise InDoubt(
            "target.unreadable_answer",
            "The target answers what nobody understands.",
            hint="Look at the target.",
        ) from error


def outcome(operation_id: str, how: Sequence[str], output: bytes = b"") -> Outcome:
    """Read how an operation ended: `exit 0 12`, `timeout 3001`, `stopped 70`, `signal 9 33` or `lost`."""
    match how:
        case ["exit", code, took]:
            return outcomes.ended(operation_id, int(code), output, int(took) / 100)
        case ["timeout", took]:
            return outcomes.timed_out(operation_id, output, int(took) / 100)
        case ["stopped", took]:
            return outcomes.stopped(operation_id, output, int(took) / 100)
        case ["signal", number, took]:
            return outcomes.signalled(operation_id, int(number), output, int(took) / 100)
    return outcomes.lost(operation_id, output)


def receipt(operation_id: str, words: Sequence[str], output: bytes) -> Receipt:
    """Read `not_started`, `running`, `finished HOW` or `lost`."""
    state = State(words[0])
    if state in (State.NOT_STARTED, State.RUNNING):
        return Receipt(operation_id, state)
    return Receipt(operation_id, state, outcome(operation_id, words[1:], output))


def refusal(code: str, detail: str, fence: int) -> DriverError:
    """Give the error for what the guard refused; nothing was started."""
    if code == "target.fenced":
        return outcomes.stale(fence, int(detail))
    if code == "target.blob_mismatch":
        return outcomes.mismatch(detail)
    message, hint = _REFUSALS.get(code, ("The target refused", ""))
    return Terminal(code, f"{message}: {detail}.", hint=hint, evidence={"detail": detail})


def silent(conversation: Conversation) -> DriverError:
    """Give the error for a channel that ended without the last word, though the link holds."""
    said = conversation.grumbles
    if conversation.is_fresh:
        return Terminal(
            "target.guard_unavailable",
            "The target ended the channel before anything began.",
            hint=said or "Look whether the user there may run commands, and has `sh`.",
            evidence={"said": said},
        )
    return InDoubt(
        "target.guard_lost",
        "The guard on the target ended too early.",
        hint="Reconcile before anything else.",
        evidence={"said": said},
    )


def ledger(content: bytes) -> list[LedgerLine]:
    """Read the ledger file of a target: one start per line."""
    lines = (line.split(" ") for line in content.decode().splitlines())
    return [LedgerLine(line[0], int(line[1]), line[2], int(line[3]) / 100) for line in lines]
