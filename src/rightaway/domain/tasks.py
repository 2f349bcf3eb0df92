"""The states of a task of a release, and how each kind of task comes to its end."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.moves import Table
from rightaway.domain.sentences import Sentence, Word, said, wordlist
from rightaway.domain.values import CheckpointVote, EvidenceType, TaskKind, TaskState

S = TaskState
OPEN = (S.WAITING, S.READY, S.ACTIVE, S.REVIEW)
"""Not ended; a failed task has ended badly, and is taken up again or skipped."""
ENDED = (S.DONE, S.SKIPPED, S.CANCELLED)
"""Nobody waits for it any more."""

# What Rightaway does by itself: `release` and `wait` as the order says, `go` and `abort` by votes.
TASK = Table(
    "task",
    initial=S.WAITING,
    terminal=(),
    rows=(
        (S.WAITING, "release", S.READY),
        (S.READY, "wait", S.WAITING),
        (S.READY, "start", S.ACTIVE),
        *(row for state in (S.READY, S.ACTIVE) for row in (
            (state, "finish", S.DONE),
            (state, "submit", S.REVIEW),
            (state, "fail", S.FAILED),
        )),
        (S.REVIEW, "accept", S.DONE),
        (S.REVIEW, "reject", S.ACTIVE),
        (S.FAILED, "retry", S.WAITING),
        *((state, "skip", S.SKIPPED) for state in (*OPEN, S.FAILED)),
        *((state, "cancel", S.CANCELLED) for state in (*OPEN, S.FAILED)),
        *((state, "reopen", S.WAITING) for state in ENDED),
    ),
)  # fmt: skip

STEPS: Mapping[str, TaskState] = {
    "start": S.ACTIVE,
    "finish": S.DONE,
    "fail": S.FAILED,
    "skip": S.SKIPPED,
    "cancel": S.CANCELLED,
    "retry": S.READY,
}
"""What a person may do to a task by naming the state they want it in; a review is a step of its own."""
EVENTS = {state: event for event, state in STEPS.items()}
NEEDS_REASON = frozenset({"skip", "cancel", "fail"})

_AWAY = frozenset({"skip", "cancel", "retry"})
_BY_HAND: Mapping[TaskKind, frozenset[str]] = {
    TaskKind.MANUAL: _AWAY | {"start", "finish", "fail"},
    TaskKind.APPROVAL: _AWAY,
    TaskKind.AUTOMATED: _AWAY | {"start"},
    TaskKind.DECISION: _AWAY | {"start"},
    TaskKind.CHECKPOINT: _AWAY | {"start"},
}
ENDS_BY: Mapping[TaskKind, Sentence] = {
    TaskKind.MANUAL: said("A person finishes it."),
    TaskKind.APPROVAL: said("It ends by itself when the approval it names stands."),
    TaskKind.AUTOMATED: said("It ends by itself with its evidence."),
    TaskKind.DECISION: said("It ends when somebody chooses one of its outcomes."),
    TaskKind.CHECKPOINT: said("It ends by the votes of those it names."),
}


def possible(kind: str, state: str, *, mandatory: bool = False) -> tuple[str, ...]:
    """Give the steps a person may take with a task of this kind and state, in the order they are offered."""
    return tuple(
        step
        for step in STEPS
        if step in _BY_HAND[TaskKind(kind)]
        and TASK.after(state, step) is not None
        and not (step == "cancel" and mandatory)
    )


def check_step(kind: str, state: str, step: str, *, mandatory: bool) -> None:
    """
    Refuse a step that this kind of task does not take from a person.

    Raises:
        Refused: `task.ends_otherwise`, or `task.mandatory` for cancelling what the phase needs.
    """
    if step not in _BY_HAND[TaskKind(kind)]:
        allowed = possible(kind, state, mandatory=mandatory)
        hint = (
            said("Possible now: {steps}.", steps=wordlist(allowed))
            if allowed
            else said("Nothing is possible.")
        )
        raise Refused(
            "task.ends_otherwise", ENDS_BY[TaskKind(kind)], hint=hint, evidence={"allowed": list(allowed)}
        )
    if step == "cancel" and mandatory:
        raise Refused(
            "task.mandatory",
            said("The phase needs this task: it cannot be cancelled."),
            hint=said("Skip it, with a reason."),
        )


def check_reason(step: str, note: str) -> None:
    if step in NEEDS_REASON and not note.strip():
        raise Invalid(
            "task.reason_needed", said("This step needs a reason: {step}.", step=Word(step)), at="note"
        )


_RECORD = re.compile(r"[A-Z]{2,3}-[0-9]{6,12}")


def check_evidence(needed: str, evidence: str) -> None:
    """
    Refuse to end a task without the evidence it asks for.

    Raises:
        Invalid: `task.evidence_needed` at `evidence`.
    """
    given = evidence.strip()
    asks = {
        EvidenceType.NONE: (True, said("Nothing is asked for.")),
        EvidenceType.NOTE: (bool(given), said("Say what was found.")),
        EvidenceType.LINK: (_is_link(given), said("Give the address where it lies, with https.")),
        EvidenceType.RECORD: (
            bool(_RECORD.fullmatch(given)),
            said("Give the number of a record, such as CHG-000042."),
        ),
    }
    met, hint = asks[EvidenceType(needed)]
    if not met:
        raise Invalid(
            "task.evidence_needed",
            said("The task asks for evidence: {kind}.", kind=Word(needed)),
            at="evidence",
            hint=hint,
        )


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way a decision can go, and the tasks that are not needed then."""

    key: str
    title: str
    skips: tuple[str, ...] = ()


def chosen(outcomes: Collection[Outcome], key: str) -> Outcome:
    for one in outcomes:
        if one.key == key:
            return one
    raise Invalid(
        "task.unknown_outcome",
        said("The decision has no outcome '{key}'.", key=key),
        at="outcome",
        hint=said("There are: {outcomes}.", outcomes=[one.key for one in outcomes]),
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the votes of a checkpoint stand; each person's newest vote counts."""

    go: int
    hold: int
    abort: int
    quorum: int

    @property
    def event(self) -> str:
        """Give what follows: one voice aborts, one voice holds, and a quorum of the others goes on."""
        if self.abort:
            return "fail"
        return "finish" if not self.hold and self.go >= self.quorum else ""


def tally(votes: Collection[str], quorum: int) -> Tally:
    count = [*votes].count
    return Tally(count(CheckpointVote.GO), count(CheckpointVote.HOLD), count(CheckpointVote.ABORT), quorum)
