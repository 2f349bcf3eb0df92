"""Workflows to look at: versions, drafts with what is wrong with them, trials, and what a migration would do."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from rightaway.domain.approvals import ApprovalState
from rightaway.domain.canonical import digest
from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.domain.differences import Change, difference
from rightaway.domain.workflow_migrations import Held, Migration, migration
from rightaway.domain.workflow_trials import PhaseTrial, trial
from rightaway.domain.workflow_versions import DEFAULT, VersionState, state
from rightaway.domain.workflows import Template
from rightaway.intake.workflows import Reading, reading
from rightaway.queries import release_facts, templates
from rightaway.records.approvals.models import Approval
from rightaway.records.deployments.models import Deployment
from rightaway.records.releases.models import Release
from rightaway.records.workflows.models import WorkflowDraft, WorkflowTemplate

LABEL = "rightaway/workflow/v1"
OVER = ("closed", "abandoned")
STANDING = (ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.DENIED)


def versions(*, key: str = "") -> QuerySet[WorkflowTemplate]:
    found = templates.installed().select_related("activated_by")
    return found.filter(key=key) if key else found


def version(key: str, number: int | None = None) -> WorkflowTemplate | None:
    """Give one version of a workflow, or with None the one in force."""
    found = versions(key=key)
    return found.filter(is_current=True).first() if number is None else found.filter(version=number).first()


def version_state(row: WorkflowTemplate) -> VersionState:
    return state(is_current=row.is_current, effective_at=row.effective_at, ended_at=row.ended_at)


def drafts(*, key: str = "", state: str = "") -> QuerySet[WorkflowDraft]:
    found = WorkflowDraft.objects.select_related("base", "made").prefetch_related("authors").order_by("-id")
    if key:
        found = found.filter(key=key)
    return found.filter(state=state) if state else found


def draft(number: str) -> WorkflowDraft | None:
    return drafts().filter(number=number).first()


@dataclass(frozen=True, slots=True)
class Look:
    """
    A draft as it stands.

    Args:
        digest: What an activation would be given for; empty while it cannot be read.
        changes: Where it differs from the version in force.
        against: That version; None for a workflow that is new.
    """

    reading: Reading
    digest: str
    changes: tuple[Change, ...]
    against: WorkflowTemplate | None


def look(row: WorkflowDraft) -> Look:
    found, against = reading(row.source, key=row.key), version(row.key)
    body = found.body
    return Look(
        reading=found,
        digest="" if body is None else digest(body, label=LABEL),
        changes=difference(against.body if against else {}, body) if body is not None else (),
        against=against,
    )


def sound(row: WorkflowDraft) -> Template:
    """
    Give the workflow that a draft is.

    Raises:
        Invalid: it has problems.
    """
    return reading(row.source, key=row.key).sound()


def in_force() -> list[tuple[str, str]]:
    """Give key and title of the workflows that a new release may follow, the usual one first."""
    rows = WorkflowTemplate.objects.filter(is_current=True).order_by("key")
    found = [(row.key, templates.parsed(row.pk).title) for row in rows]
    return sorted(found, key=lambda one: one[0] != DEFAULT)


def tried(template: Template, release: Release) -> tuple[PhaseTrial, ...]:
    """Say what a workflow would find missing in each phase that a release went through, beside its own."""
    now, own = timezone.now(), templates.of(release)
    visited = release.visits.order_by("entered_at", "id").values_list("phase", flat=True)
    known = [phase.key for phase in own.phases if phase.key not in own.terminal]
    phases = [key for key in dict.fromkeys(visited) if key in known]
    return trial(
        own=own,
        other=template,
        own_facts=release_facts.facts(release, now),
        other_facts=release_facts.facts(release, now, template=template),
        phases=phases,
        now=now,
    )


def behind(row: WorkflowTemplate) -> QuerySet[Release]:
    """List the open releases that follow another version of the same workflow, the oldest first."""
    found = Release.objects.filter(workflow__key=row.key).exclude(workflow=row).exclude(phase__in=OVER)
    running = Deployment.objects.exclude(status__in=[one for one in DeploymentStatus if one.complete])
    standing = Approval.objects.filter(state__in=STANDING)
    return (
        found.select_related("workflow", "service")
        .prefetch_related(
            "tasks",
            Prefetch("approvals", standing, to_attr="standing_approvals"),
            Prefetch("deployments", running, to_attr="running_deployments"),
        )
        .order_by("id")
    )


def release_behind(row: WorkflowTemplate, number: str) -> Release | None:
    return behind(row).filter(number=number).first()


def foreseen(release: Any, row: WorkflowTemplate) -> Migration:
    """Say what moving a release of `behind` to the version would do to it."""
    running = release.running_deployments
    held = Held(
        phase=release.phase,
        tasks=frozenset(task.key for task in release.tasks.all() if task.attempt == release.attempt),
        standing=frozenset(one.kind for one in release.standing_approvals),
        deployment=running[0].number if running else "",
    )
    return migration(templates.of(release), templates.parsed(row.pk), held)
