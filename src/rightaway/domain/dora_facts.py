"""The recorded events that the DORA figures are taken from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SUCCEEDED = frozenset({"succeeded", "succeeded_partial"})
COUNTED_INTENTS = frozenset({"planned", "hotfix", "redeploy"})
COUNTED_RESULTS = SUCCEEDED | {"failed", "backed_out"}
"""An aborted deployment counts as well, once users have met it."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` until just before `end`."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class DeploymentFact:
    """
    One run of one plan: all its waves, regions and targets together.

    Args:
        id: What changes, incidents and remediations refer to.
        started_at: When it began.
        finished_at: None while it runs.
        result: A status of the deployment table.
        intent: planned, hotfix, redeploy, back_out or drill.
        targets_changed: 0 for one that touched nothing, which is not counted.
        first_exposure_at: When the first user could meet it; None if none could.
        first_impact_at: When the first harm is confirmed to have begun, where it is known.
        left_degraded: It ended failed or aborted and production was not as before.
        repairs: The deployment it puts right: named by a hotfix or by a back-out run.
        on_calendar: It was on the release calendar 24 hours before it began.
        defect: An incident, problem or user-facing defect is linked to it.
        emergency: It ran under an emergency change.
        same_content: Artefact and configuration are those already there; it is not counted.
    """

    id: str
    started_at: datetime
    finished_at: datetime | None
    result: str
    intent: str = "planned"
    targets_changed: int = 1
    first_exposure_at: datetime | None = None
    first_impact_at: datetime | None = None
    left_degraded: bool = False
    repairs: str = ""
    on_calendar: bool = True
    defect: bool = False
    emergency: bool = False
    same_content: bool = False

    @property
    def counts(self) -> bool:
        """Whether it belongs to the deployments that rates are taken over."""
        ended = self.result in COUNTED_RESULTS or (self.result == "aborted" and self.first_exposure_at)
        touched = self.targets_changed > 0 and not self.same_content
        return bool(ended) and touched and self.intent in COUNTED_INTENTS and self.finished_at is not None

    @property
    def succeeded(self) -> bool:
        return self.result in SUCCEEDED

    @property
    def ended(self) -> datetime:
        return self.finished_at or self.started_at

    @property
    def met_users_at(self) -> datetime:
        return self.first_exposure_at or self.ended

    @property
    def is_back_out_run(self) -> bool:
        return self.intent == "back_out" and self.targets_changed > 0

    @property
    def is_rework(self) -> bool:
        unplanned = not self.on_calendar and self.defect
        return self.is_back_out_run or self.intent == "hotfix" or unplanned


@dataclass(frozen=True, slots=True)
class ChangeFact:
    """A change and the deployments that carried it; one without a commit is timed from its approval."""

    id: str
    deployments: tuple[str, ...]
    committed_at: datetime | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """`caused_by` counts only when a person confirmed it; `restored_at` is preferred to the ticket's end."""

    id: str
    detected_at: datetime
    resolved_at: datetime | None = None
    restored_at: datetime | None = None
    caused_by: str = ""
    confirmed: bool = False
    needed_intervention: bool = True

    @property
    def ended_at(self) -> datetime | None:
        return self.restored_at or self.resolved_at

    def blames(self, deployment: DeploymentFact) -> bool:
        """Whether it is laid to a deployment; one that began before users met it was not caused by it."""
        named = self.confirmed and self.needed_intervention and self.caused_by == deployment.id
        return named and self.detected_at >= deployment.met_users_at


@dataclass(frozen=True, slots=True)
class RemediationFact:
    """What put a deployment right, and when somebody or a probe saw that it did."""

    deployment: str
    kind: str
    verified_at: datetime
