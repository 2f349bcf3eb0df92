"""What is proposed to become of everything open that is linked to a release."""

import hashlib
from dataclasses import dataclass

from rightaway.domain.canonical import canonical_json
from rightaway.domain.facts_closure import LinkedRecordFacts
from rightaway.domain.incidents import proposed
from rightaway.domain.sentences import Sentence
from rightaway.queries import facts_linked
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


@dataclass(frozen=True, slots=True)
class Proposal:
    record: LinkedRecordFacts
    disposition: str
    why: Sentence


def proposals(release: Release) -> list[Proposal]:
    """Give what is proposed for each linked record that is open and of which nothing is said yet."""
    return [
        Proposal(one, *proposed(one))
        for one in facts_linked.linked(release)
        if one.open and not one.disposition
    ]


def digest(found: list[Proposal]) -> str:
    """Name a proposal by its content, so that nobody confirms what they have not seen."""
    content = [[one.record.number, one.disposition] for one in found]
    return hashlib.sha256(canonical_json(content)).hexdigest()


def counts(found: list[Proposal]) -> dict[tuple[str, str], int]:
    """Count what is proposed by disposition and kind of record."""
    counted: dict[tuple[str, str], int] = {}
    for one in found:
        key = (one.disposition, one.record.kind)
        counted[key] = counted.get(key, 0) + 1
    return counted


def keeper(release: Release) -> User:
    """Give who goes on with what stays open, when nobody is named."""
    return release.service_owner or release.manager or release.initiated_by
