"""
Ours as users run it: the launched plan of a release, carried out by a worker process, every row durable.

The release, its package and its plan are made before the clock starts, through the product's own commands, in a
database of their own. The clock runs from the launch until the records call the deployment succeeded; CPU and
memory are those of the worker.
"""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from benches.fleet import Fleet


async def deploy(fleet: Fleet) -> dict[str, float]:
    """Carry one release out to the whole fleet; gives seconds, cpu_s and memory_mb."""
    return await asyncio.to_thread(_deploy, fleet)


def _deploy(fleet: Fleet) -> dict[str, float]:
    home = Path(tempfile.mkdtemp(prefix="rightaway-bench-"))
    os.environ["RIGHTAWAY_HOME"] = str(home)
    from rightaway.config import boot, embedded  # noqa: PLC0415 -- only after the home is known

    try:
        boot.connect()
        boot.migrate()
        from benches.product import run  # noqa: PLC0415 -- only after Django is set up

        return run(fleet, home)
    finally:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)
