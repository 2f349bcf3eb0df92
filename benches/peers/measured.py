"""What a peer's own script shares: the fleet, the commands, and how the time is taken."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def fleet() -> dict[str, Any]:
    return json.loads(Path(sys.argv[1]).read_text())


def steps(told: dict[str, Any], host: str) -> list[str]:
    """Give the four commands after the upload."""
    folder, version = f"{told['root']}/{host}", told["version"]
    archive, release = f"{folder}/shop.tar.gz", f"{folder}/releases/{version}"
    return [
        f"echo '{told['sha256']}  {archive}' | sha256sum -c",
        f"mkdir -p {release} && tar -xzf {archive} -C {release}",
        f"ln -sfn {release} {folder}/current.new && mv -T {folder}/current.new {folder}/current",
        f"{folder}/current/bin/health {folder} {version}",
    ]


def run(work: Callable[[], None]) -> None:
    """Do the work and print what it took, without the start of the interpreter."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": took, "cpu_s": cpu_s, "memory_mb": after.ru_maxrss / 1024}))
