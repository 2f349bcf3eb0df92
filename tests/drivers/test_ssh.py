import asyncio
import secrets
from pathlib import Path

import pytest
from tests.drivers.harnesses import PosixHarness
from tests.drivers.links import Link
from tests.drivers.sshd import Sshd

from rightaway.domain.effects import Effect
from rightaway.domain.errors import InDoubt, Retryable
from rightaway.drivers.conformance import DriverConformance
from rightaway.drivers.conformance_harness import HOLD, SAY, operation, starts, until
from rightaway.drivers.contract import State, Status, Target
from rightaway.drivers.ssh import SshDriver

pytestmark = pytest.mark.sshd


@pytest.fixture
def harness(sshd: Sshd, tmp_path: Path) -> PosixHarness:
    config = sshd.config(state_dir=str(tmp_path / "the state"), working_dir=str(tmp_path))
    return PosixHarness(Target("web-1", "ssh", config), SshDriver, tmp_path)


class TestSshDriver(DriverConformance): ...


def through(link: Link, harness: PosixHarness) -> Target:
    return Target(harness.target.key, "ssh", {**harness.target.config, "port": link.port})


def test_connection__many_calls__is_made_once(harness: PosixHarness, sshd: Sshd) -> None:
    async def run() -> None:
        async with Link(sshd.port) as link, SshDriver() as driver:
            target = through(link, harness)
            for number in range(3):
                session = await driver.session(target)
                await session.perform([operation(SAY, str(number))], fence=1)
            assert link.accepted == 1

    asyncio.run(run())


def test_connection__lost_between_calls__is_made_again(harness: PosixHarness, sshd: Sshd) -> None:
    async def run() -> None:
        async with Link(sshd.port) as link, SshDriver() as driver:
            session = await driver.session(through(link, harness))
            await session.perform([operation(SAY, "x")], fence=1)
            link.cut()
            (outcome,) = await _again(lambda: session.perform([operation(SAY, "y")], fence=1))
            assert (outcome.status, link.accepted) == (Status.OK, 2)

    asyncio.run(run())


def test_link__cut_during_a_step__is_in_doubt_and_the_result_comes_once(
    harness: PosixHarness, sshd: Sshd
) -> None:
    gate = harness.gate()
    held, never, other = operation(HOLD, gate), operation(SAY, "y"), operation(SAY, "z")

    async def run() -> None:
        async with Link(sshd.port) as link, SshDriver() as driver:
            session = await driver.session(through(link, harness))
            running = asyncio.create_task(session.perform([held, never], fence=1))
            await until(lambda: starts(harness) == [held.operation_id])
            link.cut()
            with pytest.raises(InDoubt) as caught:
                await running
            assert caught.value.code == "ssh.connection_lost"
            # The same owner: its own earlier run must not go on behind its back.
            receipts = await session.reconcile([held.operation_id, never.operation_id], fence=1)
            assert [r.state for r in receipts.values()] == [State.RUNNING, State.NOT_STARTED]
            harness.open(gate)
            (outcome,) = await session.wait([held.operation_id], fence=1)
            assert (outcome.status, outcome.output) == (Status.OK, b"heldreleased")
            (outcome,) = await session.perform([other], fence=1)
            assert outcome.output == b"z"

    asyncio.run(run())
    assert starts(harness) == [held.operation_id, other.operation_id]


def test_link__cut_while_only_reading__may_be_tried_again(harness: PosixHarness, sshd: Sshd) -> None:
    gate = harness.gate()

    async def run() -> None:
        async with Link(sshd.port) as link, SshDriver() as driver:
            session = await driver.session(through(link, harness))
            (harness.folder / "begun").unlink(missing_ok=True)
            script = 'touch begun; while ! [ -e "$1" ]; do sleep 0.05; done'
            running = asyncio.create_task(
                session.perform([operation(script, gate, effect=Effect.E0)], fence=1)
            )
            await until((harness.folder / "begun").exists)
            link.cut()
            with pytest.raises(Retryable):
                await running
            harness.open(gate)

    asyncio.run(run())


@pytest.mark.parametrize(
    "after", [200, 2000, 3500, 6000, 9000, 12000, 14000, -1000, -1800, -2400, -2600, -2800]
)
def test_link__cut_at_some_byte__every_operation_starts_once(
    harness: PosixHarness, sshd: Sshd, after: int
) -> None:
    operations = [operation(SAY, str(number)) for number in range(3)]

    async def run() -> None:
        async with Link(sshd.port, after=after) as link, SshDriver() as driver:
            for fence in range(1, 20):
                try:
                    session = await driver.session(through(link, harness))
                    await session.reconcile([o.operation_id for o in operations], fence=fence)
                    outcomes = await session.perform(operations, fence=fence)
                except (Retryable, InDoubt):
                    continue
                assert [o.output for o in outcomes] == [b"0", b"1", b"2"]
                return
            pytest.fail("no end after 20 tries")

    asyncio.run(run())
    assert starts(harness) == [o.operation_id for o in operations]


def test_connections__more_targets_than_allowed__closes_the_idle_ones(
    harness: PosixHarness, sshd: Sshd
) -> None:
    async def run() -> None:
        async with Link(sshd.port) as link, SshDriver(connections=2) as driver:
            config = through(link, harness).config
            targets = [Target(f"web-{number}", "ssh", config) for number in range(5)]

            async def one(target: Target) -> Status:
                session = await driver.session(target)
                (outcome,) = await session.perform([operation(SAY, "x")], fence=1)
                return outcome.status

            assert await asyncio.gather(*map(one, targets)) == [Status.OK] * 5
            assert link.most_open == 2

    asyncio.run(run())


def test_handshakes__many_targets__are_limited(harness: PosixHarness) -> None:
    open_now, most = 0, 0

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.05)
        open_now -= 1
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(slow, "127.0.0.1", 0)
        async with server, SshDriver(handshakes=3) as driver:
            config = {**harness.target.config, "port": server.sockets[0].getsockname()[1]}
            calls = [driver.session(Target(secrets.token_hex(4), "ssh", config)) for _ in range(12)]
            ends = await asyncio.gather(*calls, return_exceptions=True)
            assert [end.code for end in ends] == ["ssh.connection_lost"] * 12

    asyncio.run(run())
    assert most == 3


async def _again(call):
    """A cut link is noticed a little later; until then it is a failure of the call, which began nothing."""
    try:
        return await call()
    except (Retryable, InDoubt):
        return await call()
