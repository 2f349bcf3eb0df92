"""Knowledge articles and lessons."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor, ArticleKind, ArticleState
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.knowledge.models import Article, Lesson
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _edits, _guard, lifecycle
from rightaway.services._numbers import next_number

WRITTEN = ("title", "body", "state")
WITH_PACKAGE = {ArticleKind.RUNBOOK, ArticleKind.ROLLBACK_RUNBOOK}


@transaction.atomic
def write(
    *,
    actor: Actor,
    kind: str,
    title: str,
    body: str,
    service: str,
    release: str | None = None,
    owner: str | None = None,
    due_at: datetime | None = None,
    release_model: str = "",
    checklist_item: str = "",
) -> Article:
    """
    Write an article as a draft; a lesson needs an owner and a due date, so that it is applied.

    Args:
        release_model: The releases of the service that a lesson applies to; all of them when empty.
        checklist_item: Key of the checklist item that a lesson is about.
    """
    _guard.require(actor=actor, action="article.edit", scope=service)
    if kind not in set(ArticleKind):
        raise Invalid(
            "article.kind",
            said("'{kind}' is no kind of article.", kind=Word(kind)),
            at="kind",
            hint=", ".join(ArticleKind),
        )
    if kind == ArticleKind.LESSON_LEARNT and (owner is None or due_at is None):
        raise Invalid("lesson.owner_needed", said("A lesson needs an owner and a due date."), at="owner")
    row = _guard.lock(Release, number=release) if release else None
    article = Article.objects.create(
        number=next_number("KB"),
        kind=kind,
        title=title,
        body=body,
        service=_guard.find(ConfigurationItem, key=service),
        release=row,
        author=_guard.person(actor),
        owner=_guard.find(User, username=owner) if owner else None,
        due_at=due_at,
    )
    if kind == ArticleKind.LESSON_LEARNT:
        Lesson.objects.create(article=article, release_model=release_model, checklist_item=checklist_item)
    _told(actor, "knowledge.article.written", article)
    if row is not None:
        row.save()
        lifecycle.settle(release=row)
    return article


@transaction.atomic
def publish(*, actor: Actor, number: str, expected_version: int | None = None) -> Article:
    article = _guard.lock(Article, number=number)
    _guard.require(actor=actor, action="article.edit", scope=article.service.key)
    _guard.unchanged(article, expected_version)
    article.state, article.published_at = ArticleState.PUBLISHED, timezone.now()
    article.save()
    _told(actor, "knowledge.article.published", article)
    if article.release is not None:
        release = _guard.lock(Release, pk=article.release_id)
        release.save()
        lifecycle.settle(release=release)
    return article


@transaction.atomic
def edit(*, actor: Actor, number: str, title: str, body: str, expected_version: int | None = None) -> Article:
    article = _guard.lock(Article, number=number)
    _guard.require(actor=actor, action="article.edit", scope=article.service.key)
    _guard.unchanged(article, expected_version)
    if article.package_digest and article.kind in WITH_PACKAGE:
        raise Refused(
            "article.of_package",
            said("{number} is the text of a package.", number=number),
            hint=said("Change it in the package and build that again."),
        )
    before = _edits.values(article, WRITTEN)
    article.title, article.body, article.state = title, body, ArticleState.DRAFT
    article.save()
    changes = _edits.changes(before, _edits.values(article, WRITTEN))
    _told(actor, "knowledge.article.edited", article, changes)
    return article


def _told(actor: Actor, action: str, article: Article, changes: list[dict[str, Any]] | None = None) -> None:
    facts = {"kind": str(article.kind), "title": article.title, "changes": changes or []}
    _audit.record(
        actor=actor,
        action=action,
        stream=article.number,
        subject=("article", article.number),
        facts=facts,
        version=article.version,
    )
