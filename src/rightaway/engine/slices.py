"""The work on the targets of one wave: many at a time, each at most once, every result recorded before it counts."""

import asyncio
import socket
from functools import partial
from typing import Any

from rightaway.domain.deployment_states import TargetStatus
from rightaway.domain.operations import FORWARD, INVERSE
from rightaway.engine import connections, health, target_work
from rightaway.engine.ledger import GroupCommit
from rightaway.engine.runtime import in_thread
from rightaway.engine.scripts import scripts_of
from rightaway.engine.shared import Slice
from rightaway.queries import deployments as ask
from rightaway.services import deployment_attempts as attempts

Json = dict[str, Any]
WORKER = socket.gethostname()


async def run(number: str, ordinal: int) -> None:
    """Work on every target of the wave that is not settled; stops taking new ones when the budget is exceeded."""
    wanted = (TargetStatus.PENDING, TargetStatus.APPLYING, TargetStatus.VERIFYING)
    await _all(number, ordinal, FORWARD, wanted)


async def revert(number: str, ordinal: int) -> None:
    """Take back every target of the wave that was touched."""
    await _all(number, ordinal, INVERSE, (TargetStatus.REVERTING,))


async def _all(number: str, ordinal: int, direction: str, wanted: tuple[TargetStatus, ...]) -> None:
    shared, runs, planned = await shared_for(number, ordinal, *wanted, direction=direction)
    await _work(shared, runs, planned)


async def shared_for(
    number: str, ordinal: int, *wanted: TargetStatus, direction: str = FORWARD
) -> tuple[Slice, list[ask.RunView], Json]:
    """Become the owner of the wave's targets that are in a wanted state, and gather what is needed to work on them."""
    row = await in_thread(ask.deployment, number)
    assert row is not None
    runs = await in_thread(ask.runs_of_wave, row, ordinal, *wanted)
    fences = await in_thread(attempts.take_targets, run_ids=[run.run_id for run in runs])
    shared = Slice(
        number=number,
        ordinal=ordinal,
        direction=direction,
        plan=row.plan.body,
        scripts=await in_thread(scripts_of, row.plan.body["package"]["digest"]),
        parent=await in_thread(ask.parent_attempts, row),
        fences=fences,
        kept=connections.of(number),
        intents=GroupCommit(partial(_commit_intents, number, ordinal, fences)),
        results=GroupCommit(partial(_commit_results, number)),
        log=GroupCommit(partial(_commit_log, number)),
    )
    return shared, runs, row.plan.body["waves"][ordinal - 1]


async def _work(shared: Slice, runs: list[ask.RunView], planned: Json) -> None:
    room = asyncio.Semaphore(planned["max_parallel"])
    failed = 0

    async def one(run: ask.RunView) -> None:
        nonlocal failed
        async with room:
            if shared.direction == FORWARD and failed > planned["max_failures"]:
                return
            good = await _target(shared, run, planned)
            failed += not good

    done = await asyncio.gather(*(one(run) for run in runs), return_exceptions=True)
    for error in done:
        if isinstance(error, BaseException):
            raise error


async def _target(shared: Slice, run: ask.RunView, planned: Json) -> bool:
    if run.status is not TargetStatus.VERIFYING:
        settled = await target_work.carry_out(shared, run)
        if settled is None:
            return True
        await shared.results.add(settled)
        if settled.event != "steps_ok":
            return settled.event == "reverted_ok"
    looked = await health.until_healthy(shared, run, planned["checks"])
    await in_thread(health.store, looked)
    await shared.results.add(health.settled(run.run_id, looked))
    return all(look.is_pass for look in looked)


def _commit_intents(
    number: str, ordinal: int, fences: dict[int, int], batch: list[list[attempts.Intended]]
) -> frozenset[int]:
    intents = [intent for intended in batch for intent in intended]
    return attempts.intend(number=number, ordinal=ordinal, worker=WORKER, fences=fences, intents=intents)


def _commit_results(number: str, batch: list[attempts.Settled]) -> None:
    attempts.settle(number=number, settled=batch)


def _commit_log(number: str, batch: list[tuple[str, bytes]]) -> None:
    pieces: dict[str, bytes] = {}
    for operation_id, data in batch:
        pieces[operation_id] = pieces.get(operation_id, b"") + data
    attempts.append_log(number=number, pieces=pieces)
