"""The workflow of a release, read once per version."""

from collections.abc import Iterator
from functools import lru_cache

from django.db.models import Count, QuerySet

from rightaway.domain.approvals import Requirement
from rightaway.domain.workflow_templates import parse
from rightaway.domain.workflows import Phase, Template
from rightaway.records.releases.models import Release
from rightaway.records.workflows.models import WorkflowTemplate


def of(release: Release) -> Template:
    """Give the version of the workflow that the release began with; a stored version never changes."""
    return parsed(release.workflow_id)


@lru_cache(maxsize=64)
def parsed(workflow_id: int) -> Template:
    return parse(WorkflowTemplate.objects.get(pk=workflow_id).body)


def current_phases() -> tuple[Phase, ...]:
    """Give the phases through which a release goes that begins now, without its ends."""
    row = WorkflowTemplate.objects.filter(is_current=True).order_by("-id").first()
    if row is None:
        return ()
    template = parsed(row.pk)
    return tuple(phase for phase in template.phases if phase.key not in template.terminal)


def requirements() -> Iterator[tuple[int, Requirement]]:
    """Give every approval that any version of any workflow knows, each with the key of that version."""
    for workflow in WorkflowTemplate.objects.values_list("pk", flat=True):
        for requirement in parsed(workflow).approvals:
            yield workflow, requirement


def installed() -> QuerySet[WorkflowTemplate]:
    """List every version of every workflow with the number of its releases, the newest first."""
    return WorkflowTemplate.objects.annotate(releases=Count("release")).order_by("key", "-version")
