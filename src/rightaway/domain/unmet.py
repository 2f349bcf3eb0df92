"""One thing that keeps a release from going on, said so that its owner can act on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rightaway.domain.sentences import NOTHING, Sentence, said


@dataclass(frozen=True, slots=True)
class Unmet:
    """
    What a rule found missing.

    Args:
        rule: The guard, condition or transition that asked.
        code: Stable; programs match on it.
        message: What is missing, in one sentence.
        owner: The role that can put it right.
        remedy: What to do next.
        evidence: What the rule saw; JSON values only.
        blocks: False for a warning, which is shown but stops nothing.
        failed: The evidence exists and says no, as opposed to not being there yet.
    """

    rule: str
    code: str
    message: Sentence
    owner: str
    remedy: Sentence = NOTHING
    evidence: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = True
    failed: bool = False


def missing(rule: str, name: str, what: Sentence, owner: str = "release_manager") -> Unmet:
    """Say that the release lacks something; `what` reads after "lacks" and after "record"."""
    return Unmet(
        rule,
        f"{rule}.{name}_missing",
        said("The release lacks {what}.", what=what),
        owner,
        said("Record {what}.", what=what),
        {"field": name},
    )
