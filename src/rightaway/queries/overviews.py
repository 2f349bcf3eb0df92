"""Many releases at once: by phase, and over time."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from rightaway.queries import attention, releases
from rightaway.records.releases.models import Release


def open_releases(*, text: str = "", service: str = "", person: int | None = None) -> QuerySet[Release]:
    """
    List releases that are not over.

    Args:
        person: Only those that this user answers for.
    """
    found = releases.listed(text=text, service=service, is_open=True)
    return found if person is None else found.filter(attention.answers_for(person))


def counted(rows: QuerySet[Release]) -> dict[str, int]:
    """Count the releases of a list by phase."""
    return dict(rows.order_by().values_list("phase").annotate(count=Count("pk")))


def first_of_each_phase(
    rows: QuerySet[Release], phases: Iterable[str], most: int
) -> dict[str, list[Release]]:
    """Give of each phase the releases that are planned first, those without a date last; two statements for all."""
    order = (F("planned_start").asc(nulls_last=True), F("pk").desc())
    # Each phase is cut along its index, and on bare ids: nothing else is read of what is not shown.
    cuts = [rows.filter(phase=phase).order_by(*order).values("pk")[:most] for phase in phases]
    shown = [row["pk"] for row in cuts[0].union(*cuts[1:], all=True)] if cuts else []
    found: dict[str, list[Release]] = {}
    for row in releases.listed().filter(pk__in=shown).order_by(*order):
        found.setdefault(row.phase, []).append(row)
    return found


def within(start: datetime, end: datetime, *, text: str = "", service: str = "") -> QuerySet[Release]:
    """List releases whose deployment or early life is planned to lie at least partly between two moments."""
    planned = Q(planned_start__lt=end) & (Q(planned_end__gte=start) | Q(planned_start__gte=start))
    early = Q(els_starts_at__lt=end, els_ends_at__gte=start)
    found = releases.listed(text=text, service=service).exclude(phase="abandoned")
    return found.filter(planned | early).order_by("planned_start", "pk")


def undated(*, text: str = "", service: str = "") -> QuerySet[Release]:
    """List open releases that are on no timeline, because no start is planned for them."""
    return open_releases(text=text, service=service).filter(planned_start__isnull=True)
