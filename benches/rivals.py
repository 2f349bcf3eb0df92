"""The peers of the fan-out, in a virtual environment of their own; none of them is part of the product."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benches.fleet import Fleet

_ROOT = Path(__file__).parents[1]
_HERE = Path(__file__).parent / "peers"
_HOME = _ROOT / ".benches" / "peers"


class NotAvailableError(Exception):
    """Why a peer takes no part."""


@dataclass(frozen=True)
class Taken:
    """What one run took; the memory is that of the biggest process."""

    seconds: float
    cpu_s: float
    memory_mb: float


def ours(entry: str, fleet_file: Path) -> Taken:
    """Run one of our own functions in a process of its own."""
    return _library([sys.executable, "-m", "benches.contender", entry, str(fleet_file)], {})


def peer(name: str, fleet: Fleet, fleet_file: Path) -> Taken:
    bin_ = _HOME / "bin"
    match name:
        case "pssh" | "fabric":
            return _library([str(bin_ / "python"), str(_HERE / f"{name}_steps.py"), str(fleet_file)], {})
        case "pyinfra" | "pyinfra_cond":
            deploy = "pyinfra_own.py" if name == "pyinfra" else "pyinfra_cond.py"
            command = [str(bin_ / "pyinfra"), "-y", "--parallel", str(fleet.concurrency)]
            command += [str(_HERE / "pyinfra_inventory.py"), str(_HERE / deploy)]
            return _program(command, {"BENCH_FLEET": str(fleet_file)}, [str(bin_ / "pyinfra"), "--version"])
    inventory = fleet_file.with_name("hosts.json")
    inventory.write_text(json.dumps(_inventory(fleet)))
    command = [str(bin_ / "ansible-playbook"), "-i", str(inventory), "-f", str(fleet.concurrency)]
    command.append(str(_HERE / "ansible_cond.yml"))
    return _program(command, _ANSIBLE, [str(bin_ / "ansible-playbook"), "--version"])


_ANSIBLE = {
    "ANSIBLE_PIPELINING": "1",
    "ANSIBLE_HOST_KEY_CHECKING": "0",
    "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=/dev/null",
    "ANSIBLE_LOCALHOST_WARNING": "0",
}


def _inventory(fleet: Fleet) -> Mapping[str, object]:
    common = {
        "ansible_port": fleet.port,
        "ansible_user": fleet.user,
        "ansible_ssh_private_key_file": fleet.identity,
        "ansible_python_interpreter": sys.executable,
        "archive": fleet.archive,
        "sha256": fleet.sha256,
        "version": fleet.version,
    }
    hosts = {host: {"folder": fleet.folder(host)} for host in fleet.hosts}
    return {"all": {"hosts": hosts, "vars": common}}


def install(timeout_s: float) -> None:
    """Put the peers where they belong, unless they are there."""
    if (_HOME / "installed").exists():
        return
    uv = shutil.which("uv") or str(_ROOT / ".tools" / "bin" / "uv")
    locked = ["--require-hashes", "-r", str(_ROOT / "requirements" / "bench.txt")]
    try:
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(_HOME)], check=True)
        into = [uv, "pip", "install", "-q", "--python", str(_HOME / "bin" / "python")]
        subprocess.run([*into, *locked], check=True, timeout=timeout_s)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotAvailableError(f"not installed: {error}") from error
    (_HOME / "installed").touch()


def _library(command: Sequence[str], environment: Mapping[str, str]) -> Taken:
    """Run a script that takes its own time, and prints it as its last line."""
    done = _run(command, environment)
    return Taken(**json.loads(done.stdout.splitlines()[-1]))


def _program(command: Sequence[str], environment: Mapping[str, str], idle: Sequence[str]) -> Taken:
    """Take the time of a program, without that of its start, which a run that does nothing tells."""
    start_s, start_cpu_s = _timed(idle, environment)
    took_s, cpu_s = _timed(command, environment)
    memory_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Taken(max(took_s - start_s, 0.001), max(cpu_s - start_cpu_s, 0.0), memory_mb)


def _timed(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    before, began = _children_s(), time.perf_counter()
    _run(command, environment)
    return time.perf_counter() - began, _children_s() - before


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=_ROOT, env={**os.environ, **environment}, check=False
    )
    if done.returncode:
        raise NotAvailableError(f"{command[0]} failed: {(done.stderr or done.stdout)[-800:]}")
    return done
