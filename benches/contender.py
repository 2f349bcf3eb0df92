"""
One contender in a process of its own: `python -m benches.contender MODULE:FUNCTION FLEET`.

The function gives its seconds, or, when it works through processes of its own, what the whole of it took.
"""

import asyncio
import importlib
import json
import resource
import sys
from pathlib import Path

from benches.fleet import Fleet


def _cpu_s() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def main() -> None:
    module, _, function = sys.argv[1].partition(":")
    work = getattr(importlib.import_module(module), function)
    fleet = Fleet.read(Path(sys.argv[2]))
    before_s = _cpu_s()
    took = asyncio.run(work(fleet))
    if not isinstance(took, dict):
        memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        took = {"seconds": took, "cpu_s": _cpu_s() - before_s, "memory_mb": memory_mb}
    print(json.dumps(took))


if __name__ == "__main__":
    main()
