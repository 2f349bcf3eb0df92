"""
Kills workers at random moments and prints, as JSON, what the targets themselves say afterwards.

Runs as a program of its own: the killed workers and the judge share nothing but the database and the targets.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from rightaway.config import boot

WORKER = "from rightaway.config.processes import worker; worker()"


def start_worker() -> subprocess.Popen:
    with Path(os.environ["RIGHTAWAY_HOME"], "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", WORKER], stdout=log, stderr=log, start_new_session=True
        )


def main(mode: str, kills: int, seed: int) -> None:
    boot.connect()
    boot.migrate()
    from tests.world import World, actor

    from rightaway.domain.deployment_states import Intent
    from rightaway.queries import deployments as ask
    from rightaway.queries import releases
    from rightaway.services import deployments

    world = World(Path(os.environ["RIGHTAWAY_HOME"]) / "targets", targets=1, step_s="0.3").settle()
    for number in range(2, 7):
        world._target(f"s{number:02}", "staging")
    world.register()
    world.plan()
    world.build()
    chance = random.Random(seed)
    workers = [start_worker() for _ in range(2 if mode == "takeover" else 1)]
    found = {"seed": seed, "statuses": [], "kills": 0, "asked": 0, "takeovers": [], "takeover_s": []}
    while found["kills"] < kills:
        row = deployments.launch(
            actor=actor("dora"),
            release=releases.release(world.release),
            environment="staging",
            intent=Intent.PLANNED,
        )
        begun = time.monotonic()
        kill_at = begun + chance.uniform(0.1, 4)
        done = False
        while not done:
            now = ask.deployment(row.number)
            held = set(now.holds.filter(cleared_at__isnull=True).values_list("kind", flat=True))
            done = now.status in {"succeeded", "failed", "backed_out", "aborted"} or "decision" in held
            if not done and found["kills"] < kills and time.monotonic() > kill_at:
                kill_at = time.monotonic() + chance.uniform(0.5, 4)
                victim = chance.randrange(len(workers))
                workers[victim].kill()
                workers[victim].wait()
                found["kills"] += 1
                killed_at = time.monotonic()
                if mode != "takeover":
                    workers[victim] = start_worker()
            if time.monotonic() - begun > 120:
                raise SystemExit(f"{row.number} is stuck: {now.status} {held}")
            time.sleep(0.05)
        if mode == "takeover":
            found["takeover_s"].append(round(time.monotonic() - killed_at, 1))
        now = ask.deployment(row.number)
        found["statuses"].append(now.status)
        found["takeovers"].append(now.takeovers)
        found["asked"] += "decision" in held
    for one in workers:
        one.terminate()
        one.wait()
    found |= judge(world)
    print(json.dumps(found))


def judge(world) -> dict:
    """Count, from the targets' own files alone, what ran how often."""
    started, effects = Counter(), {}
    for key in (f"s{number:02}" for number in range(1, 7)):
        home = world.home(key)
        for line in (home / "state" / "targets" / key / "ledger").read_text().splitlines():
            started[line.split()[0]] += 1
        effects[key] = Counter((home / "effects").read_text().splitlines())
    return {
        "operations": len(started),
        "started_twice": [key for key, count in started.items() if count > 1],
        "effects": {key: sorted(counts.values()) for key, counts in effects.items()},
    }


if __name__ == "__main__":
    main(sys.argv[1], *(int(value) for value in sys.argv[2:4]))
