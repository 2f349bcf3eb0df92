"""The fleet as the product knows it: its targets, a release on its way, and the worker that deploys it."""

import json
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

from benches.fanout_ours import HEALTH, SWITCH
from benches.fleet import Fleet
from tests.world import World, actor, design

from rightaway.domain.deployment_states import DeploymentStatus, Intent
from rightaway.domain.values import SYSTEM
from rightaway.library.packages import BuiltPackage, build_file
from rightaway.queries import deployments as ask
from rightaway.queries import releases as ask_releases
from rightaway.records.deployments.models import Worker
from rightaway.services import cmdb, deployments, releases

UNPACK = """set -eu
mkdir -p "$1/releases/$2"
tar -xf "$RIGHTAWAY_BLOBS/$PACKAGE_ARCHIVE" -C "$1/releases/$2" --strip-components=1 app
"""
_SCRIPTS = {"unpack": UNPACK, "switch": SWITCH, "health": HEALTH}
_WORKER = "from rightaway.config.processes import worker; worker()"
_QUIET_S = 2.0  # a worker that has just enlisted still starts its queue


def run(fleet: Fleet, home: Path) -> dict[str, float]:
    world = FleetWorld(home / "unused", fleet).settle()
    world.register()
    world.plan()
    world.build(fleet.version)
    with subprocess.Popen([sys.executable, "-c", _WORKER], start_new_session=True) as worker:
        try:
            return _measured(world.release, worker.pid)
        finally:
            worker.kill()


def _measured(release: str, worker: int) -> dict[str, float]:
    while not Worker.objects.exists():
        time.sleep(0.05)
    time.sleep(_QUIET_S)
    before_s, began = _cpu_s(worker), time.perf_counter()
    launched = deployments.launch(
        actor=actor("dora"),
        release=ask_releases.release(release),
        environment="staging",
        intent=Intent.PLANNED,
    )
    while not DeploymentStatus((now := ask.deployment(launched.number)).status).complete:
        time.sleep(0.02)
    took_s = time.perf_counter() - began
    if now.status != DeploymentStatus.SUCCEEDED:
        raise SystemExit(f"the deployment ended {now.status}")
    return {"seconds": took_s, "cpu_s": _cpu_s(worker) - before_s, "memory_mb": _peak_mb(worker)}


class FleetWorld(World):
    """The small organisation of the tests, with the fleet as its staging environment."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        super().__init__(folder, targets=1)
        self.fleet = fleet

    def _target(self, key: str, environment: str) -> None:
        if environment != "staging":
            return super()._target(key, environment)
        for host in self.fleet.hosts:
            self._host(host)
        return None

    def _host(self, host: str) -> None:
        key, home = host.replace(".", "-"), self.fleet.folder(host)
        item = {"name": key, "ci_class": "application", "service": "shop", "environment": "staging"}
        cmdb.define_item(actor=SYSTEM, key=key, fields={**item, "attributes": {"home": home}})
        config: dict[str, Any] = {
            "host": host,
            "port": self.fleet.port,
            "user": self.fleet.user,
            "identity_file": self.fleet.identity,
            "host_key": self.fleet.host_key,
            "state_dir": f"{home}/state",
        }
        target = {"ci": key, "environment": "staging", "driver": "ssh", "config": config}
        cmdb.define_target(actor=SYSTEM, key=key, fields=target)

    def set_design(self, **_changed: str) -> None:
        releases.set_design(actor=actor("dora"), number=self.release, design=design(json.dumps(self._plan())))

    def _plan(self) -> dict[str, Any]:
        arguments = ["${target.home}", self.fleet.version]
        steps = [
            {"key": key, "script": key, "arguments": arguments, "inverse": "nothing"} for key in _SCRIPTS
        ]
        return {
            "kind": "deployment-design",
            "model": "phased",
            "environment": "staging",
            "rehearsal_environment": "staging",
            "select": {"service": "shop"},
            "waves": [{"name": "all", "size": "100%", "max_parallel": self.fleet.concurrency}],
            "steps": steps,
            "on_failure": "stop",
            "success_criteria": ["every target is healthy"],
            "rollback_criteria": ["one target is not"],
        }

    def package(self, version: str = "1.0", **_scripts: str) -> BuiltPackage:
        source = self.folder / "source"
        with tarfile.open(self.fleet.archive) as archive:
            archive.extractall(source / "app", filter="data")
        for name, text in {**_SCRIPTS, "notes": "# Notes\n"}.items():
            (source / name).write_text(text if name == "notes" else f"#!/bin/sh\n{text}")
        documents = dict.fromkeys(("runbook", "rollback_runbook", "release_notes"), "notes")
        units = [{"name": "app", "type": "app", "ci": "shop", "source": {"path": "app"}, "into": "app"}]
        scripts = {name: name for name in _SCRIPTS}
        package = {"kind": "package", "name": "shop", "version": version, "units": units}
        (source / "package.yaml").write_text(
            json.dumps({**package, "scripts": scripts, "documents": documents})
        )
        return build_file(source / "package.yaml", out=self.folder / "built")


def _cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _peak_mb(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
