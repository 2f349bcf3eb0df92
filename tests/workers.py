"""
Which xdist worker runs what, and when, as a plugin of pytest (`-p tests.workers` in pyproject.toml).

The marker `xdist_group` is of no use: with pytest 9.2 it is silently ignored, and every worker makes every world.
Source: https://github.com/pytest-dev/pytest-xdist/issues/1386
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# What makes a world of its own stays on one worker; a folder of stories is one after the other.
TOGETHER = ("tests/story", "tests/chaos", "tests/browser/test_hostile_text.py")
FILES, BROWSER = "tests/integration/", "tests/browser/"
# What takes longest begins; small tests fill up what is left at the end.
FIRST = (*TOGETHER, f"{FILES}web/test_walk.py", FILES, f"{BROWSER}test_guided_journey.py", BROWSER)


class Worlds(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", maxsplit=1)[0]
        if path.startswith(FILES):
            return path
        return next((one for one in TOGETHER if path.startswith(one)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Worlds:
    config.option.loadscopereorder = False
    return Worlds(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After pytest-django, which brings together what uses the database in the same way."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((at for at, one in enumerate(FIRST) if item.nodeid.startswith(one)), len(FIRST))
