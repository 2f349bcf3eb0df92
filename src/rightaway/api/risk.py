"""The risk of changes and releases: the score with every term, and the questionnaire."""

from typing import Any

from ninja import Router

from rightaway.api import changes, releases
from rightaway.api.access import Request, require_any_role
from rightaway.api.answers import Out
from rightaway.domain.risk import Score, stated
from rightaway.queries import risk as ask

router = Router()


class RiskTerm(Out):
    """One line of the sum; `is_answered` says that an answer weighs more than what was measured."""

    key: str
    weight: int
    share: float
    points: float
    is_answered: bool


class RiskOut(Out):
    """
    A score from 0 to 100 and its level from 1 to 5; `overrides` are rules that raised the level.

    `stated` is what a person said, `effective` what counts. `inputs` are what the terms were made of.
    """

    score: int
    level: int
    stated: int | None
    effective: int
    reason: str
    overrides: list[str]
    terms: list[RiskTerm]
    inputs: dict[str, Any]


class RiskQuestion(Out):
    """`answers` gives each answer its share of the term, in percent."""

    key: str
    text: str
    term: str
    answers: dict[str, int]
    destructive: str


def _shown(found: Score, said: int | None, effective: int, reason: str = "") -> RiskOut:
    inputs = {name: getattr(found.facts, name) for name in found.facts.__dataclass_fields__}
    return RiskOut(
        score=found.score,
        level=found.level,
        stated=said,
        effective=effective,
        reason=reason,
        overrides=list(found.overrides),
        terms=[RiskTerm.model_validate(term) for term in found.terms],
        inputs=inputs,
    )


@router.get("/changes/{change}/risk", response=RiskOut)
def risk_of_change(request: Request, change: str) -> Any:
    """Count the risk of a change as it is now."""
    row = changes.find(request, change)
    found = ask.of_change(row)
    return _shown(found, row.risk_level, stated(found.level, row.risk_level), row.risk_reason)


@router.get("/releases/{release}/risk", response=RiskOut)
def risk_of_release(request: Request, release: str) -> Any:
    """Count the risk of a release as it is now, with everything that it carries; a person can only raise it."""
    row = releases.find(request, release)
    found = ask.of_release(row)
    return _shown(found, row.risk_level, max(found.level, row.risk_level or 0))


@router.get("/risk-questions", response=list[RiskQuestion])
def questions(request: Request) -> Any:
    """List what is asked about the risk of a change, with the answers there are."""
    require_any_role(request.auth)
    return [RiskQuestion.model_validate(one) for one in ask.questions()]
