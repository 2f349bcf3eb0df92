"""Find a record that people talk about by its kind and number, and who may see it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from rightaway.domain.permissions import EVERYWHERE, Role, may
from rightaway.domain.subjects import Subject, SubjectKind
from rightaway.domain.values import PersonKind
from rightaway.queries import (
    boards,
    change_models,
    changes,
    cmdb,
    deployments,
    incidents,
    knowledge,
    meetings,
    policies,
    releases,
)
from rightaway.records.people.models import User


def subject(kind: str, key: str) -> Subject | None:
    """Give the record; None when there is no such kind or no such record."""
    if kind not in set(SubjectKind):
        return None
    found, described = _KINDS[SubjectKind(kind)]
    row = found(key)
    return described(row) if row is not None else None


def of_row(kind: SubjectKind, row: Any) -> Subject:
    """Describe a record that the caller has read already."""
    return _KINDS[kind][1](row)


def viewers(of: Subject) -> QuerySet[User]:
    """Give the active people who may see the record."""
    return able(of, "release.view", scope=None if of.is_common else of.scope)


def able(of: Subject, action: str, *, scope: str | None = "", production: bool = True) -> QuerySet[User]:
    """
    Give the active people whose roles allow an action on the record.

    Args:
        scope: Where the role must be held: that of the record when empty, anywhere when None.
    """
    roles = [role for role in Role if may(action, [role], production=production)]
    held = Q(roles__role__in=roles)
    if scope is not None:
        held &= Q(roles__scope__in=[scope or of.scope, EVERYWHERE])
    return User.objects.filter(held, is_active=True, kind=PersonKind.PERSON).distinct()


def _people(*ids: int | None) -> frozenset[int]:
    return frozenset(one for one in ids if one is not None)


def _named(username: str) -> frozenset[int]:
    """Give the account behind a name that a record only writes down; what the engine opened has none."""
    return frozenset(User.objects.filter(username=username).values_list("pk", flat=True))


def _release(row: Any) -> Subject:
    stakeholders = row.stakeholders.values_list("person_id", flat=True)
    return Subject(
        kind=SubjectKind.RELEASE,
        key=row.number,
        title=row.title,
        scope=row.service.key,
        stream=row.number,
        owner_id=row.initiated_by_id,
        involved=_people(row.initiated_by_id, row.coordinator_id, row.manager_id, *stakeholders),
    )


def _change(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.CHANGE,
        key=row.number,
        title=row.title,
        scope=row.service.key,
        stream=row.number,
        owner_id=row.requester_id,
        involved=_people(row.requester_id),
    )


def _deployment(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.DEPLOYMENT,
        key=row.number,
        title=f"{row.release.title} → {row.environment.name}"[:200],
        scope=row.release.service.key,
        stream=row.release.number,
        owner_id=row.requested_by_id,
        involved=_people(row.requested_by_id, row.release.deployment_manager_id),
        parent=_release(row.release),
    )


def _item(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.CI,
        key=row.key,
        title=row.name,
        scope=row.service.key if row.service else row.key,
        stream="cmdb",
        is_common=True,
        involved=_people(row.owner_id),
    )


def _incident(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.INCIDENT,
        key=row.number,
        title=row.title,
        scope=row.service.key,
        stream=row.number,
        involved=_people(row.confirmed_by_id) | _named(row.reported_by),
    )


def _problem(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.PROBLEM,
        key=row.number,
        title=row.title,
        scope=row.release.service.key if row.release else EVERYWHERE,
        stream=row.number,
        involved=_named(row.opened_by),
    )


def _known_error(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.KNOWN_ERROR,
        key=row.number,
        title=row.title,
        scope=row.service.key,
        stream=row.number,
    )


def _article(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.ARTICLE,
        key=row.number,
        title=row.title,
        scope=row.service.key,
        stream=row.number,
        owner_id=row.author_id,
        involved=_people(row.author_id, row.owner_id),
    )


def _meeting(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.MEETING,
        key=row.number,
        title=row.title,
        scope=EVERYWHERE,
        stream=row.number,
        is_common=True,
        involved=_people(*meetings.seated(row.board)),
    )


def _board(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.BOARD,
        key=row.key,
        title=row.title,
        scope=EVERYWHERE,
        stream="governance",
        is_common=True,
        owner_id=row.proposed_by_id,
        involved=_people(row.chair_id, row.proposed_by_id),
    )


def _change_model(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.CHANGE_MODEL,
        key=row.number,
        title=row.title,
        scope=EVERYWHERE,
        stream=row.number,
        is_common=True,
        involved=_people(row.owner_id, *row.authors.values_list("pk", flat=True)),
    )


def _policy(row: Any) -> Subject:
    return Subject(
        kind=SubjectKind.POLICY,
        key=row.number,
        title=str(row.service),
        scope=row.service.key,
        stream=row.number,
        involved=_people(row.service.owner_id, *(one.pk for one in row.authors.all())),
    )


_KINDS: Mapping[SubjectKind, tuple[Callable[[str], Any], Callable[[Any], Subject]]] = {
    SubjectKind.RELEASE: (releases.release, _release),
    SubjectKind.CHANGE: (changes.change, _change),
    SubjectKind.DEPLOYMENT: (deployments.deployment, _deployment),
    SubjectKind.CI: (cmdb.item, _item),
    SubjectKind.INCIDENT: (incidents.incident, _incident),
    SubjectKind.PROBLEM: (incidents.problem, _problem),
    SubjectKind.KNOWN_ERROR: (incidents.known_error, _known_error),
    SubjectKind.ARTICLE: (knowledge.article, _article),
    SubjectKind.MEETING: (meetings.meeting, _meeting),
    SubjectKind.BOARD: (boards.board, _board),
    SubjectKind.CHANGE_MODEL: (change_models.model, _change_model),
    SubjectKind.POLICY: (policies.version, _policy),
}
