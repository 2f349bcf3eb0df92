"""Lessons: all of them, those a release has to answer, and what it answered."""

from django.db.models import Q, QuerySet

from rightaway.domain.facts_planning import LessonFacts
from rightaway.domain.lessons import LessonState
from rightaway.records.knowledge.models import Lesson, LessonUse
from rightaway.records.releases.models import Release

RELATED = ("article__service", "article__release", "article__owner", "decided_by")


def lessons(
    *, text: str = "", state: str = "", service: str = "", release: str = "", person: int | None = None
) -> QuerySet[Lesson]:
    """
    List lessons, newest first.

    Args:
        release: Number of the release in which it was learnt.
        person: Account that owns it.
    """
    found = Lesson.objects.select_related(*RELATED).order_by("-id")
    if text:
        found = found.filter(Q(article__number__icontains=text) | Q(article__title__icontains=text))
    if state:
        found = found.filter(state=state)
    if service:
        found = found.filter(article__service__key=service)
    if release:
        found = found.filter(article__release__number=release)
    return found if person is None else found.filter(article__owner_id=person)


def lesson(number: str) -> Lesson | None:
    """Give a lesson by the number of its article."""
    return lessons().filter(article__number=number).first()


def owed(release: Release) -> QuerySet[Lesson]:
    """Give what the plan of a release has to answer: open lessons of its service, and those it has answered."""
    fits = Q(release_model="") | Q(release_model=release.model)
    is_open = Q(state=LessonState.OPEN) & fits
    return (
        Lesson.objects.select_related(*RELATED)
        .filter(article__service=release.service)
        .exclude(article__release=release)
        .filter(is_open | Q(uses__release=release))
        .distinct()
        .order_by("id")
    )


def answers(release: Release) -> dict[int, LessonUse]:
    """Give what the release answered, by the id of the lesson."""
    return {one.lesson_id: one for one in release.lesson_uses.select_related("by")}


def facts(release: Release) -> tuple[LessonFacts, ...]:
    given = answers(release)
    return tuple(
        LessonFacts(
            number=one.article.number,
            title=one.article.title,
            learnt_in=one.article.release.number if one.article.release else "",
            owner=one.article.owner.username if one.article.owner else "",
            answer=given[one.pk].answer if one.pk in given else "",
        )
        for one in owed(release)
    )
