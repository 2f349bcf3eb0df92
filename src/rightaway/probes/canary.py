"""Measures a canary: every query of an analysis, read for the same buckets of time."""

import asyncio
from datetime import datetime
from typing import Any

from rightaway.domain.judge import Bucket, MetricKind, Series
from rightaway.intake.analyses import CanaryAnalysis, Measure
from rightaway.probes.series import MetricSource, Reading, SeriesSpec

AT_ONCE = 8
"""So many queries are asked at the same time: a source that is asked for more is slower, or refuses."""

Json = dict[str, Any]
Measured = tuple[dict[str, Series], dict[str, tuple[float | None, ...]], Json]


async def measured(analysis: CanaryAnalysis, source: MetricSource, start: datetime, buckets: int) -> Measured:
    """
    Read everything that a look needs.

    Args:
        start: When the first bucket begins.
        buckets: How many have passed by now.

    Returns:
        The series of each metric, the samples of each guardrail, and where all of it came from.
    """
    asking = asyncio.Semaphore(AT_ONCE)

    async def read(query: str) -> Reading:
        async with asking:
            return await source.read(SeriesSpec(query, start, analysis.step_s, buckets))

    queries = dict.fromkeys(
        [query for one in analysis.metrics for query in _queries(one)]
        + [one.query for one in analysis.guardrails]
    )
    found = dict(zip(queries, await asyncio.gather(*map(read, queries)), strict=True))
    series = {one.name: _series(one, found, analysis.step_s) for one in analysis.metrics}
    samples = {one.name: found[one.query].values for one in analysis.guardrails}
    about: Json = {
        "start": start.isoformat(),
        "step_s": analysis.step_s,
        "buckets": buckets,
        "source": analysis.source.url,
        "errors": {query: reading.error for query, reading in found.items() if reading.error},
        "queries": {
            **{one.name: _queries(one) for one in analysis.metrics},
            **{one.name: [one.query] for one in analysis.guardrails},
        },
    }
    return series, samples, about


def _queries(one: Measure) -> list[str]:
    asked = (one.canary, one.baseline, one.canary_exposure, one.baseline_exposure)
    return [query for query in asked if query is not None]


def _series(one: Measure, found: dict[str, Reading], step_s: int) -> Series:
    errors = [found[query].error for query in _queries(one) if found[query].error]
    if errors:
        return Series(error=errors[0])
    usual = float(step_s) if one.kind is MetricKind.COUNT else 1.0
    return Series(
        _side(found[one.canary], found[one.canary_exposure] if one.canary_exposure else None, usual),
        _side(found[one.baseline], found[one.baseline_exposure] if one.baseline_exposure else None, usual),
    )


def _side(values: Reading, exposures: Reading | None, usual: float) -> tuple[Bucket | None, ...]:
    weights = exposures.values if exposures else (usual,) * len(values.values)
    return tuple(
        None if value is None or weight is None else (value, weight)
        for value, weight in zip(values.values, weights, strict=True)
    )
