"""The recorded events that the indicators K05 to K22 are taken from; all but changes and outages of ended releases."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rightaway.domain.dora_facts import Window
from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said

DEFAULT_DAYS = 90
MOST_DAYS = 731


def period(start: datetime | None, end: datetime | None, *, now: datetime) -> Window:
    """
    Give the time that is measured: until now, and for the default number of days, where nothing is said.

    Raises:
        Invalid: `period.order` or `period.long`.
    """
    until = end or now
    since = start or until - timedelta(days=DEFAULT_DAYS)
    if since >= until:
        raise Invalid("period.order", said("The period would be over before it begins."), at="since")
    if until - since > timedelta(days=MOST_DAYS):
        raise Invalid(
            "period.long",
            said("The period is longer than two years."),
            at="since",
            hint=said("Ask for one year after the other."),
        )
    return Window(since, until)


@dataclass(frozen=True, slots=True)
class Ended:
    """A release that ended; `outcome` is abandoned for one that was given up before anything was deployed."""

    number: str
    release_type: str
    outcome: str
    closure_code: str

    @property
    def was_carried_out(self) -> bool:
        return self.outcome != "abandoned"


@dataclass(frozen=True, slots=True)
class Run:
    """
    What the last plan of a release said, and when its production deployments began and ended.

    Args:
        rehearsed_s: Seconds that one target took to go back in the rehearsal; None if there was none.
        back_s: The same in production, where it had to go back.
    """

    release: str
    planned_start: datetime | None
    planned_end: datetime | None
    started_at: datetime
    finished_at: datetime
    is_rehearsed: bool = False
    rehearsed_s: float | None = None
    back_s: float | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """All stays of one release in one phase: how many, how long, and how much of that it waited for people."""

    release: str
    phase: str
    count: int
    seconds: float
    waiting_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """How long an approval took from being asked for: as a whole, or until one of a role, group or board voted."""

    release: str
    kind: str
    seconds: float
    voter: str = ""


@dataclass(frozen=True, slots=True)
class EarlyIncident:
    number: str
    release: str
    severity: int


@dataclass(frozen=True, slots=True)
class Downtime:
    """A planned outage that is over."""

    number: str
    planned_s: float
    actual_s: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What the done tasks of a release were to take and took, over the tasks where both are recorded; else None."""

    release: str
    cost: tuple[int, int] | None = None
    effort_min: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """An emergency that went on before it was approved; late when an approval it owed came after its time."""

    release: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of records that the database counted, with the numbers of some of them."""

    count: int = 0
    numbers: tuple[str, ...] = ()


NONE = Counted()


@dataclass(frozen=True, slots=True)
class Items:
    """The items whose expected state a release set last, and how many of them were seen to be as expected."""

    release: str
    expected: int
    accurate: int


@dataclass(frozen=True, slots=True)
class Waived:
    """A release with waivers in its name; `has_failed` when it failed or caused an incident."""

    release: str
    waivers: int
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Trained:
    """
    The training of one release over all its audiences.

    Args:
        named: Who was meant to be taught: those on the lists, or the number recorded where nobody is named.
        trained: Who came, and passed where there was a quiz.
    """

    release: str
    named: int
    trained: int


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating from 1 to 5."""

    release: str
    rating: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """A release that an approval or a gate held up; `has_caught` when something was put right or given up then."""

    release: str
    has_caught: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """Everything that one period's indicators are taken from."""

    ended: tuple[Ended, ...] = ()
    runs: tuple[Run, ...] = ()
    stays: tuple[Stay, ...] = ()
    decisions: tuple[Answer, ...] = ()
    votes: tuple[Answer, ...] = ()
    watched: tuple[str, ...] = ()
    incidents: tuple[EarlyIncident, ...] = ()
    downtimes: tuple[Downtime, ...] = ()
    spent: tuple[Spent, ...] = ()
    owed: tuple[Owed, ...] = ()
    changes: Counted = NONE
    unauthorised: Counted = NONE
    items: tuple[Items, ...] = ()
    waived: tuple[Waived, ...] = ()
    trained: tuple[Trained, ...] = ()
    misuse: tuple[str, ...] = ()
    rated: tuple[Rated, ...] = ()
    stopped: tuple[Stopped, ...] = ()
