"""What the indicators are taken from: ended releases, and what was recorded about their result."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from rightaway.domain.dora_facts import Window
from rightaway.domain.indicator_facts import (
    Counted,
    Downtime,
    EarlyIncident,
    Ended,
    Items,
    Rated,
    Spent,
    Trained,
    Waived,
)
from rightaway.domain.indicator_figures import NAMED
from rightaway.domain.indicators import FAILED
from rightaway.domain.outages import OutageKind
from rightaway.domain.values import IncidentLink, Outcome, TaskState
from rightaway.records.assurance.models import Training
from rightaway.records.changes.models import Change
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.incidents.models import Incident
from rightaway.records.outages.models import Outage
from rightaway.records.releases.models import Release, Task, Waiver
from rightaway.records.reviews.models import EarlyLife, Satisfaction

KEPT = (Outcome.SUCCESS, Outcome.SUCCESS_WITH_ISSUES, Outcome.PARTIAL)
"""Outcomes after which items should be what the release said; after a back-out they should not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which period, of which services (None: of all) and which type of release (empty: any)."""

    window: Window
    services: Collection[str] | None = None
    release_type: str = ""

    def releases(self) -> QuerySet[Release]:
        """Select the releases that ended; one that came in from another system when it was over has no events."""
        found = Release.objects.filter(
            self.of_service(),
            closed_at__gte=self.window.start,
            closed_at__lt=self.window.end,
        ).exclude(external__is_history=True)
        return found.filter(release_type=self.release_type) if self.release_type else found

    def of_service(self, path: str = "service__key") -> Q:
        return Q() if self.services is None else Q(**{f"{path}__in": list(self.services)})

    def ids(self) -> "QuerySet[Release, Any]":
        """Give the cohort as a subquery."""
        return self.releases().order_by().values("pk")


def ended(asked: Asked) -> tuple[Ended, ...]:
    columns = ("number", "release_type", "outcome", "closure_code")
    return tuple(Ended(*row) for row in asked.releases().order_by("pk").values_list(*columns))


def watched(asked: Asked) -> tuple[str, ...]:
    found = EarlyLife.objects.filter(release__in=asked.ids()).order_by("pk")
    return tuple(found.values_list("release__number", flat=True))


def incidents(asked: Asked) -> tuple[EarlyIncident, ...]:
    """Give what was detected in early life; one that began anew keeps the end of the one before, which is skipped."""
    life = "release__early_life__"
    over = Case(
        When(**{f"{life}ended_at__gt": F(f"{life}started_at")}, then=F(f"{life}ended_at")),
        default=F("release__closed_at"),
    )
    found = (
        Incident.objects.filter(release__in=asked.ids(), detected_at__gte=F(f"{life}started_at"))
        .exclude(link=IncidentLink.RESOLVED)
        .filter(detected_at__lte=over)
        .order_by("pk")
    )
    return tuple(EarlyIncident(*row) for row in found.values_list("number", "release__number", "severity"))


def downtimes(asked: Asked) -> tuple[Downtime, ...]:
    found = Outage.objects.filter(
        asked.of_service(),
        kind__in=(OutageKind.PLANNED, OutageKind.EXTENDED),
        actual_end__gte=asked.window.start,
        actual_end__lt=asked.window.end,
        planned_end__isnull=False,
    )
    if asked.release_type:
        of_release, of_change = ("release__release_type", "change__release__release_type")
        found = found.filter(Q(**{of_release: asked.release_type}) | Q(**{of_change: asked.release_type}))
    columns = ("number", "planned_start", "planned_end", "actual_start", "actual_end")
    return tuple(
        Downtime(number, (end - start).total_seconds(), (over - begun).total_seconds())
        for number, start, end, begun, over in found.order_by("pk").values_list(*columns)
    )


def spent(asked: Asked) -> tuple[Spent, ...]:
    """Sum over the done tasks that say both what was planned and what came."""
    both = {
        name: Sum(
            name, filter=Q(**{f"{kind}_planned{unit}__isnull": False, f"{kind}_actual{unit}__isnull": False})
        )
        for kind, unit in (("cost", ""), ("effort", "_min"))
        for name in (f"{kind}_planned{unit}", f"{kind}_actual{unit}")
    }
    found = (
        Task.objects.filter(release__in=asked.ids(), state=TaskState.DONE)
        .order_by("release__number")
        .values_list("release__number")
        .annotate(**{f"sum_{name}": total for name, total in both.items()})
    )
    return tuple(
        Spent(number, _pair(cost_planned, cost), _pair(effort_planned, effort))
        for number, cost_planned, cost, effort_planned, effort in found
    )


def _pair(planned: int | None, came: int | None) -> tuple[int, int] | None:
    return None if planned is None or came is None else (planned, came)


def changes(asked: Asked) -> tuple[Counted, Counted]:
    """Count the changes recorded in the period, and those that nobody authorised; the database counts."""
    found = Change.objects.filter(
        asked.of_service(), created_at__gte=asked.window.start, created_at__lt=asked.window.end
    ).exclude(external__is_history=True)
    if asked.release_type:
        found = found.filter(release__release_type=asked.release_type)
    strange = found.filter(is_unauthorised=True)
    counts = found.aggregate(every=Count("pk"), strange=Count("pk", filter=Q(is_unauthorised=True)))
    return Counted(counts["every"], _some(found)), Counted(counts["strange"], _some(strange))


def _some(found: QuerySet[Any]) -> tuple[str, ...]:
    return tuple(found.order_by("pk").values_list("number", flat=True)[:NAMED])


def items(asked: Asked) -> tuple[Items, ...]:
    """Compare what was observed since with what was expected; an item that a later release expects is that one's."""
    seen = Q(observed__contains=F("expected"), observed_at__gte=F("expected_at"))
    numbers = asked.releases().filter(outcome__in=KEPT).order_by().values("number")
    found = (
        ConfigurationItem.objects.filter(expected_cause__in=numbers)
        .exclude(expected={})
        .order_by("expected_cause")
        .values_list("expected_cause")
        .annotate(expected_count=Count("pk"), accurate_count=Count("pk", filter=seen))
    )
    return tuple(Items(*row) for row in found)


