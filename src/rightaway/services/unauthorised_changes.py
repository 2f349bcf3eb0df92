"""Changes that were made without leave: recorded afterwards with their evidence, then accepted or taken back."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from rightaway.domain.changes import ChangeState, ChangeType
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.priorities import priority
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor, PersonKind
from rightaway.records.changes.models import Change
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import TargetRun
from rightaway.services import _audit, _guard, release_alerts
from rightaway.services._numbers import next_number

URGENT = 2


@transaction.atomic
def record(
    *, actor: Actor, service: str, affected_cis: Iterable[str], evidence: str, title: str = ""
) -> Change:
    """
    Record that something was changed without leave, as an emergency change that is filled in already.

    To accept it is to authorise it, as two people do with an emergency; it is reviewed then.

    Args:
        evidence: What was seen, and who or what made the change as far as it is known.
    """
    requester = _guard.person(actor)
    _guard.require(actor=actor, action="change.register", scope=service)
    items = [_guard.find(ConfigurationItem, key=key) for key in affected_cis]
    if not items:
        raise Invalid("change.items_needed", said("Name what was changed."), at="affected_cis")
    if not evidence.strip():
        raise Invalid(
            "change.evidence_needed", said("Say what was seen, and who did it if you know."), at="evidence"
        )
    names = ", ".join(item.name for item in items)
    row = _emergency(
        items,
        title=title or f"Changed without leave: {names}",
        description=f"Somebody or something changed {names} without leave. {_last_leave(items)}",
        is_unauthorised=True,
        evidence=evidence,
        service=_guard.find(ConfigurationItem, key=service),
        requester=requester,
        implementation_plan="It has been made already.",
        remediation_plan="Put back what was there before.",
    )
    _told(actor, "change.unauthorised.recorded", row, items=[item.key for item in items])
    release_alerts.unauthorised(actor, row)
    return row


def _emergency(items: list[ConfigurationItem], *, title: str, **fields: Any) -> Change:
    row = Change.objects.create(
        number=next_number("CHG"),
        title=title[:200],
        change_type=ChangeType.EMERGENCY,
        state=ChangeState.REGISTERED,
        impact=URGENT,
        urgency=URGENT,
        priority=priority(impact=URGENT, urgency=URGENT),
        **fields,
    )
    row.affected_cis.set(items)
    return row


def _last_leave(items: list[ConfigurationItem]) -> str:
    """Name the last deployment that was allowed to touch any of the items."""
    runs = TargetRun.objects.filter(target__ci__in=items, is_touched=True)
    last = runs.select_related("deployment__release").order_by("-id").first()
    if last is None:
        return "No deployment has touched it before."
    return f"The last deployment that was allowed to was {last.deployment.number} of {last.deployment.release.number}."


@transaction.atomic
def revert(*, actor: Actor, number: str, reason: str, expected_version: int | None = None) -> Change:
    """
    Decide that the change goes back: it is rejected, and another change, which is given, takes it back.

    Raises:
        Forbidden: `sod.person_only`, `sod.self_approval` or `permission.denied`.
    """
    row = _guard.lock(Change, number=number)
    _guard.require(actor=actor, action="change.authorise.emergency", scope=row.service.key)
    _guard.unchanged(row, expected_version)
    if actor.kind is not PersonKind.PERSON or actor.is_system:
        raise Forbidden("sod.person_only", said("Only a person decides what becomes of it."))
    if not row.is_unauthorised or row.state != ChangeState.REGISTERED:
        raise Refused(
            "change.nothing_to_revert",
            said("{number} is not waiting for a decision to revert it.", number=number),
        )
    if not reason.strip():
        raise Invalid("decision.reason_needed", said("Say why it goes back."), at="reason")
    back = _emergency(
        list(row.affected_cis.all()),
        title=f"Take back {number}",
        description=f"{reason}\n\nTakes back {number}: {row.title}",
        service=row.service,
        requester=_guard.person(actor),
        implementation_plan="Put back what was there before.",
    )
    _told(
        actor, "change.request.registered", back, type=back.change_type, title=back.title, takes_back=number
    )
    row.state, row.disposition = ChangeState.REJECTED, f"Taken back by {back.number}"
    row.save()
    _told(actor, "change.unauthorised.reverted", row, by=back.number, reason=reason)
    return back


def _told(actor: Actor, action: str, row: Change, **facts: object) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.number,
        subject=("change", row.number),
        facts=dict(facts),
        version=row.version,
    )
