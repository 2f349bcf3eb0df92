"""Baking: a wave that is on the new version has to stay well before the next one is touched."""

import asyncio

from rightaway.domain.deployment_states import HoldKind, TargetStatus
from rightaway.engine import health, slices
from rightaway.engine.runtime import in_thread
from rightaway.probes.contract import Result
from rightaway.queries import deployments as ask
from rightaway.services import deployment_progress as progress

SAMPLE_S = 10.0


async def sample(number: str, ordinal: int, left_s: float) -> float:
    """
    Look once at every target of the wave.

    Red ends the baking at once. A check that could not be made is not green: baking goes on, held and said so,
    until it can. Gives the seconds until the next look.
    """
    if not await in_thread(_bakes, number, ordinal):
        await in_thread(progress.finish_bake, number=number, ordinal=ordinal, red={})
        return 0.0
    shared, runs, planned = await slices.shared_for(number, ordinal, TargetStatus.DONE)
    checks = [check for check in shared.plan["checks"] if check["name"] in planned["checks"]]
    looks = [(run, check) for run in runs for check in checks]
    samples = await asyncio.gather(*(health.look(shared, run, check) for run, check in looks))
    red = {
        run.run_id: check["name"]
        for (run, check), s in zip(looks, samples, strict=True)
        if s.result is Result.FAIL
    }
    blind = sorted(
        {check["name"] for (_, check), s in zip(looks, samples, strict=True) if s.result in _BLIND}
    )
    if blind:
        text = f"no answer from {', '.join(blind)}; baking goes on until there is one"
        await in_thread(progress.hold, number=number, ordinal=ordinal, kind=str(HoldKind.DATA), reason=text)
    else:
        await in_thread(progress.clear_hold, number=number, kind=str(HoldKind.DATA))
    if red or (left_s <= 0 and not blind):
        await in_thread(progress.finish_bake, number=number, ordinal=ordinal, red=red)
        return 0.0
    every = min((float(check["every_s"]) for check in checks), default=SAMPLE_S)
    return max(0.2, min(every, left_s or every))


def _bakes(number: str, ordinal: int) -> bool:
    row = ask.deployment(number)
    assert row is not None
    return bool(row.plan.body["waves"][ordinal - 1]["bake_s"])


_BLIND = {Result.NO_DATA, Result.ERROR}
