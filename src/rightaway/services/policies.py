"""Release policies: drafted by one person, confirmed by another, in force from a day on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.moves import advance
from rightaway.domain.policies import TABLE, Policy, PolicyState, as_json, content_digest, policy
from rightaway.domain.policy_checks import checked
from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor, PersonKind
from rightaway.queries import policies as ask
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.policies.models import ReleasePolicy
from rightaway.services import _audit, _confirmations, _edits, _guard, _policy_names, release_alerts
from rightaway.services._numbers import next_number

EDIT = "policy.edit"
NOTE = 300


@transaction.atomic
def propose(
    *,
    actor: Actor,
    service: str,
    content: Mapping[str, Any],
    note: str = "",
    expected_version: int | None = None,
) -> ReleasePolicy:
    """
    Draft the next version of a service's policy, or write the draft that there is over.

    Args:
        content: What differs from the version that holds; `domain.policies.CONTENT` names the parts.

    Raises:
        Invalid: an unknown part, a value out of its bounds, or nothing that differs.
    """
    author = _guard.person(actor)
    _guard.require(actor=actor, action=EDIT, scope=service)
    item = _guard.find(ConfigurationItem, key=service, ci_class="service")
    held = ask.of_service(item, timezone.now())
    row = ReleasePolicy.objects.select_for_update().filter(service=item, state=PolicyState.DRAFT).first()
    begun = row.content if row else as_json(held)
    new = as_json(checked({**begun, **content}))
    _policy_names.check(new)
    if new == as_json(held):
        raise Invalid(
            "policy.unchanged", said("The policy that holds says the same."), hint=said("Change something.")
        )
    before = {"content": row.content, "note": row.note} if row else {}
    if row is None:
        row = ReleasePolicy(number=next_number("POL"), service=item)
    else:
        row.version += 1
        _guard.unchanged(row, expected_version)
    row.content, row.digest, row.note = new, content_digest(new), note[:NOTE]
    row.save()
    row.authors.add(author)
    facts = {"service": service, "digest": row.digest}
    changes = _edits.changes(before, {"content": new, "note": row.note}) if before else []
    _told(actor, "policy.version.proposed", row, {**facts, "changes": changes})
    _confirmations.ask(
        actor=actor,
        kind=SubjectKind.POLICY,
        row=row,
        action=EDIT,
        key=row.number,
        authors=row.authors.values_list("pk", flat=True),
    )
    return row


@transaction.atomic
def confirm(
    *,
    actor: Actor,
    number: str,
    digest: str,
    effective_at: datetime | None = None,
    expected_version: int | None = None,
) -> ReleasePolicy:
    """
    Let a draft hold, as the second person; who manages a release that lacks something by it is told.

    Args:
        digest: Of the content that was looked at; another one is refused.
        effective_at: From when on; None for now.

    Raises:
        Forbidden: `sod.self_approval` for who wrote it, `sod.person_only`, or `permission.denied`.
    """
    row = _draft(actor, number, expected_version)
    if actor.kind is not PersonKind.PERSON or actor.is_system:
        raise Forbidden("sod.person_only", said("Only a person confirms a policy."))
    if row.authors.filter(username=actor.name).exists():
        raise Forbidden(
            "sod.self_approval",
            said("Nobody confirms a policy that they wrote."),
            hint=said("Ask another person who may write it."),
        )
    if digest != row.digest:
        raise Refused(
            "policy.other_content",
            said("{number} is not what you looked at.", number=number),
            hint=said("Look at it again."),
        )
    now = timezone.now()
    if effective_at is not None and effective_at <= now:
        raise Invalid(
            "policy.moment_past",
            said("This moment has passed."),
            at="effective_at",
            hint=said("Leave it out, to let it hold from now on."),
        )
    release_alerts.policy_tightened(actor, row, effective_at or now)
    _put_in_force(row, effective_at or now, actor.user_id)
    facts = {"digest": row.digest, "effective_at": (effective_at or now).isoformat()}
    _told(actor, "policy.version.confirmed", row, facts)
    return row


@transaction.atomic
def discard(
    *, actor: Actor, number: str, reason: str = "", expected_version: int | None = None
) -> ReleasePolicy:
    """Put a draft away for good; what holds stays so."""
    row = _draft(actor, number, expected_version)
    row.state = advance(TABLE, row.state, "discard")
    row.save()
    _told(actor, "policy.version.discarded", row, {"reason": reason[:NOTE]})
    return row


@transaction.atomic
def establish(*, actor: Actor, service: str, content: Mapping[str, Any]) -> ReleasePolicy | None:
    """
    Take a policy over from a configuration file: what comes first holds at once, a change of it is a draft.

    A file is applied by one person, and what two people agreed on is not undone by one of them. Gives None where
    it says what holds already, or what the draft says.
    """
    item = _guard.find(ConfigurationItem, key=service, ci_class="service")
    new = as_json(checked(content))
    _policy_names.check(new)
    held, draft = ask.in_force(item, timezone.now()), ask.draft(item)
    if new in (as_json(policy(row.content)) for row in (held, draft) if row) or new == as_json(Policy()):
        return None
    if held is not None:
        return propose(actor=actor, service=service, content=new, note="from a configuration file")
    row = ReleasePolicy(number=next_number("POL"), service=item, content=new, digest=content_digest(new))
    _put_in_force(row, timezone.now(), actor.user_id)
    _told(actor, "policy.version.established", row, {"service": service, "digest": row.digest})
    return row


def _put_in_force(row: ReleasePolicy, since: datetime, by: int | None) -> None:
    row.state = advance(TABLE, row.state, "confirm")
    row.effective_at, row.confirmed_by_id, row.confirmed_at = since, by, timezone.now()
    row.save()


def _draft(actor: Actor, number: str, expected_version: int | None) -> ReleasePolicy:
    row = _guard.lock(ReleasePolicy, number=number)
    _guard.person(actor)
    _guard.require(actor=actor, action=EDIT, scope=row.service.key)
    _guard.unchanged(row, expected_version)
    if row.state != PolicyState.DRAFT:
        raise Refused(
            "policy.not_a_draft",
            said("{number} is {state}.", number=number, state=Word(row.state)),
            hint=said("Propose another version."),
        )
    return row


def _told(actor: Actor, action: str, row: ReleasePolicy, facts: dict[str, Any]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.number,
        subject=("policy", row.number),
        facts=facts,
        version=row.version,
    )
