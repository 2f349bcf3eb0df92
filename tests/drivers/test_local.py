from pathlib import Path

import pytest
from tests.drivers.harnesses import PosixHarness

from rightaway.drivers.conformance import DriverConformance
from rightaway.drivers.contract import Target
from rightaway.drivers.local import LocalDriver


@pytest.fixture
def harness(tmp_path: Path) -> PosixHarness:
    target = Target(
        "web-1", "local", {"state_dir": str(tmp_path / "the state"), "working_dir": str(tmp_path)}
    )
    return PosixHarness(target, LocalDriver, tmp_path)


class TestLocalDriver(DriverConformance): ...
