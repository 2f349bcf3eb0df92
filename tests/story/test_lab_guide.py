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

    assert "no space left for orders" in output
    assert re.search(r"INC-\d{6}", output)
    assert re.search(r"phase\W+plan_design\s*$", output, flags=re.MULTILINE), output[-3000:]
