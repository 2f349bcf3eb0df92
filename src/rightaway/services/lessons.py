"""Lessons: answered by the plans of later releases, applied or declined by who owns them."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Refused
from rightaway.domain.lessons import LessonAnswer, LessonState, check
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor
from rightaway.queries import lessons as ask
from rightaway.records.knowledge.models import Article, Lesson, LessonUse
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, lifecycle
from rightaway.services._release import require_open


@transaction.atomic
def answer(*, actor: Actor, number: str, lesson: str, answer: str, reason: str = "") -> LessonUse:
    """
    Say in the plan of a release what becomes of a lesson: applied, or not applicable with the reason.

    A lesson that a release applies is applied; one that does not fit waits for the next release.

    Args:
        number: The release that plans.
        lesson: The number of the lesson's article.
    """
    release = _guard.lock(Release, number=number)
    own = release.initiated_by_id == actor.user_id
    _guard.require(actor=actor, action="release.edit", scope=release.service.key, own=own)
    require_open(release)
    check(answer, reason, LessonAnswer)
    row = ask.owed(release).filter(article__number=lesson).first()
    if row is None:
        raise _guard.not_found(Article, {"number": lesson})
    held = Lesson.objects.select_for_update().get(pk=row.pk)
    now, user = timezone.now(), _guard.person(actor)
    use, _ = LessonUse.objects.update_or_create(
        lesson=held, release=release, defaults={"answer": answer, "reason": reason, "by": user, "at": now}
    )
    applied = held.uses.filter(answer=LessonAnswer.APPLIED).order_by("at").first()
    if held.state != LessonState.DECLINED:
        held.state = LessonState.APPLIED if applied else LessonState.OPEN
        held.decided_by = applied.by if applied else None
        held.decided_at = applied.at if applied else None
        held.version += 1
        held.save()
    release.save()
    facts = {"lesson": lesson, "answer": answer, "reason": reason}
    _told(actor, release.number, "release.lesson.answered", ("release", number), facts, release.version)
    lifecycle.settle(release=release)
    return use


@transaction.atomic
def decide(
    *, actor: Actor, number: str, state: str, reason: str = "", expected_version: int | None = None
) -> Lesson:
    """
    Say that a lesson is applied outside of a release, or declined with the reason.

    Args:
        number: The number of its article.
    """
    article = _guard.find(Article, number=number)
    row = _guard.lock(Lesson, article=article)
    action = "release.view" if article.owner_id == actor.user_id else "article.edit"
    _guard.require(actor=actor, action=action, scope=article.service.key)
    _guard.unchanged(row, expected_version)
    check(state, reason, LessonState)
    if LessonState.OPEN not in {row.state, state}:
        raise Refused(
            "lesson.decided",
            said("{number} is {state}.", number=number, state=Word(row.state)),
            hint=said("Open it again first."),
        )
    row.state, row.reason = state, reason
    row.decided_by, row.decided_at = _guard.person(actor), timezone.now()
    row.save()
    _told(actor, number, "knowledge.lesson.decided", ("article", number), {"state": state, "reason": reason})
    return row


def _told(
    actor: Actor,
    stream: str,
    action: str,
    subject: tuple[str, str],
    facts: dict[str, Any],
    version: int | None = None,
) -> None:
    _audit.record(actor=actor, action=action, stream=stream, subject=subject, facts=facts, version=version)
