"""Sealing: events are chained in batches by whoever gets the lock, within about a second of being written."""

from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from rightaway.domain.audit import GENESIS, Break, Link, entry_digest, first_break, link_digest
from rightaway.records.audit.models import AuditEvent, AuditSeal
from rightaway.services._audit import fields

SEAL_LOCK = 7202
BATCH = 1000


@transaction.atomic
def seal(*, limit: int = BATCH) -> int:
    """Chain events that are not sealed yet, oldest first; gives how many. One sealer at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    events = list(AuditEvent.objects.filter(seal__isnull=True).order_by("id")[:limit])
    if not events:
        return 0
    last = AuditSeal.objects.order_by("-sequence").first()
    sequence, previous = (last.sequence, last.digest) if last else (0, GENESIS)
    seals, now = [], timezone.now()
    for event in events:
        sequence += 1
        digest = link_digest(sequence, previous, event.digest)
        seals.append(
            AuditSeal(sequence=sequence, event=event, previous=previous, digest=digest, sealed_at=now)
        )
        previous = digest
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def verify() -> tuple[int, Break | None]:
    """Recompute every event and link from what is stored now; gives how many were checked and the first break."""
    count = 0

    def links() -> Iterator[Link]:
        nonlocal count
        for one in AuditSeal.objects.select_related("event").order_by("sequence").iterator(chunk_size=2000):
            count += 1
            yield Link(one.sequence, one.previous, entry_digest(fields(one.event)), one.digest)

    broken = first_break(links())
    return count, broken or _gap()


def _gap() -> Break | None:
    """Find a stream whose numbers are not 1, 2, 3 … up to its last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.name, s.last_number, count(e.id), coalesce(max(e.number), 0) FROM audit_auditstream s"
            " LEFT JOIN audit_auditevent e ON e.stream = s.name GROUP BY s.name, s.last_number"
            " HAVING count(e.id) <> s.last_number OR coalesce(max(e.number), 0) <> s.last_number LIMIT 1"
        )
        row = cursor.fetchone()
    return (
        Break(row[3], f"stream {row[0]} holds {row[2]} events, its last number is {row[1]}") if row else None
    )
