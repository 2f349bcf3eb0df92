"""The commands of a guide, run as they stand against a server of their own."""

import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
# A page of a shell is read by a person who waits for the server; the script has to wait as well.
WAIT = """
for try in $(seq 300); do
  if (exec 3<>/dev/tcp/127.0.0.1/$RIGHTAWAY_PORT) 2>/dev/null; then break; fi
  sleep 0.2
done
"""
SERVED = f'"{ROOT}/rightaway" migrate\n"{ROOT}/rightaway" serve > "$HOME/server.log" 2>&1 &\n'


def blocks(guide: str) -> list[str]:
    text = (ROOT / "docs" / "guides" / guide).read_text()
    return re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def played(make_folder: Callable[[], Path], start: str, commands: list[str]) -> str:
    """
    Run the commands of a guide and give what they wrote.

    Args:
        start: Brings the server up, in the background.
    """
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
    script = "set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n" + start + WAIT + "\n".join(commands)
    log = home / "output"
    try:
        with log.open("w") as file:
            program = subprocess.run(
                ["bash", "-c", script],
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
    return output
