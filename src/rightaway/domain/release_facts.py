"""
Everything the guards, the checklist and the conditions of a release may look at, in plain values.

Facts come from the database in one place, and no rule knows when they are read. The parts are in
`facts_planning`, `facts_evidence`, `facts_deployment` and `facts_closure`. In all of them an empty string, an
empty tuple or None means "not recorded"; times are aware UTC; `*_s` are whole seconds; words are those
of `values` and of the state tables.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from rightaway.domain.facts_closure import (
    AbandonmentFacts,
    ClosureFacts,
    EarlyLifeFacts,
    LinkedRecordFacts,
    ReviewFacts,
)
from rightaway.domain.facts_deployment import BackOutFacts, DeploymentFacts, IncidentFacts, NextWaveFacts
from rightaway.domain.facts_evidence import (
    ArticleFacts,
    BackupFacts,
    DefectFacts,
    NoticeFacts,
    PackageFacts,
    RehearsalFacts,
    TestRunFacts,
    TrainingFacts,
    WaiverFacts,
)
from rightaway.domain.facts_planning import (
    BackOutPlanFacts,
    ConflictFacts,
    LessonFacts,
    PlanFacts,
    ScopeFacts,
)
from rightaway.domain.facts_relations import RelationFacts
from rightaway.domain.policies import Policy
from rightaway.domain.priorities import TrainingRule


@dataclass(frozen=True, slots=True)
class RegistrationFacts:
    title: str = ""
    description: str = ""
    release_type: str = ""
    release_kind: str = ""
    reason: str = ""
    justification: str = ""
    origin: str = ""
    release_model: str = ""
    service: str = ""
    category: str = ""
    owning_group: str = ""
    initiated_by: str = ""
    release_coordinator: str = ""
    requested_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """Scales run from 1 (highest) to 4 (lowest); `risk_answers` holds the keys of the answered questions."""

    impact: int | None = None
    urgency: int | None = None
    impact_assessment: int | None = None
    value_statement: str = ""
    assessed_by: str = ""
    assessed_at: datetime | None = None
    risk_answers: tuple[str, ...] = ()
    training_added: bool = False


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """Why the release is on hold, until when somebody looks at it again, and who said so."""

    reason: str
    until: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class EmergencyFacts:
    """
    What a release that went the way of an emergency still owes.

    `ratify_by` is when the approvals it skipped are due, None for a release that skipped none;
    `paperwork_due_at` is when its plan has to be complete, None before it is deployed.
    """

    ratify_by: datetime | None = None
    paperwork_due_at: datetime | None = None

    @property
    def is_expedited(self) -> bool:
        return self.ratify_by is not None


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """
    Where one approval stands; `approvals.standing` gives the state, the digests say for what.

    `approved_digest` is the bound content the votes saw, `current_digest` the same parts as they are now.
    """

    key: str
    state: str = "not_requested"
    approved_digest: str = ""
    current_digest: str = ""
    expires_at: datetime | None = None
    missing_roles: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """
    One task; `has_proof` is true when it ends by itself with its evidence.

    Args:
        proof: What a task of this release alone ends by; of the others the workflow says it.
        approval: What an approval task ends by.
    """

    title: str
    phase: str
    category: str = ""
    state: str = "ready"
    mandatory: bool = True
    assignee: str = ""
    number: str = ""
    has_proof: bool = False
    proof: tuple[str, ...] = ()
    kind: str = "manual"
    approval: str = ""
    blocks_exit: bool = True


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    number: str = ""
    phase: str = "assess"
    hold: HoldFacts | None = None
    emergency: EmergencyFacts = field(default_factory=EmergencyFacts)
    policy: Policy = field(default_factory=Policy)
    registration: RegistrationFacts = field(default_factory=RegistrationFacts)
    assessment: AssessmentFacts = field(default_factory=AssessmentFacts)
    training_rule: TrainingRule = field(default_factory=TrainingRule)
    scope: ScopeFacts = field(default_factory=ScopeFacts)
    plan: PlanFacts = field(default_factory=PlanFacts)
    back_out_plan: BackOutPlanFacts = field(default_factory=BackOutPlanFacts)
    relations: RelationFacts = field(default_factory=RelationFacts)
    conflicts: tuple[ConflictFacts, ...] = ()
    approvals: tuple[ApprovalFacts, ...] = ()
    tasks: tuple[TaskFacts, ...] = ()
    package: PackageFacts = field(default_factory=PackageFacts)
    test_runs: tuple[TestRunFacts, ...] = ()
    defects: tuple[DefectFacts, ...] = ()
    rehearsals: tuple[RehearsalFacts, ...] = ()
    waivers: tuple[WaiverFacts, ...] = ()
    lessons: tuple[LessonFacts, ...] = ()
    trainings: tuple[TrainingFacts, ...] = ()
    articles: tuple[ArticleFacts, ...] = ()
    has_stakeholders: bool = True
    notices: tuple[NoticeFacts, ...] = ()
    stateful_targets: tuple[str, ...] = ()
    backups: tuple[BackupFacts, ...] = ()
    incidents: tuple[IncidentFacts, ...] = ()
    next_wave: NextWaveFacts | None = None
    deployment: DeploymentFacts = field(default_factory=DeploymentFacts)
    back_out: BackOutFacts = field(default_factory=BackOutFacts)
    early_life: EarlyLifeFacts = field(default_factory=EarlyLifeFacts)
    review: ReviewFacts = field(default_factory=ReviewFacts)
    linked: tuple[LinkedRecordFacts, ...] = ()
    closure: ClosureFacts = field(default_factory=ClosureFacts)
    abandonment: AbandonmentFacts = field(default_factory=AbandonmentFacts)

    def approval(self, key: str) -> ApprovalFacts:
        """Give the approval of that name; one that was never asked for is `not_requested`."""
        return next((held for held in self.approvals if held.key == key), ApprovalFacts(key))

    def with_parts(self, **parts: Any) -> "ReleaseFacts":
        """Give the same facts with other values for these parts."""
        return replace(self, **parts)
