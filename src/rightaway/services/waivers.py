"""Waivers: asked for, granted or refused by the owner of the control, withdrawn; every grant leaves a debt."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain import trainings
from rightaway.domain import waivers as rules
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.facts_evidence import WaiverFacts
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor
from rightaway.queries import facts_built, policies, templates
from rightaway.queries.templates import owner_of
from rightaway.records.assurance.models import Training
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release, Waiver
from rightaway.services import _audit, _debts, _guard, lifecycle
from rightaway.services._release import require_open


@transaction.atomic
def ask(
    *,
    actor: Actor,
    number: str,
    control: str,
    reason: str,
    expires_at: datetime,
    restore_plan: str = "",
    owed: str = "",
    part: str = "",
) -> Waiver:
    """
    Ask that a control be waived; it counts only after another person granted it.

    Args:
        owed: What is to be done afterwards; the control itself when nothing is said.
        part: One audience of the training; empty for all of the control.

    Raises:
        Invalid: it cannot be waived, or not for as long (`longest_waiver_days` of the release policy).
    """
    release = _guard.lock(Release, number=number)
    own = release.initiated_by_id == actor.user_id
    _guard.require(actor=actor, action="release.edit", scope=release.service.key, own=own)
    require_open(release)
    asked = WaiverFacts(
        control, actor.name, reason=reason, expires_at=expires_at, restore_plan=restore_plan, part=part
    )
    longest = policies.of_service(release.service, timezone.now()).longest_waiver_days
    rules.check(asked, longest_days=longest, now=timezone.now())
    if part:
        _guard.find(Training, release=release, audience=part)
    row = Waiver.objects.create(
        release=release,
        control=control,
        reason=reason,
        restore_plan=restore_plan,
        owed=owed,
        part=part,
        requested_by=_guard.person(actor),
        expires_at=expires_at,
    )
    _done(actor, row, "release.waiver.requested", {"reason": reason})
    return row


@transaction.atomic
def grant(
    *, actor: Actor, number: str, waiver_id: int, owner: str | None = None, due_at: datetime | None = None
) -> Waiver:
    """
    Grant a waiver that somebody else asked for; what is owed by it is written down as a debt.

    Args:
        owner: Who owes it; who asked for the waiver when left out.
        due_at: Until when; the end of the waiver when left out.
    """
    row = _decided(actor, number, waiver_id)
    now = timezone.now()
    row.granted_by, row.decided_at = _guard.person(actor), now
    row.save()
    _debts.owe(
        actor=actor,
        release=row.release,
        owed=row.owed or _control(row),
        owner=_guard.find(User, username=owner) if owner else row.requested_by,
        due_at=due_at or row.expires_at,
        now=now,
        waiver=row,
    )
    _done(actor, row, "release.waiver.granted", {})
    lifecycle.settle(release=row.release)
    return row


@transaction.atomic
def refuse(*, actor: Actor, number: str, waiver_id: int, reason: str) -> Waiver:
    """Refuse a waiver, saying why."""
    row = _decided(actor, number, waiver_id)
    if not reason.strip():
        raise Invalid("waiver.reason_missing", said("A refusal needs a reason."), at="reason")
    row.refused_by, row.refusal_reason, row.decided_at = _guard.person(actor), reason, timezone.now()
    row.save()
    _done(actor, row, "release.waiver.refused", {"reason": reason})
    return row


@transaction.atomic
def withdraw(*, actor: Actor, number: str, waiver_id: int) -> Waiver:
    """Take a waiver back that one asked for, before it is decided or after; its debt, if any, stays to be settled."""
    release = _guard.lock(Release, number=number)
    row = _guard.find(Waiver, pk=waiver_id, release=release)
    own = actor.user_id in {row.requested_by_id, release.initiated_by_id}
    _guard.require(actor=actor, action="release.edit", scope=release.service.key, own=own)
    require_open(release)
    row.release = release
    now = timezone.now()
    if rules.state(facts_built.waiver(row), now) not in {
        rules.WaiverState.REQUESTED,
        rules.WaiverState.GRANTED,
    }:
        raise Refused(
            "waiver.decided", said("This waiver is over."), hint=said("There is nothing to withdraw.")
        )
    row.withdrawn_at = now
    row.save()
    _done(actor, row, "release.waiver.withdrawn", {})
    lifecycle.settle(release=release)
    return row


def _decided(actor: Actor, number: str, waiver_id: int) -> Waiver:
    """Lock a waiver for whoever may decide on it: not who asked, and in time."""
    release = _guard.lock(Release, number=number)
    row = _guard.find(Waiver, pk=waiver_id, release=release)
    user = _guard.person(actor)
    _guard.require(actor=actor, action="release.view", scope=release.service.key)
    rules.check_decider(_guard.roles_of(user.pk, release.service.key), owner_of(release, row.control))
    require_open(release)
    if row.requested_by_id == user.pk:
        raise Refused("sod.self_waiver", said("Nobody decides on the waiver they asked for."))
    if row.control == trainings.CONTROL:
        trainings.check_waiver_decider(user.pk, author=release.initiated_by_id)
    row.release = release
    rules.check_open(facts_built.waiver(row), timezone.now())
    return row


def _control(row: Waiver) -> str:
    titles = {rule.key: rule.title for rule in templates.of(row.release).checklist}
    return (
        f"{titles.get(row.control, row.control)}: {row.part}"
        if row.part
        else titles.get(row.control, row.control)
    )


def _done(actor: Actor, row: Waiver, action: str, facts: dict[str, Any]) -> None:
    release = row.release
    release.save()
    _audit.record(
        actor=actor,
        action=action,
        stream=release.number,
        subject=("release", release.number),
        facts={"control": row.control, **({"part": row.part} if row.part else {}), **facts},
        version=release.version,
    )
