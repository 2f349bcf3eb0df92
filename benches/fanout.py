"""
Deploying to many targets at once: ours, the limit, and the peers, on the same fleet.

    python -m benches.fanout [--quick] [--json] [--targets 200] [--hold 1000]

The work on each target: put a 64 KiB archive, verify its digest, unpack it, switch a link, ask for health;
five steps that are reported one by one. After every run the files of all targets are looked at.
`ours` is the product as users run it: a launched plan, a worker process, every intent, result and log a durable
row. `limit` is a bare asyncssh loop: what is between the two is our overhead. `driver` is our ssh driver alone.
"""

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from benches import fleet as fleets
from benches import rivals
from benches.fleet import Fleet
from benches.rivals import NotAvailableError, Taken

_OURS = "benches.fanout_ours"
_PRODUCT = "benches.fanout_product:deploy"
_QUICK_TARGETS = 100
# With what it takes them, in multiples of ours, as known from earlier measurements.
_PEERS = {"fabric": 1.5, "pssh": 1.5, "pyinfra_cond": 2.0, "pyinfra": 3.0, "ansible": 18.0}
_SLOW = 3.0
_QUICK_S = 50


class Bench:
    """Runs contenders in turn and keeps what they took."""

    def __init__(self, fleet: Fleet, *, deadline: float | None) -> None:
        self.fleet, self.deadline = fleet, deadline
        self.file = Path(fleet.root).parent / "fleet.json"
        self.taken: dict[str, list[Taken]] = defaultdict(list)
        self.left_out: dict[str, str] = {}
        self.verified = True
        fleet.write(self.file)

    def run(self, name: str, work: Callable[[], Taken], *, guess_s: float = 0.0) -> None:
        if self.deadline is not None and time.monotonic() + guess_s > self.deadline:
            self.left_out[name] = "no time left with --quick"
            return
        self.fleet.clear()
        try:
            taken = work()
        except NotAvailableError as error:
            self.left_out[name] = str(error)
            return
        deployed = self.fleet.count_deployed()
        self.verified &= deployed == len(self.fleet.hosts)
        self.taken[name].append(taken)
        rate = len(self.fleet.hosts) / taken.seconds
        _say(f"{name:14} {rate:7.1f} targets/s  {self._cpu_ms(taken):7.1f} ms CPU  {deployed} verified")

    def entry(self, name: str, function: str, *, guess_s: float = 0.0) -> None:
        self.run(name, lambda: rivals.ours(function, self.file), guess_s=guess_s)

    def peer(self, name: str, *, guess_s: float = 0.0) -> None:
        self.run(name, lambda: rivals.peer(name, self.fleet, self.file), guess_s=guess_s)

    def rate(self, name: str) -> float:
        """Give targets per second, the median of all runs; 0 when there was none."""
        rates = [len(self.fleet.hosts) / taken.seconds for taken in self.taken.get(name, ())]
        return round(statistics.median(rates), 2) if rates else 0.0

    def cpu_ms(self, name: str) -> float:
        taken = [self._cpu_ms(one) for one in self.taken.get(name, ())]
        return round(statistics.median(taken), 2) if taken else 0.0

    def ratio(self, ours: str, theirs: str) -> float:
        """Give how many times faster the first is; 0 when one of them took no part."""
        return round(self.rate(ours) / self.rate(theirs), 3) if self.rate(theirs) else 0.0

    def _cpu_ms(self, taken: Taken) -> float:
        return taken.cpu_s * 1000 / len(self.fleet.hosts)


def main() -> None:
    asked = _arguments()
    began = time.monotonic()
    size = asked.targets or (_QUICK_TARGETS if asked.quick else 200)
    with fleets.running(size, min(50, size)) as fleet:
        bench = Bench(fleet, deadline=began + _QUICK_S - 4 if asked.quick else None)
        peers = _installed(bench, quick=asked.quick)
        _compare(bench, peers, rounds=1 if asked.quick else 3)
        _driver(bench, rounds=1 if asked.quick else 3)
    held = None if asked.quick or not asked.hold else _hold(asked.hold)
    result = _result(bench, held)
    if not asked.json:
        for name, why in bench.left_out.items():
            _say(f"left out: {name}: {why}")
    print(json.dumps(result))
    sys.exit(0 if result["verified"] else 1)


