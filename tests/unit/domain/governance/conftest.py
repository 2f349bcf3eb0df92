"""Facts of a release for which every rule is open, so that a test can break one thing."""

import importlib.resources
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ruamel.yaml import YAML

from rightaway.domain.facts_closure import (
    AbandonmentFacts,
    ClosureFacts,
    EarlyLifeFacts,
    LinkedRecordFacts,
    ObjectiveFacts,
    RatingFacts,
    ReviewFacts,
    ShiftFacts,
)
from rightaway.domain.facts_deployment import (
    BackOutFacts,
    DeploymentFacts,
    NextWaveFacts,
    TargetFacts,
    WaveFacts,
)
from rightaway.domain.facts_evidence import (
    ArticleFacts,
    BackupFacts,
    NoticeFacts,
    PackageFacts,
    RehearsalFacts,
    TestRunFacts,
    TrainingFacts,
    UnitFacts,
)
from rightaway.domain.facts_planning import (
    BackOutPlanFacts,
    ChangeFacts,
    CiFacts,
    PlanFacts,
    PlannedWaveFacts,
    ScopeFacts,
)
from rightaway.domain.priorities import RISK_QUESTIONS
from rightaway.domain.release_facts import (
    ApprovalFacts,
    AssessmentFacts,
    RegistrationFacts,
    ReleaseFacts,
    TaskFacts,
)
from rightaway.domain.workflow_templates import parse

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
PACKAGE = "a" * 64
BOUND = "b" * 64


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture(scope="session")
def mapping():
    """The shipped template as a plain mapping."""
    file = importlib.resources.files("rightaway.domain") / "templates/seven_phases.yaml"
    return YAML(typ="safe").load(file.read_text())


@pytest.fixture(scope="session")
def template(mapping):
    return parse(mapping)


@pytest.fixture(scope="session")
def green():
    """A minor release in the middle of its window, with everything done that anybody could ask for."""
    return replace(
        _planned(),
        test_runs=tuple(
            TestRunFacts(level, PACKAGE, passed=50, ran_at=NOW - timedelta(days=3), reference=f"run-{level}")
            for level in ("smoke", "regression")
        ),
        rehearsals=(
            RehearsalFacts(
                PACKAGE, ran_at=NOW - timedelta(days=3), succeeded=True, duration_s=600, reference="DRL-1"
            ),
        ),
        trainings=(TrainingFacts("shop staff", named=10, attended=8), TrainingFacts("desk", "support", 4, 4)),
        articles=tuple(
            ArticleFacts(f"KB-{kind}", kind, "published")
            for kind in ("runbook", "rollback_runbook", "training_material")
        ),
        notices=(NoticeFacts("shop staff", NOW - timedelta(days=4), NOW - timedelta(days=4)),),
        stateful_targets=("db-1",),
        backups=(
            BackupFacts("db-1", NOW - timedelta(hours=3), NOW - timedelta(hours=2), restore_tested=True),
        ),
        next_wave=NextWaveFacts(2, ("shop-2", "db-1"), ("db-1",), deploy_s=900),
        deployment=DeploymentFacts(
            "DEP-1",
            "succeeded",
            waves=(WaveFacts(1, "passed", healthy=True), WaveFacts(2, "passed", healthy=True)),
            targets=(TargetFacts("shop-1", "reverted", modified=True, baseline="old", observed="old"),),
        ),
        back_out=BackOutFacts("wave_failed", decided_by="dana", possible_until=NOW + timedelta(days=3)),
        early_life=_early_life(),
        review=ReviewFacts(
            held_at=NOW,
            objectives=(ObjectiveFacts("Baskets keep their content", "met", "0 lost of 10 000"),),
            ratings=(RatingFacts("olga", 5, requester=True),),
            lessons=("Warm the cache before the second wave.",),
            root_cause="A header was not handled.",
        ),
        linked=(LinkedRecordFacts("KE-1", "known_error", "fixes", disposition="close", test_passed=True),),
        closure=ClosureFacts("success", "successful"),
        abandonment=AbandonmentFacts("not_needed", "The supplier solved it."),
    )


def _planned():
    return ReleaseFacts(
        number="REL-000001",
        registration=RegistrationFacts(
            title="Storefront 2.4.0",
            description="New basket.",
            release_type="minor",
            release_kind="software",
            reason="business_requirement",
            justification="Customers lose their basket.",
            origin="change_request",
            release_model="software_minor",
            service="storefront",
            category="application",
            owning_group="shop",
            initiated_by="olga",
            release_coordinator="rita",
            requested_end=NOW + timedelta(days=7),
        ),
        assessment=AssessmentFacts(
            impact=2,
            urgency=3,
            impact_assessment=3,
            value_statement="Customers keep their basket, which is worth two sales in a hundred.",
            assessed_by="rita",
            assessed_at=NOW - timedelta(days=9),
            risk_answers=tuple(RISK_QUESTIONS),
        ),
        scope=ScopeFacts(
            changes=(ChangeFacts("CHG-1", "normal", "closed", "storefront"),),
            cis=(CiFacts("shop-1", "old", "new", "new", "new", changed=True),),
        ),
        plan=PlanFacts(
            planned_start=NOW - timedelta(hours=1),
            planned_end=NOW + timedelta(hours=3),
            deployment_model="phased",
            waves=(PlannedWaveFacts(1, "no errors", "1 error"), PlannedWaveFacts(2, "no errors", "1 error")),
            cost_estimate="2 days",
            communication_plan_approved_by="rita",
            build_environment="staging",
            deployment_environment="production",
            deploy_s=1800,
        ),
        back_out_plan=BackOutPlanFacts("c" * 64, executable=True),
        approvals=tuple(
            ApprovalFacts(key, "approved", BOUND, BOUND, NOW + timedelta(days=3))
            for key in (
                "plan_design",
                "build_test",
                "deployment",
                "emergency",
                "rollout_acceptance",
                "verification",
            )
        ),
        tasks=tuple(
            TaskFacts(f"Task of {phase}", phase, state="done")
            for phase in ("assess", "plan_design", "build_test", "training", "deployment", "verification")
        ),
        package=PackageFacts(
            PACKAGE, "tested", verified=True, units=(UnitFacts("web", "d", "ci/1", "shop-1"),)
        ),
    )


def _early_life():
    start = NOW - timedelta(days=4)
    return EarlyLifeFacts(
        state="exit_proposed",
        starts_at=start,
        ends_at=start + timedelta(days=3),
        roster=(
            ShiftFacts("eva", start - timedelta(hours=1), start + timedelta(days=2)),
            ShiftFacts("finn", start + timedelta(days=2), start + timedelta(days=3)),
        ),
        on_call="dana",
        criteria_agreed=True,
        open_major_incidents=0,
        incidents_last_3_days=1,
        incidents_baseline_30_days=10,
        service_level_met=True,
        operations_accepted_by="eva",
    )
