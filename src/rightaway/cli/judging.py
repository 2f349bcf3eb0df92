"""Canaries: judge what was measured, now or long after, and judge the evidence of a look again."""

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cyclopts import App

from rightaway.cli import output
from rightaway.cli.arguments import contents, saved
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.judge import Verdict

if TYPE_CHECKING:
    from rightaway.intake.analyses import CanaryAnalysis, PrometheusAccess

app = App(name="judge", help="Canaries: judge what was measured, and evidence again.")


@app.command
def past(file: str, /, *, since: str, out: str = "") -> None:
    """
    Judge data of the past as a canary would have been judged; succeeds if it would have passed.

    Args:
        file: The canary analysis: source, metrics, limits; - for standard input.
        since: When the first bucket begins, such as 2026-11-23T10:00:00Z.
        out: File to write the evidence to. A file that is there already stays.
    """
    from rightaway.domain.judge_looks import evidence, judgement_of  # noqa: PLC0415 -- only this command needs it
    from rightaway.intake.texts import visible  # noqa: PLC0415
    from rightaway.intake.times import moment  # noqa: PLC0415

    analysis = _analysis(file)
    start = moment(visible(since, one_line=True))
    series, samples, about = asyncio.run(_measured(analysis, start))
    stored = evidence(analysis.judging(), series, samples, looks=1, about=about)
    if out:
        saved([stored], out)
        output.say(f"evidence: {out}")
    for query, error in about["errors"].items():
        output.say(f"{error}: {query}")
    _show(judgement_of(stored))


@app.command
def again(file: str, /) -> None:
    """
    Judge stored evidence once more from its own figures; fails unless it gives the same bytes.

    Args:
        file: The evidence of a look; - for standard input.
    """
    from rightaway.domain.judge_looks import OtherJudgeError, judged_again, judgement_of  # noqa: PLC0415

    stored = contents(file)
    try:
        found = judged_again(stored)
    except OtherJudgeError as error:
        hint = "Take a version of Rightaway with that judge."
        raise Refused("judge.version", f"This was judged by {error}.", hint=hint) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid("judge.evidence", f"{file} is not evidence of a judge.", at=file) from None
    if found != stored:
        raise Refused(
            "judge.changed",
            "The evidence does not give this judgement: something of it was changed.",
            hint="Ask for the evidence again from where it was recorded.",
        )
    output.say("It gives the same bytes again.")
    _show(judgement_of(stored), is_gate=False)


def _analysis(file: str) -> "CanaryAnalysis":
    from rightaway.intake.analyses import CanaryAnalysis  # noqa: PLC0415
    from rightaway.intake.schema import read  # noqa: PLC0415
    from rightaway.intake.yaml import load_yaml  # noqa: PLC0415

    return read(load_yaml(contents(file)), CanaryAnalysis)


async def _measured(analysis: "CanaryAnalysis", start: datetime) -> Any:
    from rightaway.probes.canary import measured  # noqa: PLC0415
    from rightaway.probes.prometheus import PrometheusSource, PrometheusSpec  # noqa: PLC0415

    spec = PrometheusSpec(analysis.source.url, _headers(analysis.source))
    async with PrometheusSource(spec) as source:
        return await measured(analysis, source, start, analysis.buckets)


def _headers(access: "PrometheusAccess") -> dict[str, str]:
    if access.token_env is None:
        return {}
    token = os.environ.get(access.token_env, "")
    if not token:
        raise Invalid(
            "secret.unset",
            f"The variable {access.token_env} holds no token.",
            at="source.token_env",
            hint="Set it, or take `token_env` out.",
        )
    return {"Authorization": f"Bearer {token}"}


def _show(judgement: Mapping[str, Any], *, is_gate: bool = True) -> None:
    rows = [
        {"name": one["name"], "label": one["label"], "why": one["why"] or one["direction"], **one["figures"]}
        for one in (*judgement["metrics"], *judgement["guardrails"])
    ]
    if output.mode.as_json:
        output.data(judgement)
    else:
        output.table(rows, "name", "label", "why", "p", "effect", "broken")
    score = "-" if judgement["score"] is None else f"{judgement['score']:g}"
    output.say(f"{judgement['verdict']}: score {score}, coverage {judgement['coverage']:.0%}")
    if is_gate and judgement["verdict"] != Verdict.PASS:
        raise SystemExit(output.FAILED)
