"""The steps of one target: intent, one journey to the target, and an answer for every step that set out."""

import asyncio
import json
import uuid
from typing import Any

from rightaway.domain.canonical import digest
from rightaway.domain.deployment_states import AttemptStatus
from rightaway.domain.effects import Effect
from rightaway.domain.errors import DriverError, InDoubt, Retryable
from rightaway.domain.operations import FORWARD, INVERSE, DueStep, due, operation_id
from rightaway.drivers.contract import Operation, Outcome, Receipt, Session, State, Status
from rightaway.engine.shared import Slice
from rightaway.queries.deployments import RunView
from rightaway.services.deployment_attempts import Intended, Result, Settled

Json = dict[str, Any]
RETRIES = 6
BACKOFF_S = 0.5
HEARD_EVERY_S = 0.25
"""How often the output of running steps is stored; whoever watches looks twice a second."""
_EVENTS = {
    Status.OK: "ok",
    Status.FAILED: "error",
    Status.TIMED_OUT: "deadline",
    Status.NOT_STARTED: "never_began",
    Status.UNKNOWN: "worker_or_link_lost",
    Status.FENCED: "never_began",
}


async def carry_out(shared: Slice, run: RunView) -> Settled | None:
    """Do what is left to do on one target; None when it may not be touched now."""
    work = _Work(shared, run)
    if work.intents:
        allowed = await shared.intents.add(work.intents)
        if run.run_id not in allowed:
            return None
    try:
        outcomes = await work.journey()
        work.is_over = True
        await asyncio.gather(*work.pieces)
    except InDoubt as error:
        return work.in_doubt(str(error))
    except DriverError as error:
        return work.never_began(f"{error.code}: {error.message}")
    return work.settled(outcomes)


