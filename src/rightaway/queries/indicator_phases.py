"""How long releases stayed where, what they waited for, and what stopped them."""

from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q

from rightaway.domain.approval_sources import BOARD, GROUP
from rightaway.domain.approvals import ApprovalState
from rightaway.domain.indicator_facts import Answer, Owed, Stay, Stopped
from rightaway.domain.values import Outcome
from rightaway.queries.indicator_records import Asked
from rightaway.records.approvals.models import Approval, Vote


def stays(asked: Asked) -> tuple[Stay, ...]:
    rows = _read(_STAYS, asked)
    return tuple(
        Stay(number, phase, count, float(seconds), float(waiting))
        for number, phase, count, seconds, waiting in rows
    )


def stopped(asked: Asked) -> tuple[Stopped, ...]:
    return tuple(Stopped(*row) for row in _read(_STOPPED, asked))


def _read(statement: str, asked: Asked) -> list[tuple[Any, ...]]:
    """Run a statement over the cohort, which Django writes as the subquery `ended`."""
    cohort, values = asked.ids().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{ended}", cohort), values)
        return list(cursor.fetchall())


def decisions(asked: Asked) -> tuple[Answer, ...]:
    found = Approval.objects.filter(release__in=asked.ids(), decided_at__isnull=False).order_by("pk")
    columns = ("release__number", "kind", "requested_at", "decided_at")
    return tuple(
        Answer(number, kind, (decided - requested).total_seconds())
        for number, kind, requested, decided in found.values_list(*columns)
    )


def votes(asked: Asked) -> tuple[Answer, ...]:
    """Count a vote for its role, and for every group and board that entitled the voter to it."""
    found = Vote.objects.filter(approval__release__in=asked.ids()).order_by("pk")
    columns = (
        "approval__release__number",
        "approval__kind",
        "approval__requested_at",
        "at",
        "role",
        "sources",
    )
    return tuple(
        Answer(number, kind, (at - requested).total_seconds(), voter)
        for number, kind, requested, at, role, sources in found.values_list(*columns)
        for voter in (role, *sorted(one for one in sources if one.startswith((GROUP, BOARD))))
    )


def owed(asked: Asked) -> tuple[Owed, ...]:
    """Give the emergencies that went on before they were approved, and whether what they owed came late."""
    stands = Q(approvals__is_retrospective=True) & ~Q(approvals__state=ApprovalState.VOID)
    found = (
        asked.releases()
        .filter(ratify_by__isnull=False)
        .order_by("pk")
        .annotate(
            last=Max("approvals__decided_at", filter=stands),
            open=Count("approvals", filter=stands & Q(approvals__decided_at__isnull=True)),
            due=F("ratify_by"),
        )
    )
    return tuple(
        Owed(number, is_late=(last is not None and last > due) or (missing > 0 and closed > due))
        for number, last, missing, due, closed in found.values_list(
            "number", "last", "open", "due", "closed_at"
        )
    )


# The union of all waits of a release is cut with each of its stays, so that no minute counts twice.
_STAYS = """
WITH ended(id) AS MATERIALIZED ({ended}),
waits AS (
    SELECT release_id, range_agg(tstzrange(begun, over)) AS spans
    FROM (
        SELECT release_id, requested_at AS begun, COALESCE(decided_at, voided_at, expires_at) AS over
        FROM approvals_approval WHERE release_id IN (SELECT id FROM ended)
        UNION ALL
        SELECT release_id, held_at, resumed_at
        FROM releases_releasehold WHERE release_id IN (SELECT id FROM ended)
    ) wait
    WHERE over > begun
    GROUP BY release_id
)
SELECT release.number, visit.phase, count(*),
       sum(extract(epoch FROM visit.left_at - visit.entered_at)),
       sum((
           SELECT COALESCE(sum(extract(epoch FROM upper(part) - lower(part))), 0)
           FROM unnest(waits.spans * tstzmultirange(tstzrange(visit.entered_at, visit.left_at))) part
       ))
FROM releases_phasevisit visit
JOIN releases_release release ON release.id = visit.release_id
LEFT JOIN waits ON waits.release_id = visit.release_id
WHERE visit.release_id IN (SELECT id FROM ended) AND visit.left_at IS NOT NULL
GROUP BY release.id, visit.phase
ORDER BY release.id, min(visit.entered_at)
"""

_STOPPED = f"""
WITH ended(id) AS MATERIALIZED ({{ended}}),
stopped AS (
    SELECT release_id, min(at) AS at
    FROM (
        SELECT release.id AS release_id, event.at
        FROM releases_release release
        JOIN audit_auditevent event ON event.stream = release.number AND event.action = 'release.approval.denied'
        WHERE release.id IN (SELECT id FROM ended)
        UNION ALL
        SELECT deployment.release_id, hold.since
        FROM deployments_hold hold JOIN deployments_deployment deployment ON deployment.id = hold.deployment_id
        WHERE hold.kind = 'gate' AND deployment.release_id IN (SELECT id FROM ended)
    ) stop
    GROUP BY release_id
)
SELECT release.number,
       release.outcome = '{Outcome.ABANDONED.value}'
       OR EXISTS (
           SELECT FROM releases_phasevisit again
           JOIN releases_phasevisit before
             ON before.release_id = again.release_id AND before.phase = again.phase
           WHERE again.release_id = release.id AND again.entered_at > stopped.at
             AND before.left_at <= stopped.at
       )
       OR EXISTS (
           SELECT FROM approvals_approval again
           JOIN approvals_approval before
             ON before.release_id = again.release_id AND before.kind = again.kind
           WHERE again.release_id = release.id AND again.requested_at > stopped.at
             AND before.requested_at <= stopped.at AND again.digest <> before.digest
       )
FROM stopped JOIN releases_release release ON release.id = stopped.release_id
ORDER BY release.id
"""  # noqa: S608 -- a member of an enumeration
