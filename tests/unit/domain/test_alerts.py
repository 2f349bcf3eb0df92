"""The table of alerts: complete, documented, tested, and each told as something people can choose a channel for."""

import re
from pathlib import Path

import pytest

from rightaway.domain.alerts import ALERTS, Alert, Recipient, stage, told_at
from rightaway.domain.notifications import GROUPS, NotificationKind

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "docs" / "reference" / "alerts.md").read_text()
TESTS = ROOT / "tests" / "integration" / "services"


def line(alert: str) -> str:
    (found,) = [one for one in REFERENCE.splitlines() if one.startswith(f"| {alert} |")]
    return found


def test_alerts__of_the_design__are_all_there() -> None:
    assert list(ALERTS) == [f"A{number:02}" for number in range(1, 25)]


@pytest.mark.parametrize("alert", ALERTS.values(), ids=lambda one: one.id)
def test_alert__in_the_reference__has_one_line(alert: Alert) -> None:
    assert line(alert.id)
    assert alert.kinds


@pytest.mark.parametrize("alert", ALERTS.values(), ids=lambda one: one.id)
def test_alert__of_the_table__has_a_test_that_raises_it(alert: Alert) -> None:
    texts = "".join(path.read_text() for path in TESTS.glob("test_*.py"))
    names = re.findall(r"^def (test_\w+)", texts, re.MULTILINE)
    covered = {f"A{found}" for name in names for found in re.findall(r"(?<=_a)\d\d(?=_)", name)}
    assert alert.id in covered | set(ELSEWHERE)


ELSEWHERE = {
    "A06": "test_tasks.py",
    "A22": "test_emergency.py",
}
"""Alerts that were told before there was a table, by the tests that raise them."""


def test_kinds__every_one__has_a_group() -> None:
    assert set(GROUPS) == set(NotificationKind)


def test_kinds__of_two_alerts__none() -> None:
    kinds = [kind for alert in ALERTS.values() for kind in alert.kinds]
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize(
    ("percent", "reached"), [(79.9, None), (80, 80), (99, 80), (100, 100), (119, 100), (500, 120)]
)
def test_stage__of_a_share__the_last_that_has_passed(percent: float, reached: int | None) -> None:
    assert stage(percent) == reached


def test_told_at__a_later_share__everybody_before_too() -> None:
    assert told_at(ALERTS["A05"], 120) == (
        Recipient.COORDINATOR,
        Recipient.MANAGER,
        Recipient.SERVICE_OWNER,
    )
