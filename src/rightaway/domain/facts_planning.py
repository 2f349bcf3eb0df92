"""Facts about what a release will do: its changes, configuration items and plan."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """
    A change of the scope.

    Args:
        other_release: Another open release that holds it too.
        model: The model of a standard change.
        model_standing: `active`, or why the model authorises nothing now.
    """

    number: str
    change_type: str = "normal"
    state: str = "registered"
    service: str = ""
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    other_release: str = ""
    disposition: str = ""
    model: str = ""
    model_standing: str = ""


@dataclass(frozen=True, slots=True)
class CiFacts:
    """
    An affected configuration item.

    `baseline` is its version before, `expected` what the approved package says, `managed` what the CMDB says
    now, `observed` what was seen last. `changed` means that this release acted on it.
    """

    name: str
    baseline: str = ""
    expected: str = ""
    managed: str = ""
    observed: str = ""
    changed: bool = False
    difference_accepted_by: str = ""


@dataclass(frozen=True, slots=True)
class ScopeFacts:
    changes: tuple[ChangeFacts, ...] = ()
    cis: tuple[CiFacts, ...] = ()
    ci_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedWaveFacts:
    """What a wave is judged by; one criterion on each line."""

    number: int
    success_criteria: str = ""
    rollback_criteria: str = ""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """`planned_start` to `planned_end` is the window; `deploy_s` is the estimate of the compiled plan."""

    planned_start: datetime | None = None
    planned_end: datetime | None = None
    deployment_model: str = ""
    waves: tuple[PlannedWaveFacts, ...] = ()
    cost_estimate: str = ""
    communication_plan_approved_by: str = ""
    build_environment: str = ""
    deployment_environment: str = ""
    authorisation_expected_later: bool = False
    deploy_s: int | None = None


@dataclass(frozen=True, slots=True)
class BackOutPlanFacts:
    """`steps_without_inverse` are the steps nothing can undo; `executable` means it compiled."""

    digest: str = ""
    executable: bool = False
    steps_without_inverse: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictFacts:
    kind: str
    severity: str
    state: str
    other: str = ""
    subject: str = ""
    overlap_start: datetime | None = None
    overlap_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class LessonFacts:
    """A lesson that was open when the release was planned; `answer` is what the plan says to it."""

    number: str
    title: str
    learnt_in: str = ""
    owner: str = ""
    answer: str = ""
