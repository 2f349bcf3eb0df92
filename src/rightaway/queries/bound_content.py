"""What an approval of a release is bound to: its content in parts, as it is now."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from rightaway.domain.canonical import digest
from rightaway.domain.deployment_states import Intent
from rightaway.domain.policies import Policy
from rightaway.domain.policy_parts import Freeze, freeze_json
from rightaway.domain.relations import RelationKind
from rightaway.domain.values import EnvironmentTier
from rightaway.queries import deployments, policies
from rightaway.records.changes.models import Change
from rightaway.records.deployments.models import Plan
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release

Json = dict[str, Any]

# Wording and bookkeeping; everything else about a release is bound to some approval.
# A new field of a release is bound until somebody adds it here (a test goes through all fields).
COSMETIC = frozenset(
    {
        *("title", "description", "category", "justification", "value_statement", "do_nothing_impact"),
        *(
            "coordinator",
            "manager",
            "service_owner",
            "deployment_manager",
            "els_lead",
            "communication_approved_by",
        ),
        *("owning_group", "model", "on_call", "requested_end", "training_required", "impact", "risk_level"),
        *("closure_comment", "problem_refusal_reason", "root_cause"),
    }
)
CHANGE_BOUND = ("title", "description", "change_type", "implementation_plan", "test_plan", "remediation_plan")


def manifest(release: Release) -> Json:
    """Give the parts that exist so far; a part that does not exist yet is left out, never empty."""
    policy = policies.of_service(release.service, timezone.now())
    return manifest_with(release, current_package(release), production_plan(release), policy)


def manifest_with(release: Release, package: Package | None, plan: Plan | None, policy: Policy) -> Json:
    """Give the same from the current package, production plan and policy, for who has read them already."""
    parts: Json = {"scope": _scope(release), "plan": _plan(release)}
    if held := freezes(release, policy):
        parts["freezes"] = [freeze_json(one) for one in held]
    if release.release_type in policy.rollout_acceptance and (came := _rollout(release)):
        parts["rollout"] = came
    if release.design is not None:
        parts["design"] = release.design
    if package is not None:
        parts["package"] = _package(package)
    if plan is not None and package is not None and plan.package_id == package.pk:
        parts["deployment_plan"] = plan.body
        parts["back_out"] = _back_out(plan)
    if release.outcome or release.closure_code:
        parts["outcome"] = _outcome(release)
    return parts


def freezes(release: Release, policy: Policy) -> tuple[Freeze, ...]:
    """Give the freezes that block the planned time of a release; none while nothing is planned."""
    start, end = release.planned_start, release.planned_end
    if start is None or end is None:
        return ()
    found = policy.freezes_in(start, end, release.release_type)
    return tuple(one for one in found if not one.is_soft)


def current_package(release: Release) -> Package | None:
    return release.packages.filter(is_current=True).first()


def production_plan(release: Release) -> Plan | None:
    """Give the compiled plan for the environment the design names, when it is still the plan of that design."""
    if release.design is None:
        return None
    return deployments.current_plan(release.pk, release.design["environment"])


def change_content(change: Change) -> Json:
    content: Json = {name: getattr(change, name) for name in CHANGE_BOUND}
    content["cis"] = sorted(item.key for item in change.affected_cis.all())
    if change.risk_answers:
        content["risk_answers"] = change.risk_answers
    if change.model is not None:
        content["model"] = {"number": change.model.number, "digest": change.model.digest}
    return content


def change_digest(change: Change) -> str:
    """Give the digest of what an authorisation of a change is given for."""
    return digest(change_content(change), label="rightaway/change/v1")


def _scope(release: Release) -> Json:
    changes = release.changes.select_related("model").prefetch_related("affected_cis").order_by("number")
    errors = release.known_errors.select_related("known_error").order_by("known_error__number")
    return {
        "service": release.service.key,
        "release_type": release.release_type,
        "release_kind": release.release_kind,
        "reason": release.reason,
        "origin": release.origin,
        "impact_assessment": release.impact_assessment,
        "urgency": release.urgency,
        "risk_answers": release.risk_answers,
        "changes": [{"number": one.number, **change_content(one)} for one in changes],
        "cis": sorted(release.affected_cis.values_list("key", flat=True)),
        "groups": [
            {"key": group.key, "members": sorted(group.members.values_list("key", flat=True))}
            for group in release.affected_groups.order_by("key")
        ],
        "known_errors": [{"number": one.known_error.number, "effect": one.effect} for one in errors],
        "objectives": list(release.objectives.values_list("text", flat=True)),
    }


def _plan(release: Release) -> Json:
    dependencies = release.relations.filter(kind=RelationKind.DEPENDS_ON)
    needed = sorted(dependencies.values_list("target__number", flat=True))
    return {
        **({"depends_on": needed} if needed else {}),
        "planned_start": _time(release.planned_start),
        "planned_end": _time(release.planned_end),
        "communication_plan": release.communication_plan,
        "cost_estimate": release.cost_estimate,
        "early_life": [_time(release.els_starts_at), _time(release.els_ends_at)],
        "early_life_exit": release.els_exit_criteria,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _package(package: Package) -> Json:
    return {"digest": package.digest, "manifest": package.manifest}


def _back_out(plan: Plan) -> Json:
    return {
        "digest": plan.back_out_digest,
        "steps": [{"key": step["key"], "inverse": step["inverse"]} for step in plan.body["steps"]],
    }


def _rollout(release: Release) -> list[Json]:
    meant = release.deployments.filter(environment__tier=EnvironmentTier.PRODUCTION).exclude(
        intent=Intent.DRILL
    )
    return [
        {
            "deployment": one.number,
            "package": one.plan.package.digest,
            "status": one.status,
            "waves": list(one.waves.order_by("ordinal").values_list("ordinal", "status")),
        }
        for one in meant.select_related("plan__package").order_by("number")
    ]


def _outcome(release: Release) -> Json:
    return {
        "outcome": release.outcome,
        "closure_code": release.closure_code,
        "deployments": list(release.deployments.order_by("number").values_list("number", "status")),
        "objectives": list(release.objectives.values_list("text", "result")),
        "no_lessons_reason": release.no_lessons_reason,
    }