def waived(asked: Asked) -> tuple[Waived, ...]:
    caused = Exists(Incident.objects.filter(release=OuterRef("release"), link=IncidentLink.CAUSED))
    found = (
        Waiver.objects.filter(release__in=asked.ids(), granted_by__isnull=False, withdrawn_at__isnull=True)
        .order_by("release__number")
        .values_list("release__number", "release__outcome", caused)
        .annotate(waivers=Count("pk"))
    )
    return tuple(
        Waived(number, count, has_failed=outcome in FAILED or has_caused)
        for number, outcome, has_caused, count in found
    )


def trained(asked: Asked) -> tuple[Trained, ...]:
    """Sum over the audiences of each release: named people count where there are some, else the numbers recorded."""
    came = Q(attendees__has_attended=True)
    well = came & (Q(pass_mark__isnull=True) | Q(attendees__score__gte=F("pass_mark")))
    found = (
        Training.objects.filter(release__in=asked.ids())
        .order_by("release__number", "pk")
        .annotate(people=Count("attendees"), taught=Count("attendees", filter=well))
        .values_list("release__number", "people", "taught", "invited", Coalesce("passed", "attended"))
    )
    sums: dict[str, list[int]] = {}
    for number, people, taught, invited, recorded in found:
        held = sums.setdefault(number, [0, 0])
        held[0] += people or invited
        held[1] += taught if people else recorded
    return tuple(Trained(number, *held) for number, held in sums.items() if held[0])


def misuse(asked: Asked) -> tuple[str, ...]:
    """Give the incidents that came from not knowing how to use what a release brought."""
    found = Incident.objects.filter(is_misuse=True, taught_in__in=asked.ids())
    return tuple(found.order_by("pk").values_list("number", flat=True))


def rated(asked: Asked) -> tuple[Rated, ...]:
    found = Satisfaction.objects.filter(release__in=asked.ids()).order_by("pk")
    return tuple(Rated(*row) for row in found.values_list("release__number", "rating"))
