"""Releases: lists, one release, why it does not move on, its checklist and history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from rightaway.domain.approvals import Requirement
from rightaway.domain.checklists import Item, checklist, unproved
from rightaway.domain.differences import Change as Difference
from rightaway.domain.differences import difference
from rightaway.domain.early_life import Criterion, EarlyLifeState, exit_criteria
from rightaway.domain.guards import Evaluation, explain
from rightaway.domain.release_facts import ApprovalFacts
from rightaway.domain.unmet import Unmet
from rightaway.domain.workflows import Phase
from rightaway.queries import approvers, bound_content, release_facts, templates
from rightaway.records.approvals.models import Approval
from rightaway.records.changes.models import Change
from rightaway.records.releases.models import PhaseVisit, Release, ReleaseHold, Task

RELATED = (
    "service",
    "initiated_by",
    "coordinator",
    "manager",
    "service_owner",
    "deployment_manager",
)

# What lists show of a release: the rest, its design above all, weighs many times more.
_LISTED = (
    "number",
    "title",
    "phase",
    "phase_status",
    "release_type",
    "planned_start",
    "planned_end",
    "els_starts_at",
    "els_ends_at",
    "service__key",
    "service__name",
    "manager__name",
    "manager__username",
)

# Counted for the rows of the page alone; a join would count for every release before the page is cut.
_CHANGE_COUNT = Coalesce(
    Subquery(
        Change.objects.filter(release=OuterRef("pk")).order_by().values("release").values(count=Count("pk"))
    ),
    0,
)


# What a list can be sorted by, and the column of the table that is.
SORTS = {"number": "id", "phase": "phase", "service": "service__name", "planned": "planned_start"}


def releases(
    *, text: str = "", phase: str = "", service: str = "", is_open: bool | None = None, sort: str = ""
) -> QuerySet[Release]:
    """
    List releases, newest first, with the number of their changes as `change_count`.

    Args:
        sort: One of `SORTS`, with a minus before it for the other direction; anything else sorts by age.
    """
    found = Release.objects.select_related(*RELATED).annotate(change_count=_CHANGE_COUNT)
    found = found.order_by(*_order(sort))
    if text:
        found = found.filter(Q(number__icontains=text) | Q(title__icontains=text))
    if phase:
        found = found.filter(phase=phase)
    if service:
        found = found.filter(service__key=service)
    if is_open is not None:
        ended = Q(phase__in=("closed", "abandoned"))
        found = found.exclude(ended) if is_open else found.filter(ended)
    return found


def listed(**filters: Any) -> QuerySet[Release]:
    """Do as `releases` does, but read only what a list shows."""
    return releases(**filters).select_related(None).select_related("service", "manager").only(*_LISTED)


def _order(sort: str) -> list[OrderBy]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return [F("id").desc()]
    first = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return [first, F("id").desc()]


def release(number: str) -> Release | None:
    return Release.objects.select_related(*RELATED).filter(number=number).first()


@dataclass(frozen=True, slots=True)
class PhaseStep:
    """One phase on the rail of a release page: done, now, todo or skipped."""

    phase: Phase
    standing: str
    entered_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """
    One approval of the workflow as the page shows it.

    `voters` are the accounts that may vote now, `newcomers` those that could give it but were not asked.
    """

    key: str
    title: str
    rule: str
    roles: tuple[str, ...]
    state: str
    row: Approval | None
    current_digest: str
    changes: tuple[Difference, ...]
    requirement: Requirement
    voters: frozenset[int]
    newcomers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Everything computed about a release at one moment: why not now, checklist, approvals.

    `unproved` has, by its key, what each task of the phase lacks that ends by its evidence.
    """

    ways: tuple[Evaluation, ...]
    checklist: tuple[Item, ...]
    approvals: tuple[ApprovalView, ...]
    early_life: tuple[Criterion, ...]
    unproved: dict[str, tuple[Unmet, ...]]
    at: datetime


