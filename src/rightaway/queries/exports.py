"""Every list as a table for a spreadsheet: which columns, which filters, and whose services it shows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from rightaway.domain.spreadsheets import lines
from rightaway.queries import (
    audit,
    boards,
    changes,
    cmdb,
    debts,
    deployments,
    incidents,
    knowledge,
    lessons,
    metrics,
    releases,
    tasks,
)

CHUNK = 2000
METRICS = "metrics"
INDICATORS = "indicators"


@dataclass(frozen=True, slots=True)
class Export:
    """
    One list.

    Args:
        columns: Heading -> path to the value.
        rows: The query behind the list; takes the filters by name.
        scope: Path to the key of the row's service; empty when the rows belong to no service.
        owner: Path to the account that made the row.
        is_inside: The rows name machines, which stakeholders do not see.
        needs: What one must be allowed to do everywhere, instead of seeing the service.
    """

    columns: Mapping[str, str]
    rows: Callable[..., QuerySet[Any]]
    filters: frozenset[str]
    scope: str = "service__key"
    owner: str = ""
    is_inside: bool = False
    needs: str = ""

    def lines(self, rows: QuerySet[Any]) -> Iterator[str]:
        """Give the rows as CSV; read from the database in chunks, however many they are."""
        paths = self.columns.values()
        return lines(list(self.columns), rows.values_list(*paths).iterator(chunk_size=CHUNK))


def metrics_lines(services: Iterable[str], *, days: int = metrics.DEFAULT_DAYS) -> Iterator[str]:
    """Give the five DORA figures of these services as CSV; durations in seconds, rates from 0 to 1."""
    return lines(_FIGURES, (_figures(service, days) for service in services))


_FIGURES = (
    "service",
    "days",
    "deployments",
    "deployments_per_day",
    "changes",
    "lead_time_p50_s",
    "deployments_judged",
    "change_fail_rate",
    "recoveries",
    "recovery_p50_s",
    "rework_rate",
)


def _figures(service: str, days: int) -> tuple[Any, ...]:
    found = metrics.figures(service, days=days)
    frequency, lead, fail, recovery = found.frequency, found.lead_time, found.fail_rate, found.recovery
    return (
        service,
        days,
        frequency.n,
        frequency.per_day,
        lead.n,
        lead.p50,
        fail.n,
        fail.rate,
        recovery.n,
        recovery.p50,
        found.rework.rate,
    )


def _same(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}


def _targets(**given: Any) -> QuerySet[Any]:
    return cmdb.targets(**given).annotate(scope=Coalesce("ci__service__key", "ci__key"))


EXPORTS: Mapping[str, Export] = {
    "releases": Export(
        columns=_same("number title phase phase_status attempt release_type")
        | {"service": "service__key", "manager": "manager__username"}
        | _same("priority impact urgency risk_level planned_start planned_end outcome closure_code")
        | {"changes": "change_count"}
        | _same("created_at updated_at closed_at"),
        rows=releases.releases,
        filters=frozenset({"text", "phase", "service", "is_open"}),
        owner="initiated_by",
    ),
    "changes": Export(
        columns=_same("number title change_type state")
        | {"service": "service__key", "requester": "requester__username", "release": "release__number"}
        | _same("impact urgency priority committed_at authorised_at implemented_at closed_at created_at"),
        rows=changes.changes,
        filters=frozenset({"text", "state", "change_type", "service"}),
        owner="requester",
    ),
    "tasks": Export(
        columns={"release": "release__number"}
        | _same("key title kind category phase state is_mandatory")
        | {"service": "release__service__key", "owner": "owner_role", "assignee": "assignee__username"}
        | _same("planned_start duration_min due_at started_at finished_at")
        | {"finished_by": "finished_by__username"}
        | _same("cost_planned cost_actual effort_planned_min effort_actual_min note"),
        rows=tasks.tasks,
        filters=frozenset({"text", "state", "kind", "service", "release"}),
        scope="release__service__key",
        owner="release__initiated_by",
    ),
    "decisions": Export(
        columns={"at": "at", "board": "board__key"}
        | _same("subject title outcome digest votes")
        | {"meeting": "meeting__number", "minutes": "reported_in__number"},
        rows=boards.decisions,
        filters=frozenset({"text", "board"}),
    ),
    "deployments": Export(
        columns={
            "number": "number",
            "release": "release__number",
            "service": "release__service__key",
            "environment": "environment__key",
            **_same("intent status reason"),
            "requested_by": "requested_by__username",
            **_same("queued_at started_at first_exposure_at finished_at restored_at outcome_reason"),
        },
        rows=deployments.listed,
        filters=frozenset({"release", "environment", "status"}),
        scope="release__service__key",
        owner="requested_by",
    ),
    "items": Export(
        columns=_same("key name ci_class status")
        | {"service": "service__key", "environment": "environment__key", "owner": "owner__username"}
        | _same("criticality is_stateful expected observed observed_at observed_by"),
        rows=cmdb.items,
        filters=frozenset({"text", "ci_class", "service", "environment"}),
        scope="",
    ),
    "targets": Export(
        columns={
            "key": "key",
            "ci": "ci__key",
            "environment": "environment__key",
            **_same("driver tags failure_domain is_active"),
            "installed": "installation__package_version",
            "observed_at": "installation__observed_at",
        },
        rows=_targets,
        filters=frozenset({"environment"}),
        scope="scope",
        is_inside=True,
    ),
    "incidents": Export(
        columns=_same("number title severity state")
        | {"service": "service__key", "release": "release__number", "deployment": "deployment__number"}
        | _same("link reported_by detected_at restored_at closed_at resolution disposition"),
        rows=incidents.incidents,
        filters=frozenset({"state", "release"}),
    ),
    "problems": Export(
        columns=_same("number title state root_cause root_cause_category")
        | {"release": "release__number"}
        | _same("disposition opened_by created_at closed_at"),
        rows=incidents.problems,
        filters=frozenset({"state", "release"}),
        scope="release__service__key",
    ),
    "known-errors": Export(
        columns=_same("number title state")
        | {"service": "service__key", "problem": "problem__number"}
        | _same("root_cause workaround resolution created_at closed_at"),
        rows=incidents.known_errors,
        filters=frozenset({"state"}),
    ),
    "interactions": Export(
        columns=_same("number state contact channel")
        | {"release": "release__number"}
        | _same("summary answer closed_at"),
        rows=incidents.interactions,
        filters=frozenset({"state", "release"}),
        scope="release__service__key",
    ),
    "articles": Export(
        columns=_same("number kind state title")
        | {"service": "service__key", "release": "release__number"}
        | {"author": "author__username", "owner": "owner__username"}
        | _same("due_at published_at updated_at"),
        rows=knowledge.articles,
        filters=frozenset({"text", "kind", "release"}),
    ),
    "debts": Export(
        columns={"number": "number", "release": "release__number", "service": "release__service__key"}
        | _same("origin owed state due_at")
        | {"owner": "owner__username", "settled_by": "settled_by__username"}
        | _same("settled_at settlement"),
        rows=debts.debts,
        filters=frozenset({"text", "state", "service", "release", "origin"}),
        scope="release__service__key",
    ),
    "lessons": Export(
        columns={"number": "article__number", "title": "article__title", "state": "state"}
        | {"service": "article__service__key", "release": "article__release__number"}
        | {"owner": "article__owner__username", "due_at": "article__due_at"}
        | _same("release_model checklist_item reason decided_at"),
        rows=lessons.lessons,
        filters=frozenset({"text", "state", "service", "release"}),
        scope="article__service__key",
    ),
    "audit": Export(
        columns=_same("stream number at actor door action object_type object_id outcome facts digest"),
        rows=audit.events,
        filters=frozenset({"stream", "actor", "action", "object_id", "since"}),
        scope="",
        needs="audit.read",
    ),
}
