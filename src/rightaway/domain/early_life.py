"""Early life support: its states, its roster, and the exit that is computed rather than declared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rightaway.domain.facts_closure import EarlyLifeFacts, ShiftFacts
from rightaway.domain.moves import Table
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import NOTHING, Sentence, said
from rightaway.domain.unmet import Unmet, missing
from rightaway.domain.waivers import waiver


class EarlyLifeState(StrEnum):
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    EXTENDED = "extended"
    EXIT_PROPOSED = "exit_proposed"
    ENDED_OK = "ended_ok"
    ENDED_WITH_DEBT = "ended_with_debt"
    ABORTED = "aborted"


S = EarlyLifeState
TABLE: Table[EarlyLifeState] = Table(
    "early_life",
    initial=S.SCHEDULED,
    terminal=(S.ENDED_OK, S.ENDED_WITH_DEBT, S.ABORTED),
    rows=(
        (S.SCHEDULED, "start", S.ACTIVE),
        (S.SCHEDULED, "back_out", S.ABORTED),
        *((state, "extend", S.EXTENDED) for state in (S.ACTIVE, S.EXTENDED, S.EXIT_PROPOSED)),
        *((state, "propose_exit", S.EXIT_PROPOSED) for state in (S.ACTIVE, S.EXTENDED)),
        *((state, "back_out", S.ABORTED) for state in (S.ACTIVE, S.EXTENDED, S.EXIT_PROPOSED)),
        (S.EXIT_PROPOSED, "end", S.ENDED_OK),
        (S.EXIT_PROPOSED, "end_with_debt", S.ENDED_WITH_DEBT),
    ),
)
SHORTEST = {"major": timedelta(days=14), "minor": timedelta(days=3), "emergency": timedelta(days=2)}
# More incidents than this share of the 30-day baseline, in percent, keep early life support open.
INCIDENT_RATE_PCT = 110


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of the exit; `met` is None when no source measures it."""

    key: str
    met: bool | None
    text: Sentence
    evidence: str | Sentence = NOTHING


def shortest(facts: ReleaseFacts) -> timedelta:
    if facts.policy.early_life_s is not None:
        return timedelta(seconds=facts.policy.early_life_s)
    return SHORTEST.get(facts.registration.release_type, SHORTEST["major"])


