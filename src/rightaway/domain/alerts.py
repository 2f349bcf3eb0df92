"""
The alerts A01 to A24: what raises each, who is told, and who next when nobody looks.

Source: lifecycle design, 1.11. An alert is told as one or more kinds of notification; an alert that the product
does not raise says what is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from rightaway.domain.notifications import NotificationKind as K
from rightaway.domain.sentences import Sentence, said


class Recipient(StrEnum):
    """A part somebody has; where nobody is named for it, those who hold the role in the service."""

    MANAGER = "release_manager"
    COORDINATOR = "release_coordinator"
    SERVICE_OWNER = "service_owner"
    DEPLOYMENT_MANAGER = "deployment_manager"
    EARLY_LIFE_LEAD = "early_life_lead"
    OWNING_GROUP = "owning_group"
    NEXT_APPROVERS = "next_approvers"
    ASKED = "asked"
    STAND_INS = "stand_ins"
    AUTHOR = "author"
    STAKEHOLDERS = "stakeholders"
    WATCHERS = "watchers"
    CHANGE_OWNERS = "change_owners"
    CHANGE_MANAGERS = "change_manager"
    BOARD = "cab"
    ITEM_OWNERS = "item_owners"
    CONTROL_OWNERS = "control_owners"
    AUDITORS = "auditor"
    ASSIGNEE = "assignee"
    ROLE_HOLDERS = "role_holders"
    OTHER_COORDINATOR = "other_coordinator"


@dataclass(frozen=True, slots=True)
class Step:
    """
    Who is told next.

    Args:
        after: Working time without anybody who was told having looked; None when a share of the plan is the measure.
        percent: Share of the planned time that has passed.
    """

    to: tuple[Recipient, ...]
    after: timedelta | None = None
    percent: int | None = None

    @property
    def hours(self) -> int:
        return int(self.after / timedelta(hours=1)) if self.after else 0


@dataclass(frozen=True, slots=True)
class Alert:
    """One line of the table; `kinds` are what the told find in their inbox."""

    id: str
    title: Sentence
    trigger: Sentence
    to: tuple[Recipient, ...]
    kinds: tuple[K, ...]
    steps: tuple[Step, ...] = ()
    on_work_schedule: bool = False


R = Recipient
DAY = timedelta(hours=10)
"""A working day of the usual schedule, in which steps of an escalation are counted."""
HALF = DAY / 2
SHARES = (120, 100, 80)
"""Shares of a phase's planned time at which it is told of, in percent, the last first."""

