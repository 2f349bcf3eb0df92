"""What is linked to a release closes with it: one record at a time, or all that is proposed at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.facts_closure import LinkedRecordFacts
from rightaway.domain.incidents import dispose
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor, RecordState
from rightaway.queries import closing as ask
from rightaway.queries import facts_linked
from rightaway.records.incidents.models import Incident, Interaction, KnownError, Problem
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, lifecycle
from rightaway.services._release import require_open

MODELS: Mapping[str, Any] = {"incident": Incident, "problem": Problem, "interaction": Interaction}


@dataclass(frozen=True, slots=True)
class Veto:
    """One record stays open against the proposal: why, and who goes on with it."""

    reason: str
    owner: str = ""


@transaction.atomic
def set_disposition(
    *, actor: Actor, release: str, record: str, disposition: str, reason: str = "", owner: str = ""
) -> None:
    """
    Say what becomes of one record linked to a release.

    Args:
        owner: Who goes on with what stays open; who answers for the service when left out.

    Raises:
        Refused: the record may not get it, such as closing what its own test says is not fixed.
    """
    row = _open(actor, release)
    linked = {one.number: one for one in facts_linked.linked(row)}
    if record not in linked:
        raise _guard.not_found(Incident, {"number": record})
    _dispose(row, linked[record], disposition, reason, owner)
    row.save()
    facts = {"record": record, "disposition": disposition, "reason": reason}
    _told(actor, row, "release.disposition.set", facts)
    lifecycle.settle(release=row)


@transaction.atomic
def close_linked(*, actor: Actor, release: str, seen: str, vetoes: Mapping[str, Veto]) -> list[ask.Proposal]:
    """
    Carry out everything that is proposed for what is still open, but for what is kept open: all of it, or nothing.

    Args:
        seen: The digest of the proposal that was looked at.
        vetoes: By the number of the record.

    Raises:
        Refused: the proposal is another by now, or nothing is open.
        Invalid: a veto names what is not proposed.
    """
    row = _open(actor, release)
    proposals = ask.proposals(row)
    if not proposals:
        raise Refused(
            "closing.nothing_open", said("Nothing that is linked to {number} is open.", number=release)
        )
    if ask.digest(proposals) != seen:
        raise Refused(
            "closing.changed",
            said("What is proposed for {number} has changed.", number=release),
            hint=said("Look at it again."),
        )
    unknown = sorted(set(vetoes) - {one.record.number for one in proposals})
    if unknown:
        raise Invalid(
            "closing.unknown", said("{record} is not among what is proposed.", record=unknown[0]), at="vetoes"
        )
    for one in proposals:
        veto = vetoes.get(one.record.number)
        if veto is not None:
            _dispose(row, one.record, "keep_open", veto.reason, veto.owner)
        else:
            reason = str(one.why) if one.disposition == "keep_open" else ""
            _dispose(row, one.record, one.disposition, reason, "")
    row.save()
    done = {one.record.number: one.disposition for one in proposals if one.record.number not in vetoes}
    _told(actor, row, "release.linked.closed", {"done": done, "kept": sorted(vetoes)})
    lifecycle.settle(release=row)
    return proposals


def _open(actor: Actor, number: str) -> Release:
    row = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action="release.close", scope=row.service.key)
    require_open(row)
    return row


def _dispose(release: Release, record: LinkedRecordFacts, disposition: str, reason: str, owner: str) -> None:
    stays_open = dispose(record, disposition, reason)
    keeper = (_guard.find(User, username=owner) if owner else ask.keeper(release)) if stays_open else None
    row = (
        release.known_errors.select_related("known_error").get(known_error__number=record.number)
        if record.kind == "known_error"
        else _guard.lock(MODELS[record.kind], number=record.number)
    )
    row.disposition, row.disposition_reason, row.kept_by = disposition, reason, keeper
    if not stays_open:
        _close(row, record.kind, reason or f"closed with {release.number}")
    row.save()


def _close(row: Any, kind: str, text: str) -> None:
    now = timezone.now()
    if kind == "known_error":
        KnownError.objects.filter(pk=row.known_error_id).update(
            state=RecordState.CLOSED, closed_at=now, resolution=text
        )
        return
    row.state, row.closed_at = RecordState.CLOSED, now
    if kind == "incident":
        row.resolution, row.restored_at = row.resolution or text, row.restored_at or now
    if kind == "interaction":
        row.answer = text


def _told(actor: Actor, release: Release, action: str, facts: dict[str, Any]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
