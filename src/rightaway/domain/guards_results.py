"""Guards on what came out: waves finished, targets restored, the record true, the release ready to close."""

from datetime import datetime

from rightaway.domain.changes import CARRIED_OUT, NOT_CARRIED_OUT, ChangeState
from rightaway.domain.closure_codes import code_stands
from rightaway.domain.deployment_states import DEPLOYMENT_TERMINAL
from rightaway.domain.early_life import exit_allowed
from rightaway.domain.facts_deployment import TargetFacts, WaveFacts
from rightaway.domain.facts_planning import ChangeFacts, CiFacts
from rightaway.domain.guards_deployment import permit
from rightaway.domain.incidents import disposed
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.reviews import review_complete
from rightaway.domain.sentences import Sentence, Word, said
from rightaway.domain.sign_offs import rejections_answered
from rightaway.domain.unmet import Unmet, missing

AFTER_DEPLOYMENT = frozenset({"verification", "closed", "abandoned"})
FINISHED_DEPLOYMENTS = frozenset({"succeeded", "succeeded_partial"})
ENDED_IN_VAIN = frozenset({str(status) for status in DEPLOYMENT_TERMINAL}) - FINISHED_DEPLOYMENTS
UNDER_WAY = frozenset({"pending", "gated", "running", "baking"})


