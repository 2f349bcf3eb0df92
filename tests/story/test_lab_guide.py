"""The lab, its commands run as they stand; the server stands where the demonstration does for those who play."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.story.guides import SERVED, blocks, played

pytestmark = pytest.mark.story


def test_lab__every_command_run__the_bad_wave_went_back_and_the_records_say_so(
    make_folder: Callable[[], Path],
) -> None:
    output = played(make_folder, SERVED, blocks("lab-phased-deployment.md"))

    assert "early is reverted: 1 of 2 failed" in output
    assert "price in yen" in output
    assert re.search(r"INC-\d{6}", output)
    assert re.search(r"^phase +plan_design *$", output, flags=re.MULTILINE), output[-3000:]
    assert re.search(r"^attempt +2 *$", output, flags=re.MULTILINE), output[-3000:]
