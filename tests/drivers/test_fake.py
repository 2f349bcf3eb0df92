import asyncio

import pytest
from tests.drivers.harnesses import FakeHarness

from rightaway.domain.errors import DriverError, InDoubt, Retryable
from rightaway.drivers.conformance import DriverConformance
from rightaway.drivers.conformance_harness import SAY, operation
from rightaway.drivers.contract import Outcome, Session, State, Status
from rightaway.drivers.fake import Fault


@pytest.fixture
def harness() -> FakeHarness:
    return FakeHarness()


class TestFakeDriver(DriverConformance): ...


def outcome_of(harness: FakeHarness, fault: Fault, **more) -> Outcome | DriverError:
    async def run() -> Outcome | DriverError:
        async with harness.driver() as driver:
            session = await driver.session(harness.target)
            harness.world.inject(fault)
            try:
                return (await session.perform([operation(SAY, "x", operation_id="one", **more)], fence=1))[0]
            except DriverError as error:
                return error

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.FAIL, Status.FAILED, "step.exit_code"),
        (Fault.HANG, Status.TIMED_OUT, "step.timed_out"),
        (Fault.LOSE_PROCESS, Status.UNKNOWN, "target.process_lost"),
        (Fault.NO_RECEIPT, Status.NOT_STARTED, "target.receipt_unavailable"),
    ],
)
def test_fault__injected__gives_its_outcome(
    harness: FakeHarness, fault: Fault, status: Status, code: str
) -> None:
    outcome = outcome_of(harness, fault, timeout_s=0.05)
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.code) == (status, code)


def test_fault__unreachable__is_retryable(harness: FakeHarness) -> None:
    assert isinstance(outcome_of(harness, Fault.UNREACHABLE), Retryable)


@pytest.mark.parametrize(
    ("fault", "state", "starts"),
    [(Fault.CUT_AFTER_START, State.FINISHED, 1), (Fault.CUT_BEFORE_START, State.NOT_STARTED, 0)],
)
def test_fault__cut__is_in_doubt_until_reconciled(
    harness: FakeHarness, fault: Fault, state: State, starts: int
) -> None:
    async def run() -> None:
        async with harness.driver() as driver:
            session: Session = await driver.session(harness.target)
            harness.world.inject(fault)
            with pytest.raises(InDoubt):
                await session.perform([operation(SAY, "x", operation_id="one")], fence=1)
            receipts = await session.reconcile(["one"], fence=2)
            assert receipts["one"].state is state

    asyncio.run(run())
    assert len(harness.ledger()) == starts


def test_fault__for_another_step__waits_for_it(harness: FakeHarness) -> None:
    async def run() -> None:
        async with harness.driver() as driver:
            session = await driver.session(harness.target)
            harness.world.inject(Fault.FAIL, step="migrate", target=harness.target.key)
            (outcome,) = await session.perform([operation(SAY, "x")], fence=1)
            assert outcome.status is Status.OK

    asyncio.run(run())


def test_reboot__receipt_forgotten__is_lost_and_stays_lost(harness: FakeHarness) -> None:
    async def run() -> None:
        async with harness.driver() as driver:
            session = await driver.session(harness.target)
            await session.perform([operation(SAY, "x", operation_id="one")], fence=1)
            harness.world.host(harness.target.key).reboot(forgets=["one"])
            for fence in (2, 3):
                receipts = await session.reconcile(["one"], fence=fence)
                assert receipts["one"].state is State.LOST

    asyncio.run(run())
