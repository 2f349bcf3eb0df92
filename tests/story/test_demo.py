"""The demonstration, run as a newcomer runs it, and what it says when it cannot run."""

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.story


@pytest.fixture
def environment(make_folder: Callable[[], Path]) -> Iterator[dict[str, str]]:
    home = make_folder()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    found = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "RIGHTAWAY_HOME": str(home / "demo"),
        "RIGHTAWAY_PORT": port,
        "LANG": "C.UTF-8",
    }
    yield found
    run(found, "database", "stop")


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "rightaway"), *words]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=400
    )


def test_demo__fresh_and_exit__every_promise_held(environment: dict[str, str]) -> None:
    done = run(environment, "demo", "--fresh", "--exit")

    assert done.returncode == 0, done.stderr[-5000:]
    assert "8 of 8 promises held" in done.stderr


def test_demo__port_taken__says_so_and_touches_nothing(environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        environment["RIGHTAWAY_PORT"] = str(other.getsockname()[1])
        done = run(environment, "demo", "--exit")

    assert done.returncode == 3
    assert "port.in_use" in done.stderr
    assert "hint: " in done.stderr
    assert not Path(environment["RIGHTAWAY_HOME"]).exists()


def test_demo__earlier_run_unfinished__says_how_to_start_over(environment: dict[str, str]) -> None:
    home = Path(environment["RIGHTAWAY_HOME"])
    home.mkdir(parents=True)
    (home / "story.json").write_text(json.dumps({"state": "begun", "pid": 0}))

    done = run(environment, "demo", "--exit")

    assert done.returncode == 1
    assert "--fresh" in done.stderr


def test_demo__fresh_on_a_folder_that_is_not_its_own__refused(environment: dict[str, str]) -> None:
    home = Path(environment["RIGHTAWAY_HOME"])
    home.mkdir(parents=True)
    (home / "mine.txt").write_text("keep me")

    done = run(environment, "demo", "--fresh", "--exit")

    assert done.returncode == 1
    assert "demo.not_ours" in done.stderr
    assert (home / "mine.txt").read_text() == "keep me"
