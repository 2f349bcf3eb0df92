"""Alerts: who a definition means for one release, how often each was raised, and what keeps a release waiting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Max, QuerySet

from rightaway.domain import early_life, work_schedules
from rightaway.domain.alerts import ALERTS, Alert, Recipient
from rightaway.domain.conflicts import MISSES_DEPARTURE
from rightaway.domain.facts_planning import ConflictFacts
from rightaway.domain.guards import explain
from rightaway.domain.permissions import Role
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.unmet import Unmet
from rightaway.domain.work_schedules import WorkSchedule
from rightaway.queries import (
    approvers,
    conversations,
    facts_related,
    people,
    release_facts,
    subjects,
    templates,
)
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Deployment
from rightaway.records.notifications.models import Notification, RaisedAlert
from rightaway.records.people.models import Group
from rightaway.records.releases.models import Release

_NAMED = {
    Recipient.MANAGER: ("manager_id", Role.RELEASE_MANAGER),
    Recipient.COORDINATOR: ("coordinator_id", Role.RELEASE_MANAGER),
    Recipient.SERVICE_OWNER: ("service_owner_id", Role.SERVICE_OWNER),
    Recipient.DEPLOYMENT_MANAGER: ("deployment_manager_id", Role.DEPLOYMENT_MANAGER),
    Recipient.EARLY_LIFE_LEAD: ("els_lead_id", Role.RELEASE_MANAGER),
    Recipient.AUTHOR: ("initiated_by_id", Role.RELEASE_MANAGER),
}
_HELD = {
    Recipient.CHANGE_MANAGERS: Role.CHANGE_MANAGER,
    Recipient.BOARD: Role.CAB,
    Recipient.AUDITORS: Role.AUDITOR,
}


def schedule() -> WorkSchedule:
    """Give the hours in which this organisation works."""
    return work_schedules.read(settings.ENVIRONMENT.work_hours, settings.ENVIRONMENT.time_zone)


def recipients(release: Release, parts: Iterable[Recipient], now: datetime) -> frozenset[int]:
    """Give who has these parts in a release; parts that hang on an event are for who raises it."""
    return frozenset(person for part in parts for person in _of(release, part, now))


def _of(release: Release, part: Recipient, now: datetime) -> Iterable[int]:
    if part in _NAMED:
        field, role = _NAMED[part]
        named: int | None = getattr(release, field)
        return [named] if named else people.holders(role, release.service.key)
    if part in _HELD:
        return people.holders(_HELD[part], release.service.key)
    match part:
        case Recipient.OWNING_GROUP:
            found = Group.objects.filter(key=release.owning_group).values_list("members", flat=True)
            return [one for one in found if one]
        case Recipient.STAKEHOLDERS:
            return release.stakeholders.values_list("person_id", flat=True)
        case Recipient.WATCHERS:
            return conversations.watchers(subjects.of_row(SubjectKind.RELEASE, release))
        case Recipient.NEXT_APPROVERS:
            return _next_approvers(release, now)
    return ()


def _next_approvers(release: Release, now: datetime) -> set[int]:
    keys = [one.key for one in templates.of(release).approvals if one.phase == release.phase]
    needed = [one for key in keys if (one := approvers.requirement(release, key)) is not None]
    if not needed:
        return set()
    holders = approvers.Holders.of(release, needed, now)
    return {int(voter.person) for one in needed for voter in holders.voters(one)}


def holders(roles: Iterable[str], scope: str) -> frozenset[int]:
    return frozenset(person for role in set(roles) for person in people.holders(role, scope))


def item_owners(items: Iterable[ConfigurationItem]) -> frozenset[int]:
    return frozenset(one.owner_id for one in items if one.owner_id)


# What alerts look at.


def lacking(release: Release, now: datetime) -> tuple[Unmet, ...]:
    """Give what keeps a release from going on from its phase; nothing when some way on is open."""
    template = templates.of(release)
    order = [phase.key for phase in template.phases]
    ways = [
        one
        for one in explain(template, release_facts.facts(release, now), now)
        if one.transition.target not in template.terminal
        and order.index(one.transition.target) > order.index(release.phase)
    ]
    if not ways or any(one.allowed for one in ways):
        return ()
    return min((tuple(u for u in one.unmet if u.blocks) for one in ways), key=len)


def conflicts(release: Release) -> dict[str, list[ConflictFacts]]:
    """Give where the plan of a release and those of others exclude each other, by their numbers."""
    found: dict[str, list[ConflictFacts]] = {}
    against = (*release_facts.conflicts(release), *facts_related.conflicts_behind(release))
    for one in against:
        if one.severity != "blocking" or one.kind == MISSES_DEPARTURE:
            continue
        found.setdefault(one.other, []).append(one)
    return found


def exit_unmet(release: Release, now: datetime) -> list[early_life.Criterion]:
    """Give the criteria that keep early life support from ending, without the time that it still takes."""
    facts = release_facts.facts(release, now)
    found = early_life.exit_criteria(facts, now)
    return [one for one in found if one.met is False and one.key != "period"]


def differing(deployment: Deployment) -> list[ConfigurationItem]:
    """Give the items a deployment touched that were observed in another state than expected, now."""
    items = ConfigurationItem.objects.filter(
        targets__runs__deployment=deployment, targets__runs__is_touched=True
    ).exclude(expected={})
    return [one for one in items.distinct().order_by("key") if _differs(one)]


def _differs(item: ConfigurationItem) -> bool:
    return any(item.observed.get(name) != value for name, value in item.expected.items())


# What was raised.


@dataclass(frozen=True, slots=True)
class Line:
    """One alert of the table, with when somebody was told of it last."""

    alert: Alert
    last_at: datetime | None


def table() -> list[Line]:
    """Give every alert, with when it was raised last."""
    by_kind = dict(
        Notification.objects.values("kind").annotate(last=Max("at")).order_by().values_list("kind", "last")
    )
    return [
        Line(one, max((by_kind[kind] for kind in one.kinds if kind in by_kind), default=None))
        for one in ALERTS.values()
    ]


def raised(*, alert: str = "", subject: str = "") -> QuerySet[RaisedAlert]:
    """List what was raised with the steps of its escalation, newest first."""
    found = RaisedAlert.objects.order_by("-id")
    if alert:
        found = found.filter(alert=alert)
    return found.filter(subject_key=subject) if subject else found
