"""The one transition function all state tables use, and the checks that a table is sound."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rightaway.domain.errors import TransitionRefused
from rightaway.domain.sentences import Word, said, wordlist

StateT = TypeVar("StateT", bound=str)

Row = tuple[str, str, str]
"""From, event, to."""


@dataclass(frozen=True)
class Table(Generic[StateT]):
    """
    What may happen to one kind of thing.

    `noun` is what a person calls the thing; it opens the error code and the message. An unsound table still
    builds, so that a test can list all its `problems`.
    """

    noun: str
    initial: StateT
    terminal: frozenset[StateT]
    rows: tuple[tuple[StateT, str, StateT], ...]
    _next: dict[tuple[str, str], StateT] = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        noun: str,
        *,
        initial: StateT,
        terminal: Iterable[StateT],
        rows: Iterable[tuple[StateT, str, StateT]],
    ) -> None:
        object.__setattr__(self, "noun", noun)
        object.__setattr__(self, "initial", initial)
        object.__setattr__(self, "terminal", frozenset(terminal))
        object.__setattr__(self, "rows", tuple(rows))
        object.__setattr__(self, "_next", {(start, event): end for start, event, end in self.rows})

    @property
    def states(self) -> frozenset[StateT]:
        ends = {state for start, _, end in self.rows for state in (start, end)}
        return frozenset(ends | self.terminal | {self.initial})

    @property
    def events(self) -> frozenset[str]:
        return frozenset(event for _, event, _ in self.rows)

    def after(self, state: str, event: str) -> StateT | None:
        """Where the event leads, or None when it is not allowed there."""
        return self._next.get((state, event))


def allowed(table: Table[StateT], state: str) -> tuple[str, ...]:
    """Events the state accepts, in the order of the table."""
    return tuple(event for start, event, _ in table.rows if start == state)


def advance(table: Table[StateT], state: str, event: str) -> StateT:
    """
    Give the state after the event.

    Raises:
        TransitionRefused: the state does not accept the event; the error names the events it does accept.
    """
    after = table.after(state, event)
    if after is None:
        raise refusal(table.noun, state, event, allowed(table, state))
    return after


def refusal(noun: str, state: str, event: str, events: Collection[str]) -> TransitionRefused:
    hint = (
        said("Allowed now: {events}.", events=wordlist(events))
        if events
        else said("Nothing follows {state}: it is final.", state=Word(state))
    )
    return TransitionRefused(
        f"{noun}.transition_refused",
        said(
            "{noun} in state {state} does not accept {event}.",
            noun=Word(noun.replace("_", " ").capitalize()),
            state=Word(state),
            event=Word(event),
        ),
        hint=hint,
        evidence={"state": str(state), "event": event, "allowed": list(events)},
    )


def ambiguous(rows: Iterable[Row]) -> tuple[tuple[str, str], ...]:
    """Pairs of state and event that lead to more than one row."""
    seen = Counter((start, event) for start, event, _ in rows)
    return tuple(pair for pair, count in seen.items() if count > 1)


def leaving(rows: Iterable[Row], terminal: Collection[str]) -> tuple[Row, ...]:
    """Rows that leave a terminal state."""
    return tuple(row for row in rows if row[0] in terminal)


def unreachable(rows: Collection[Row], initial: str, states: Collection[str]) -> tuple[str, ...]:
    """States that no sequence of events reaches from the initial one."""
    found = _closure({(start, end) for start, _, end in rows}, {initial})
    return tuple(sorted(set(states) - found))


def stuck(rows: Collection[Row], terminal: Collection[str], states: Collection[str]) -> tuple[str, ...]:
    """States from which no sequence of events reaches a terminal one."""
    found = _closure({(end, start) for start, _, end in rows}, set(terminal))
    return tuple(sorted(set(states) - found))


def problems(table: Table[StateT]) -> tuple[str, ...]:
    """Everything that makes the table unsound, one sentence each; empty for a sound table."""
    return (
        *(f"{start} accepts {event} in more than one row" for start, event in ambiguous(table.rows)),
        *(f"{row[0]} is terminal but accepts {row[1]}" for row in leaving(table.rows, table.terminal)),
        *(f"{s} cannot be reached" for s in unreachable(table.rows, table.initial, table.states)),
        *(f"{s} reaches no terminal state" for s in stuck(table.rows, table.terminal, table.states)),
    )


def _closure(edges: Collection[tuple[str, str]], start: Collection[str]) -> set[str]:
    found = set(start)
    while more := {end for begin, end in edges if begin in found} - found:
        found |= more
    return found
