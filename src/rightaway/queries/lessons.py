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
    given = dict(release.lesson_uses.values_list("lesson_id", "answer"))
    # The whole rows weigh many times more than what the rule reads, and every release page asks.
    read = ("pk", "article__number", "article__title", "article__release__number", "article__owner__username")
    return tuple(
        LessonFacts(
            number=number,
            title=title,
            learnt_in=learnt_in or "",
            owner=owner or "",
            answer=given.get(key, ""),
        )
        for key, number, title, learnt_in, owner in owed(release).select_related(None).values_list(*read)
    )