def standing(row: Release) -> Standing:
    """Judge the release as it is this second: every way out with the full list of what it lacks."""
    now, template = timezone.now(), templates.of(row)
    recorded = approvers.recorded(row, now, *_OF_APPROVAL)
    facts = release_facts.facts(row, now, recorded)
    criteria = exit_criteria(facts, now) if facts.early_life.state != EarlyLifeState.SCHEDULED else ()
    return Standing(
        ways=explain(template, facts, now),
        checklist=checklist(template, facts, now),
        approvals=_approvals(row, facts.approvals, recorded),
        early_life=criteria,
        unproved=unproved(template, facts, now),
        at=now,
    )


def approvals(row: Release) -> tuple[ApprovalView, ...]:
    """Give each approval of the workflow as it stands, without judging anything else of the release."""
    now = timezone.now()
    recorded = approvers.recorded(row, now, *_OF_APPROVAL)
    return _approvals(row, release_facts.facts(row, now, recorded).approvals, recorded)


def _approvals(
    row: Release, facts: tuple[ApprovalFacts, ...], recorded: approvers.Recorded
) -> tuple[ApprovalView, ...]:
    newest, holders = recorded.newest, recorded.holders
    by_key = {one.key: one for one in facts}
    is_other = any(
        kind in by_key and one.digest != by_key[kind].current_digest for kind, one in newest.items()
    )
    manifest = bound_content.manifest(row) if is_other else {}
    found = []
    for held in templates.of(row).approvals:
        asked, fact = newest.get(held.key), by_key[held.key]
        asks = recorded.needed[held.key] or held
        current = {part: manifest.get(part) for part in asks.bound}
        is_same = asked is None or asked.digest == fact.current_digest
        found.append(
            ApprovalView(
                key=held.key,
                title=held.title,
                rule=str(asks.rule),
                roles=asks.sources,
                state=fact.state,
                row=asked,
                current_digest=fact.current_digest,
                changes=() if is_same or asked is None else difference(asked.manifest, current),
                requirement=approvers.asked(asks, asked) if asked else asks,
                voters=approvers.may_vote(asks, asked, holders) if asked else frozenset(),
                newcomers=approvers.newcomers(asks, asked, holders) if asked else frozenset(),
            )
        )
    return tuple(found)


_OF_APPROVAL = (
    "votes__voter",
    "votes__on_behalf_of",
    "questions__asked_by",
    "questions__answered_by",
)


def rail(row: Release) -> list[PhaseStep]:
    """Give the phases of the workflow in order, each with where the release stands in it."""
    template = templates.of(row)
    visits = {visit.phase: visit for visit in row.visits.order_by("entered_at", "id")}
    order = [phase.key for phase in template.phases]
    found = []
    for phase in template.phases:
        visit = visits.get(phase.key)
        if phase.key == row.phase:
            standing_ = "now"
        elif visit is not None:
            standing_ = "done"
        else:
            standing_ = "skipped" if order.index(phase.key) < order.index(row.phase) else "todo"
        found.append(
            PhaseStep(phase, standing_, visit.entered_at if visit else None, visit.left_at if visit else None)
        )
    return found


def history(row: Release) -> QuerySet[PhaseVisit]:
    return row.visits.order_by("-entered_at", "-id")


def planned_environments(row: Release) -> frozenset[str]:
    """Give the environments for which the release has a plan."""
    return frozenset(row.plans.filter(is_current=True).values_list("environment__key", flat=True))


def holds(row: Release) -> QuerySet[ReleaseHold]:
    return row.holds.select_related("held_by", "resumed_by").order_by("-held_at", "-id")


def tasks(row: Release) -> QuerySet[Task]:
    return row.tasks.filter(attempt=row.attempt).select_related("assignee").order_by("id")


def phases_with_counts() -> dict[str, int]:
    return dict(Release.objects.values_list("phase").annotate(count=Count("id")))


def votes(row: Approval) -> list[dict[str, Any]]:
    return [
        {
            "voter": vote.voter.username,
            "name": str(vote.voter),
            "role": vote.role,
            "on_behalf_of": vote.on_behalf_of.username if vote.on_behalf_of else "",
            "decision": vote.decision,
            "reason": vote.reason,
            "at": vote.at,
            "digest": vote.digest,
        }
        for vote in row.votes.all()
    ]
