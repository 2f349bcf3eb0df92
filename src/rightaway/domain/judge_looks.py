"""What a canary does after a look of the judge, and the evidence by which anybody judges that look again."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from rightaway.domain.judge import (
    VERSION,
    Bucket,
    Direction,
    Effects,
    Guardrail,
    Judging,
    Metric,
    MetricKind,
    Series,
    Verdict,
    judge,
)


class OtherJudgeError(Exception):
    """Evidence of a version of the judge that is not here."""


class Next(StrEnum):
    """`ask`: a person decides, and what happens if nobody does is to go back. `hold`: it waits for data or a person."""

    LOOK_AGAIN = "look_again"
    PROMOTE = "promote"
    BACK_OUT = "back_out"
    ASK = "ask"
    HOLD = "hold"


def next_after(verdict: Verdict, *, is_last: bool) -> Next:
    """
    Say what follows a look: a look before the last may end a canary early only because it fails.

    What is inconclusive never promotes; before the last look more data may still come.
    """
    if verdict is Verdict.FAIL:
        return Next.BACK_OUT
    if not is_last:
        return Next.LOOK_AGAIN
    return {Verdict.PASS: Next.PROMOTE, Verdict.MARGINAL: Next.ASK}.get(verdict, Next.HOLD)


Json = dict[str, Any]


def evidence(
    how: Judging,
    series: Mapping[str, Series],
    samples: Mapping[str, Sequence[float | None]],
    *,
    looks: int,
    about: Mapping[str, Any] | None = None,
) -> bytes:
    """
    Judge a look, and give all that went in and all that came out, as bytes that are the same on every machine.

    Args:
        about: Where the figures came from: queries, times, errors; JSON values, kept beside them.
    """
    series = {name: _cleaned(one) for name, one in series.items()}
    samples = {name: [_number(value) for value in one] for name, one in samples.items()}
    found = judge(how, series, samples, looks=looks)
    return _bytes(
        {
            "judge": VERSION,
            "about": dict(about or {}),
            "looks": looks,
            "how": asdict(how),
            "series": {name: asdict(one) for name, one in series.items()},
            "samples": {name: list(one) for name, one in samples.items()},
            "judgement": asdict(found),
        }
    )


def judged_again(stored: bytes) -> bytes:
    """
    Judge what was stored once more, from its inputs alone; the bytes are equal if nothing of it was changed.

    Raises:
        OtherJudgeError: it is of another judge, which its text names.
        ValueError, TypeError, KeyError: it is no evidence.
    """
    held = json.loads(stored)
    if held["judge"] != VERSION:
        raise OtherJudgeError(str(held["judge"])[:80])
    series = {name: _series(one) for name, one in held["series"].items()}
    how = _judging(held["how"])
    return evidence(how, series, held["samples"], looks=held["looks"], about=held["about"])


def judgement_of(stored: bytes) -> Json:
    found: Json = json.loads(stored)["judgement"]
    return found


def _bytes(value: Json) -> bytes:
    """Write numbers as Python reads them back: the shortest text that gives the same number, on every machine."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _cleaned(one: Series) -> Series:
    """Leave out what is no number: no other program could read it back."""
    return Series(_side(one.canary), _side(one.baseline), one.error)


def _side(buckets: Sequence[Bucket | None]) -> tuple[Bucket | None, ...]:
    return tuple(one if one and all(map(math.isfinite, one)) else None for one in buckets)


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _judging(held: Json) -> Judging:
    metrics = tuple(_metric(one) for one in held["metrics"])
    rails = tuple(Guardrail(**one) for one in held["guardrails"])
    return Judging(**{**held, "metrics": metrics, "guardrails": rails})


def _metric(held: Json) -> Metric:
    effects = Effects(**held["effects"]) if held["effects"] else None
    kinds = {"kind": MetricKind(held["kind"]), "direction": Direction(held["direction"])}
    return Metric(**{**held, **kinds, "effects": effects})


def _series(held: Json) -> Series:
    sides = {name: tuple(_bucket(one) for one in held[name]) for name in ("canary", "baseline")}
    return Series(**sides, error=held["error"])


def _bucket(held: Sequence[float] | None) -> tuple[float, float] | None:
    return None if held is None else (held[0], held[1])