_ALL = (
    Alert(
        "A01",
        said("Release registered"),
        said("A release is registered."),
        (R.SERVICE_OWNER, R.OWNING_GROUP),
        (K.RELEASE_REGISTERED,),
    ),
    Alert(
        "A02",
        said("Phase entered"),
        said("A release enters a phase, is held or resumed, or the time of a hold is over."),
        (R.WATCHERS, R.SERVICE_OWNER, R.OWNING_GROUP, R.NEXT_APPROVERS),
        (K.RELEASE_MOVED, K.RELEASE_HELD, K.RELEASE_RESUMED, K.HOLD_OVER),
    ),
    Alert(
        "A03",
        said("Approval asked for"),
        said("An approval is asked for, and is missing after half of its time and all of it."),
        (R.ASKED,),
        (K.APPROVAL_ASKED, K.APPROVAL_REMINDED, K.APPROVAL_OVERDUE, K.APPROVAL_DELEGATED),
        (
            Step((R.ASKED,), percent=50),
            Step((R.ASKED, R.STAND_INS), percent=100),
            Step((R.NEXT_APPROVERS,), percent=150),
        ),
    ),
    Alert(
        "A04",
        said("Approval lost"),
        said("An approval is denied, becomes void because its content changed, or expires."),
        (R.COORDINATOR, R.MANAGER, R.AUTHOR),
        (K.APPROVAL_DENIED, K.APPROVAL_VOIDED, K.APPROVAL_EXPIRED),
    ),
    Alert(
        "A05",
        said("Phase takes longer than planned"),
        said("80, 100 and 120 % of the working time until the moment a phase has to be over have passed."),
        (R.COORDINATOR,),
        (K.PHASE_OVERDUE,),
        (Step((R.MANAGER,), percent=100), Step((R.SERVICE_OWNER,), percent=120)),
        on_work_schedule=True,
    ),
    Alert(
        "A06",
        said("Task due or overdue"),
        said("A task is due in two days, or is overdue."),
        (R.ASSIGNEE,),
        (K.TASK_DUE, K.TASK_OVERDUE),
        (Step((R.ROLE_HOLDERS,), percent=100),),
    ),
    Alert(
        "A07",
        said("Start is near and something is missing"),
        said("The planned start is less than a day away and the release cannot go on from its phase."),
        (R.MANAGER, R.COORDINATOR),
        (K.START_NEAR,),
        (Step((R.SERVICE_OWNER,), after=HALF),),
        on_work_schedule=True,
    ),
    Alert(
        "A08",
        said("Gate closed"),
        said("The gate before a wave finds something that does not hold, or another policy asks for more."),
        (R.MANAGER, R.CONTROL_OWNERS),
        (K.GATE_CLOSED, K.POLICY_TIGHTENED),
    ),
    Alert(
        "A09",
        said("New blocking conflict"),
        said("An edit lets two open releases plan the same item at the same time."),
        (R.COORDINATOR, R.OTHER_COORDINATOR),
        (K.CONFLICT_FOUND,),
        (Step((R.MANAGER,), after=DAY),),
        on_work_schedule=True,
    ),
    Alert(
        "A10",
        said("All changes authorised"),
        said("The last of a release's changes is authorised."),
        (R.MANAGER,),
        (K.CHANGES_AUTHORISED,),
    ),
    Alert(
        "A11",
        said("Change waits to be deployed"),
        said("The deployment of the release that carries the change is approved."),
        (R.CHANGE_OWNERS,),
        (K.CHANGE_PENDING,),
    ),
    Alert(
        "A12",
        said("All changes deployed"),
        said("All changes of a release are implemented."),
        (R.MANAGER, R.SERVICE_OWNER),
        (K.CHANGES_DEPLOYED,),
    ),
    Alert(
        "A13",
        said("Downtime"),
        said("A planned outage begins within a day, begins, lasts longer than planned, or ends."),
        (R.WATCHERS, R.STAKEHOLDERS, R.SERVICE_OWNER),
        (K.DOWNTIME,),
    ),
    Alert(
        "A14",
        said("Wave of a deployment"),
        said("A production deployment begins or ends, and each of its waves begins, passes or fails."),
        (R.DEPLOYMENT_MANAGER, R.WATCHERS),
        (K.WAVE_MOVED, K.DEPLOYMENT_BEGUN, K.DEPLOYMENT_FINISHED),
    ),
    Alert(
        "A15",
        said("Point of no return is near"),
        said("In 15 minutes a production deployment could no longer be undone by its planned end."),
        (R.DEPLOYMENT_MANAGER, R.MANAGER),
        (K.NO_RETURN_NEAR,),
    ),
    Alert(
        "A16",
        said("Window will be exceeded"),
        said("The forecast of a production deployment is later than the planned end."),
        (R.DEPLOYMENT_MANAGER, R.MANAGER, R.SERVICE_OWNER),
        (K.WINDOW_EXCEEDED,),
    ),
    Alert(
        "A17",
        said("Back-out"),
        said("A deployment begins to back out; its end is told as A14."),
        (R.WATCHERS, R.STAKEHOLDERS),
        (K.DEPLOYMENT_BACKING_OUT,),
    ),
    Alert(
        "A18",
        said("Incident after a change"),
        said("An incident is recorded for a service whose items were changed less than 72 hours before."),
        (R.EARLY_LIFE_LEAD, R.MANAGER),
        (K.INCIDENT_AFTER_CHANGE,),
    ),
    Alert(
        "A19",
        said("Exit of early life support"),
        said("Early life support ends within a day and a criterion is not met, or all are met."),
        (R.EARLY_LIFE_LEAD, R.SERVICE_OWNER),
        (K.EARLY_LIFE_AT_RISK, K.EARLY_LIFE_EXIT_MET),
        (Step((R.MANAGER,), after=HALF),),
        on_work_schedule=True,
    ),
    Alert(
        "A20",
        said("Items differ from what was expected"),
        said("After a production deployment an item is observed in another state than expected."),
        (R.ITEM_OWNERS, R.COORDINATOR),
        (K.STATE_DIFFERS,),
        (Step((R.MANAGER, R.SERVICE_OWNER), after=DAY),),
        on_work_schedule=True,
    ),
    Alert(
        "A21",
        said("Unauthorised change"),
        said("A change that was made without leave is recorded."),
        (R.ITEM_OWNERS, R.SERVICE_OWNER, R.CHANGE_MANAGERS),
        (K.CHANGE_UNAUTHORISED,),
        (Step((R.BOARD,), after=DAY),),
        on_work_schedule=True,
    ),
    Alert(
        "A22",
        said("Emergency paperwork overdue"),
        said("What an emergency owes afterwards is missing at its moment, and 24 hours later."),
        (R.MANAGER, R.COORDINATOR, R.AUTHOR),
        (K.PAPERWORK_OVERDUE,),
        (Step((R.CHANGE_MANAGERS,), percent=100),),
    ),
    Alert(
        "A23",
        said("Waiver expires"),
        said("A granted waiver expires within seven days, and what it put off is still owed."),
        (R.AUTHOR,),
        (K.WAIVER_EXPIRES,),
    ),
    Alert(
        "A24",
        said("Attempt without a permit"),
        said("Steps of a running deployment were held back because no permit covers them."),
        (R.AUDITORS, R.MANAGER),
        (K.PERMIT_MISSING,),
    ),
)
ALERTS: Mapping[str, Alert] = {one.id: one for one in _ALL}


def stage(percent: float) -> int | None:
    """Give the last share of the plan that has passed, None before the first."""
    return next((share for share in SHARES if percent >= share), None)


def told_at(alert: Alert, share: int) -> tuple[Recipient, ...]:
    """Give everybody who is told when this share of the plan has passed."""
    later = [one for step in alert.steps if step.percent and step.percent <= share for one in step.to]
    return (*alert.to, *later)
