"""The way of an emergency: what justifies it, what it cannot do without, and the paperwork it owes."""

from datetime import datetime, timedelta

from rightaway.domain.facts_closure import LinkedRecordFacts
from rightaway.domain.guards_approvals import approval_stands
from rightaway.domain.guards_building import level_passed
from rightaway.domain.guards_planning import expected_states_set, plan_complete
from rightaway.domain.policies import Policy
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Sentence, said
from rightaway.domain.unmet import Unmet, missing
from rightaway.domain.values import IncidentLink, Origin

APPROVAL = "emergency"
OWED = ("plan_design", "build_test", "deployment")
"""The approvals that an emergency skips, and that are given afterwards."""
RATIFIED_WITHIN = timedelta(hours=72)
PAPERWORK_WITHIN = timedelta(hours=24)


def justified(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    """An emergency ends a grave incident or a known error, or answers a security advisory: as the policy has it."""
    policy = facts.policy
    if policy.emergency_by_advisory and facts.registration.origin == Origin.SECURITY_ADVISORY:
        return ()
    if any(_justifies(one, policy) for one in facts.linked):
        return ()
    return (
        Unmet(
            "G07",
            "G07.not_justified",
            said("Nothing is linked that justifies an emergency."),
            "release_manager",
            _what_justifies(policy),
            {
                "linked": [one.number for one in facts.linked],
                "origin": facts.registration.origin,
                "policy": policy.number,
                "emergency_severity": policy.emergency_severity,
            },
        ),
    )


def _justifies(one: LinkedRecordFacts, policy: Policy) -> bool:
    if one.link == "fixes":
        return policy.emergency_by_known_error
    is_grave = one.priority is not None and one.priority <= policy.emergency_severity
    return one.kind == "incident" and is_grave and one.link == IncidentLink.RESOLVED


def _what_justifies(policy: Policy) -> Sentence:
    match policy.emergency_by_known_error, policy.emergency_by_advisory:
        case True, True:
            return said(
                "Link an incident of severity {severity} or graver or a known error that the release ends, or say"
                " that it answers a security advisory.",
                severity=policy.emergency_severity,
            )
        case True, False:
            return said(
                "Link an incident of severity {severity} or graver or a known error that the release ends.",
                severity=policy.emergency_severity,
            )
        case False, True:
            return said(
                "Link an incident of severity {severity} or graver that the release ends, or say that it answers"
                " a security advisory.",
                severity=policy.emergency_severity,
            )
    return said(
        "Link an incident of severity {severity} or graver that the release ends.",
        severity=policy.emergency_severity,
    )


def least_evidence(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """
    Smoke tests passed on this package, it is said what it changes, and a way back exists.

    The way back need not be rehearsed. Without the states to expect nobody could tell whether it worked.
    """
    found = [*level_passed(facts, "smoke", "G23"), *expected_states_set(facts, now)]
    if not facts.back_out_plan.executable:
        found.append(
            missing("G23", "back_out_plan", said("an executable back-out plan"), "deployment_manager")
        )
    return tuple(found)


def paperwork_complete(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """What an emergency left out is made good: the plan is complete, and the approvals it skipped are given."""
    owed = facts.emergency
    if not owed.is_expedited:
        return ()
    plan = (_owed(one, owed.paperwork_due_at, now) for one in plan_complete(facts, now))
    approvals = (
        _owed(one, owed.ratify_by, now) for key in OWED for one in approval_stands(facts, key, "G61", now)
    )
    return (*plan, *approvals)


def _owed(one: Unmet, due_at: datetime | None, now: datetime) -> Unmet:
    """Say of something missing by when it is owed; after that it has failed."""
    evidence = {**one.evidence, "due_at": due_at.isoformat() if due_at else None}
    code = f"G61.{one.code.partition('.')[2]}"
    failed = one.failed or (due_at is not None and now >= due_at)
    return Unmet("G61", code, one.message, one.owner, one.remedy, evidence, one.blocks, failed)
