"""Lessons: all of them, and those that the plan of a release has to answer."""

from datetime import datetime
from typing import Any, Literal

from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, seen, visible
from rightaway.api.answers import Out, Page, PageFilter, page
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.intake.schema import FileModel
from rightaway.queries import lessons as ask
from rightaway.services import lessons

router = Router()


class LessonFilter(PageFilter):
    """`release` is where it was learnt."""

    text: Word = ""
    state: Word = ""
    service: Word = ""
    release: Word = ""


class LessonRow(Out):
    """A lesson by the number of its article; `release_model` and `checklist_item` say what it applies to."""

    number: str = Field(validation_alias="article__number")
    title: str = Field(validation_alias="article__title")
    service: str = Field(validation_alias="article__service__key")
    release: str | None = Field(validation_alias="article__release__number")
    owner: str | None = Field(validation_alias="article__owner__username")
    due_at: datetime | None = Field(validation_alias="article__due_at")
    release_model: str
    checklist_item: str
    state: str
    reason: str
    decided_by: str | None = Field(validation_alias="decided_by__username")
    decided_at: datetime | None
    version: int


class OwedLessonOut(Out):
    """A lesson that the plan answers; `answer` is empty while it does not."""

    number: str
    title: str
    learnt_in: str
    owner: str
    answer: str


class LessonAnswerIn(FileModel):
    """What is not applicable needs a reason."""

    answer: Literal["applied", "not_applicable"]
    reason: Said = ""


class LessonDecisionIn(FileModel):
    """Declining, and opening again, need a reason."""

    state: Literal["open", "applied", "declined"]
    reason: Said = ""


def _row(number: str) -> dict[str, Any]:
    return page(ask.lessons().filter(article__number=number), PageFilter(), "-id", LessonRow)["items"][0]  # type: ignore[no-any-return]


@router.get("/lessons", response=Page[LessonRow])
def list_lessons(request: Request, asked: Asked[LessonFilter]) -> Any:
    """List lessons, newest first."""
    rows = ask.lessons(**asked.model_dump(include={"text", "state", "service", "release"}))
    return page(visible(request.auth, rows, scope="article__service__key"), asked, "-id", LessonRow)


@router.put("/lessons/{lesson}/decision", response=LessonRow)
def decide(request: Request, lesson: str, sent: Sent[LessonDecisionIn]) -> Any:
    """Say that a lesson is applied outside of a release, or declined."""
    row = ask.lesson(lesson)
    scope = row.article.service.key if row else ""
    seen(request.auth, row, f"lesson {lesson:.20}", scope=scope)
    lessons.decide(
        actor=request.auth,
        number=lesson,
        expected_version=expected_version(request),
        **sent.model_dump(),
    )
    return _row(lesson)


@router.get("/releases/{release}/lessons", response=list[OwedLessonOut])
def list_owed(request: Request, release: str) -> Any:
    """List the lessons of the service that the plan of this release has to answer, and what it answered."""
    return ask.facts(find(request, release))


@router.put("/releases/{release}/lessons/{lesson}", response={204: None})
def answer(request: Request, release: str, lesson: str, sent: Sent[LessonAnswerIn]) -> None:
    """Say in the plan what becomes of a lesson."""
    find(request, release, "release.edit")
    lessons.answer(actor=request.auth, number=release, lesson=lesson, **sent.model_dump())
