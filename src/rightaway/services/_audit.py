"""The audit log: one explicit event per command, in the transaction of the change it tells of."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from rightaway.domain.audit import entry_digest
from rightaway.domain.values import Actor
from rightaway.records.audit.models import AuditEvent, AuditStream


def record(
    *,
    actor: Actor,
    action: str,
    stream: str,
    subject: tuple[str, str],
    facts: dict[str, Any] | None = None,
    outcome: str = "done",
    key: str | None = None,
    version: int | None = None,
) -> None:
    """
    Add one event; it commits or rolls back with the change it describes.

    Args:
        action: Past tense in three parts, such as `release.approval.granted`.
        stream: The record whose history this belongs to, usually the release's number.
        subject: Kind and id of the thing acted on.
        facts: JSON values of the canonical kind; no secrets.
        version: The version of the subject from this act on; who edits an older one is shown this event.
        key: Makes a replayed step harmless: the second event with the same key is not added.
    """
    if key is not None and AuditEvent.objects.filter(key=key).exists():
        return
    told = dict(facts or {}) if version is None else {**(facts or {}), "version": version}
    with transaction.atomic():
        AuditStream.objects.get_or_create(name=stream)
        AuditStream.objects.filter(name=stream).update(last_number=F("last_number") + 1)
        number = AuditStream.objects.get(name=stream).last_number
        event = AuditEvent(
            stream=stream,
            number=number,
            at=timezone.now(),
            actor=actor.name,
            actor_id=actor.user_id,
            door=actor.door,
            action=action,
            object_type=subject[0],
            object_id=subject[1],
            outcome=outcome,
            facts=told,
            key=key,
        )
        event.digest = entry_digest(fields(event))
        event.save(force_insert=True)


def fields(event: AuditEvent) -> dict[str, Any]:
    """Give what the digest of an event covers: everything a reader sees."""
    return {
        "stream": event.stream,
        "number": event.number,
        "at": _text(event.at),
        "actor": event.actor,
        "actor_id": event.actor_id,
        "door": event.door,
        "action": event.action,
        "object": [event.object_type, event.object_id],
        "outcome": event.outcome,
        "facts": event.facts,
    }


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
