"""Whom a notice reaches."""

from django.db.models import QuerySet

from rightaway.domain import notices as rules
from rightaway.domain.notices import To
from rightaway.domain.permissions import Role
from rightaway.domain.subjects import SubjectKind
from rightaway.queries import conversations, people, subjects
from rightaway.records.assurance.models import Notice
from rightaway.records.people.models import Group
from rightaway.records.releases.models import Release


def audience(row: Notice) -> frozenset[int]:
    """
    Give whom a notice would reach now: active people who may see the release.

    Someone named who may not see it would get a message that leads nowhere, and is left out.
    """
    release = row.release
    meant = _meant(row, release)
    seeing = subjects.viewers(subjects.of_row(SubjectKind.RELEASE, release))
    return frozenset(seeing.filter(pk__in=list(meant)).values_list("pk", flat=True)) if meant else frozenset()


def _meant(row: Notice, release: Release) -> set[int]:
    match row.to:
        case To.STAKEHOLDERS:
            held = release.stakeholders.all()
            held = held.filter(part=row.part) if row.part else held
            return set(held.values_list("person_id", flat=True))
        case To.USERS:
            service = subjects.of_row(SubjectKind.CI, release.service)
            return set(conversations.watchers(service)) | set(
                people.holders(Role.STAKEHOLDER, release.service.key)
            )
        case To.SERVICE_DESK:
            return _members(Group.objects.filter(key=rules.SERVICE_DESK_GROUP))
        case To.NAMED:
            return set(row.people.values_list("pk", flat=True)) | _members(row.groups.all())
    return set()


def _members(groups: QuerySet[Group]) -> set[int]:
    return {one for one in groups.values_list("members", flat=True) if one is not None}
