"""At most once, one owner, and never a guess called success."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from rightaway.domain.effects import Effect
from rightaway.drivers.conformance_harness import (
    BREAK,
    HOLD,
    SAY,
    Harness,
    on_target,
    operation,
    refusal,
    starts,
    until,
)
from rightaway.drivers.contract import Session, State, Status


class OwnershipConformance:
    def test_perform__two_operations__run_in_order(self, harness: Harness) -> None:
        first, second = operation(SAY, "one"), operation(SAY, "two")

        async def scenario(session: Session) -> None:
            outcomes = await session.perform([first, second], fence=1)
            assert [(o.operation_id, o.status, o.exit_code, o.output) for o in outcomes] == [
                (first.operation_id, Status.OK, 0, b"one"),
                (second.operation_id, Status.OK, 0, b"two"),
            ]

        on_target(harness, scenario)
        assert starts(harness) == [first.operation_id, second.operation_id]

    def test_ledger__after_a_start__names_operation_fence_boot_and_time(self, harness: Harness) -> None:
        one, two = operation(SAY, "x"), operation(SAY, "y")

        async def scenario(session: Session) -> None:
            await session.perform([one], fence=4)
            await session.perform([two], fence=7)

        on_target(harness, scenario)
        first, second = harness.ledger()
        assert (first.operation_id, first.fence) == (one.operation_id, 4)
        assert (second.operation_id, second.fence) == (two.operation_id, 7)
        assert first.boot_id == second.boot_id
        assert 0 < first.uptime_s <= second.uptime_s

    def test_perform__reads_only__leaves_no_receipt(self, harness: Harness) -> None:
        look = operation(SAY, "seen", effect=Effect.E0)

        async def scenario(session: Session) -> None:
            for _ in range(2):
                (outcome,) = await session.perform([look], fence=1)
                assert (outcome.status, outcome.output) == (Status.OK, b"seen")

        on_target(harness, scenario)
        assert starts(harness) == []

    def test_perform__second_time__gives_the_stored_result(self, harness: Harness) -> None:
        broken = operation(BREAK)

        async def scenario(session: Session) -> None:
            first = await session.perform([broken], fence=1)
            assert await session.perform([broken], fence=1) == first

        on_target(harness, scenario)
        assert starts(harness) == [broken.operation_id]

    def test_perform__two_racing_callers__starts_once(self, harness: Harness) -> None:
        operations = [operation(SAY, str(number)) for number in range(5)]

        async def run() -> None:
            async with harness.driver() as one, harness.driver() as other:
                sessions = [await one.session(harness.target), await other.session(harness.target)]
                both = await asyncio.gather(*(s.perform(operations, fence=1) for s in sessions))
                for outcomes in both:
                    assert [o.output for o in outcomes] == [b"0", b"1", b"2", b"3", b"4"]

        asyncio.run(run())
        assert starts(harness) == [o.operation_id for o in operations]

    def test_perform__first_failure__keeps_the_rest_from_starting(self, harness: Harness) -> None:
        good, broken, never = operation(SAY, "x"), operation(BREAK), operation(SAY, "y")

        async def scenario(session: Session) -> None:
            outcomes = await session.perform([good, broken, never], fence=1)
            assert [o.status for o in outcomes] == [Status.OK, Status.FAILED, Status.NOT_STARTED]
            assert (outcomes[1].exit_code, outcomes[1].output) == (3, b"broken\n")
            assert outcomes[2].code == "run.earlier_not_ok"

        on_target(harness, scenario)
        assert starts(harness) == [good.operation_id, broken.operation_id]

    def test_perform__stale_fence__is_refused(self, harness: Harness) -> None:
        new, old, after = operation(SAY, "x"), operation(SAY, "y"), operation(SAY, "z")

        async def scenario(session: Session) -> None:
            await session.perform([new], fence=2)
            outcomes = await session.perform([old, after], fence=1)
            assert [o.status for o in outcomes] == [Status.FENCED, Status.NOT_STARTED]

        on_target(harness, scenario)
        assert starts(harness) == [new.operation_id]

    def test_owner_calls__stale_fence__are_refused(self, harness: Harness) -> None:
        one = operation(SAY, "x")

        async def scenario(session: Session) -> None:
            await session.perform([one], fence=2)
            calls: Mapping[str, Callable[[], Awaitable[object]]] = {
                "reconcile": lambda: session.reconcile([one.operation_id], fence=1),
                "wait": lambda: session.wait([one.operation_id], fence=1),
                "stop": lambda: session.stop(one.operation_id, fence=1),
            }
            for name, call in calls.items():
                assert await refusal(call()) == "target.fenced", name

        on_target(harness, scenario)

    def test_reconcile__new_owner__keeps_the_old_run_from_going_on(self, harness: Harness) -> None:
        gate = harness.gate()
        held, never = operation(HOLD, gate), operation(SAY, "y")

        async def run() -> None:
            async with harness.driver() as old, harness.driver() as new:
                session = await old.session(harness.target)
                running = asyncio.create_task(session.perform([held, never], fence=1))
                await until(lambda: starts(harness) == [held.operation_id])
                owner = await new.session(harness.target)
                receipts = await owner.reconcile([held.operation_id, never.operation_id], fence=2)
                assert receipts[held.operation_id].state is State.RUNNING
                assert receipts[never.operation_id].state is State.NOT_STARTED
                harness.open(gate)
                (outcome,) = await owner.wait([held.operation_id], fence=2)
                assert (outcome.status, outcome.output) == (Status.OK, b"heldreleased")
                assert [o.status for o in await running] == [Status.OK, Status.FENCED]

        asyncio.run(run())
        assert starts(harness) == [held.operation_id]

    def test_wait__after_the_caller_is_gone__gives_the_result_once(self, harness: Harness) -> None:
        gate = harness.gate()
        held = operation(HOLD, gate)

        async def run() -> None:
            async with harness.driver() as old:
                session = await old.session(harness.target)
                running = asyncio.create_task(session.perform([held], fence=1))
                await until(lambda: starts(harness) == [held.operation_id])
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                async with harness.driver() as new:
                    owner = await new.session(harness.target)
                    receipts = await owner.reconcile([held.operation_id], fence=2)
                    assert receipts[held.operation_id].state is State.RUNNING
                    harness.open(gate)
                    (outcome,) = await owner.wait([held.operation_id], fence=2)
                    assert (outcome.status, outcome.output) == (Status.OK, b"heldreleased")

        asyncio.run(run())
        assert starts(harness) == [held.operation_id]

    def test_reconcile__process_lost__is_unknown_and_never_run_again(self, harness: Harness) -> None:
        held = operation(HOLD, harness.gate())

        async def scenario(session: Session) -> None:
            running = asyncio.create_task(session.perform([held], fence=1))
            await until(lambda: starts(harness) == [held.operation_id])
            harness.lose_process(held.operation_id)
            await asyncio.gather(running, return_exceptions=True)
            receipt = (await session.reconcile([held.operation_id], fence=2))[held.operation_id]
            assert receipt.state is State.LOST
            assert receipt.outcome is not None
            assert receipt.outcome.status is Status.UNKNOWN
            (again,) = await session.perform([held], fence=2)
            assert (again.status, again.code) == (Status.UNKNOWN, "target.process_lost")

        on_target(harness, scenario)
        assert starts(harness) == [held.operation_id]

    def test_reconcile__every_end__is_told(self, harness: Harness) -> None:
        good, broken, never = operation(SAY, "x"), operation(BREAK), operation(SAY, "y")

        async def scenario(session: Session) -> None:
            ended = [*await session.perform([good], fence=1), *await session.perform([broken], fence=1)]
            wanted = [never.operation_id, good.operation_id, broken.operation_id]
            receipts = await session.reconcile(wanted, fence=2)
            assert list(receipts) == wanted
            assert receipts[never.operation_id].state is State.NOT_STARTED
            finished = [receipts[good.operation_id], receipts[broken.operation_id]]
            assert [r.state for r in finished] == [State.FINISHED, State.FINISHED]
            assert [r.outcome for r in finished] == ended

        on_target(harness, scenario)

    def test_wait__never_started__says_so_at_once(self, harness: Harness) -> None:
        async def scenario(session: Session) -> None:
            (outcome,) = await session.wait(["0123"], fence=1)
            assert (outcome.status, outcome.code) == (Status.NOT_STARTED, "run.not_seen")

        on_target(harness, scenario)

    def test_perform__told_to_stop__starts_nothing_more(self, harness: Harness) -> None:
        gate = harness.gate()
        held, never = operation(HOLD, gate), operation(SAY, "y")

        async def scenario(session: Session) -> None:
            should_stop = asyncio.Event()
            running = asyncio.create_task(session.perform([held, never], fence=1, should_stop=should_stop))
            await until(lambda: starts(harness) == [held.operation_id])
            should_stop.set()
            await until(harness.heard_stop)
            harness.open(gate)
            outcomes = await running
            assert [o.status for o in outcomes] == [Status.OK, Status.NOT_STARTED]
            assert outcomes[1].code == "run.stopped"

        on_target(harness, scenario)
        assert starts(harness) == [held.operation_id]

    def test_stop__running__ends_it(self, harness: Harness) -> None:
        held = operation(HOLD, harness.gate())

        async def scenario(session: Session) -> None:
            running = asyncio.create_task(session.perform([held], fence=1))
            await until(lambda: starts(harness) == [held.operation_id])
            receipt = await session.stop(held.operation_id, fence=1)
            assert receipt.state is State.FINISHED
            (outcome,) = await running
            assert (outcome.status, outcome.code, outcome.exit_code) == (Status.FAILED, "step.stopped", None)

        on_target(harness, scenario)
