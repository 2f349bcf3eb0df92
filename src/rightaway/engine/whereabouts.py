"""What this process is doing at the moment, written for a person who wonders why nothing moves."""

import asyncio
import faulthandler
import gc
import sys
from typing import TextIO


def tell(to: TextIO = sys.stderr) -> None:
    """Write where every thread and every unfinished task of every event loop stands; it disturbs none of them."""
    faulthandler.dump_traceback(to)
    # A loop gives its tasks only to its own thread. By type, because asking a lazy object for its class wakes it.
    for task in [one for one in gc.get_objects() if issubclass(type(one), asyncio.Task) and not one.done()]:
        task.print_stack(file=to)
    to.flush()
