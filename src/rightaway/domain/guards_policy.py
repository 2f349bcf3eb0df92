"""What the release policy of the service asks of a plan, named with the version that says so."""

from collections.abc import Collection
from datetime import datetime, timedelta

from rightaway.domain.guards_approvals import approval_state
from rightaway.domain.policy_parts import EXAMPLES, Freeze, VersionScheme, fits_scheme
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Word, said, wordlist
from rightaway.domain.unmet import Unmet

FREEZE_EXCEPTION = "freeze_exception"
"""The approval that lets a release be deployed in a freeze."""


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


def planned_outside_freezes(facts: ReleaseFacts, now: datetime, rule: str) -> tuple[Unmet, ...]:
    """The planned time lies in no freeze that blocks, or an exception is approved; a soft one warns."""
    start, end = facts.plan.planned_start, facts.plan.planned_end
    if start is None or end is None or start >= end:
        return ()
    held = facts.policy.freezes_in(start, end, facts.registration.release_type)
    is_excepted = bool(held) and _is_excepted(facts, now)
    return tuple(
        _frozen(facts, one, rule, "freeze_overlap") for one in held if one.is_soft or not is_excepted
    )


def not_frozen(facts: ReleaseFacts, now: datetime, rule: str) -> tuple[Unmet, ...]:
    """The next wave would neither begin in a freeze that blocks nor run into one, or an exception is approved."""
    wave = facts.next_wave
    end = now + timedelta(seconds=max(wave.deploy_s if wave else 0, 1))
    found = facts.policy.freezes_in(now, end, facts.registration.release_type)
    held = [one for one in found if not one.is_soft]
    if not held or _is_excepted(facts, now):
        return ()
    return tuple(_frozen(facts, one, rule, "frozen") for one in held)


def _is_excepted(facts: ReleaseFacts, now: datetime) -> bool:
    return approval_state(facts.approval(FREEZE_EXCEPTION), now) == "approved"


def _frozen(facts: ReleaseFacts, one: Freeze, rule: str, code: str) -> Unmet:
    start, end = one.span
    may_be_excepted = not one.is_soft and any(held.key == FREEZE_EXCEPTION for held in facts.approvals)
    return Unmet(
        rule,
        f"{rule}.{code}",
        said(
            "There is a freeze of {policy} from {start} to {end}: {title}.",
            policy=facts.policy.number,
            start=start,
            end=end,
            title=one.title,
        ),
        "release_manager",
        said("Plan it outside of the freeze, or have an exception from it approved.")
        if may_be_excepted
        else said("Plan it outside of the freeze."),
        {
            "policy": facts.policy.number,
            "freeze": one.title,
            "from": start.isoformat(),
            "to": end.isoformat(),
            "approval": FREEZE_EXCEPTION,
        },
        blocks=not one.is_soft,
        failed=not one.is_soft,
    )


def criteria_named(facts: ReleaseFacts, rule: str) -> tuple[Unmet, ...]:
    """Every wave is judged by the criteria for going back that the policy names, whatever the design adds."""
    named = [_lines(wave.rollback_criteria) for wave in facts.plan.waves]
    return tuple(
        Unmet(
            rule,
            f"{rule}.rollback_criterion_of_policy_missing",
            said(
                "The design does not name what {policy} asks to go back for: {criterion}.",
                policy=facts.policy.number,
                criterion=one,
            ),
            "deployment_manager",
            said("Add it to the rollback criteria of the design, word for word."),
            {"policy": facts.policy.number, "criterion": one},
        )
        for one in facts.policy.rollback_criteria
        if any(one.casefold() not in lines for lines in named)
    )


def _lines(text: str) -> set[str]:
    return {line.strip().casefold() for line in text.splitlines()}


def version_fits(facts: ReleaseFacts, rule: str) -> tuple[Unmet, ...]:
    """The version of the package has the form that the policy asks for."""
    version, scheme = facts.package.version, facts.policy.version_scheme
    if fits_scheme(version, scheme):
        return ()
    return (
        Unmet(
            rule,
            f"{rule}.version_scheme",
            said(
                "{version} is no {scheme} version, which {policy} asks for.",
                version=version,
                scheme=Word(scheme),
                policy=facts.policy.number,
            ),
            "build_engineer",
            said(
                "Build the package with a version such as {example}.", example=EXAMPLES[VersionScheme(scheme)]
            ),
            {"policy": facts.policy.number, "version": version, "scheme": scheme},
            failed=True,
        ),
    )
