"""A release moves through its phases: pressed by a person, or by itself when everything holds."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.alerts import ALERTS
from rightaway.domain.debts import DebtState
from rightaway.domain.errors import Forbidden
from rightaway.domain.guards import due, evaluate, require
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import Word, said, wordlist
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM, Actor, PhaseStatus
from rightaway.domain.workflows import SYSTEM as BY_ITSELF
from rightaway.domain.workflows import Template, Transition, takers
from rightaway.queries import alerts, release_facts, subjects, templates
from rightaway.records.releases.models import PhaseVisit, Release
from rightaway.services import (
    _alerts,
    _audit,
    _binding,
    _debts,
    _guard,
    _notify,
    task_flow,
    transition_effects,
)

LONGEST_CHAIN = 8
FIELDS_OF_MOVE = frozenset(
    {"abandon_reason", "abandon_comment", "back_out_reason", "back_out_evidence", "closure_comment"}
)


@transaction.atomic
def fire(
    *,
    actor: Actor,
    number: str,
    event: str,
    reason: str = "",
    fields: dict[str, Any] | None = None,
    expected_version: int | None = None,
) -> Release:
    """
    Take a way out of the phase.

    Args:
        event: The verb of the workflow, such as `start_planning`.
        reason: Why; some ways ask for it.
        fields: What the way needs to know, such as `abandon_reason` or `back_out_reason`.

    Raises:
        TransitionRefused: the phase has no such way; the error names those it has.
        Forbidden: none of the actor's roles may take it.
        GateClosed: with the full list of what is missing, who owns it and what to do.
    """
    release = _guard.lock(Release, number=number)
    template = templates.of(release)
    _check_actor(actor, release, event, takers(template, release.phase, event))
    _guard.unchanged(release, expected_version)
    for name, value in (fields or {}).items():
        if name in FIELDS_OF_MOVE:
            setattr(release, name, value)
    if (fields or {}).get("back_out_reason"):
        release.back_out_decided_by = "" if actor.is_system else actor.name
    release.save()
    evaluation = evaluate(
        template, release_facts.facts(release, timezone.now()), event, timezone.now(), reason=reason
    )
    way = evaluation.transition
    require(evaluation.unmet, way.title)
    _take(actor, release, template, way, reason)
    settle(release=release)
    return release


def _check_actor(actor: Actor, release: Release, event: str, allowed: frozenset[str]) -> None:
    held = {BY_ITSELF}
    if not actor.is_system:
        user = _guard.person(actor)
        held = set(_guard.roles_of(user.pk, release.service.key)) if user.is_active else set()
    if allowed.isdisjoint(held):
        raise Forbidden(
            "permission.denied",
            said(
                "{event} is for: {allowed}.",
                event=Word(event.replace("_", " ")),
                allowed=wordlist(sorted(allowed)),
            ),
            hint=said("Ask someone who holds one of these roles."),
            evidence={"event": event, "actors": sorted(allowed)},
        )


def settle(*, release: Release) -> None:
    """Take every way that is open and needs no person, one after the other, and close tasks that are proven."""
    template = templates.of(release)
    for _ in range(LONGEST_CHAIN):
        now = timezone.now()
        facts = release_facts.facts(release, now)
        while task_flow.close_proven(release, template, facts, now) | task_flow.advance_order(release):
            facts = release_facts.facts(release, now)
        way = due(template, facts, now)
        if way is None:
            break
        _take(SYSTEM, release, template, way, "everything it asks for holds")
    now = timezone.now()
    if release.debts.filter(state=DebtState.OPEN, waiver__isnull=False).exists():
        _debts.settle_met(release, template, release_facts.facts(release, now), now)
    _set_status(release)


def _take(actor: Actor, release: Release, template: Template, way: Transition, reason: str) -> None:
    now = timezone.now()
    release.visits.filter(left_at__isnull=True).update(left_at=now)
    release.holds.filter(resumed_at__isnull=True).update(resumed_at=now, resumed_by_id=actor.user_id)
    release.phase, release.phase_status = way.target, PhaseStatus.INITIAL
    release.version += 1
    _binding.void_kinds(actor=actor, release=release, kinds=way.voids, reason=f"{way.title}: {reason}")
    for name in way.effects:
        transition_effects.EFFECTS[name](actor, release, reason)
    release.save()
    enter(actor=actor, release=release, template=template, way=way, reason=reason)
    facts = {"transition": way.id, "event": way.event, "from": way.source, "to": way.target, "reason": reason}
    _audit.record(
        actor=actor,
        action="release.phase.entered",
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
    subject = subjects.of_row(SubjectKind.RELEASE, release)
    _notify.tell(
        actor=actor,
        kind=NotificationKind.RELEASE_MOVED,
        subject=subject,
        people=_alerts.may_see(subject, alerts.recipients(release, ALERTS["A02"].to, now)),
        key=f"{release.number}:moved:{release.version}",
        facts={"from": way.source, "to": way.target},
    )
    for name in way.after:
        transition_effects.AFTER[name](actor, release, reason)


def enter(
    *, actor: Actor, release: Release, template: Template, way: Transition | None, reason: str = ""
) -> None:
    """Begin a stay in the phase the release is in now: its visit and its tasks."""
    PhaseVisit.objects.create(
        release=release,
        phase=release.phase,
        attempt=release.attempt,
        transition=way.id if way else "",
        event=way.event if way else "register",
        reason=reason,
        entered_by=actor.name,
        entered_at=timezone.now(),
    )
    task_flow.begin_phase(release, template)


def _set_status(release: Release) -> None:
    if release.phase_status == PhaseStatus.ON_HOLD:
        release.save()
        return
    template = templates.of(release)
    states = set(
        release.approvals.filter(
            kind__in=[one.key for one in template.approvals if one.phase == release.phase]
        ).values_list("state", flat=True)
    )
    if release.phase in template.terminal:
        status = PhaseStatus.CLOSED
    elif "denied" in states:
        status = PhaseStatus.BLOCKED
    elif "pending" in states:
        status = PhaseStatus.AWAITING_APPROVAL
    else:
        status = PhaseStatus.IN_PROGRESS
    if release.phase_status != status:
        release.phase_status = status
    release.save()
