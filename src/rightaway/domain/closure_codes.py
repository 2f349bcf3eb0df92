"""Closure codes: what each says, and the outcomes it fits."""

from collections.abc import Mapping
from dataclasses import dataclass

from rightaway.domain.errors import Refused
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Sentence, Word, said, wordlist
from rightaway.domain.unmet import Unmet, missing
from rightaway.domain.values import ClosureCode, Outcome


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says, and of which outcomes it may be said."""

    definition: Sentence
    outcomes: frozenset[Outcome]


def _of(definition: Sentence, *outcomes: Outcome) -> Meaning:
    return Meaning(definition, frozenset(outcomes))


# Source: closure codes and outcomes of lifecycle design 1.5.
MEANINGS: Mapping[ClosureCode, Meaning] = {
    ClosureCode.SUCCESSFUL: _of(
        said("Everything in scope is in use as planned, and nothing went wrong on the way."), Outcome.SUCCESS
    ),
    ClosureCode.SUCCESSFUL_WITH_PROBLEMS: _of(
        said("Everything in scope is in use, with incidents, delays or workarounds on the way."),
        Outcome.SUCCESS,
        Outcome.SUCCESS_WITH_ISSUES,
    ),
    ClosureCode.PARTIALLY_IMPLEMENTED: _of(
        said("A part of the scope is in use; the rest was left out or backed out by decision."),
        Outcome.PARTIAL,
        Outcome.PARTIALLY_BACKED_OUT,
    ),
    ClosureCode.FAILED_BACKED_OUT: _of(
        said("The release failed, and what it changed is as it was before."),
        Outcome.BACKED_OUT,
        Outcome.PARTIALLY_BACKED_OUT,
    ),
    ClosureCode.FAILED_NOT_BACKED_OUT: _of(
        said("The release failed, and what it changed could not be or was not taken back."),
        Outcome.FAILED_NOT_BACKED_OUT,
    ),
    ClosureCode.REJECTED: _of(
        said("Those who had to approve the release denied it; nothing was deployed."), Outcome.ABANDONED
    ),
    ClosureCode.WITHDRAWN: _of(
        said("The release was given up by those who wanted it; nothing was deployed."), Outcome.ABANDONED
    ),
    ClosureCode.SUPERSEDED: _of(
        said("Another release took over the scope; nothing of this one was deployed."), Outcome.ABANDONED
    ),
}
_ABANDONED_AS = {"superseded": ClosureCode.SUPERSEDED, "rejected_by_approver": ClosureCode.REJECTED}


def fitting(outcome: str) -> tuple[ClosureCode, ...]:
    """Give the codes that may be said of an outcome; of none yet, every one."""
    return tuple(code for code, meaning in MEANINGS.items() if not outcome or outcome in meaning.outcomes)


def abandoned_as(reason: str) -> ClosureCode:
    """Give the code of a release that was abandoned for a reason."""
    return _ABANDONED_AS.get(reason, ClosureCode.WITHDRAWN)


def check(code: str, outcome: str) -> None:
    """
    Accept a code together with an outcome; either may be empty.

    Raises:
        Refused: `closure_code.unfit`.
    """
    if code and outcome and code not in fitting(outcome):
        raise Refused(
            "closure_code.unfit",
            said(
                "{code} does not fit the outcome {outcome}.",
                code=Word(code.replace("_", " ")),
                outcome=Word(outcome.replace("_", " ")),
            ),
            at="closure_code",
            hint=said("Codes that fit: {codes}.", codes=wordlist(fitting(outcome))),
            evidence={"outcome": outcome, "fitting": [str(one) for one in fitting(outcome)]},
        )


def code_stands(facts: ReleaseFacts) -> tuple[Unmet, ...]:
    """A release closes with a code that fits its outcome."""
    code, outcome = facts.closure.closure_code, facts.closure.outcome
    if code not in set(ClosureCode):
        choices = wordlist(fitting(outcome))
        return (missing("G60", "closure_code", said("a closure code ({choices})", choices=choices)),)
    if code in fitting(outcome):
        return ()
    return (
        Unmet(
            "G60",
            "G60.closure_code_unfit",
            said(
                "{code} does not fit the outcome {outcome}.",
                code=Word(code.replace("_", " ")),
                outcome=Word(outcome.replace("_", " ")),
            ),
            "release_manager",
            said("Choose one that fits: {codes}.", codes=wordlist(fitting(outcome))),
            {"closure_code": code, "outcome": outcome},
            failed=True,
        ),
    )
