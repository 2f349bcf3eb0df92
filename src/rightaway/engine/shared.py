"""What the targets of one wave share while they are worked on."""

from dataclasses import dataclass
from typing import Any

from rightaway.engine.connections import Kept
from rightaway.engine.ledger import GroupCommit
from rightaway.engine.scripts import Scripts
from rightaway.services import deployment_attempts as attempts

Json = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """Everything the targets of one wave share while they are worked on."""

    number: str
    ordinal: int
    direction: str
    plan: Json
    scripts: Scripts
    parent: dict[int, list[Any]]
    fences: dict[int, int]
    kept: Kept
    intents: GroupCommit[list[attempts.Intended], frozenset[int]]
    results: GroupCommit[attempts.Settled, None]
    log: GroupCommit[tuple[str, bytes], None]
