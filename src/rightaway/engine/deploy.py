"""The workflow of a deployment."""

import logging
from typing import Any

from dbos import DBOS

from rightaway.domain.deployments import Act
from rightaway.engine import moves
from rightaway.services.deployments import TOPIC, WORKFLOW

log = logging.getLogger("rightaway.engine")

AFTER_ERROR_S = 60.0
Json = dict[str, Any]


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1000)  # type: ignore[untyped-decorator]
async def deploy(number: str) -> Json:
    """
    Carry out one deployment: ask for the next move, make it, ask again, until there is none.

    It never ends without its record being closed: whatever goes wrong on the way is held for a person.
    """
    while True:
        move = await _step("look", moves.look, number)
        if move["act"] == Act.DONE:
            await _step("close", moves.close, number, move)
            return {"number": number}
        wait_s = (
            move["wait_s"] if move["act"] == Act.WAIT else await _step(move["act"], moves.make, number, move)
        )
        if wait_s:
            await DBOS.recv_async(TOPIC, timeout_seconds=wait_s)


async def _step(name: str, function: Any, *args: Any) -> Any:
    """Run one durable step; an error in it becomes a hold of kind `engine` and is tried again after a wake-up."""
    try:
        return await DBOS.run_step_async({"name": name}, function, *args)
    except Exception as error:
        log.exception("step %s of %s failed", name, args[0])
        text = f"{type(error).__name__}: {error}"[:500]
        await DBOS.run_step_async({"name": "note_error"}, moves.note_error, args[0], name, text)
        return {"act": Act.WAIT, "wait_s": AFTER_ERROR_S} if name == "look" else AFTER_ERROR_S
