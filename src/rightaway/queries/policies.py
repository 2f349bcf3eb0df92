"""Release policies: the versions of each service, and the one that holds at a moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from rightaway.domain.differences import Change, difference
from rightaway.domain.policies import Policy, PolicyState, as_json, policy
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.policies.models import ReleasePolicy

_RELATED = ("service", "confirmed_by")


def policies(*, text: str = "", state: str = "", service: str = "") -> QuerySet[ReleasePolicy]:
    """List versions of policies, newest first."""
    found = ReleasePolicy.objects.select_related(*_RELATED).prefetch_related("authors").order_by("-id")
    if text:
        found = found.filter(
            Q(number__icontains=text) | Q(service__name__icontains=text) | Q(service__key__icontains=text)
        )
    if state:
        found = found.filter(state=state)
    return found.filter(service__key=service) if service else found


def version(number: str) -> ReleasePolicy | None:
    return policies().filter(number=number).first()


def in_force(service: ConfigurationItem, now: datetime) -> ReleasePolicy | None:
    """Give the version that holds; None for a service on whose policy nobody agreed."""
    held = ReleasePolicy.objects.filter(service=service, state=PolicyState.CONFIRMED, effective_at__lte=now)
    return held.order_by("-effective_at", "-id").first()


def of_service(service: ConfigurationItem, now: datetime) -> Policy:
    """Give what the releases of a service are held to; without a version the product's own figures."""
    row = in_force(service, now)
    return policy(row.content, row.number) if row else Policy()


def draft(service: ConfigurationItem) -> ReleasePolicy | None:
    return policies(state=PolicyState.DRAFT).filter(service=service).first()


@dataclass(frozen=True, slots=True)
class Line:
    """One service with the version that holds, the one that comes, and the draft, where there are such."""

    service: ConfigurationItem
    holds: ReleasePolicy | None
    comes: ReleasePolicy | None
    draft: ReleasePolicy | None


def lines(services: list[ConfigurationItem], now: datetime | None = None) -> list[Line]:
    """Say for each service where its policy stands, in two statements whatever their number."""
    now = now or timezone.now()
    held: dict[int, list[ReleasePolicy]] = {}
    rows = policies().filter(service__in=services).exclude(state=PolicyState.DISCARDED)
    for row in sorted(rows, key=_age):
        held.setdefault(row.service_id, []).append(row)
    return [_line(one, held.get(one.pk, []), now) for one in services]


def _age(row: ReleasePolicy) -> tuple[bool, datetime, int]:
    return row.effective_at is None, row.effective_at or row.created_at, row.pk


def _line(service: ConfigurationItem, rows: list[ReleasePolicy], now: datetime) -> Line:
    past = [one for one in rows if one.effective_at and one.effective_at <= now]
    ahead = [one for one in rows if one.effective_at and one.effective_at > now]
    drafts = [one for one in rows if one.state == PolicyState.DRAFT]
    return Line(
        service, past[-1] if past else None, ahead[0] if ahead else None, drafts[0] if drafts else None
    )


def changes(row: ReleasePolicy) -> tuple[Change, ...]:
    """Give how a version differs from what held before it."""
    return difference(as_json(previous(row)), as_json(policy(row.content)))


def previous(row: ReleasePolicy) -> Policy:
    """Give what held before a version: for a draft that is what holds now."""
    day = row.effective_at or timezone.now()
    before = (
        ReleasePolicy.objects.filter(
            service=row.service_id, state=PolicyState.CONFIRMED, effective_at__lte=day
        )
        .exclude(pk=row.pk)
        .order_by("-effective_at", "-id")
        .first()
    )
    return policy(before.content, before.number) if before else Policy()
