"""How each move of a deployment is made: one service command or the work on one wave."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from rightaway.domain.deployment_states import HoldKind
from rightaway.domain.deployments import GATE_RETRY_S, Act, Move, next_move
from rightaway.engine import bake, connections, slices
from rightaway.engine.runtime import in_thread
from rightaway.queries import deployments as ask
from rightaway.services import deployment_progress as progress

Json = dict[str, Any]


async def look(number: str) -> Json:
    """Read the records and say what is next, as JSON."""
    return await in_thread(_look, number)


def _look(number: str) -> Json:
    row = ask.deployment(number)
    if row is None:
        return asdict(Move(Act.DONE))
    view = ask.view(row)
    return {**asdict(next_move(view, timezone.now())), "was_in_error": HoldKind.ENGINE in view.holds}


async def make(number: str, move: Json) -> float:
    """Make the move; gives the seconds to wait before looking again, 0 for at once."""
    wait_s = await _make(number, move)
    if move.get("was_in_error"):
        await in_thread(progress.clear_hold, number=number, kind=str(HoldKind.ENGINE))
    return wait_s


async def _make(number: str, move: Json) -> float:
    ordinal, act = move["wave"], Act(move["act"])
    match act:
        case Act.RUN:
            await slices.run(number, ordinal)
        case Act.REVERT:
            await slices.revert(number, ordinal)
        case Act.BAKE:
            return await bake.sample(number, ordinal, move["wait_s"])
        case Act.OPEN_GATE:
            is_open = await in_thread(progress.open_gate, number=number, ordinal=ordinal)
            return 0.0 if is_open else GATE_RETRY_S
        case _:
            await in_thread(_record, number, act, move)
    return 0.0


def _record(number: str, act: Act, move: Json) -> None:
    ordinal = move["wave"]
    match act:
        case Act.START:
            progress.start(number=number)
        case Act.REACH:
            progress.reach(number=number, ordinal=ordinal)
        case Act.SETTLE:
            progress.settle(number=number, ordinal=ordinal)
        case Act.BEGIN_REVERT:
            progress.begin_revert(number=number, ordinal=ordinal, reason=move["reason"])
        case Act.SETTLE_REVERT:
            progress.settle_revert(number=number, ordinal=ordinal)
        case Act.CHANGE:
            progress.change(number=number, event=move["event"], reason=move["reason"])
        case Act.HOLD:
            progress.hold(number=number, ordinal=ordinal, kind=move["hold"], reason=move["reason"])


async def note_error(number: str, step: str, text: str) -> None:
    """Keep an unexpected error where people see it; the deployment waits and tries again."""
    reason = f"the engine could not finish {step!r}: {text}"
    await in_thread(progress.hold, number=number, ordinal=0, kind=str(HoldKind.ENGINE), reason=reason)


async def close(number: str, move: Json) -> None:  # noqa: ARG001 -- the same shape as every move
    """End the work of a deployment on this worker: its connections are given back."""
    await connections.close(number)