def _installed(bench: Bench, *, quick: bool) -> dict[str, float]:
    try:
        rivals.install(timeout_s=20 if quick else 600)
    except NotAvailableError as error:
        bench.left_out |= dict.fromkeys(_PEERS, str(error))
        return {}
    return _PEERS


def _compare(bench: Bench, peers: dict[str, float], rounds: int) -> None:
    """Run all in turn, so that what else the machine does meets them alike; the slowest only once."""
    for number in range(rounds):
        bench.entry("limit", f"{_OURS}:put2")
        bench.entry("ours", _PRODUCT)
        ours_s = len(bench.fleet.hosts) / max(bench.rate("ours"), 1.0)
        for name, times in peers.items():
            if number == 0 or times < _SLOW:
                bench.peer(name, guess_s=ours_s * times)


def _driver(bench: Bench, rounds: int) -> None:
    for _ in range(rounds):
        bench.entry("driver", f"{_OURS}:cold", guess_s=4)
        bench.entry("warm_limit", f"{_OURS}:fused_warm", guess_s=6)
        bench.entry("warm", f"{_OURS}:warm", guess_s=6)
    bench.entry("fused", f"{_OURS}:fused", guess_s=4)


def _hold(size: int) -> Bench:
    with fleets.running(size, size, hold_s=2.0) as fleet:
        bench = Bench(fleet, deadline=None)
        bench.entry("limit", f"{_OURS}:put2")
        bench.entry("ours", f"{_OURS}:cold")
    return bench


def _result(bench: Bench, held: Bench | None) -> dict[str, object]:
    peers = {name: bench.rate(name) for name in _PEERS if bench.taken.get(name)}
    ratios = {"limit": bench.ratio("ours", "limit"), "fused": bench.ratio("ours", "fused")}
    ratios |= {name: bench.ratio("ours", name) for name in peers}
    ratios["driver"] = bench.ratio("driver", "limit")
    ratios |= {"warm": bench.ratio("warm", "warm_limit"), "warm_over_cold": bench.ratio("warm", "driver")}
    ratios["cpu_limit"] = round(bench.cpu_ms("limit") / bench.cpu_ms("ours"), 3)
    measured = [name for name in ("ours", "driver", "limit", *peers) if bench.taken.get(name)]
    memory = {name: round(bench.taken[name][-1].memory_mb) for name in measured}
    if held is not None:
        ratios["hold"] = held.ratio("ours", "limit")
        memory["hold"] = round(held.taken["ours"][-1].memory_mb)
    return {
        "name": "fanout",
        "n": len(bench.fleet.hosts),
        "verified": bench.verified and (held is None or held.verified),
        "ours": bench.rate("ours"),
        "peers": peers,
        "limit": bench.rate("limit"),
        "controller_cpu_ms": {name: bench.cpu_ms(name) for name in measured},
        "memory_mb": memory,
        "ratios": {name: ratio for name, ratio in ratios.items() if ratio},
        "overhead_ms_per_target": _overhead_ms(bench),
        "left_out": bench.left_out,
    }


def _overhead_ms(bench: Bench) -> float:
    """Give what the product takes beyond the bare loop, in wall time per target."""
    return round(1000 / bench.rate("ours") - 1000 / bench.rate("limit"), 2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benches.fanout", description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"a small fleet, done within {_QUICK_S} s")
    parser.add_argument("--json", action="store_true", help="say nothing but the result")
    parser.add_argument("--targets", type=int, default=0)
    parser.add_argument("--hold", type=int, default=1000, help="targets that hold still for 2 s; 0 for none")
    asked = parser.parse_args()
    if asked.json:
        sys.stderr = open("/dev/null", "w")  # noqa: PTH123, SIM115 -- until the process ends
    return asked


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