class _Work:
    def __init__(self, shared: Slice, run: RunView) -> None:
        self.shared, self.run = shared, run
        tried = list(run.attempts) or shared.parent.get(run.target_id, [])
        if shared.direction == INVERSE and shared.parent:
            tried = [*shared.parent.get(run.target_id, []), *run.attempts]
        self.steps = due(shared.plan["steps"], tried, shared.direction)
        self.ids = {
            step.key: operation_id(deployment=shared.number, target=run.target_key, step=step)
            for step in self.steps
        }
        self.known = [a.operation_id for a in run.attempts if a.status == AttemptStatus.INTENT]
        # The look before keeps a receipt, so that after a crash it still tells the state of before.
        self.first_look = digest([shared.number, run.target_key, "before"], label="rightaway/look/v1")
        self.last_look = f"look-{uuid.uuid4().hex}"
        self.heard: dict[str, int] = {}
        self.unsent: dict[str, bytes] = {}
        self.is_over = False
        self.pieces: list[asyncio.Future[None]] = []

    @property
    def intents(self) -> list[Intended]:
        return [
            Intended(
                run_id=self.run.run_id,
                step_key=step.key,
                direction=step.direction,
                attempt_no=step.attempt_no,
                position=step.position,
                operation_id=self.ids[step.key],
                effect=step.effect,
            )
            for step in self.steps
        ]

    async def journey(self) -> list[Outcome]:
        """Go to the target, over again while nothing began there; a lost link is looked into, not guessed about."""
        for attempt in range(RETRIES):
            try:
                return await self._once(look_first=attempt > 0 or bool(self.known))
            except Retryable:
                if attempt == RETRIES - 1:
                    raise
            except InDoubt:
                self.known = list(self.ids.values())
                if attempt == RETRIES - 1:
                    raise
            await asyncio.sleep(BACKOFF_S * 2**attempt)
        raise AssertionError  # the loop returns or raises

    async def _once(self, *, look_first: bool) -> list[Outcome]:
        run, fence = self.run, self.shared.fences[self.run.run_id]
        session = await self.shared.kept.session(run.target_key, run.driver, run.config)
        if look_first and self.known:
            receipts = await session.reconcile(self.known, fence=fence)
            lost = [receipt for receipt in receipts.values() if receipt.state is State.LOST]
            if lost:
                return await self._answers(session, receipts, fence)
        return await session.perform(
            self._operations(),
            fence=fence,
            blobs=[self.shared.scripts.archive] if self.shared.direction == FORWARD else [],
            on_output=self._heard,
        )

    async def _answers(self, session: Session, receipts: dict[str, Receipt], fence: int) -> list[Outcome]:
        """Collect what the target knows when a process was lost there: nothing further is started."""
        running = [key for key, receipt in receipts.items() if receipt.state is State.RUNNING]
        ended = {outcome.operation_id: outcome for outcome in await session.wait(running, fence=fence)}
        return [
            ended.get(key) or (receipt.outcome or Outcome(operation_id=key, status=Status.NOT_STARTED))
            for key, receipt in receipts.items()
        ]

    def _heard(self, operation: str, data: bytes) -> None:
        """Store output of a step that still runs; what was heard is not stored again when it ends."""
        if operation not in self.ids.values():
            return
        if not self.unsent:
            asyncio.get_running_loop().call_later(HEARD_EVERY_S, self._keep)
        self.unsent[operation] = self.unsent.get(operation, b"") + data

    def _keep(self) -> None:
        """Store what has been heard; of a target that has ended by now, its results hold all of it."""
        waiting, self.unsent = self.unsent, {}
        if self.is_over:
            return
        for operation, data in waiting.items():
            self.heard[operation] = self.heard.get(operation, 0) + len(data)
            self.pieces.append(asyncio.ensure_future(self.shared.log.add((operation, data))))

    def _operations(self) -> list[Operation]:
        steps = [self._operation(step) for step in self.steps]
        last = self._look(self.last_look, Effect.E0)
        if last is None:
            return steps
        first = self._look(self.first_look, Effect.E1)
        needs_first = first is not None and self.shared.direction == FORWARD and self.run.before is None
        return [*([first] if needs_first and first else []), *steps, last]

    def _operation(self, step: DueStep) -> Operation:
        filled = self.shared.plan["targets"][self.run.target_key]["steps"][step.key]
        return Operation(
            operation_id=self.ids[step.key],
            step_key=step.key,
            effect=Effect(step.effect),
            script=self.shared.scripts.text(step.script, step.sha256),
            arguments=filled["arguments"],
            environment={**self._package(), **filled["environment"]},
            timeout_s=step.timeout_s,
        )

    def _look(self, identity: str, effect: Effect) -> Operation | None:
        observe = self.shared.plan["observe"]
        if observe is None:
            return None
        return Operation(
            operation_id=identity,
            step_key="observe",
            effect=effect,
            script=self.shared.scripts.text(observe["script"], observe["sha256"]),
            environment={**self._package(), **self.shared.plan["targets"][self.run.target_key]["variables"]},
            timeout_s=60,
        )

    def _package(self) -> dict[str, str]:
        package = self.shared.plan["package"]
        return {
            "PACKAGE_NAME": package["name"],
            "PACKAGE_VERSION": package["version"],
            "PACKAGE_DIGEST": package["digest"],
            "PACKAGE_ARCHIVE": package["archive_sha256"],
        }

    # What the answers mean.

    def settled(self, outcomes: list[Outcome]) -> Settled:
        by_id = {outcome.operation_id: outcome for outcome in outcomes}
        results = [self._result(by_id[key]) for key in self.ids.values() if key in by_id]
        before, observed = self._seen(by_id.get(self.first_look)), self._seen(by_id.get(self.last_look))
        event, reason = self._judge(by_id, before if self.run.before is None else self.run.before, observed)
        return Settled(
            run_id=self.run.run_id,
            event=event,
            reason=reason,
            before=before,
            observed=observed,
            results=results,
        )

    def _result(self, outcome: Outcome) -> Result:
        return Result(
            operation_id=outcome.operation_id,
            event=_EVENTS[outcome.status],
            exit_code=outcome.exit_code,
            message=outcome.message,
            log=outcome.output[self.heard.get(outcome.operation_id, 0) :],
        )

    def _seen(self, outcome: Outcome | None) -> Json | None:
        """Read what an observation printed: the last line, one JSON object."""
        if outcome is None or outcome.status is not Status.OK:
            return None
        try:
            found = json.loads(outcome.output.decode().strip().splitlines()[-1])
        except (ValueError, IndexError):
            return None
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else None

    def _judge(
        self, by_id: dict[str, Outcome], before: Json | None, observed: Json | None
    ) -> tuple[str, str]:
        bad = [o for o in by_id.values() if o.status not in {Status.OK, Status.NOT_STARTED}]
        if any(o.status is Status.UNKNOWN for o in bad):
            return "attempt_in_doubt", "the target cannot tell how a step ended"
        back = self.shared.direction == INVERSE
        failed = "revert_error" if back else "step_failed_for_good"
        if bad:
            return failed, bad[0].message or f"{bad[0].code or bad[0].status}, exit code {bad[0].exit_code}"
        if any(o.status is Status.NOT_STARTED for o in by_id.values()):
            return failed, "stopped before the next step"
        if self.shared.plan["observe"] is None:
            return ("reverted_ok" if back else "steps_ok"), ""
        wanted = (before or {}).get("digest", "") if back else self.shared.plan["package"]["digest"]
        found = (observed or {}).get("digest")
        if observed is None or (found or "") != wanted:
            return failed, f"the target reports {found or 'nothing'}, expected {wanted or 'nothing'}"
        return ("reverted_ok" if back else "steps_ok"), ""

    def in_doubt(self, reason: str) -> Settled:
        results = [Result(key, "worker_or_link_lost", message=reason) for key in self.ids.values()]
        return Settled(run_id=self.run.run_id, event="attempt_in_doubt", reason=reason, results=results)

    def never_began(self, reason: str) -> Settled:
        event = "revert_error" if self.shared.direction == INVERSE else "step_failed_for_good"
        results = [Result(key, "never_began", message=reason) for key in self.ids.values()]
        return Settled(run_id=self.run.run_id, event=event, reason=reason, results=results)
