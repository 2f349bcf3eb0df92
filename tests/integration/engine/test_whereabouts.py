"""A worker says what it waits for."""

import asyncio
import threading
from pathlib import Path

from rightaway.engine import whereabouts


def test_tell__a_task_of_another_threads_loop_waits__names_where(tmp_path: Path) -> None:
    begun, loop = threading.Event(), asyncio.new_event_loop()

    async def waiting_for_a_target() -> None:
        begun.set()
        await asyncio.sleep(3600)

    task = loop.create_task(waiting_for_a_target())
    task.add_done_callback(lambda _: loop.stop())
    thread = threading.Thread(target=loop.run_forever, name="loop")
    thread.start()
    begun.wait()
    with (tmp_path / "told").open("w") as told:
        whereabouts.tell(told)
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()

    text = (tmp_path / "told").read_text()
    assert "in waiting_for_a_target" in text
    assert "run_forever" in text
