"""What a command does to each target: said from where it stands now."""

import pytest

from rightaway.domain.consequences import Fate, Standing, fates
from rightaway.domain.deployment_states import DeploymentStatus, TargetStatus

MIDWAY = (
    ("a", 1, "done"),
    ("b", 1, "failed"),
    ("c", 2, "applying"),
    ("d", 2, "in_doubt"),
    ("e", 2, "pending"),
)
GOING_BACK = (("a", 1, "done"), ("b", 2, "reverting"), ("c", 2, "reverted"), ("d", 3, "skipped"))
STUCK = (("a", 1, "done"), ("b", 2, "revert_failed"), ("c", 2, "reverted"), ("d", 3, "skipped"))


def said(command: str, status: str, rows) -> dict[str, str]:
    """Give the names of the targets of each fate."""
    held = [
        Standing(key, wave, TargetStatus(one), is_touched=one not in {"pending", "skipped"})
        for key, wave, one in rows
    ]
    found = fates(command, DeploymentStatus(status), held)
    return {str(fate): "".join(one.key for one in group) for fate, group in found.items()}


@pytest.mark.parametrize(
    ("command", "status", "rows", "expected"),
    [
        ("pause", "running", MIDWAY, {"decided_first": "d", "finishes": "c", "waits": "e", "stays": "ab"}),
        ("pause", "backing_out", GOING_BACK, {"finishes": "b", "waits": "a", "is_back": "c", "untouched": "d"}),
        ("resume", "running", MIDWAY, {"decided_first": "d", "goes_on": "ce", "stays": "ab"}),
        ("resume", "backing_out", GOING_BACK, {"goes_back": "ab", "is_back": "c", "untouched": "d"}),
        ("abort", "running", MIDWAY, {"decided_first": "d", "finishes": "c", "stays": "ab", "untouched": "e"}),
        ("back_out", "running", MIDWAY, {"goes_back": "abc", "decided_first": "d", "untouched": "e"}),
        ("back_out", "stopping", STUCK, {"waits": "a", "stays": "b", "is_back": "c", "untouched": "d"}),
        ("retry_back_out", "backout_failed", STUCK,
         {"goes_back": "a", "tried_again": "b", "is_back": "c", "untouched": "d"}),
        ("close", "backout_failed", STUCK, {"stays": "ab", "is_back": "c", "untouched": "d"}),
        ("cancel", "queued", (("a", 1, "pending"),), {"untouched": "a"}),
        ("undo", "succeeded", GOING_BACK, {"goes_back": "ab", "is_back": "c", "untouched": "d"}),
    ],
)  # fmt: skip
def test_fates__of_each_command__say_what_becomes_of_every_target(command, status, rows, expected):
    assert said(command, status, rows) == expected


def test_fates__come_in_the_order_in_which_a_page_tells_them():
    found = list(said("back_out", "running", MIDWAY))
    assert found == [fate for fate in Fate if fate in found]
