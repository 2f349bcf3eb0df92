"""The post-implementation review: when it must be held, whether it is complete, what it found."""

import hashlib

from rightaway.domain.facts_closure import ReviewFacts
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import NOTHING, Sentence, Word, said
from rightaway.domain.unmet import Unmet, missing
from rightaway.domain.values import IncidentLink

RESULTS = ("met", "partly", "not_met")
FAILED_OUTCOMES = frozenset({"backed_out", "partially_backed_out", "failed_not_backed_out"})
SAMPLED_ONE_IN = 10


def why_mandatory(facts: ReleaseFacts) -> Sentence:
    """Say why this release must be reviewed; empty when nobody has to."""
    if facts.registration.release_type in {"major", "emergency"}:
        return said("it is a release of type {kind}", kind=Word(facts.registration.release_type))
    if facts.closure.outcome in FAILED_OUTCOMES:
        return said("its outcome is {outcome}", outcome=Word(facts.closure.outcome))
    caused = [r.number for r in facts.linked if r.kind == "incident" and r.link == IncidentLink.CAUSED]
    if caused:
        return said("it caused {numbers}", numbers=caused)
    return said("it was drawn in the sample") if sampled(facts.number) else NOTHING


def sampled(number: str) -> bool:
    """Draw one release in ten by its number: the same answer every time, and nobody can choose."""
    return int.from_bytes(hashlib.sha256(number.encode()).digest()[:8]) % SAMPLED_ONE_IN == 0


def objectives_met(review: ReviewFacts) -> str:
    """Sum up the objectives: met, partly or not_met; empty while one of them has no result."""
    results = {objective.result for objective in review.objectives}
    if not results or not results <= set(RESULTS):
        return ""
    if len(results) == 1:
        return results.pop()
    return "partly"


def satisfaction(review: ReviewFacts) -> tuple[int, int]:
    """Give the sum of the ratings and how many there are, so that a reader can take the mean."""
    ratings = [rating.rating for rating in review.ratings if rating.rating is not None]
    return sum(ratings), len(ratings)


def review_complete(facts: ReleaseFacts) -> tuple[Unmet, ...]:
    """Give what the closure still needs from the review; lessons are asked of every release."""
    review, found = facts.review, []
    if not review.lessons and not review.no_lessons_reason.strip():
        found.append(missing("G60", "lessons", said("a lesson, or the reason why there is none")))
    why = why_mandatory(facts)
    if not why:
        return tuple(found)
    if review.held_at is None:
        found.append(_needed("review", said("The review was not held"), why))
    if not objectives_met(review):
        found.append(_needed("objectives", said("Not every objective has a result"), why))
    if not any(rating.rating is not None for rating in review.ratings):
        found.append(_needed("ratings", said("No stakeholder rated the release"), why))
    if facts.closure.outcome in FAILED_OUTCOMES and not review.root_cause.strip():
        found.append(_needed("root_cause", said("The root cause is not named"), why))
    return tuple(found)


def _needed(name: str, what: Sentence, why: Sentence) -> Unmet:
    return Unmet(
        "G60",
        f"G60.{name}_missing",
        said("{what}; this release must be reviewed because {why}.", what=what, why=why),
        "release_manager",
        said("Complete the post-implementation review."),
        {"why": why},
    )
