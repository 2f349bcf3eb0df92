"""The guide for newcomers, its commands run as they stand."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.story.guides import blocks, played

pytestmark = pytest.mark.story


def test_first_release_guide__every_command_run__release_closed(make_folder: Callable[[], Path]) -> None:
    start, *commands = blocks("first-release.md")
    output = played(make_folder, start, commands)

    assert re.search(r"phase\W+closed", output), output[-3000:]
    assert output.count("Hello") >= 2
