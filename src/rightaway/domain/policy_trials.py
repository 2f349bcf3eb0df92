"""What another release policy would ask of a release, beside what the one that holds does: nothing is written."""

import json
from dataclasses import dataclass
from datetime import datetime

from rightaway.domain.guards import explain
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.unmet import Unmet
from rightaway.domain.workflows import Template


@dataclass(frozen=True, slots=True)
class PolicyTrial:
    """One release: what only the other policy finds missing, and what only the one that holds does."""

    number: str
    phase: str
    more: tuple[Unmet, ...]
    less: tuple[Unmet, ...]


def trial(template: Template, facts: ReleaseFacts, under_other: ReleaseFacts, now: datetime) -> PolicyTrial:
    """Judge every way out of the phase that the release is in under both policies, by the same records."""
    held = _unmet(template, facts, now)
    under = _unmet(template, under_other, now)
    return PolicyTrial(
        facts.number,
        facts.phase,
        more=tuple(one for key, one in under.items() if key not in held),
        less=tuple(one for key, one in held.items() if key not in under),
    )


def _unmet(template: Template, facts: ReleaseFacts, now: datetime) -> dict[tuple[str, str], Unmet]:
    return {
        (one.code, _seen(one)): one
        for way in explain(template, facts, now)
        for one in way.unmet
        if way.transition.target not in template.terminal
    }


def _seen(one: Unmet) -> str:
    """Give what tells two things of one code apart, whichever version of the policy says so."""
    return json.dumps(
        {name: value for name, value in one.evidence.items() if name != "policy"}, sort_keys=True, default=str
    )
