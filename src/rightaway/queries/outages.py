"""Outages: the list, one outage with what was corrected, and which planned ones overlap."""

from django.db.models import Q, QuerySet

from rightaway.domain.outages import OutageKind
from rightaway.records.outages.models import Outage
from rightaway.records.releases.models import Release

_RELATED = ("service", "release", "change", "incident", "deployment", "recorded_by")


def outages(
    *, text: str = "", kind: str = "", service: str = "", item: str = "", is_open: bool | None = None
) -> QuerySet[Outage]:
    """List outages, newest first; an open one is not over."""
    found = Outage.objects.select_related(*_RELATED).order_by("-id")
    if text:
        found = found.filter(Q(number__icontains=text) | Q(title__icontains=text))
    if kind:
        found = found.filter(kind=kind)
    if service:
        found = found.filter(service__key=service)
    if item:
        found = found.filter(Q(service__key=item) | Q(items__key=item)).distinct()
    return found if is_open is None else found.filter(actual_end__isnull=is_open)


def outage(number: str) -> Outage | None:
    found = Outage.objects.select_related(*_RELATED).prefetch_related("items", "corrections__by")
    return found.filter(number=number).first()


def of_release(release: Release) -> QuerySet[Outage]:
    """List the outages of a release and of its changes, with no more than a row of the list shows."""
    found = outages().select_related(None).select_related("service")
    return found.filter(Q(release=release) | Q(change__release=release))


def planned_for(release: Release) -> QuerySet[Outage]:
    """List the planned outages of a release and its changes whose actual times nobody has posted."""
    return Outage.objects.filter(
        Q(release=release) | Q(change__release=release), kind=OutageKind.PLANNED, actual_end__isnull=True
    )


def overlapping(row: Outage) -> QuerySet[Outage]:
    """List the other planned outages of the same items, or of the whole service, at the same time."""
    if row.planned_start is None or row.planned_end is None:
        return Outage.objects.none()
    keys = row.items.values("pk")
    same = Q(items__in=keys) if row.items.exists() else Q(service=row.service_id)
    same |= Q(service=row.service_id, items__isnull=True)
    found = outages().filter(same, planned_start__lt=row.planned_end, planned_end__gt=row.planned_start)
    return found.exclude(pk=row.pk).filter(actual_end__isnull=True).distinct()
