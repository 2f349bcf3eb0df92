"""Facts about a deployment: what runs next, what ran, and the decision to back out."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """An open incident on a service this release can reach."""

    number: str
    priority: int
    service: str = ""


@dataclass(frozen=True, slots=True)
class NextWaveFacts:
    """The wave a permit is asked for."""

    number: int
    targets: tuple[str, ...] = ()
    stateful_targets: tuple[str, ...] = ()
    deploy_s: int = 0


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """A wave of the newest deployment; `accepted_by` took a skipped or reverted wave as the outcome."""

    number: int
    status: str = "pending"
    healthy: bool = False
    accepted_by: str = ""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """`modified` stays true after a back-out; `baseline` and `observed` are digests before and now."""

    name: str
    status: str = "pending"
    modified: bool = False
    baseline: str = ""
    observed: str = ""
    difference_accepted_by: str = ""


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """`gate` is the wave whose gate is not open yet; `waits_for` says what it is that a person has to decide."""

    number: str = ""
    status: str = ""
    waves: tuple[WaveFacts, ...] = ()
    targets: tuple[TargetFacts, ...] = ()
    gate: NextWaveFacts | None = None
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class BackOutFacts:
    """The decision to back out; an automatic one carries its rule and what the rule measured."""

    reason: str = ""
    decided_by: str = ""
    automatic: bool = False
    rule: str = ""
    measurements: tuple[str, ...] = ()
    possible_until: datetime | None = None