def waves_finished(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Every wave is good or its absence accepted, the CMDB was told, and no change is left half done."""
    waves = tuple(unmet for wave in facts.deployment.waves for unmet in _wave(facts, wave))
    if facts.deployment.status not in FINISHED_DEPLOYMENTS:
        return (*_gate(facts, now), _unfinished(facts), *waves)
    return (
        *waves,
        *(_ci("G40", ci, "managed") for ci in _untold(facts, "managed")),
        *(
            _change_unfinished(change)
            for change in facts.scope.changes
            if change.state not in CARRIED_OUT
            and not (change.state in NOT_CARRIED_OUT and change.disposition)
        ),
    )


def _change_unfinished(change: ChangeFacts) -> Unmet:
    return Unmet(
        "G40",
        "G40.change_unfinished",
        said("{number} is {state}.", number=change.number, state=Word(change.state)),
        "change_manager",
        said("Finish {number}, or say what becomes of it.", number=change.number),
        {"change": change.number, "state": change.state},
    )


def _gate(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Give what keeps the gate of the next wave shut: nothing else that is said of the deployment helps before it."""
    gate = facts.deployment.gate
    return permit(facts.with_parts(next_wave=gate), now) if gate else ()


def _unfinished(facts: ReleaseFacts) -> Unmet:
    held = facts.deployment
    status = Word(held.status.replace("_", " "))
    if not held.status:
        what = said("Nothing of the release is deployed to production yet.")
        remedy = said("Launch the deployment.")
    elif held.status in ENDED_IN_VAIN:
        what = said("{number} is {state}.", number=held.number, state=status)
        remedy = said("Launch it again, or take another way out of the phase.")
    elif held.waits_for:
        what = said("{number} waits: {reason}.", number=held.number, reason=held.waits_for)
        remedy = said("Decide on the page of {number}.", number=held.number)
    else:
        what = said("{number} is {state}.", number=held.number, state=status)
        remedy = said("Let it finish.")
    evidence = {"deployment": held.number, "status": held.status}
    return Unmet("G40", "G40.deployment_unfinished", what, "deployment_manager", remedy, evidence)


def _wave(facts: ReleaseFacts, wave: WaveFacts) -> tuple[Unmet, ...]:
    status = facts.deployment.status
    needs_nobody = status in ENDED_IN_VAIN or (
        wave.status in UNDER_WAY and status not in FINISHED_DEPLOYMENTS
    )
    if wave.accepted_by or needs_nobody or (wave.status == "passed" and wave.healthy):
        return ()
    return (
        Unmet(
            "G40",
            "G40.wave_unfinished",
            said("Wave {number} passed without a good health check.", number=wave.number)
            if wave.status == "passed"
            else said("Wave {number} is {state}.", number=wave.number, state=Word(wave.status)),
            "deployment_manager",
            said(
                "Let wave {number} finish, back it out, or accept the outcome without it.", number=wave.number
            ),
            {"wave": wave.number, "status": wave.status},
            failed=wave.status not in UNDER_WAY,
        ),
    )


def cmdb_verified(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    """What was observed on every changed item is what was expected of it; before that it is only pending."""
    if facts.phase not in AFTER_DEPLOYMENT and not any(ci.changed for ci in facts.scope.cis):
        return (
            Unmet(
                "sacm_update",
                "sacm_update.pending_post_deploy",
                said("The configuration records are verified after the deployment."),
                "build_engineer",
                blocks=False,
            ),
        )
    return tuple(_ci("sacm_update", ci, "observed") for ci in _untold(facts, "observed"))


def _untold(facts: ReleaseFacts, view: str) -> tuple[CiFacts, ...]:
    return tuple(
        ci
        for ci in facts.scope.cis
        if ci.changed and getattr(ci, view) != ci.expected and not ci.difference_accepted_by
    )


def _ci(rule: str, ci: CiFacts, view: str) -> Unmet:
    seen = getattr(ci, view)
    return Unmet(
        rule,
        f"{rule}.{view}_differs",
        _differs(view, name=ci.name, expected=ci.expected, seen=seen or Word("unknown")),
        "build_engineer",
        said("Look at {name} again, put it right, or accept the difference.", name=ci.name),
        {"ci": ci.name, "expected": ci.expected, view: seen},
        failed=bool(seen),
    )


def _differs(view: str, **values: object) -> Sentence:
    if view == "managed":
        return said(
            "The CMDB does not say yet that {name} is {expected}; the managed state is {seen}.", **values
        )
    return said("It is not seen that {name} is {expected}; the observed state is {seen}.", **values)


def targets_restored(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    modified = [target for target in facts.deployment.targets if target.modified]
    if not modified:
        return (missing("G55", "targets", said("the targets that were modified"), "deployment_manager"),)
    return tuple(unmet for target in modified for unmet in _target(target))


def _target(target: TargetFacts) -> tuple[Unmet, ...]:
    if target.difference_accepted_by:
        return ()
    if target.status != "reverted":
        code, what = (
            "not_restored",
            said("{name} is {state}, not reverted.", name=target.name, state=Word(target.status)),
        )
    elif not target.baseline or target.observed != target.baseline:
        code, what = "differs_from_baseline", said("{name} does not equal its baseline.", name=target.name)
    else:
        return ()
    return (
        Unmet(
            "G55",
            f"G55.{code}",
            what,
            "deployment_manager",
            said("Back out {name} again, or accept the difference by name.", name=target.name),
            {
                "target": target.name,
                "status": target.status,
                "baseline": target.baseline,
                "observed": target.observed,
            },
            failed=target.status == "reverted",
        ),
    )


def closure_ready(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    found = [*exit_allowed(facts, now), *_changes_closed(facts), *review_complete(facts)]
    found.extend((*cmdb_verified(facts, now), *disposed(facts)))
    found.extend((*code_stands(facts), *rejections_answered(facts.review.sign_offs)))
    return tuple(found)


def _changes_closed(facts: ReleaseFacts) -> tuple[Unmet, ...]:
    return tuple(
        Unmet(
            "G60",
            "G60.change_open",
            said("{number} is {state}.", number=change.number, state=Word(change.state)),
            "change_manager",
            said("Review and close {number}, or take it out of the release.", number=change.number),
            {"change": change.number, "state": change.state},
        )
        for change in facts.scope.changes
        if change.state != ChangeState.CLOSED and not (change.state in NOT_CARRIED_OUT and change.disposition)
    )
