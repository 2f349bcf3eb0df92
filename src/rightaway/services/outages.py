"""Outages: recorded by people, filled in by deployments, and corrected without losing what was posted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.changes import ChangeState
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.outages import OutageKind, check, kind_after
from rightaway.domain.sentences import said
from rightaway.domain.values import ENGINE, Actor, PersonKind
from rightaway.queries import outages as ask
from rightaway.records.changes.models import Change
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Deployment
from rightaway.records.incidents.models import Incident
from rightaway.records.outages.models import Correction, Outage
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _edits, _guard
from rightaway.services._numbers import next_number

RECORD = "outage.record"
FIELDS = ("title", "kind", "reason", "planned_start", "planned_end", "actual_start", "actual_end")
SOURCES: Mapping[str, type[Release | Change | Incident]] = {
    "release": Release,
    "change": Change,
    "incident": Incident,
}


@transaction.atomic
def record(
    *,
    actor: Actor,
    service: str,
    fields: Mapping[str, Any],
    items: Iterable[str] = (),
    source: Mapping[str, str] | None = None,
) -> Outage:
    """
    Record an outage, planned or not.

    Args:
        fields: `title`, `kind`, `reason` and the planned and actual times.
        items: What is down; the whole service when none is named.
        source: At most one of release, change and incident, by its number.
    """
    _guard.require(actor=actor, action=RECORD, scope=service)
    return _made(actor, service, fields, items, source or {})


def _made(
    actor: Actor, service: str, fields: Mapping[str, Any], items: Iterable[str], source: Mapping[str, str]
) -> Outage:
    named = {name: number for name, number in source.items() if number}
    if len(named) > 1:
        raise Invalid("outage.source", said("An outage has one source."), at=min(named))
    row = Outage(
        number=next_number("OUT"),
        service=_guard.find(ConfigurationItem, key=service),
        recorded_by=_guard.person(actor),
    )
    for name, number in named.items():
        found = _guard.find(SOURCES[name], number=number)
        if found.service_id != row.service_id:
            raise Invalid(
                "outage.source", said("{number} belongs to another service.", number=number), at=name
            )
        setattr(row, name, found)
    _write(row, fields)
    row.save()
    row.items.set([_guard.find(ConfigurationItem, key=key) for key in dict.fromkeys(items)])
    _told(actor, "outage.record.made", row, _edits.values(row, FIELDS))
    return row


def _write(row: Outage, fields: Mapping[str, Any]) -> None:
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise Invalid(
            "field.unknown", said("An outage has no field '{value}'.", value=unknown[0]), at=unknown[0]
        )
    for name, value in fields.items():
        setattr(row, name, value)
    check(row.kind, row.times)
    row.kind = kind_after(row.kind, row.times)


@transaction.atomic
def correct(
    *, actor: Actor, number: str, fields: Mapping[str, Any], reason: str, expected_version: int | None = None
) -> Outage:
    """Correct an outage, with a reason; what it said before is kept beside it."""
    row = _guard.lock(Outage, number=number)
    _guard.require(actor=actor, action=RECORD, scope=row.service.key)
    _guard.unchanged(row, expected_version)
    if not reason.strip():
        raise Invalid("outage.reason_needed", said("Say why."), at="reason")
    before = _edits.values(row, FIELDS)
    _write(row, fields)
    after = _edits.values(row, FIELDS)
    changed = _edits.changes(before, after)
    if not changed:
        raise Invalid("outage.nothing_changed", said("Nothing of it is different."), at="reason")
    row.save()
    Correction.objects.create(
        outage=row, by=_guard.person(actor), at=timezone.now(), reason=reason[:300], before=before
    )
    _told(actor, "outage.record.corrected", row, {"changes": changed, "reason": reason})
    return row


def began(deployment: Deployment) -> None:
    """Post the beginning of what the release planned to be down, called as a production deployment begins."""
    for row in (
        ask.planned_for(deployment.release).filter(actual_start__isnull=True).select_for_update(of=("self",))
    ):
        _post(row, deployment, actual_start=deployment.started_at or timezone.now())


def ended(deployment: Deployment) -> None:
    """Post the end of what was down, called as a production deployment ends, however it ends."""
    for row in (
        ask.planned_for(deployment.release).filter(actual_start__isnull=False).select_for_update(of=("self",))
    ):
        _post(row, deployment, actual_end=deployment.finished_at or timezone.now())


def _post(row: Outage, deployment: Deployment, **times: datetime) -> None:
    for name, moment in times.items():
        setattr(row, name, moment)
    row.kind = kind_after(row.kind, row.times)
    row.deployment, row.version = deployment, row.version + 1
    row.save()
    facts = {name: moment.isoformat() for name, moment in times.items()}
    _told(ENGINE, "outage.record.posted", row, {**facts, "deployment": deployment.number})


@transaction.atomic
def convert(
    *,
    actor: Actor,
    change: str,
    actual_start: datetime,
    actual_end: datetime | None = None,
    reason: str,
    expected_version: int | None = None,
) -> Outage:
    """
    Answer an unauthorised change with the outage that it was: nothing was changed, something was down.

    The change is rejected and names the outage; it is the third answer beside accepting it and taking it back.

    Raises:
        Forbidden: `sod.person_only` or `permission.denied`.
        Refused: the change does not wait for such an answer.
    """
    row = _guard.lock(Change, number=change)
    _guard.require(actor=actor, action="change.authorise.emergency", scope=row.service.key)
    _guard.unchanged(row, expected_version)
    if actor.kind is not PersonKind.PERSON or actor.is_system:
        raise Forbidden("sod.person_only", said("Only a person decides what becomes of it."))
    if not row.is_unauthorised or row.state != ChangeState.REGISTERED:
        raise Refused(
            "change.nothing_to_convert", said("{number} is no unauthorised change that waits.", number=change)
        )
    if not reason.strip():
        raise Invalid("decision.reason_needed", said("Say why it was an outage and no change."), at="reason")
    fields = {
        "title": row.title,
        "kind": OutageKind.UNPLANNED,
        "reason": f"{reason}\n\n{row.evidence}",
        "actual_start": actual_start,
        "actual_end": actual_end,
    }
    items = row.affected_cis.values_list("key", flat=True)
    made = _made(actor, row.service.key, fields, items, {"change": change})
    row.state, row.disposition = ChangeState.REJECTED, f"Recorded as outage {made.number}"
    row.save()
    _audit.record(
        actor=actor,
        action="change.unauthorised.converted",
        stream=change,
        subject=("change", change),
        facts={"outage": made.number, "reason": reason},
        version=row.version,
    )
    return made


def _told(actor: Actor, action: str, row: Outage, facts: dict[str, Any]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.number,
        subject=("outage", row.number),
        facts=facts,
        version=row.version,
    )
