"""The indicators K05 to K22 of the releases that ended in a period, each with the records it was taken from."""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rightaway.domain.dora_facts import Window
from rightaway.domain.indicator_definitions import DEFINITIONS
from rightaway.domain.indicator_facts import Recorded
from rightaway.domain.indicator_figures import Figure, Indicator
from rightaway.domain.indicators import RULES, measure
from rightaway.domain.spreadsheets import lines
from rightaway.queries import indicator_deployments, indicator_phases, indicator_records
from rightaway.queries.indicator_records import Asked

Json = dict[str, Any]
COLUMNS = ("indicator", "title", "group", "part", "unit", "value", "numerator", "denominator", "records")


@dataclass(frozen=True, slots=True)
class Measured:
    """`ended` is how many releases the period has."""

    window: Window
    ended: int
    found: tuple[Indicator, ...]


def measured(window: Window, services: Collection[str] | None, *, release_type: str = "") -> Measured:
    """
    Measure a period in a constant number of statements.

    Args:
        services: Keys of the services to look at; None for all.
    """
    nothing = services is not None and not services
    known = Recorded() if nothing else recorded(Asked(window, services, release_type))
    return Measured(window, len(known.ended), measure(known))


def recorded(asked: Asked) -> Recorded:
    changes, unauthorised = indicator_records.changes(asked)
    return Recorded(
        ended=indicator_records.ended(asked),
        runs=indicator_deployments.runs(asked),
        stays=indicator_phases.stays(asked),
        decisions=indicator_phases.decisions(asked),
        votes=indicator_phases.votes(asked),
        watched=indicator_records.watched(asked),
        incidents=indicator_records.incidents(asked),
        downtimes=indicator_records.downtimes(asked),
        spent=indicator_records.spent(asked),
        owed=indicator_phases.owed(asked),
        changes=changes,
        unauthorised=unauthorised,
        items=indicator_records.items(asked),
        waived=indicator_records.waived(asked),
        trained=indicator_records.trained(asked),
        misuse=indicator_records.misuse(asked),
        rated=indicator_records.rated(asked),
        stopped=indicator_phases.stopped(asked),
    )


def as_json(found: Measured) -> Json:
    """Give the indicators as JSON values: shares from 0 to 1, durations in seconds, null where there is no data."""
    return {
        "since": found.window.start.isoformat(),
        "until": found.window.end.isoformat(),
        "rules": RULES,
        "ended_releases": found.ended,
        "indicators": [_indicator(one) for one in found.found],
    }


def _indicator(one: Indicator) -> Json:
    definition = DEFINITIONS[one.key]
    return {
        "key": one.key,
        "title": str(definition.title),
        "group": str(definition.group),
        "formula": str(definition.formula),
        **_figure(one.whole),
        "parts": [{"name": part.name, "group": part.group, **_figure(part)} for part in one.parts],
    }


def _figure(one: Figure) -> Json:
    return {
        "unit": str(one.unit),
        "value": one.value,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "counted": asdict(one.counted),
        "basis": asdict(one.basis),
    }


def csv(found: Measured) -> Iterator[str]:
    """Give a line for each indicator and each of its parts; no data is an empty cell."""
    return lines(COLUMNS, _rows(found))


def _rows(found: Measured) -> Iterator[tuple[Any, ...]]:
    for one in found.found:
        definition = DEFINITIONS[one.key]
        for part in (one.whole, *one.parts):
            name = " ".join(filter(None, (part.group, part.name)))
            yield (
                one.key,
                str(definition.title),
                str(definition.group),
                name,
                str(part.unit),
                part.value,
                part.numerator,
                part.denominator,
                part.basis.count,
            )
