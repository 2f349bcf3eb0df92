"""Every rule a workflow template may name."""

from collections.abc import Callable, Mapping
from datetime import datetime

from rightaway.domain import (
    early_life,
    emergency,
    guards_building,
    guards_deployment,
    guards_planning,
    guards_readiness,
    guards_registration,
    guards_results,
    guards_training,
)
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.unmet import Unmet

Guard = Callable[[ReleaseFacts, datetime], tuple[Unmet, ...]]
"""Gives the full list of what is unmet at a moment; nothing means open."""

GUARDS: Mapping[str, Guard] = {
    "G01": guards_registration.minimal_fields,
    "G02": guards_registration.registered_fields,
    "G03": guards_registration.assessment_done,
    "G04": guards_registration.scope_valid,
    "G05": guards_registration.tasks_closed,
    "G06": guards_planning.standard_changes_only,
    "G07": emergency.justified,
    "G10": guards_planning.plan_complete,
    "G11": guards_planning.no_blocking_conflict,
    "G20": guards_building.package_built,
    "G21": guards_building.tests_passed,
    "G22": guards_building.back_out_rehearsed,
    "G23": emergency.least_evidence,
    "G25": guards_training.training_complete,
    "G30": guards_deployment.go_no_go,
    "G40": guards_results.waves_finished,
    "G50": guards_deployment.back_out_decided,
    "G55": guards_results.targets_restored,
    "G60": guards_results.closure_ready,
    "G61": emergency.paperwork_complete,
    "G90": guards_registration.abandonment_explained,
}
PERMIT_GUARDS: Mapping[str, Guard] = {
    "G06": guards_planning.standard_changes_only,
    "G31": guards_deployment.permit,
}

ANSWERS = frozenset({"G50", "G90"})
"""Guards on what a person says with the command itself, so that they cannot be met before it."""

# What a checklist item or a task may name as its proof besides a guard.
PROOFS: Mapping[str, Guard] = {
    **GUARDS,
    "expected_states_set": guards_planning.expected_states_set,
    "notices_delivered": guards_readiness.notices_delivered,
    "backups_verified": guards_readiness.backups_verified,
    "early_life_scheduled": early_life.early_life_scheduled,
    "cmdb_verified": guards_results.cmdb_verified,
}
