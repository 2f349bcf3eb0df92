"""The conditions that choose between the ways out of a phase."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rightaway.domain.guards_building import needed_pct, newest_run, passes
from rightaway.domain.guards_results import targets_restored
from rightaway.domain.priorities import training_required
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Sentence, said
from rightaway.domain.trainings import CONTROL as TRAINING
from rightaway.domain.values import ReleaseType
from rightaway.domain.waivers import waiver

NOT = "not "


@dataclass(frozen=True, slots=True)
class Condition:
    """`is_so` and `is_not` finish the sentence "This way is open when ..."."""

    holds: Callable[[ReleaseFacts, datetime], bool]
    is_so: Sentence
    is_not: Sentence


def _training_required(facts: ReleaseFacts, now: datetime) -> bool:
    if waiver(facts, TRAINING, now):
        return False
    held = facts.assessment
    return training_required(
        impact_assessment=held.impact_assessment,
        urgency=held.urgency,
        added=held.training_added,
        rule=facts.training_rule,
    )


def _any_target_modified(facts: ReleaseFacts, _now: datetime) -> bool:
    return any(target.modified for target in facts.deployment.targets)


def _restored(facts: ReleaseFacts, now: datetime) -> bool:
    return not targets_restored(facts, now)


def _back_out_possible(facts: ReleaseFacts, now: datetime) -> bool:
    return facts.back_out.possible_until is not None and now < facts.back_out.possible_until


def _mandatory_test_failed(facts: ReleaseFacts, _now: datetime) -> bool:
    runs = [newest_run(facts, level) for level in facts.policy.mandatory_test_levels]
    return any(run.final and not passes(run, needed_pct(facts, run.level)) for run in runs if run is not None)


def _expedited(facts: ReleaseFacts, _now: datetime) -> bool:
    return facts.emergency.is_expedited


def _emergency(facts: ReleaseFacts, _now: datetime) -> bool:
    return facts.registration.release_type == ReleaseType.EMERGENCY


CONDITIONS = {
    "emergency": Condition(
        _emergency, said("the release is an emergency"), said("the release is no emergency")
    ),
    "expedited": Condition(
        _expedited,
        said("the release went the way of an emergency"),
        said("the release did not go the way of an emergency"),
    ),
    "training_required": Condition(
        _training_required,
        said("impact assessment and urgency are high, or training was asked for, and nobody waived it"),
        said("training is not required"),
    ),
    "any_target_modified": Condition(
        _any_target_modified, said("at least one target was modified"), said("no target was modified")
    ),
    "no_target_modified": Condition(
        lambda facts, now: not _any_target_modified(facts, now),
        said("no target was modified"),
        said("at least one target was modified"),
    ),
    "restored": Condition(
        _restored, said("every modified target is restored"), said("a modified target is not restored")
    ),
    "before_rollback_valid_until": Condition(
        _back_out_possible,
        said("the back-out plan is still valid"),
        said("the back-out plan is no longer valid"),
    ),
    "mandatory_test_failed": Condition(
        _mandatory_test_failed,
        said("a mandatory test failed for good on this package"),
        said("no mandatory test failed for good on this package"),
    ),
}


def known(name: str) -> bool:
    return name.removeprefix(NOT) in CONDITIONS


def holds(name: str, facts: ReleaseFacts, now: datetime) -> bool:
    """Judge a condition by name; `not ` in front turns it round."""
    held = CONDITIONS[name.removeprefix(NOT)].holds(facts, now)
    return held is not name.startswith(NOT)


def phrase(name: str) -> Sentence:
    """Finish the sentence "This way is open when ..."."""
    condition = CONDITIONS[name.removeprefix(NOT)]
    return condition.is_not if name.startswith(NOT) else condition.is_so
