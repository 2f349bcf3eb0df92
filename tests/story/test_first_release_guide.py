"""The guide for newcomers, its commands run as they stand."""

import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "first-release.md"
pytestmark = pytest.mark.story

# A page of a shell is read by a person who waits for the server; the script has to wait as well.
WAIT = """
for try in $(seq 300); do
  if (exec 3<>/dev/tcp/127.0.0.1/$RIGHTAWAY_PORT) 2>/dev/null; then break; fi
  sleep 0.2
done
"""


def commands() -> str:
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), flags=re.MULTILINE | re.DOTALL)
    return "set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n" + blocks[0] + WAIT + "\n".join(blocks[1:])


def test_first_release_guide__every_command_run__release_closed(make_folder: Callable[[], Path]) -> None:
    home = make_folder()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "RIGHTAWAY_HOME": str(home / "rightaway"),
        "RIGHTAWAY_PORT": str(port),
        "RIGHTAWAY_URL": f"http://127.0.0.1:{port}",
        "LANG": "C.UTF-8",
    }
    log = home / "output"
    try:
        with log.open("w") as file:
            program = subprocess.run(
                ["bash", "-c", commands()],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=300,
                check=False,
            )
    finally:
        stop = [str(ROOT / "rightaway"), "database", "stop"]
        subprocess.run(stop, env=environment, cwd=ROOT, capture_output=True, check=False)
    output = log.read_text()

    assert program.returncode == 0, output[-6000:]
    assert re.search(r"phase\W+closed", output), output[-3000:]
    assert output.count("Hello") >= 2
