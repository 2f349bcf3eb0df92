"""What is imported from other systems: the fields it may fill, the states it may come in, and what a row came to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from rightaway.domain.changes import ChangeState, ChangeType, RfcClass
from rightaway.domain.values import ClosureCode, Origin, ReleaseKind, ReleaseReason, ReleaseType

Json = dict[str, Any]


class Kind(StrEnum):
    CHANGES = "changes"
    RELEASES = "releases"


class Mode(StrEnum):
    """Whether a refused row stops the others."""

    EACH = "each"
    ALL = "all"


class Outcome(StrEnum):
    """What became of a row, or would."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"
    REFUSED = "refused"


class Field(Enum):
    """What kind of value a field takes."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    SCALE = "scale"
    NUMBER = "number"
    MOMENT = "moment"
    PERSON = "person"
    SERVICE = "service"
    ITEMS = "items"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Target:
    """A field of ours; `choices` are its values, `longest` is counted in characters."""

    kind: Field
    choices: tuple[str, ...] = ()
    longest: int = 20_000
    is_needed: bool = False


OPEN = {Kind.CHANGES: "registered", Kind.RELEASES: "assess"}
"""The one state in which what is still to be done comes in: nothing that was agreed elsewhere is agreed here."""
STATES: Mapping[Kind, tuple[str, ...]] = {
    Kind.CHANGES: (
        ChangeState.REGISTERED,
        ChangeState.CLOSED,
        ChangeState.WITHDRAWN,
        ChangeState.REJECTED,
    ),
    Kind.RELEASES: ("assess", "closed", "abandoned"),
}
SAID_ONCE = frozenset(
    {"key", "url", "service", "requested_by", "closed_at", "affected_cis", "change_type", "release_type"}
)
"""Said when a record comes in; a later import neither compares nor changes them."""
KEY_CHARACTERS = 120


def _choice(values: Iterable[str], *, is_needed: bool = False) -> Target:
    return Target(Field.CHOICE, tuple(str(one) for one in values), is_needed=is_needed)


def _common(kind: Kind) -> dict[str, Target]:
    return {
        "key": Target(Field.LINE, longest=KEY_CHARACTERS, is_needed=True),
        "url": Target(Field.ADDRESS, longest=500),
        "state": _choice(STATES[kind], is_needed=True),
        "title": Target(Field.LINE, longest=200, is_needed=True),
        "description": Target(Field.TEXT, is_needed=True),
        "service": Target(Field.SERVICE, longest=200),
        "requested_by": Target(Field.PERSON),
        "closed_at": Target(Field.MOMENT),
        "affected_cis": Target(Field.ITEMS),
        "impact": Target(Field.SCALE),
        "urgency": Target(Field.SCALE),
        "planned_start": Target(Field.MOMENT),
        "planned_end": Target(Field.MOMENT),
    }


TARGETS: Mapping[Kind, Mapping[str, Target]] = {
    Kind.CHANGES: {
        **_common(Kind.CHANGES),
        "change_type": _choice(ChangeType, is_needed=True),
        "rfc_class": _choice(RfcClass),
        "implementation_plan": Target(Field.TEXT),
        "test_plan": Target(Field.TEXT),
        "remediation_plan": Target(Field.TEXT),
        "disposition": Target(Field.LINE, longest=200),
        "committed_at": Target(Field.MOMENT),
    },
    Kind.RELEASES: {
        **_common(Kind.RELEASES),
        "release_type": _choice(ReleaseType, is_needed=True),
        "release_kind": _choice(ReleaseKind),
        "origin": _choice(Origin),
        "reason": _choice(ReleaseReason),
        "category": Target(Field.LINE, longest=80),
        "owning_group": Target(Field.LINE, longest=80),
        "justification": Target(Field.TEXT),
        "do_nothing_impact": Target(Field.TEXT),
        "communication_plan": Target(Field.TEXT),
        "coordinator": Target(Field.PERSON),
        "manager": Target(Field.PERSON),
        "service_owner": Target(Field.PERSON),
        "deployment_manager": Target(Field.PERSON),
        "requested_end": Target(Field.MOMENT),
        "cost_estimate": Target(Field.NUMBER),
        "closure_code": _choice(ClosureCode),
        "closure_comment": Target(Field.TEXT),
    },
}


def is_history(kind: Kind, state: str) -> bool:
    """Say whether a record comes in as something that is over."""
    return state != OPEN[kind]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or a cell of it, is not taken; `column` and `value` are as the file has them."""

    code: str
    message: str
    hint: str = ""
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """
    What became of one row.

    Args:
        place: Its number in a spreadsheet, where the heading is row 1; in JSON the number of the record from 1.
        changed: Fields that differ from the last import: `field`, `before`, `after`, and `kept` when somebody
            edited it here meanwhile.
        source: The cells of a refused row, to be mended.
    """

    place: int
    key: str
    outcome: Outcome
    number: str = ""
    title: str = ""
    service: str = ""
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    changed: tuple[Json, ...] = ()
    source: Json = field(default_factory=dict)


def counts(rows: Iterable[Row]) -> dict[str, int]:
    found = dict.fromkeys((str(one) for one in Outcome), 0)
    for row in rows:
        found[row.outcome] += 1
    return found


def differences(before: Json, after: Json, here: Json) -> tuple[Json, ...]:
    """
    Say in which fields a row differs from its last import.

    Args:
        before: The values of the last import.
        after: The values of this one; a field that is not in it says nothing.
        here: What the record holds now; a field that no longer holds what was imported was edited here, and is kept.
    """
    return tuple(
        {
            "field": name,
            "before": before.get(name),
            "after": after[name],
            "kept": here[name] != before.get(name),
        }
        for name in sorted(after)
        if after[name] != before.get(name) and here.get(name) != after[name]
    )
