"""The walk of `examples/governance`: six releases to their ends, by the API alone."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WALK = ROOT / "examples" / "governance"
ENDS = {
    "minor": "closed successful",
    "major": "closed successful",
    "emergency": "closed successful",
    "standard": "closed successful",
    "abandoned": "abandoned withdrawn",
    "backed-out": "closed failed_backed_out",
}
pytestmark = pytest.mark.story


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[None]:
    subprocess.run(["rightaway", "migrate"], env=environment, check=True, capture_output=True)
    with Path(environment["HOME"], "log").open("w") as log:
        server = subprocess.Popen(["rightaway", "serve"], env=environment, stdout=log, stderr=log)
        try:
            _wait(int(environment["RIGHTAWAY_PORT"]))
            yield
        finally:
            server.terminate()
            server.wait(timeout=60)
            subprocess.run(
                ["rightaway", "database", "stop"], env=environment, check=False, capture_output=True
            )


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the server did not start")


def test_governance_walk__six_releases__each_comes_to_its_end(make_folder: Callable[[], Path]) -> None:
    home = make_folder()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": f"{ROOT}:{os.environ['PATH']}",
        "HOME": str(home),
        "RIGHTAWAY_HOME": str(home / "rightaway"),
        "RIGHTAWAY_PORT": str(port),
        "RIGHTAWAY_URL": f"http://127.0.0.1:{port}",
        "LANG": "C.UTF-8",
    }
    folder = home / "walk"
    with serving(environment):
        tokens = ["sh", str(WALK / "people.sh"), str(folder / "tokens")]
        subprocess.run(tokens, env=environment, check=True, capture_output=True)
        walk = [sys.executable, str(WALK / "walk.py"), str(folder)]
        done = subprocess.run(walk, env=environment, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    ends = re.findall(r"^REL-\d+ (\S+) +(\S+) +(\S+)$", done.stdout, flags=re.MULTILINE)
    assert {name: f"{phase} {word}" for name, phase, word in ends} == ENDS
