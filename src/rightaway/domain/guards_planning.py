"""Guards on the plan: complete, free of conflicts, and for changes that may be carried out."""

from datetime import datetime

from rightaway.domain.changes import NOT_CARRIED_OUT, TERMINAL, ChangeType, is_authorised
from rightaway.domain.conflicts import DEPENDENCY, MISSES_DEPARTURE
from rightaway.domain.facts_planning import ChangeFacts, ConflictFacts, PlannedWaveFacts
from rightaway.domain.guards_policy import (
    criteria_named,
    early_enough,
    model_allowed,
    planned_outside_freezes,
    within_windows,
)
from rightaway.domain.lessons import answered
from rightaway.domain.policies import DEPLOYMENT_MODELS
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Sentence, Word, said, wordlist
from rightaway.domain.unmet import Unmet, missing

ACTIVE = "active"
UNRESOLVED = frozenset({"detected", "acknowledged"})

_NAMED = {
    "cost_estimate": said("a cost estimate"),
    "communication_plan_approved_by": said("an approved communication plan"),
    "build_environment": said("an environment for build and test"),
    "deployment_environment": said("an environment to deploy to"),
}


def plan_complete(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    plan = facts.plan
    found = [missing("G10", name, what) for name, what in _NAMED.items() if not getattr(plan, name).strip()]
    if plan.planned_start is None or plan.planned_end is None:
        found.append(missing("G10", "window", said("a planned start and end")))
    elif plan.planned_start >= plan.planned_end:
        found.append(_window_reversed(plan.planned_start, plan.planned_end))
    if plan.deployment_model not in DEPLOYMENT_MODELS:
        found.append(
            missing(
                "G10",
                "deployment_model",
                said("a deployment model ({choices})", choices=wordlist(DEPLOYMENT_MODELS)),
            )
        )
    found += [*model_allowed(facts, "G10"), *within_windows(facts, "G10"), *early_enough(facts, now, "G10")]
    if not plan.waves:
        found.append(missing("G10", "waves", said("at least one wave"), "deployment_manager"))
    found.extend(unmet for wave in plan.waves for unmet in _criteria(wave))
    found.extend(criteria_named(facts, "G10"))
    if not plan.authorisation_expected_later:
        found.extend(changes_authorised(facts, "G10"))
    found.extend(answered(facts.lessons))
    return tuple(found)


def _window_reversed(start: datetime, end: datetime) -> Unmet:
    return Unmet(
        "G10",
        "G10.window_reversed",
        said("The planned end is not after the planned start."),
        "release_manager",
        said("Plan an end after the start."),
        {"planned_start": start.isoformat(), "planned_end": end.isoformat()},
        failed=True,
    )


def _criteria(wave: PlannedWaveFacts) -> tuple[Unmet, ...]:
    kinds = {"success": wave.success_criteria, "rollback": wave.rollback_criteria}
    return tuple(
        Unmet(
            "G10",
            f"G10.{kind}_criteria_missing",
            said("Wave {number} has no {kind} criteria.", number=wave.number, kind=Word(kind)),
            "deployment_manager",
            said("Say in the plan what wave {number} is judged by.", number=wave.number),
            {"wave": wave.number},
        )
        for kind, text in kinds.items()
        if not text.strip()
    )


def changes_authorised(facts: ReleaseFacts, rule: str) -> tuple[Unmet, ...]:
    """Every included change may be carried out, or was taken out with a word on what becomes of it."""
    return tuple(
        Unmet(
            rule,
            f"{rule}.change_not_authorised",
            said("{number} is {state}.", number=change.number, state=Word(change.state)),
            "change_manager",
            said("Authorise {number}, or take it out of the release.", number=change.number),
            {"change": change.number, "type": change.change_type, "state": change.state},
            failed=change.state in NOT_CARRIED_OUT,
        )
        for change in facts.scope.changes
        if not is_authorised(change.change_type, change.state) and not _removed(change)
    )


def _removed(change: ChangeFacts) -> bool:
    return change.state in NOT_CARRIED_OUT and bool(change.disposition)


def standard_changes_only(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    """Every change stands under a model that counts now, so that nobody has to approve the release itself."""
    changes = [change for change in facts.scope.changes if not _removed(change)]
    if not changes:
        return (missing("G06", "changes", said("a standard change")),)
    return tuple(unmet for change in changes for unmet in _under_model(change))


def _under_model(change: ChangeFacts) -> tuple[Unmet, ...]:
    evidence = {"change": change.number, "type": change.change_type, "model": change.model}
    if change.change_type != ChangeType.STANDARD:
        return (
            Unmet(
                "G06",
                "G06.change_not_standard",
                said(
                    "{number} is a {kind} change; this workflow is for standard changes.",
                    number=change.number,
                    kind=Word(change.change_type),
                ),
                "release_manager",
                said("Take {number} out, and release it by another workflow.", number=change.number),
                evidence,
                failed=True,
            ),
        )
    if change.state in TERMINAL or change.model_standing == ACTIVE:
        return ()
    return (
        Unmet(
            "G06",
            "G06.model_not_active",
            said(
                "{number} stands under {model}, which is {state}.",
                number=change.number,
                model=change.model,
                state=Word(change.model_standing),
            )
            if change.model
            else said("{number} names no model that authorises it.", number=change.number),
            "change_manager",
            said("Have the model authorised again, or take {number} out.", number=change.number),
            {**evidence, "standing": change.model_standing},
        ),
    )


def no_blocking_conflict(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    return (*_conflicts(facts), *planned_outside_freezes(facts, now, "G11"))


def _conflicts(facts: ReleaseFacts) -> tuple[Unmet, ...]:
    return tuple(
        Unmet(
            "G11",
            "G11.conflict",
            _conflict(conflict),
            "release_manager",
            _REMEDIES.get(
                conflict.kind, said("Move one of the windows, or accept the conflict with a reason.")
            ),
            {
                "kind": conflict.kind,
                "other": conflict.other,
                "subject": conflict.subject,
                "state": conflict.state,
                "from": conflict.overlap_start.isoformat() if conflict.overlap_start else None,
                "to": conflict.overlap_end.isoformat() if conflict.overlap_end else None,
            },
            blocks=conflict.severity == "blocking",
            failed=conflict.severity == "blocking",
        )
        for conflict in facts.conflicts
        if conflict.state in UNRESOLVED
    )


def _conflict(conflict: ConflictFacts) -> Sentence:
    if conflict.kind == MISSES_DEPARTURE:
        return said("Its window does not begin while {departure} ships.", departure=conflict.subject)
    if conflict.kind != DEPENDENCY:
        return said(
            "There is a conflict with {other} on {subject}: {kind}.",
            kind=Word(conflict.kind.replace("_", " ")),
            other=conflict.other,
            subject=conflict.subject,
        )
    if conflict.overlap_end is None:
        return said("It depends on {other}, whose window is not planned yet.", other=conflict.other)
    return said(
        "It begins before {other}, on which it depends, ends at {moment}.",
        other=conflict.other,
        moment=conflict.overlap_end,
    )


_REMEDIES = {
    DEPENDENCY: said("Begin after that release ends, or have it planned earlier."),
    MISSES_DEPARTURE: said("Plan the start while the train ships, or take another departure."),
}


def expected_states_set(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    """Before a deployment the CMDB knows what every affected item is going to be."""
    if not facts.scope.cis:
        return (
            missing("sacm_update", "affected_cis", said("an affected configuration item"), "build_engineer"),
        )
    return tuple(
        Unmet(
            "sacm_update",
            "sacm_update.expected_state_missing",
            said("{name} has no expected state.", name=ci.name),
            "build_engineer",
            said("Set what {name} is going to be after the release.", name=ci.name),
            {"ci": ci.name},
        )
        for ci in facts.scope.cis
        if not ci.expected
    )
