"""What the release policy of the service asks of a plan, named with the version that says so."""

from collections.abc import Collection
from datetime import datetime, timedelta

from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Word, said, wordlist
from rightaway.domain.unmet import Unmet


def type_allowed(facts: ReleaseFacts, rule: str) -> tuple[Unmet, ...]:
    held = facts.registration.release_type
    return _allowed(facts, rule, "type", held, facts.policy.allowed_types)


def model_allowed(facts: ReleaseFacts, rule: str) -> tuple[Unmet, ...]:
    return _allowed(facts, rule, "model", facts.plan.deployment_model, facts.policy.allowed_models)


def _allowed(
    facts: ReleaseFacts, rule: str, what: str, held: str, allowed: Collection[str]
) -> tuple[Unmet, ...]:
    if not held or not allowed or held in allowed:
        return ()
    return (
        Unmet(
            rule,
            f"{rule}.{what}_not_allowed",
            said(
                "{held} is not allowed for {service} by {policy}.",
                held=Word(held.replace("_", " ").capitalize()),
                service=facts.registration.service,
                policy=facts.policy.number,
            ),
            "release_manager",
            said("Allowed are: {allowed}.", allowed=wordlist(allowed)),
            {"policy": facts.policy.number, "held": held, "allowed": list(allowed)},
            failed=True,
        ),
    )


def within_windows(facts: ReleaseFacts, rule: str) -> tuple[Unmet, ...]:
    """The planned time lies within one opening of a window, where the policy has windows."""
    start, end = facts.plan.planned_start, facts.plan.planned_end
    if start is None or end is None or start >= end or facts.policy.allows_span(start, end):
        return ()
    return (
        Unmet(
            rule,
            f"{rule}.outside_windows",
            said("The planned time is not within a window of {policy}.", policy=facts.policy.number),
            "release_manager",
            said("Plan it within one of the windows of the policy, or propose another policy."),
            {
                "policy": facts.policy.number,
                "planned_start": start.isoformat(),
                "planned_end": end.isoformat(),
            },
            failed=True,
        ),
    )


def early_enough(facts: ReleaseFacts, now: datetime, rule: str) -> tuple[Unmet, ...]:
    """The plan is approved as long before its start as the policy asks of this type of release."""
    start, days = facts.plan.planned_start, facts.policy.lead_time_d.get(facts.registration.release_type)
    if start is None or not days or now + timedelta(days=days) <= start:
        return ()
    return (
        Unmet(
            rule,
            f"{rule}.lead_time_short",
            said(
                "{policy} asks for {days} days between the approved plan and its start.",
                policy=facts.policy.number,
                days=days,
            ),
            "release_manager",
            said("Plan a later start."),
            {"policy": facts.policy.number, "lead_time_d": days, "planned_start": start.isoformat()},
            failed=True,
        ),
    )
