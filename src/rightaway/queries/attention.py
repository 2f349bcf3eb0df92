"""What asks for attention: the work of one person, what comes next, and what is not as it should be."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from rightaway.domain.deployment_states import DeploymentStatus, HoldKind
from rightaway.domain.values import RecordState, TaskState
from rightaway.queries import cmdb, deployments, incidents, releases, templates
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Deployment, Hold
from rightaway.records.incidents.models import Incident
from rightaway.records.releases.models import Release, Task
from rightaway.records.workflows.models import WorkflowTemplate

OPEN_TASKS = (TaskState.READY, TaskState.ACTIVE)
NAMED = ("coordinator", "manager", "service_owner", "deployment_manager", "els_lead")
# What ends by itself (a window that opens, a lock that is given back) needs nobody.
HOLDS_FOR_PEOPLE = (HoldKind.OPERATOR, HoldKind.DECISION, HoldKind.GATE, HoldKind.DATA, HoldKind.ENGINE)
LEFT_BROKEN = (DeploymentStatus.BACKOUT_FAILED, DeploymentStatus.FAILED, DeploymentStatus.ABORTED)
GRAVE = 2
UPCOMING_DAYS = 14
_INCIDENT = ("number", "title", "severity", "detected_at", "service__name")
_TASK = (
    "key",
    "title",
    "state",
    "owner_role",
    "assignee__name",
    "assignee__username",
    "release__number",
    "release__title",
    "release__service__key",
)


def _over(path: str = "") -> Q:
    return Q(**{f"{path}phase__in": ("closed", "abandoned")})


def tasks(user_id: int, roles: frozenset[str]) -> QuerySet[Task]:
    """List open tasks given to this person, then those of their roles that nobody has taken; oldest first."""
    free = Q(assignee__isnull=True, owner_role__in=roles)
    return (
        Task.objects.filter(Q(assignee_id=user_id) | free, state__in=OPEN_TASKS, phase=F("release__phase"))
        .filter(attempt=F("release__attempt"))
        .select_related("release__service", "assignee")
        .only(*_TASK)
        .order_by(F("assignee").asc(nulls_last=True), "id")
    )


def answers_for(user_id: int) -> Q:
    """Tell the releases that name this person."""
    found = Q(initiated_by=user_id)
    for field in NAMED:
        found |= Q(**{field: user_id})
    return found


def named(user_id: int) -> QuerySet[Release]:
    """List the open releases this person answers for, the most recently changed first."""
    return releases.listed().filter(answers_for(user_id)).exclude(_over()).order_by("-updated_at")


def upcoming(now: datetime, days: int = UPCOMING_DAYS) -> QuerySet[Release]:
    """List releases whose deployment is planned to begin in the next days, the nearest first."""
    span = (now, now + timedelta(days=days))
    return releases.listed().filter(planned_start__range=span).exclude(_over()).order_by("planned_start")


def overdue(now: datetime) -> QuerySet[Release]:
    """List releases that should be deployed by now and are not, the latest first."""
    return releases.listed().filter(_not_deployed(), planned_end__lt=now).order_by("planned_end")


def _not_deployed() -> Q:
    found = Q(pk__in=())
    for workflow in WorkflowTemplate.objects.values_list("pk", flat=True):
        found |= Q(workflow=workflow, phase__in=templates.parsed(workflow).until_deployed)
    return found


def mismatches() -> QuerySet[ConfigurationItem]:
    """List items found in another version than expected, but for what a release is still to bring there."""
    ahead = Release.objects.filter(_not_deployed())
    return cmdb.mismatches().exclude(expected_cause__in=ahead.values("number"))


def held() -> QuerySet[Deployment]:
    """List deployments that wait for a person, each with its `active_holds`."""
    active = Hold.objects.filter(cleared_at__isnull=True, kind__in=HOLDS_FOR_PEOPLE).order_by("since")
    waiting = deployments.deployments().filter(finished_at__isnull=True)
    return (
        waiting.filter(pk__in=active.values("deployment"))
        .prefetch_related(Prefetch("holds", active, to_attr="active_holds"))
        .order_by("id")
    )


def broken() -> QuerySet[Deployment]:
    """List failed deployments of open releases that are still the last word on their environment."""
    newer = Deployment.objects.filter(
        release=OuterRef("release"), environment=OuterRef("environment"), pk__gt=OuterRef("pk")
    )
    failed = deployments.deployments().filter(status__in=LEFT_BROKEN).exclude(_over("release__"))
    return failed.exclude(Exists(newer)).order_by("-id")


def grave_incidents() -> QuerySet[Incident]:
    """List open incidents of the two gravest severities, gravest first."""
    grave = incidents.incidents(state=RecordState.OPEN).filter(severity__lte=GRAVE)
    shown = grave.select_related(None).select_related("service").only(*_INCIDENT)
    return shown.order_by("severity", "-id")
