"""Facts about what is planned: registration, assessment, scope, plan, the way back, conflicts and tasks."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from rightaway.domain.change_models import standing
from rightaway.domain.conflicts import PlannedUse, overlaps
from rightaway.domain.facts_planning import (
    BackOutPlanFacts,
    ChangeFacts,
    CiFacts,
    ConflictFacts,
    PlanFacts,
    PlannedWaveFacts,
    ScopeFacts,
)
from rightaway.domain.release_facts import AssessmentFacts, HoldFacts, RegistrationFacts, TaskFacts
from rightaway.domain.values import PhaseStatus
from rightaway.domain.workflows import Template
from rightaway.queries import change_models, gates
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Plan, TargetRun
from rightaway.records.releases.models import Release

Json = dict[str, Any]
OPEN_PHASES = ("closed", "abandoned")


def hold(release: Release) -> HoldFacts | None:
    if release.phase_status != PhaseStatus.ON_HOLD:
        return None
    row = release.holds.select_related("held_by").get(resumed_at__isnull=True)
    return HoldFacts(row.reason, row.until, row.held_by.username)


def registration(release: Release) -> RegistrationFacts:
    return RegistrationFacts(
        title=release.title,
        description=release.description,
        release_type=release.release_type,
        release_kind=release.release_kind,
        reason=release.reason,
        justification=release.justification,
        origin=release.origin,
        release_model=release.model,
        service=release.service.key,
        category=release.category,
        owning_group=release.owning_group,
        initiated_by=release.initiated_by.username,
        release_coordinator=release.coordinator.username if release.coordinator else "",
        requested_end=release.requested_end,
    )


def assessment(release: Release) -> AssessmentFacts:
    return AssessmentFacts(
        impact=release.impact,
        urgency=release.urgency,
        impact_assessment=release.impact_assessment,
        value_statement=release.value_statement,
        assessed_by=release.assessed_by.username if release.assessed_by else "",
        assessed_at=release.assessed_at,
        risk_answers=tuple(sorted(key for key, answer in release.risk_answers.items() if answer)),
        training_added=release.training_required,
    )


def items(release: Release) -> list[ConfigurationItem]:
    affected = Q(affecting_releases=release) | Q(groups__affecting_releases=release)
    return list(ConfigurationItem.objects.filter(affected).distinct().order_by("key"))


def scope(release: Release, items: list[ConfigurationItem], now: datetime) -> ScopeFacts:
    runs = (
        TargetRun.objects.filter(
            deployment__release=release, deployment__environment__tier="production", is_touched=True
        )
        .select_related("target")
        .order_by("id")
    )
    last = {run.target.ci_id: run for run in runs}
    return ScopeFacts(
        changes=tuple(
            ChangeFacts(
                number=change.number,
                change_type=change.change_type,
                state=change.state,
                service=change.service.key,
                disposition=change.disposition,
                model=change.model.number if change.model else "",
                model_standing=standing(change_models.as_model(change.model), now) if change.model else "",
            )
            for change in release.changes.select_related("service", "model")
            .prefetch_related("model__services")
            .order_by("number")
        ),
        cis=tuple(_ci(item, last.get(item.pk)) for item in items),
        ci_groups=tuple(release.affected_groups.values_list("key", flat=True)),
    )


def _ci(item: ConfigurationItem, run: TargetRun | None) -> CiFacts:
    observed = str(item.observed.get("version", ""))
    return CiFacts(
        name=item.key,
        baseline=str((run.before or {}).get("version", "")) if run else "",
        expected=str(item.expected.get("version", "")),
        managed=observed,
        observed=observed,
        changed=run is not None and run.status != "reverted",
    )


def plan(release: Release, plan: Plan | None) -> PlanFacts:
    design: Json = release.design or {}
    waves = design.get("waves") or ([{}] if design else [])
    success, rollback = (
        "\n".join(design.get("success_criteria", ())),
        "\n".join(design.get("rollback_criteria", ())),
    )
    communication = release.communication_approved_by if release.communication_plan.strip() else None
    return PlanFacts(
        planned_start=release.planned_start,
        planned_end=release.planned_end,
        deployment_model=design.get("model", ""),
        waves=tuple(PlannedWaveFacts(place, success, rollback) for place in range(1, len(waves) + 1)),
        cost_estimate="" if release.cost_estimate is None else str(release.cost_estimate),
        communication_plan_approved_by=communication.username if communication else "",
        build_environment=design.get("rehearsal_environment") or "",
        deployment_environment=design.get("environment", ""),
        deploy_s=gates.estimate_s(plan) if plan else None,
    )


def back_out_plan(plan: Plan | None) -> BackOutPlanFacts:
    if plan is None:
        return BackOutPlanFacts()
    bare = tuple(step["key"] for step in plan.body["steps"] if step["is_final"])
    return BackOutPlanFacts(digest=plan.back_out_digest, executable=True, steps_without_inverse=bare)


def conflicts(release: Release, items: list[ConfigurationItem]) -> tuple[ConflictFacts, ...]:
    start, end = release.planned_start, release.planned_end
    if start is None or end is None or start >= end:
        return ()
    others = (
        Release.objects.exclude(pk=release.pk)
        .exclude(phase__in=OPEN_PHASES)
        .filter(planned_start__lt=end, planned_end__gt=start)
    )
    used = [
        others.filter(**{f"{path}__in": items}).values_list(
            "number", f"{path}__key", "planned_start", "planned_end"
        )
        for path in ("affected_cis", "affected_groups__members")
    ]
    mine = [PlannedUse(release.number, item.key, start, end) for item in items]
    theirs = [PlannedUse(*use) for use in sorted({*used[0], *used[1]})]
    return overlaps(mine, theirs)


def tasks(release: Release, template: Template) -> tuple[TaskFacts, ...]:
    proven = {rule.key for rule in template.tasks if rule.proof}
    return tuple(
        TaskFacts(
            title=task.title,
            phase=task.phase,
            category=task.category,
            state=task.state,
            mandatory=task.is_mandatory,
            assignee=task.owner_role,
            number=task.key,
            has_proof=bool(task.proof) if task.is_own else task.key in proven,
            proof=tuple(task.proof) if task.is_own else (),
            kind=task.kind,
            approval=task.approval,
            blocks_exit=task.blocks_exit,
        )
        for task in release.tasks.filter(attempt=release.attempt)
    )
