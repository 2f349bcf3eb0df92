"""
Who may do what: the permission matrix as data, and the one question asked of it.

A role is granted in a scope; the caller passes the roles the person holds in the scope of the thing acted on.
Separation of duties is judged per person and lives in `separation`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

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


_ROLES = {
    "RM": Role.RELEASE_MANAGER,
    "DM": Role.DEPLOYMENT_MANAGER,
    "CI": Role.BUILD_ENGINEER,
    "SO": Role.SERVICE_OWNER,
    "CM": Role.CHANGE_MANAGER,
    "CAB": Role.CAB,
    "TM": Role.TRAINING_MANAGER,
    "ST": Role.STAKEHOLDER,
    "AU": Role.AUDITOR,
    "AD": Role.ADMIN,
    "SA": Role.SERVICE_ACCOUNT,
}

# Y yes, 2 with a second person, o own objects, p not in production, s under a standard change, - never.
# Source: permission matrix of the security design, section 4, for the actions that exist.
_TABLE = """
action                          RM  DM  CI  SO  CM CAB  TM  ST  AU  AD  SA
release.view                     Y   Y   Y   Y   Y   Y   Y   Y   Y   -   o
release.register                 Y   Y   Y   Y   -   -   -   -   -   -   s
release.edit                     Y   Y   Y   o   -   -   -   -   -   -   s
release.submit                   Y   Y   -   -   -   -   -   -   -   -   -
release.hold                     Y   -   -   -   -   -   -   -   -   -   -
release.close                    Y   Y   -   Y   Y   -   -   -   -   -   -
release.sign_off                 Y   Y   Y   Y   Y   Y   -   Y   -   -   -
record.comment                   Y   Y   Y   Y   Y   Y   Y   Y   -   -   -
record.watch                     Y   Y   Y   Y   Y   Y   Y   Y   Y   -   -
comment.edit                     o   o   o   o   o   o   o   o   -   -   -
view.save                        Y   Y   Y   Y   Y   Y   Y   Y   Y   Y   -
view.share                       Y   Y   -   Y   Y   -   -   -   -   -   -
plan.edit                        o   Y   Y   -   -   -   -   -   -   -   -
plan.schedule                    Y   Y   -   -   Y   -   -   -   -   -   s
package.build                    -   -   Y   -   -   -   -   -   -   -   Y
evidence.import                  -   -   Y   -   -   -   -   -   -   -   Y
gate.waive                       -   -   -   2   2   -   -   -   -   -   -
task.complete                    Y   Y   Y   Y   Y   -   Y   Y   -   -   -
task.vote                        Y   Y   Y   Y   Y   Y   Y   Y   -   -   -
training.edit                    Y   o   -   Y   -   -   Y   -   -   -   -
approval.request                 Y   Y   -   -   -   -   -   -   -   -   -
approval.vote.plan_design        -   Y   -   Y   Y   -   -   -   -   -   -
approval.vote.build_test         -   Y   -   Y   -   -   -   -   -   -   -
approval.vote.deployment         -   -   -   Y   Y   Y   -   -   -   -   -
approval.vote.emergency          -   -   -   Y   Y   Y   -   -   -   -   -
approval.vote.verification       -   -   -   Y   -   -   -   Y   -   -   -
approval.withdraw                o   o   -   o   o   o   -   o   -   -   -
approval.delegate                Y   Y   Y   Y   Y   Y   Y   Y   -   -   -
group.define                     -   -   -   -   2   -   -   -   -   2   -
board.define                     -   -   -   -   2   -   -   -   -   2   -
board.conduct                    o   o   o   o   Y   o   -   -   -   -   -
change.register                  Y   Y   Y   Y   Y   -   -   Y   -   -   Y
change.edit                      o   o   o   o   Y   -   -   o   -   -   o
change.authorise                 -   -   -   Y   Y   Y   -   -   -   -   -
change.authorise.emergency       -   -   -   2   2   2   -   -   -   -   -
change.close                     -   -   -   -   Y   -   -   -   -   -   -
change_model.edit                -   -   -   -   2   2   -   -   -   -   -
change_model.authorise           -   -   -   -   2   2   -   -   -   -   -
change_model.retire              -   -   -   -   Y   Y   -   -   -   -   -
record.import                    Y   -   -   -   Y   -   -   -   -   -   -
deployment.rehearse              Y   Y   Y   -   -   -   -   -   -   -   Y
deployment.launch                p   Y   p   -   -   -   -   -   -   -  ps
deployment.pause                 Y   Y   p   Y   Y   -   -   -   -   -   -
deployment.resume                -   Y   p   -   -   -   -   -   -   -   -
deployment.abort                 -   Y   p   -   -   -   -   -   -   -   -
deployment.back_out              Y   Y   p   Y   -   -   -   -   -   -   -
deployment.resolve.not_applied   -   Y   p   -   -   -   -   -   -   -   -
deployment.resolve.applied       -   2   p   -   -   -   -   -   -   -   -
ci.edit                          Y   Y   Y   Y   -   -   -   -   -   -   -
target.define                    -   2   p   -   -   -   -   -   -   2   -
article.edit                     Y   Y   Y   Y   Y   -   Y   -   -   -   -
incident.record                  Y   Y   Y   Y   Y   -   Y   Y   -   -   Y
outage.record                    Y   Y   Y   Y   Y   -   -   -   -   -   Y
early_life.manage                Y   Y   -   Y   -   -   -   -   -   -   -
review.edit                      Y   Y   -   Y   Y   -   -   -   -   -   -
workflow.view                    -   -   -   Y   Y   -   -   -   -   Y   -
workflow.edit                    -   -   -   -   2   -   -   -   -   2   -
role.grant                       -   -   -   2   -   -   -   -   -   2   -
token.create                     o   o   o   o   o   o   o   -   o   o   -
service_account.create           -   -   2   -   -   -   -   -   -   2   -
audit.read                       Y   Y   -   Y   Y   -   -   -   Y   Y   -
metrics.read                     Y   Y   Y   Y   Y   Y   Y   Y   Y   -   -
system.configure                 -   -   -   -   -   -   -   -   -   2   -
"""


def _read(table: str) -> dict[str, dict[Role, frozenset[Cell]]]:
    header, *lines = (line.split() for line in table.strip().splitlines())
    columns = [_ROLES[short] for short in header[1:]]
    return {action: dict(zip(columns, map(_cells, cells), strict=True)) for action, *cells in lines}


def _cells(letters: str) -> frozenset[Cell]:
    return frozenset() if letters == "-" else frozenset(Cell(letter) for letter in letters)


MATRIX: Mapping[str, Mapping[Role, frozenset[Cell]]] = _read(_TABLE)
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
