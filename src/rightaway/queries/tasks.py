"""Tasks of releases: those of one with their order and estimate, those of one person over all releases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, OrderBy, Prefetch, Q, QuerySet
from django.utils import timezone

from rightaway.domain.critical_path import Activity, Schedule, Span, schedule
from rightaway.domain.permissions import EVERYWHERE
from rightaway.domain.task_order import Blocker, Link, Progress, before_end, before_start
from rightaway.domain.tasks import ENDED, OPEN, Outcome, Tally, tally
from rightaway.domain.values import DependencyType, PersonKind, TaskState
from rightaway.queries import audit, people
from rightaway.records.audit.models import AuditEvent
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release, Task, TaskDependency

UNENDED = (*OPEN, TaskState.FAILED)
RELATED = ("release__service", "assignee", "finished_by", "reviewed_by", "skipped_by")


def of_release(row: Release) -> QuerySet[Task]:
    """List the tasks of the current attempt as `ordered` does, with the votes on them and who had to do with them."""
    found = ordered(row).select_related(*RELATED)
    return found.prefetch_related("votes__voter", "voters", "affected_cis")


def ordered(row: Release) -> QuerySet[Task]:
    """List the tasks of the current attempt, oldest first, with what they come after."""
    after = TaskDependency.objects.select_related("after")
    return row.tasks.filter(attempt=row.attempt).prefetch_related(Prefetch("after", after)).order_by("id")


def task(row: Release, key: str) -> Task | None:
    return of_release(row).filter(key=key).first()


def links(rows: Iterable[Task]) -> tuple[Link, ...]:
    """Give the order of tasks that were read with what they come after."""
    return tuple(
        Link(row.key, one.after.key, DependencyType(one.type), timedelta(minutes=one.lag_min))
        for row in rows
        for one in row.after.all()
    )


def progress(rows: Iterable[Task]) -> dict[str, Progress]:
    return {row.key: Progress(row.state, row.started_at, row.finished_at) for row in rows}


@dataclass(frozen=True, slots=True)
class Placed:
    """One task with its place in the order; `starts` and `ends` are what it may not be started or ended before."""

    row: Task
    span: Span
    starts: tuple[Blocker, ...]
    ends: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """All tasks of the attempt, the estimate of the whole, and the critical path by keys."""

    tasks: tuple[Placed, ...]
    estimate: Schedule
    at: datetime

    def placed(self, key: str) -> Placed | None:
        return next((one for one in self.tasks if one.row.key == key), None)


def board(row: Release) -> Board:
    """Work out where every task stands this second; nothing of it is stored."""
    now, rows = timezone.now(), list(of_release(row))
    bound, far = links(rows), progress(rows)
    estimate = schedule([_activity(one) for one in rows], bound, now)
    placed = tuple(
        Placed(
            one,
            estimate.spans[one.key],
            before_start(one.key, bound, far, now) if one.state in _UNSTARTED else (),
            before_end(one.key, bound, far, now) if one.state not in ENDED else (),
        )
        for one in rows
    )
    return Board(placed, estimate, now)


_UNSTARTED = (TaskState.WAITING, TaskState.READY)


def _activity(row: Task) -> Activity:
    has_ended = row.state in ENDED
    return Activity(
        key=row.key,
        duration=timedelta(minutes=row.duration_min),
        not_before=row.planned_start,
        started_at=row.started_at,
        ended_at=(row.finished_at or row.updated_at) if has_ended else None,
    )


def outcomes(row: Task) -> tuple[Outcome, ...]:
    return tuple(Outcome(one["key"], one["title"], tuple(one["skips"])) for one in row.outcomes)


def voters(row: Task) -> QuerySet[User]:
    """Give the active people whose votes count at a checkpoint now: named, or holding a role it names."""
    scope = row.release.service.key
    by_role = Q(roles__role__in=row.voter_roles, roles__scope__in=[scope, EVERYWHERE])
    named = Q(pk__in=row.voters.values("pk"))
    return User.objects.filter(by_role | named, is_active=True, kind=PersonKind.PERSON).distinct()


def votes(row: Task) -> Tally:
    """Count the votes of those whose vote counts now; who lost the role has no voice any more."""
    counted = row.votes.filter(voter__in=voters(row)).values_list("vote", flat=True)
    return tally(list(counted), row.quorum)


def holders(row: Task) -> frozenset[int]:
    """Give the people who hold the role that a task belongs to, in its service."""
    scopes = [row.release.service.key, EVERYWHERE]
    found = User.objects.filter(
        roles__role=row.owner_role, roles__scope__in=scopes, is_active=True, kind=PersonKind.PERSON
    )
    return frozenset(found.values_list("pk", flat=True))


def told(row: Task) -> frozenset[int]:
    """Give whom a task concerns: the person it was given to, or else everybody in its role."""
    return frozenset({row.assignee_id}) if row.assignee_id else holders(row)


def history(row: Task) -> QuerySet[AuditEvent]:
    """List what was done about a task, newest first."""
    about = Q(facts__task=row.key) | Q(object_type="task", object_id=row.number)
    return audit.events(stream=row.release.number).filter(about)


def waiting_by(now: datetime) -> list[int]:
    """Give the releases with a task whose lag is over by now."""
    found = Task.objects.filter(state=TaskState.WAITING, free_at__lte=now)
    return list(found.values_list("release", flat=True).distinct())


def tasks(
    *,
    text: str = "",
    state: str = "",
    kind: str = "",
    category: str = "",
    service: str = "",
    release: str = "",
    assignee: str = "",
    person: int | None = None,
    is_overdue: bool | None = None,
    sort: str = "",
) -> QuerySet[Task]:
    """
    List tasks of the current attempts over all releases, those due first at the top.

    Args:
        state: One state, or `open` for all that have not ended.
        person: Only what this account has to do: given to it, or to nobody and for a role that it holds there.
    """
    found = Task.objects.filter(attempt=F("release__attempt")).select_related("release__service", "assignee")
    exact = {"kind": kind, "category": category, "release__service__key": service}
    exact |= {"release__number": release, "assignee__username": assignee}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if text:
        found = found.filter(Q(title__icontains=text) | Q(release__number__icontains=text))
    if state:
        found = found.filter(state__in=UNENDED if state == "open" else [state])
    if person is not None:
        found = found.filter(_of_person(person))
    if is_overdue is not None:
        late = Q(due_at__lt=timezone.now(), state__in=UNENDED)
        found = found.filter(late) if is_overdue else found.exclude(late)
    return found.order_by(*_order(sort))


def _of_person(person: int) -> Q:
    found = Q(assignee=person)
    for scope, roles in people.scopes(person).items():
        free = Q(assignee__isnull=True, owner_role__in=roles)
        found |= free if scope == EVERYWHERE else free & Q(release__service__key=scope)
    return found


SORTS = {"due": "due_at", "release": "release__number", "state": "state"}


def _order(sort: str) -> list[OrderBy | str]:
    column = SORTS.get(sort.removeprefix("-"), "due_at")
    first = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return [first, "id"]
