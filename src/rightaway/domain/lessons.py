"""Lessons: what was learnt is answered by every later plan that it applies to, until it is applied or declined."""

from enum import StrEnum

from rightaway.domain.errors import Invalid
from rightaway.domain.facts_planning import LessonFacts
from rightaway.domain.sentences import said
from rightaway.domain.unmet import Unmet


class LessonState(StrEnum):
    OPEN = "open"
    APPLIED = "applied"
    DECLINED = "declined"


class LessonAnswer(StrEnum):
    APPLIED = "applied"
    NOT_APPLICABLE = "not_applicable"


def check(decision: str, reason: str, offered: type[StrEnum]) -> None:
    """
    Accept what is said of a lesson; only what was applied needs no reason.

    Raises:
        Invalid: there is no such answer, or it lacks its reason.
    """
    if decision not in set(offered):
        raise Invalid(
            "lesson.answer",
            said("'{answer}' is no answer.", answer=decision),
            at="answer",
            hint=", ".join(offered),
        )
    if decision != LessonState.APPLIED and not reason.strip():
        raise Invalid("lesson.reason_missing", said("Say why the lesson is not applied."), at="reason")


def answered(lessons: tuple[LessonFacts, ...]) -> tuple[Unmet, ...]:
    """Every open lesson of the service is answered in the plan: applied, or not applicable with the reason."""
    return tuple(
        Unmet(
            "G10",
            "G10.lesson_unanswered",
            said("The plan does not answer the lesson {number}: {title}", number=one.number, title=one.title),
            "release_manager",
            said("Say that {number} is applied, or why it is not applicable.", number=one.number),
            {"lesson": one.number, "from": one.learnt_in, "owner": one.owner},
        )
        for one in lessons
        if not one.answer
    )
