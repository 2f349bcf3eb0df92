import asyncio
import contextlib
from pathlib import Path

import pytest
from tests.drivers.harnesses import PosixHarness

from rightaway.drivers.conformance import DriverConformance
from rightaway.drivers.contract import Target
from rightaway.drivers.conversations import Conversation
from rightaway.drivers.local import LocalDriver
from rightaway.drivers.local.processes import ProcessTransport


@pytest.fixture
def harness(tmp_path: Path) -> PosixHarness:
    target = Target(
        "web-1", "local", {"state_dir": str(tmp_path / "the state"), "working_dir": str(tmp_path)}
    )
    return PosixHarness(target, LocalDriver, tmp_path)


class TestLocalDriver(DriverConformance): ...


def test_open__broken_off_at_any_moment__ends_at_once_and_leaves_no_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio, broken off between the start of a process and its pipes, waits for an end that never comes."""
    monkeypatch.setenv("HOME", str(tmp_path))
    asyncio.run(asyncio.wait_for(open_and_break_off(), 60))
    assert commands_in(tmp_path) == []


async def open_and_break_off() -> None:
    transport = ProcessTransport()
    for turns in range(12):
        opening = asyncio.create_task(transport.open(Conversation("mark")))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait([opening])
    await transport.close()


def commands_in(folder: Path) -> list[str]:
    """Give what runs in a folder, whoever started it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == folder:
                found.append((process / "cmdline").read_text())
    return found
