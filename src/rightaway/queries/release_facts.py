"""Fills `domain.release_facts` from the records: the one place where rules get what they judge."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from rightaway.domain.approvals import ApprovalState, Requirement, Standing, bound_digest
from rightaway.domain.change_models import standing
from rightaway.domain.conflicts import PlannedUse, overlaps
from rightaway.domain.errors import Invalid
from rightaway.domain.facts_evidence import (
    ArticleFacts,
    DefectFacts,
)
from rightaway.domain.facts_planning import (
    BackOutPlanFacts,
    ChangeFacts,
    CiFacts,
    ConflictFacts,
    PlanFacts,
    PlannedWaveFacts,
    ScopeFacts,
)
from rightaway.domain.guards_deployment import BOUND_APPROVALS
from rightaway.domain.release_facts import (
    ApprovalFacts,
    AssessmentFacts,
    EmergencyFacts,
    HoldFacts,
    PolicyFacts,
    RegistrationFacts,
    ReleaseFacts,
    TaskFacts,
)
from rightaway.domain.values import PhaseStatus
from rightaway.domain.workflows import Template
from rightaway.queries import (
    approvers,
    bound_content,
    change_models,
    facts_built,
    facts_linked,
    facts_outcome,
    facts_prepared,
    gates,
    lessons,
    templates,
)
from rightaway.records.approvals.models import Approval
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Plan, TargetRun
from rightaway.records.releases.models import Release

Json = dict[str, Any]
POLICY_FIELDS = frozenset(PolicyFacts.__dataclass_fields__)
OPEN_PHASES = ("closed", "abandoned")


def facts(
    release: Release,
    now: datetime,
    recorded: approvers.Recorded | None = None,
    template: Template | None = None,
) -> ReleaseFacts:
    """
    Read everything the rules may look at, as it is now.

    Args:
        recorded: Given by who has read the approvals already.
        template: Another workflow than the release's own, to see what that would ask for.
    """
    template = template or templates.of(release)
    package = bound_content.current_package(release)
    plan = bound_content.production_plan(release)
    manifest = bound_content.manifest_with(release, package, plan)
    items = _items(release)
    return ReleaseFacts(
        number=release.number,
        phase=release.phase,
        hold=_hold(release),
        emergency=EmergencyFacts(release.ratify_by, release.paperwork_due_at),
        policy=policy(release),
        registration=_registration(release),
        assessment=_assessment(release),
        training_rule=template.training,
        scope=_scope(release, items, now),
        plan=_plan(release, plan),
        back_out_plan=_back_out_plan(plan),
        conflicts=_conflicts(release, items),
        approvals=approvals(
            template, manifest, recorded or approvers.recorded(release, now, template=template), now
        ),
        tasks=_tasks(release, template),
        package=facts_built.package(package),
        test_runs=facts_built.test_runs(package),
        defects=tuple(
            DefectFacts(f"defect {one.pk}", one.severity, one.is_open) for one in release.defects.all()
        ),
        rehearsals=facts_outcome.rehearsals(release),
        waivers=facts_built.waivers(release),
        lessons=lessons.facts(release),
        trainings=facts_prepared.trainings(release),
        articles=tuple(ArticleFacts(one.number, one.kind, one.state) for one in release.articles.all()),
        notices=facts_prepared.notices(release),
        stateful_targets=tuple(item.key for item in items if item.is_stateful),
        backups=facts_built.backups(items),
        incidents=facts_outcome.open_incidents(release),
        deployment=facts_outcome.deployment(release),
        back_out=facts_outcome.back_out(release),
        early_life=facts_outcome.early_life(release, now),
        review=facts_outcome.review(release),
        linked=facts_linked.linked(release),
        closure=facts_outcome.closure(release),
        abandonment=facts_outcome.abandonment(release),
    )


def policy(release: Release) -> PolicyFacts:
    """Give the release policy of the service; what it does not set follows the release type."""
    held: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in release.service.release_policy.items()
        if name in POLICY_FIELDS
    }
    return PolicyFacts(**held)


def approvals(
    template: Template, manifest: Json, recorded: approvers.Recorded, now: datetime
) -> tuple[ApprovalFacts, ...]:
    """
    Give where each approval of the workflow stands, and the digest of its content as it is now.

    One that a permit asks for and the workflow lacks is not required: the workflow names another authority, which
    was checked when it was stored.
    """
    found = []
    for one in template.approvals:
        needed = recorded.needed[one.key]
        if needed is None:
            found.append(ApprovalFacts(one.key, ApprovalState.NOT_REQUIRED, title=one.title))
        else:
            row = recorded.newest.get(one.key)
            found.append(_approval(needed, row, manifest, recorded.holders, now))
    lacking = (key for key in BOUND_APPROVALS if not template.has_approval(key))
    return (*found, *(ApprovalFacts(key, ApprovalState.NOT_REQUIRED) for key in lacking))


def _approval(
    requirement: Requirement,
    row: Approval | None,
    manifest: Json,
    holders: approvers.Holders,
    now: datetime,
) -> ApprovalFacts:
    try:
        current = bound_digest(requirement, manifest)
    except Invalid:
        current = ""
    if row is None:
        return ApprovalFacts(
            requirement.key,
            current_digest=current,
            missing_roles=requirement.roles,
            title=requirement.title,
        )
    stands = approvers.standing(requirement, row, holders, now)
    is_open = row.state in {ApprovalState.PENDING, ApprovalState.APPROVED}
    return ApprovalFacts(
        requirement.key,
        title=requirement.title,
        state=stands.state if is_open else row.state,
        approved_digest=row.digest,
        current_digest=current,
        expires_at=row.expires_at,
        missing_roles=_missing_roles(requirement, stands) if is_open else (),
    )


def _missing_roles(requirement: Requirement, stands: Standing) -> tuple[str, ...]:
    """Give the sources that may still vote, in the order of the requirement; of a sequence those whose turn it is."""
    open_slots = stands.missing[:1] if requirement.levels else stands.missing
    names = {name for slot, _ in open_slots for name in slot.split(" or ")}
    return tuple(source for source in requirement.roles if source in names)


def _hold(release: Release) -> HoldFacts | None:
    if release.phase_status != PhaseStatus.ON_HOLD:
        return None
    row = release.holds.select_related("held_by").get(resumed_at__isnull=True)
    return HoldFacts(row.reason, row.until, row.held_by.username)


def _registration(release: Release) -> RegistrationFacts:
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


def _assessment(release: Release) -> AssessmentFacts:
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


def _items(release: Release) -> list[ConfigurationItem]:
    affected = Q(affecting_releases=release) | Q(groups__affecting_releases=release)
    return list(ConfigurationItem.objects.filter(affected).distinct().order_by("key"))


def _scope(release: Release, items: list[ConfigurationItem], now: datetime) -> ScopeFacts:
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


def _plan(release: Release, plan: Plan | None) -> PlanFacts:
    design: Json = release.design or {}
    waves = design.get("waves") or ([{}] if design else [])
    success, rollback = (
        "; ".join(design.get("success_criteria", ())),
        "; ".join(design.get("rollback_criteria", ())),
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


def _back_out_plan(plan: Plan | None) -> BackOutPlanFacts:
    if plan is None:
        return BackOutPlanFacts()
    bare = tuple(step["key"] for step in plan.body["steps"] if step["is_final"])
    return BackOutPlanFacts(digest=plan.back_out_digest, executable=True, steps_without_inverse=bare)


def conflicts(release: Release) -> tuple[ConflictFacts, ...]:
    """Give the conflicts of a release alone."""
    return _conflicts(release, _items(release))


def _conflicts(release: Release, items: list[ConfigurationItem]) -> tuple[ConflictFacts, ...]:
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


def _tasks(release: Release, template: Template) -> tuple[TaskFacts, ...]:
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
