"""Bundles of releases, and how each stands."""

from collections.abc import Collection, Container
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from rightaway.domain.bundles import BundleState, Member, Progress, progress
from rightaway.queries import relations
from rightaway.records.bundles.models import Bundle
from rightaway.records.releases.models import Release


def bundles(*, text: str = "", is_open: bool | None = None) -> QuerySet[Bundle]:
    """List bundles, newest first, each with the number of its releases."""
    found = Bundle.objects.select_related("owner").annotate(size=Count("releases")).order_by("-id")
    if text:
        found = found.filter(Q(number__icontains=text) | Q(title__icontains=text))
    if is_open is not None:
        found = found.filter(state=BundleState.OPEN if is_open else BundleState.CLOSED)
    return found


def bundle(number: str) -> Bundle | None:
    return bundles().filter(number=number).first()


def members(row: Bundle) -> QuerySet[Release]:
    """List the releases of a bundle in the order in which they are planned; those without a plan last."""
    return row.releases.select_related("service").order_by("planned_start", "number")


def of_release(release: Release) -> QuerySet[Bundle]:
    return release.bundles.order_by("id")


def standing(releases: Collection[Release], deployed: Container[int], now: datetime) -> Progress:
    """
    Give how these releases stand together.

    Args:
        deployed: Which of them are in production, by their keys.
    """
    return progress([_member(one, is_deployed=one.pk in deployed) for one in releases], now)


def _member(release: Release, *, is_deployed: bool) -> Member:
    return Member(
        number=release.number,
        phase_status=release.phase_status,
        ending=relations.ending(release),
        is_deployed=is_deployed,
        planned_start=release.planned_start,
        planned_end=release.planned_end,
    )
