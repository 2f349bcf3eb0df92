"""
The indicators K05 to K22 of release management, from recorded events only.

The cohort is the releases that ended in the period, since only of them everything is known; K12 takes outages and
K15 changes of the period.

Source: lifecycle design 1.13.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from rightaway.domain.indicator_facts import Answer, Recorded, Run
from rightaway.domain.indicator_figures import Figure, Indicator, Unit, middle, quotient, records, share
from rightaway.domain.values import ClosureCode, Outcome

RULES = "indicator-rules/1"
ON_TIME = timedelta(minutes=15)
"""So much later than planned a deployment may begin and still count as on time."""

GIVEN_UP = (ClosureCode.REJECTED, ClosureCode.WITHDRAWN, ClosureCode.SUPERSEDED)
FAILED = frozenset({Outcome.BACKED_OUT, Outcome.PARTIALLY_BACKED_OUT, Outcome.FAILED_NOT_BACKED_OUT})
SEVERITIES = (1, 2, 3, 4)
MARKS = (1, 2, 3, 4, 5)


def measure(known: Recorded) -> tuple[Indicator, ...]:
    """Compute every indicator, in the order of their keys."""
    return tuple(Indicator(key, *_split(compute(known))) for key, compute in COMPUTED.items())


def _split(found: tuple[Figure, ...]) -> tuple[Figure, tuple[Figure, ...]]:
    return found[0], found[1:]


def success(known: Recorded) -> tuple[Figure, ...]:
    carried_out = [one for one in known.ended if one.was_carried_out]
    numbers = [one.number for one in carried_out]

    def of_code(code: str, *, name: str) -> Figure:
        return share([one.number for one in carried_out if one.closure_code == code], numbers, name=name)

    codes = (code for code in ClosureCode if code not in GIVEN_UP)
    parts = (of_code(code, name=code) for code in codes)
    return (of_code(ClosureCode.SUCCESSFUL, name=""), *parts)


def backed_out(known: Recorded) -> tuple[Figure, ...]:
    carried_out = [one for one in known.ended if one.was_carried_out]
    numbers = [one.number for one in carried_out]

    def of(*outcomes: str, name: str = "") -> Figure:
        return share([one.number for one in carried_out if one.outcome in outcomes], numbers, name=name)

    total, partial = Outcome.BACKED_OUT, Outcome.PARTIALLY_BACKED_OUT
    return of(total, partial), of(total, name=total), of(partial, name=partial)


def punctuality(known: Recorded) -> tuple[Figure, ...]:
    begun = [one for one in known.runs if one.planned_start]
    ended = [one for one in known.runs if one.planned_end]
    on_time = [one.release for one in begun if _starts_on_time(one)]
    over = {one.release: _overrun_min(one) for one in ended}
    in_window = [release for release, minutes in over.items() if not minutes]
    late = {release: minutes for release, minutes in over.items() if minutes}
    finish = share(in_window, list(over), name="on_time_finish")
    overrun = middle(list(late.values()), late, unit=Unit.MINUTES, name="window_overrun")
    return share(on_time, [one.release for one in begun]), finish, overrun


def _starts_on_time(run: Run) -> bool:
    return run.planned_start is not None and run.started_at <= run.planned_start + ON_TIME


def _overrun_min(run: Run) -> float:
    if run.planned_end is None:
        return 0.0
    return max(0.0, (run.finished_at - run.planned_end).total_seconds() / 60)


def rework(known: Recorded) -> tuple[Figure, ...]:
    """Every stay in a phase after the first one is rework."""
    again = {
        phase: {one.release: one.count - 1 for one in known.stays if one.phase == phase and one.count > 1}
        for phase in _phases(known)
    }
    cohort = records(one.number for one in known.ended)

    def of(*found: Mapping[str, int], name: str = "") -> Figure:
        return quotient(
            sum(sum(one.values()) for one in found),
            cohort.count,
            unit=Unit.PER_RELEASE,
            name=name,
            counted=records(release for one in found for release in one),
            basis=cohort,
        )

    return of(*again.values()), *(of(found, name=phase) for phase, found in again.items() if found)


def phase_times(known: Recorded) -> tuple[Figure, ...]:
    """The whole is the share of the time that was waiting; the parts are the median and that share by phase."""

    def waiting(phase: str = "") -> Figure:
        stays = [one for one in known.stays if phase in {"", one.phase}]
        return quotient(
            sum(one.waiting_s for one in stays),
            sum(one.seconds for one in stays),
            unit=Unit.SHARE,
            name=phase,
            group="waiting" if phase else "",
            counted=records(one.release for one in stays if one.waiting_s),
            basis=records(one.release for one in stays),
        )

    def lasting(phase: str) -> Figure:
        seconds = {one.release: one.seconds for one in known.stays if one.phase == phase}
        return middle(list(seconds.values()), seconds, unit=Unit.SECONDS, name=phase, group="time")

    phases = _phases(known)
    return (waiting(), *(lasting(phase) for phase in phases), *(waiting(phase) for phase in phases))


def _phases(known: Recorded) -> list[str]:
    """Give the phases in the order in which the facts name them first."""
    return list(dict.fromkeys(one.phase for one in known.stays))


def approval_times(known: Recorded) -> tuple[Figure, ...]:
    kinds = sorted({one.kind for one in known.decisions})
    voters = sorted({one.voter for one in known.votes})
    return (
        _latency(known.decisions),
        *(_latency([one for one in known.decisions if one.kind == kind], kind, "approval") for kind in kinds),
        *(_latency([one for one in known.votes if one.voter == voter], voter, "voters") for voter in voters),
    )


def _latency(found: Iterable[Answer], name: str = "", group: str = "") -> Figure:
    rows = list(found)
    seconds = [one.seconds for one in rows]
    return middle(seconds, (one.release for one in rows), unit=Unit.SECONDS, name=name, group=group)


def early_incidents(known: Recorded) -> tuple[Figure, ...]:
    def of(severities: Iterable[int], name: str = "") -> Figure:
        found = [one.number for one in known.incidents if one.severity in severities]
        return quotient(
            len(found),
            len(known.watched),
            unit=Unit.PER_RELEASE,
            name=name,
            group="severity" if name else "",
            counted=records(found),
            basis=records(known.watched),
        )

    return of(SEVERITIES), *(of({severity}, str(severity)) for severity in SEVERITIES)


def downtime(known: Recorded) -> tuple[Figure, ...]:
    numbers = [one.number for one in known.downtimes]
    over = [one.number for one in known.downtimes if one.actual_s > one.planned_s]
    whole = quotient(
        sum(one.actual_s for one in known.downtimes),
        sum(one.planned_s for one in known.downtimes),
        unit=Unit.SHARE,
        counted=records(numbers),
        basis=records(numbers),
    )
    return whole, share(over, numbers, name="longer_than_planned")


def estimates(known: Recorded) -> tuple[Figure, ...]:
    """The whole is the deviation of the duration; cost and effort are its parts."""
    windows = {
        one.release: (
            (one.planned_end - one.planned_start).total_seconds(),
            (one.finished_at - one.started_at).total_seconds(),
        )
        for one in known.runs
        if one.planned_start and one.planned_end
    }
    cost = {one.release: one.cost for one in known.spent if one.cost}
    effort = {one.release: one.effort_min for one in known.spent if one.effort_min}
    return _deviation(windows, ""), _deviation(cost, "cost"), _deviation(effort, "effort")


def _deviation(found: Mapping[str, tuple[float, float]], name: str) -> Figure:
    """Give how far, in the median, what came was from what was planned, up or down alike; sums are told beside it."""
    pairs = {release: pair for release, pair in found.items() if pair[0] > 0}
    off = [abs(came - planned) / planned for planned, came in pairs.values()]
    basis = records(pairs)
    return Figure(
        name=name,
        group="",
        unit=Unit.SHARE,
        value=middle(off, (), unit=Unit.SHARE).value,
        numerator=sum(came for _, came in pairs.values()),
        denominator=sum(planned for planned, _ in pairs.values()),
        counted=basis,
        basis=basis,
    )


def emergencies(known: Recorded) -> tuple[Figure, ...]:
    found = [one.number for one in known.ended if one.release_type == "emergency"]
    late = [one.release for one in known.owed if one.is_late]
    owed = [one.release for one in known.owed]
    return share(found, [one.number for one in known.ended]), share(late, owed, name="late_paperwork")


def unauthorised(known: Recorded) -> tuple[Figure, ...]:
    return (
        quotient(
            known.unauthorised.count,
            known.changes.count,
            unit=Unit.SHARE,
            counted=known.unauthorised,
            basis=known.changes,
        ),
    )


def given_up(known: Recorded) -> tuple[Figure, ...]:
    numbers = [one.number for one in known.ended]

    def of(*codes: str, name: str = "") -> Figure:
        return share([one.number for one in known.ended if one.closure_code in codes], numbers, name=name)

    return of(ClosureCode.REJECTED, ClosureCode.WITHDRAWN), *(of(code, name=code) for code in GIVEN_UP)


def accuracy(known: Recorded) -> tuple[Figure, ...]:
    return (
        quotient(
            sum(one.accurate for one in known.items),
            sum(one.expected for one in known.items),
            unit=Unit.SHARE,
            counted=records(one.release for one in known.items if one.accurate == one.expected),
            basis=records(one.release for one in known.items),
        ),
    )


def rehearsals(known: Recorded) -> tuple[Figure, ...]:
    ways = {
        one.release: (one.rehearsed_s, one.back_s)
        for one in known.runs
        if one.rehearsed_s is not None and one.back_s is not None
    }
    rehearsed = [one.release for one in known.runs if one.is_rehearsed]
    return share(rehearsed, [one.release for one in known.runs]), _deviation(ways, "prediction_error")


def waivers(known: Recorded) -> tuple[Figure, ...]:
    waived = [one.release for one in known.waived]
    cohort = records(one.number for one in known.ended)
    whole = quotient(
        sum(one.waivers for one in known.waived),
        cohort.count,
        unit=Unit.PER_RELEASE,
        counted=records(waived),
        basis=cohort,
    )
    failed = [one.release for one in known.waived if one.has_failed]
    return whole, share(failed, waived, name="failed_later")


def training(known: Recorded) -> tuple[Figure, ...]:
    whole = quotient(
        sum(one.trained for one in known.trained),
        sum(one.named for one in known.trained),
        unit=Unit.SHARE,
        counted=records(one.release for one in known.trained if one.trained),
        basis=records(one.release for one in known.trained),
    )
    misuse = quotient(
        len(known.misuse),
        len(known.ended),
        unit=Unit.PER_RELEASE,
        name="misuse",
        counted=records(known.misuse),
        basis=records(one.number for one in known.ended),
    )
    return whole, misuse


def satisfaction(known: Recorded) -> tuple[Figure, ...]:
    releases = records(one.release for one in known.rated)
    marks = [one.rating for one in known.rated]
    whole = quotient(sum(marks), len(marks), unit=Unit.MARK, counted=releases, basis=releases)
    parts = (
        quotient(
            marks.count(mark),
            len(marks),
            unit=Unit.SHARE,
            name=str(mark),
            group="mark",
            counted=records(one.release for one in known.rated if one.rating == mark),
            basis=releases,
        )
        for mark in MARKS
    )
    return (whole, *parts)


def gates(known: Recorded) -> tuple[Figure, ...]:
    caught = [one.release for one in known.stopped if one.has_caught]
    return (share(caught, [one.release for one in known.stopped]),)


COMPUTED: Mapping[str, Callable[[Recorded], tuple[Figure, ...]]] = {
    "K05": success,
    "K06": backed_out,
    "K07": punctuality,
    "K08": rework,
    "K09": phase_times,
    "K10": approval_times,
    "K11": early_incidents,
    "K12": downtime,
    "K13": estimates,
    "K14": emergencies,
    "K15": unauthorised,
    "K16": given_up,
    "K17": accuracy,
    "K18": rehearsals,
    "K19": waivers,
    "K20": training,
    "K21": satisfaction,
    "K22": gates,
}
