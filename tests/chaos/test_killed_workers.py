"""Workers killed at random moments; the verdict comes from the targets' own ledgers, not from our records."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.database import copy_static, make_migrated

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.chaos


@pytest.fixture
def harness(postgres: str, make_folder: Callable[[], Path]) -> Callable[..., dict]:
    """Run the harness against a database of its own."""

    def run(mode: str, kills: int, seed: int) -> dict:
        home = make_folder()
        copy_static(home)
        environment = {
            **os.environ,
            "RIGHTAWAY_HOME": str(home),
            "RIGHTAWAY_DATABASE_URL": make_migrated(f"chaos_{os.getpid()}_{mode}"),
            "RIGHTAWAY_LEASE_S": "2",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "tests.chaos.harness", mode, str(kills), str(seed)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=580, check=False
        )
        log = (home / "worker.log").read_text()[-3000:] if (home / "worker.log").exists() else ""
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:] + log
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_deployment__worker_killed_at_20_random_moments__completes_and_nothing_runs_twice(
    harness: Callable[..., dict],
) -> None:
    found = harness("restart", 20, int(os.environ.get("RIGHTAWAY_TESTS_SEED", "2024")))

    assert found["kills"] == 20, found
    assert found["started_twice"] == []
    assert all(status == "succeeded" for status in found["statuses"]) or found["asked"], found
    expected = [len(found["statuses"])] * len(found["effects"]["s01"])
    assert all(counts == expected for counts in found["effects"].values()), found


def test_deployment__one_of_two_workers_killed_mid_wave__other_takes_over_within_60_s(
    harness: Callable[..., dict],
) -> None:
    found = harness("takeover", 1, 7)

    assert found["statuses"] == ["succeeded"]
    assert found["started_twice"] == []
    assert max(found["takeover_s"]) < 60
