"""
Reading metrics from Prometheus, or from what speaks its language.

Source: Prometheus documentation, HTTP API, range queries.
"""

import asyncio
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2

from rightaway.probes.series import MOST_BUCKETS, Reading, SeriesSpec

BODY_LIMIT = 4 * 1024 * 1024
_SHOWN = 300
_GRACE_S = 0.5


@dataclass(frozen=True, slots=True)
class PrometheusSpec:
    """Where it is: the address without `/api`, and headers such as that of a token."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class PrometheusSource:
    """
    One client of one Prometheus.

    Redirects are not followed, proxies of the environment not used, and TLS is verified. A query has to give one
    series: which of several is meant is not for a judge to guess.
    """

    def __init__(self, spec: PrometheusSpec) -> None:
        self._address = f"{spec.url.rstrip('/')}/api/v1/query_range"
        self._headers = dict(spec.headers)
        self._client = httpx2.AsyncClient(
            follow_redirects=False, trust_env=False, headers={"User-Agent": "rightaway"}
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def read(self, spec: SeriesSpec) -> Reading:
        if not 0 < spec.buckets <= MOST_BUCKETS or spec.step_s < 1:
            return Reading(error=f"between 1 and {MOST_BUCKETS} buckets of whole seconds can be read")
        try:
            async with asyncio.timeout(spec.timeout_s + _GRACE_S):
                status, body = await self._ask(spec)
        except (TimeoutError, httpx2.TimeoutException):
            return Reading(error=f"no whole answer in {spec.timeout_s:g} s")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Reading(error=f"{type(error).__name__}: {error}"[:_SHOWN])
        return _reading(spec, status, body)

    async def _ask(self, spec: SeriesSpec) -> tuple[int, bytes]:
        ends = spec.ends
        asked = {
            "query": spec.query,
            "start": f"{ends[0].timestamp():.3f}",
            "end": f"{ends[-1].timestamp():.3f}",
            "step": str(spec.step_s),
        }
        body = b""
        async with self._client.stream(
            "POST", self._address, data=asked, headers=self._headers, timeout=spec.timeout_s
        ) as answer:
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > BODY_LIMIT:
                    break
        return answer.status_code, body


def _reading(spec: SeriesSpec, status: int, body: bytes) -> Reading:
    if len(body) > BODY_LIMIT:
        return Reading(error=f"the answer is longer than {BODY_LIMIT} bytes")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return Reading(error=f"answered {status}, and not with JSON")
    if not isinstance(answer, dict) or answer.get("status") != "success":
        said = answer.get("error", "") if isinstance(answer, dict) else ""
        return Reading(error=f"answered {status}: {said}"[:_SHOWN])
    return _series(spec, answer.get("data"))


def _series(spec: SeriesSpec, data: Any) -> Reading:
    if not isinstance(data, dict) or data.get("resultType") != "matrix":
        return Reading(error="the query gives no series over time")
    found = data.get("result", [])
    if len(found) > 1:
        return Reading(error=f"the query gives {len(found)} series; take their sum, or choose one")
    try:
        points = {round(float(at)): float(value) for at, value in (found[0]["values"] if found else [])}
    except (KeyError, TypeError, ValueError):
        return Reading(error="the series cannot be read")
    return Reading(tuple(_known(points.get(round(end.timestamp()))) for end in spec.ends))


def _known(value: float | None) -> float | None:
    """Leave out `NaN` and `Inf`: a quotient of nothing is no value."""
    return value if value is not None and math.isfinite(value) else None
