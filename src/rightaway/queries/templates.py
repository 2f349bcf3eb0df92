"""The workflow of a release, read once per version."""

from collections.abc import Iterator
from functools import lru_cache

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from rightaway.domain.approvals import Requirement
from rightaway.domain.permissions import Role
from rightaway.domain.trainings import CONTROL as TRAINING
from rightaway.domain.waivers import GRANT
from rightaway.domain.workflow_checks import ENDS
from rightaway.domain.workflow_templates import stored
from rightaway.domain.workflow_versions import DEFAULT
from rightaway.domain.workflows import Phase, Template
from rightaway.records.releases.models import Release
from rightaway.records.workflows.models import WorkflowTemplate


def of(release: Release) -> Template:
    """Give the version of the workflow that the release began with; a stored version never changes."""
    return parsed(release.workflow_id)


@lru_cache(maxsize=64)
def parsed(workflow_id: int) -> Template:
    return stored(WorkflowTemplate.objects.get(pk=workflow_id).body)


def owner_of(release: Release, control: str) -> str:
    """Give the role that owns a control: as the checklist says, that of training its manager, else who may waive."""
    owners = {rule.key: rule.owner for rule in of(release).checklist}
    return owners.get(control, Role.TRAINING_MANAGER if control == TRAINING else GRANT)


def current_phases() -> tuple[Phase, ...]:
    """
    Give the phases in which an open release can be, without the ends: of every workflow that is in force or followed.

    Each stands after the phase before it in its workflow, so that one the usual workflow lacks finds its place.
    """
    open_releases = Release.objects.filter(workflow=OuterRef("pk")).exclude(phase__in=ENDS)
    rows = WorkflowTemplate.objects.filter(Q(is_current=True) | Exists(open_releases))
    found: list[Phase] = []
    for row in sorted(rows.defer("source", "body"), key=lambda one: (one.key != DEFAULT, -one.pk)):
        place = 0
        for phase in parsed(row.pk).phases:
            known = [one.key for one in found]
            if phase.key in known:
                place = known.index(phase.key) + 1
            elif phase.key not in parsed(row.pk).terminal:
                found.insert(place, phase)
                place += 1
    return tuple(found)


def requirements() -> Iterator[tuple[int, Requirement]]:
    """Give every approval that any version of any workflow knows, each with the key of that version."""
    for workflow in WorkflowTemplate.objects.values_list("pk", flat=True):
        for requirement in parsed(workflow).approvals:
            yield workflow, requirement


def installed() -> QuerySet[WorkflowTemplate]:
    """List every version of every workflow with the number of its releases, the newest first."""
    return WorkflowTemplate.objects.annotate(releases=Count("release")).order_by("key", "-version")
