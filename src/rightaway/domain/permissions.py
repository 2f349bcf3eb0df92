"""
Who may do what: the one question asked of the permission matrix, which is the data file `permissions.csv`.

In its cells: Y yes, 2 with a second person, o own objects, p not in production, s under a standard change, - never.
Source: permission matrix of the security design, section 4, for the actions that exist.

A role is granted in a scope; the caller passes the roles the person holds in the scope of the thing acted on.
Separation of duties is judged per person and lives in `separation`.
"""

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from rightaway.domain.sentences import NOTHING, Sentence, said, wordlist

EVERYWHERE = "*"
"""The scope of a role that is held in every service."""


class Role(StrEnum):
    RELEASE_MANAGER = "release_manager"
    DEPLOYMENT_MANAGER = "deployment_manager"
    BUILD_ENGINEER = "build_engineer"
    SERVICE_OWNER = "service_owner"
    CHANGE_MANAGER = "change_manager"
    CAB = "cab"
    TRAINING_MANAGER = "training_manager"
    STAKEHOLDER = "stakeholder"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SERVICE_ACCOUNT = "service_account"


class Cell(StrEnum):
    """A condition under which a role may do something; a cell of the matrix holds any of them, or none."""

    YES = "Y"
    SECOND_PERSON = "2"
    OWN = "o"
    NOT_PRODUCTION = "p"
    STANDARD_CHANGE = "s"


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` says why not, or on what condition; `second_person` asks for another eligible person too."""

    allowed: bool
    reason: Sentence = NOTHING
    second_person: bool = False

    def __bool__(self) -> bool:
        return self.allowed


def _read() -> dict[str, dict[Role, frozenset[Cell]]]:
    """
    Read the matrix: a row for each action, a column for each role.

    Raises:
        ValueError: a row without a cell for each role, an unknown role, or a letter that means nothing.
    """
    held = files("rightaway.domain").joinpath("templates", "permissions.csv")
    header, *lines = csv.reader(held.read_text(encoding="utf-8").splitlines())
    columns = [Role(name) for name in header[1:]]
    return {action: dict(zip(columns, map(_cells, cells), strict=True)) for action, *cells in lines}


def _cells(letters: str) -> frozenset[Cell]:
    return frozenset() if letters == "-" else frozenset(Cell(letter) for letter in letters)


MATRIX: Mapping[str, Mapping[Role, frozenset[Cell]]] = _read()
_NARROW = {
    Cell.OWN: said("only on what you made yourself"),
    Cell.NOT_PRODUCTION: said("only outside production"),
    Cell.STANDARD_CHANGE: said("only under an authorised standard change"),
}


def may(
    action: str,
    roles: Collection[str],
    *,
    own: bool = False,
    production: bool = True,
    standard_change: bool = False,
) -> Decision:
    """
    Say whether any of the roles allows the action; what the matrix does not allow is refused.

    Args:
        action: A row of the matrix.
        roles: The roles the person holds in the scope of the thing.
        own: The person made the thing acted on.
        production: The action touches production.
        standard_change: The thing runs under a standard change that was authorised beforehand.

    Raises:
        LookupError: the matrix has no such action, which is a mistake in the program.
    """
    row = MATRIX[action]
    granted = frozenset().union(*(cells for role, cells in row.items() if role in roles))
    holds = {Cell.OWN: own, Cell.NOT_PRODUCTION: not production, Cell.STANDARD_CHANGE: standard_change}
    if Cell.YES in granted or any(held and cell in granted for cell, held in holds.items()):
        return Decision(allowed=True)
    if Cell.SECOND_PERSON in granted:
        return Decision(
            allowed=True, reason=said("A second eligible person must confirm."), second_person=True
        )
    return Decision(allowed=False, reason=_why_not(action, granted))


def _why_not(action: str, granted: Collection[Cell]) -> Sentence:
    near = [text for cell, text in _NARROW.items() if cell in granted]
    if near:
        return said("Your roles allow {action} {conditions}.", action=action, conditions=near)
    holders = wordlist(role for role, cells in MATRIX[action].items() if cells) or said("nobody")
    return said("{action} needs one of these roles here: {roles}.", action=action, roles=holders)
