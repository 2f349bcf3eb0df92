"""The risk questionnaire as data: what is asked, and how far each answer raises a term of the score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rightaway.domain.errors import Invalid
from rightaway.domain.risk import WEIGHTS
from rightaway.domain.sentences import said

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Question:
    """`answers` gives each answer its share of the term, in percent; `destructive` is the one that means lost data."""

    key: str
    text: str
    term: str
    answers: Mapping[str, int]
    destructive: str = ""


def questionnaire(document: Mapping[str, Any]) -> tuple[Question, ...]:
    """
    Read a questionnaire from the content of its file.

    Raises:
        Invalid: `risk.questionnaire`, with what is wrong.
    """
    found = tuple(
        Question(
            key=str(one["key"]),
            text=str(one["text"]),
            term=str(one["term"]),
            answers={str(key): int(value) for key, value in one["answers"].items()},
            destructive=str(one.get("destructive", "")),
        )
        for one in document["questions"]
    )
    for one in found:
        if one.term not in WEIGHTS:
            raise Invalid("risk.questionnaire", said("There is no term '{term}'.", term=one.term), at=one.key)
        if not all(0 <= share <= WHOLE for share in one.answers.values()):
            raise Invalid("risk.questionnaire", said("A share runs from 0 to 100 percent."), at=one.key)
        if one.destructive and one.destructive not in one.answers:
            raise Invalid(
                "risk.questionnaire",
                said("'{destructive}' is no answer.", destructive=one.destructive),
                at=one.key,
            )
    return found


def check(questions: Iterable[Question], given: Mapping[str, Any]) -> None:
    """
    Refuse answers that nobody asked for.

    Raises:
        Invalid: `risk.question` or `risk.answer`.
    """
    known = {one.key: one for one in questions}
    for key, answer in given.items():
        if key not in known:
            raise Invalid(
                "risk.question",
                said("Nobody asks '{key}'.", key=key),
                at="risk_answers",
                hint=said("The questions are {known}.", known=known),
            )
        if answer and answer not in known[key].answers:
            raise Invalid(
                "risk.answer",
                said("'{answer}' is no answer to {key}.", answer=answer, key=key),
                at="risk_answers",
                hint=said("Answer one of {answers}.", answers=known[key].answers),
            )


def shares(questions: Iterable[Question], given: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Give the highest share that any of the answers gives a term; what was not answered raises nothing."""
    found: dict[str, float] = {}
    every = list(given)
    for one in questions:
        for answers in every:
            share = one.answers.get(str(answers.get(one.key, "")), 0) / WHOLE
            found[one.term] = max(found.get(one.term, 0.0), share)
    return found


def is_destructive(questions: Iterable[Question], given: Iterable[Mapping[str, Any]]) -> bool:
    every = list(given)
    return any(
        one.destructive and answers.get(one.key) == one.destructive for one in questions for answers in every
    )
