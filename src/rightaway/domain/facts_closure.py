"""Facts about the time after a deployment: early life support, review, linked records, closing."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    person: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class EarlyLifeFacts:
    """None in a measured value means that no source is connected, which is not the same as zero."""

    state: str = "scheduled"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    roster: tuple[ShiftFacts, ...] = ()
    on_call: str = ""
    criteria_agreed: bool = False
    open_major_incidents: int | None = None
    incidents_last_3_days: int | None = None
    incidents_baseline_30_days: int | None = None
    service_level_met: bool | None = None
    open_known_errors_without_workaround: int = 0
    operations_accepted_by: str = ""
    waived_by: str = ""


@dataclass(frozen=True, slots=True)
class ObjectiveFacts:
    objective: str
    result: str = ""
    measured: str = ""


@dataclass(frozen=True, slots=True)
class RatingFacts:
    stakeholder: str
    rating: int | None = None
    requester: bool = False


@dataclass(frozen=True, slots=True)
class SignOffFacts:
    stakeholder: str
    decision: str
    reason: str = ""
    answered: bool = False


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """The post-implementation review."""

    held_at: datetime | None = None
    objectives: tuple[ObjectiveFacts, ...] = ()
    ratings: tuple[RatingFacts, ...] = ()
    sign_offs: tuple[SignOffFacts, ...] = ()
    lessons: tuple[str, ...] = ()
    no_lessons_reason: str = ""
    root_cause: str = ""


@dataclass(frozen=True, slots=True)
class LinkedRecordFacts:
    """
    An incident, problem, known error or interaction linked to the release.

    `link` is caused_by_release, resolved_by_release, occurred_during_els, fixes or introduces; `test_passed`
    is the outcome of the record's own test, None when it has none. `resolved` says that the service is restored
    or the root cause named; `channel` is how an interaction came.
    """

    number: str
    kind: str
    link: str = ""
    open: bool = True
    priority: int | None = None
    disposition: str = ""
    disposition_reason: str = ""
    test_passed: bool | None = None
    workaround_article: str = ""
    resolved: bool = False
    channel: str = ""
    kept_by: str = ""


@dataclass(frozen=True, slots=True)
class ClosureFacts:
    outcome: str = ""
    closure_code: str = ""
    problem_refusal_reason: str = ""


@dataclass(frozen=True, slots=True)
class AbandonmentFacts:
    reason: str = ""
    comment: str = ""
