"""
What an idle installation takes, and what the command line takes before it does anything.

    python -m benches.idle [--quick] [--json]

Memory is the resident set of the web server, the worker and what watches over them, after a page was opened and
everything was left alone; the embedded database is not in it. CPU is that of `./rightaway --version`, the median.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_COMMAND = Path(sys.executable).with_name("rightaway")
_GOALS = {"memory_mb": 400.0, "version_cpu_ms": 150.0}
_MIB = 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benches.idle", description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="wait less, repeat less often")
    parser.add_argument("--json", action="store_true", help="say nothing but the result")
    asked = parser.parse_args()
    version_ms = _version_cpu_ms(5 if asked.quick else 20)
    with _serving() as server:
        time.sleep(5 if asked.quick else 30)
        memory_mb = {name: round(size) for name, size in _memory_mb(server).items()}
    ours = {"memory_mb": sum(memory_mb.values()), "version_cpu_ms": round(version_ms, 1)}
    ratios = {name: round(goal / ours[name], 2) for name, goal in _GOALS.items()}
    result = {
        "name": "idle",
        "n": 1,
        "verified": min(ratios.values()) >= 1,
        "ours": ours,
        "peers": {},
        "limit": _GOALS,
        "memory_mb": memory_mb,
        "ratios": ratios,
    }
    print(json.dumps(result))
    sys.exit(0 if result["verified"] else 1)


def _version_cpu_ms(times: int) -> float:
    taken = []
    for _ in range(times + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([_ROOT / "rightaway", "--version"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(taken[1:]) * 1000  # the first one warms the disk


@contextmanager
def _serving() -> Iterator[int]:
    """Run `rightaway serve` on a home of its own; gives the id of its process once a page was opened."""
    home = tempfile.mkdtemp(prefix="rightaway-bench-")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "RIGHTAWAY_HOME": home, "RIGHTAWAY_PORT": str(port)}
    server = subprocess.Popen(
        [_COMMAND, "serve"], env=environment, cwd=_ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _open(f"http://127.0.0.1:{port}/accounts/login/")
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
        subprocess.run([_COMMAND, "database", "stop"], env=environment, check=True, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


def _open(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit("the server did not start") from None
            time.sleep(0.2)


def _memory_mb(server: int) -> dict[str, float]:
    """Give the resident set of the server and all below it, each process once, by what it runs."""
    parents = dict(_parents())
    found: dict[str, float] = {}
    for pid in parents:
        line = [pid]
        while line[-1] in parents and line[-1] != server:
            line.append(parents[line[-1]])
        if line[-1] == server:
            name = f"{_role(pid, server)} {pid}"
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            found[name] = pages * os.sysconf("SC_PAGE_SIZE") / _MIB
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # ended in this moment
            continue


def _role(pid: int, server: int) -> str:
    line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return "serve" if pid == server else "worker" if "import worker" in line else "web"


if __name__ == "__main__":
    main()
