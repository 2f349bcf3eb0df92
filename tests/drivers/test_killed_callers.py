"""The worker is killed at any point; the ledger of the target is the judge."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.drivers.harnesses import PosixHarness
from tests.drivers.sshd import Sshd

from rightaway.drivers.conformance_harness import HOLD, SAY, operation, starts
from rightaway.drivers.contract import Operation, State, Status, Target
from rightaway.drivers.local import LocalDriver
from rightaway.drivers.ssh import SshDriver

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def local(tmp_path: Path) -> PosixHarness:
    target = Target("web-1", "local", {"state_dir": str(tmp_path / "state")})
    return PosixHarness(target, LocalDriver, tmp_path)


@pytest.fixture
def remote(sshd: Sshd, tmp_path: Path) -> PosixHarness:
    target = Target("web-1", "ssh", sshd.config(state_dir=str(tmp_path / "state")))
    return PosixHarness(target, SshDriver, tmp_path)


@pytest.fixture(params=["local", pytest.param("remote", marks=pytest.mark.sshd)])
def harness(request: pytest.FixtureRequest) -> PosixHarness:
    return request.getfixturevalue(request.param)


def start_caller(harness: PosixHarness, operations: Sequence[Operation], fence: int) -> subprocess.Popen:
    target = harness.target
    told = {
        "kind": target.kind,
        "key": target.key,
        "config": dict(target.config),
        "fence": fence,
        "operations": [
            {"id": o.operation_id, "script": o.script, "arguments": list(o.arguments)} for o in operations
        ],
    }
    caller = subprocess.Popen(
        [sys.executable, "-m", "tests.drivers.callers"], stdin=subprocess.PIPE, cwd=_ROOT, text=True
    )
    assert caller.stdin is not None
    caller.stdin.write(json.dumps(told))
    caller.stdin.close()
    return caller


def kill_when(caller: subprocess.Popen, harness: PosixHarness, started: int) -> None:
    deadline = time.monotonic() + 30
    while len(starts(harness)) < started:
        assert caller.poll() is None, "the caller ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    caller.kill()
    caller.wait()


def test_caller__killed_during_a_step__the_next_one_gets_the_result_once(harness: PosixHarness) -> None:
    gate = harness.gate()
    held, later = operation(HOLD, gate), operation(SAY, "y")
    kill_when(start_caller(harness, [held, later], fence=1), harness, started=1)

    async def run() -> None:
        async with harness.driver() as driver:
            session = await driver.session(harness.target)
            receipts = await session.reconcile([held.operation_id, later.operation_id], fence=2)
            assert [r.state for r in receipts.values()] == [State.RUNNING, State.NOT_STARTED]
            harness.open(gate)
            outcomes = await session.perform([held, later], fence=2)
            assert [(o.status, o.output) for o in outcomes] == [
                (Status.OK, b"heldreleased"),
                (Status.OK, b"y"),
            ]

    asyncio.run(run())
    assert starts(harness) == [held.operation_id, later.operation_id]


@pytest.mark.parametrize("started", range(5))
def test_caller__killed_anywhere_in_a_run__every_step_starts_once(
    harness: PosixHarness, started: int
) -> None:
    operations = [operation("sleep 0.1; printf done") for _ in range(5)]
    kill_when(start_caller(harness, operations, fence=1), harness, started)

    async def run() -> None:
        async with harness.driver() as driver:
            session = await driver.session(harness.target)
            await session.reconcile([o.operation_id for o in operations], fence=2)
            outcomes = await session.perform(operations, fence=2)
            assert [o.output for o in outcomes] == [b"done"] * 5

    asyncio.run(run())
    assert starts(harness) == [o.operation_id for o in operations]


def test_caller__killed_and_nobody_comes__the_run_goes_on_to_its_end(harness: PosixHarness) -> None:
    gate = harness.gate()
    operations = [operation(HOLD, gate), operation(SAY, "y")]
    kill_when(start_caller(harness, operations, fence=1), harness, started=1)
    harness.open(gate)

    async def run() -> None:
        async with harness.driver() as driver:
            session = await driver.session(harness.target)
            deadline = time.monotonic() + 30
            while len(starts(harness)) < 2:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.01)
            outcomes = await session.wait([o.operation_id for o in operations], fence=1)
            assert [o.output for o in outcomes] == [b"heldreleased", b"y"]

    asyncio.run(run())