def uncovered(
    shifts: Iterable[ShiftFacts], start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Give the gaps of a roster between two moments, in order."""
    open_spans, reached = [], start
    for shift in sorted(shifts, key=lambda shift: shift.starts_at):
        open_spans.append((reached, min(shift.starts_at, end)))
        reached = max(reached, shift.ends_at)
    return tuple((begin, stop) for begin, stop in (*open_spans, (reached, end)) if begin < stop)


def early_life_scheduled(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Before a deployment: somebody is there all the time, and everybody knows when it may end."""
    if waiver(facts, "early_life_support", now):
        return ()
    held, rule, owner = facts.early_life, "early_life_support", "release_manager"
    found = []
    if held.starts_at is None or held.ends_at is None:
        found.append(missing(rule, "period", said("a start and an end of early life support"), owner))
    else:
        found.extend(_period(facts, held.starts_at, held.ends_at))
    if not held.on_call:
        found.append(missing(rule, "on_call", said("who is on call during the deployment"), owner))
    if not held.criteria_agreed:
        found.append(missing(rule, "criteria", said("agreed exit criteria for early life support"), owner))
    return tuple(found)


def _period(facts: ReleaseFacts, start: datetime, end: datetime) -> tuple[Unmet, ...]:
    rule, owner, found = "early_life_support", "release_manager", []
    if end - start < shortest(facts):
        found.append(
            Unmet(
                rule,
                f"{rule}.period_short",
                said(
                    "Early life support lasts {planned}; this release needs {needed}.",
                    planned=end - start,
                    needed=shortest(facts),
                ),
                owner,
                said("Let it end at {moment} or later.", moment=start + shortest(facts)),
                {"starts_at": start.isoformat(), "ends_at": end.isoformat()},
                failed=True,
            )
        )
    gaps = uncovered(facts.early_life.roster, start, end)
    if gaps:
        found.append(
            Unmet(
                rule,
                f"{rule}.roster_gap",
                said(
                    "Nobody is on the roster from {start} to {end}.",
                    start=gaps[0][0],
                    end=gaps[0][1],
                ),
                owner,
                said("Fill the roster for the whole period."),
                {"gaps": [[begin.isoformat(), stop.isoformat()] for begin, stop in gaps]},
            )
        )
    return tuple(found)


def exit_criteria(facts: ReleaseFacts, now: datetime) -> tuple[Criterion, ...]:
    """Compute whether early life support may end; nothing here is typed in but the acceptance."""
    held = facts.early_life
    ended = held.ends_at is not None and now >= held.ends_at
    changed = [ci for ci in facts.scope.cis if ci.changed]
    differing = [ci.name for ci in changed if ci.observed != ci.expected and not ci.difference_accepted_by]
    bare = held.open_known_errors_without_workaround
    return (
        Criterion(
            "period",
            ended,
            said("The agreed period is over."),
            Sentence("{moment}", {"moment": held.ends_at}) if held.ends_at else "",
        ),
        Criterion(
            "incidents",
            None if held.open_major_incidents is None else held.open_major_incidents == 0,
            said("No incident of priority 1 or 2 caused by the release is open."),
            said("{count} open", count=held.open_major_incidents),
        ),
        Criterion(
            "incident_rate", _rate_ok(held), said("Incidents are about as frequent as before."), _rate(held)
        ),
        Criterion("service_level", held.service_level_met, said("The service level is met.")),
        Criterion(
            "workarounds",
            bare == 0,
            said("Every open known error has a workaround."),
            said("{count} without", count=bare),
        ),
        Criterion("cmdb", not differing, said("The CMDB equals what is there."), ", ".join(differing)),
        Criterion(
            "acceptance",
            bool(held.operations_accepted_by),
            said("Operations took the service over."),
            held.operations_accepted_by,
        ),
    )


def _rate_ok(held: EarlyLifeFacts) -> bool | None:
    if held.incidents_last_3_days is None or held.incidents_baseline_30_days is None:
        return None
    # 3 days against 30: both sides scaled to 30 days, so that no fraction is needed.
    return held.incidents_last_3_days * 10 * 100 <= held.incidents_baseline_30_days * INCIDENT_RATE_PCT


def _rate(held: EarlyLifeFacts) -> Sentence:
    return said(
        "{now} in 3 days, {before} in 30 days before",
        now=held.incidents_last_3_days,
        before=held.incidents_baseline_30_days,
    )


def _remedy(criterion: Criterion) -> Sentence:
    remedies = {
        "period": said("Wait until {seen}.", seen=criterion.evidence),
        "incidents": said("Resolve the incidents, or extend early life support."),
        "incident_rate": said("Extend early life support until it is as quiet as before."),
        "service_level": said("Extend early life support until the service level is met."),
        "workarounds": said("Write the workarounds."),
        "cmdb": said("Look again at the items that differ: {seen}.", seen=criterion.evidence),
        "acceptance": said("Take the service over."),
    }
    return remedies[criterion.key]


def exit_allowed(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Give the criteria that are not met; a criterion nobody measures is shown but stops nothing."""
    if facts.early_life.waived_by:
        return ()
    return tuple(
        Unmet(
            "G60",
            f"G60.early_life_{criterion.key}",
            said("Not so yet: {text}", text=criterion.text)
            if criterion.met is False
            else said("Not measured: {text}", text=criterion.text),
            "service_owner",
            _remedy(criterion),
            {"criterion": criterion.key, "seen": criterion.evidence},
            blocks=criterion.met is False,
            failed=criterion.met is False,
        )
        for criterion in exit_criteria(facts, now)
        if criterion.met is not True
    )
