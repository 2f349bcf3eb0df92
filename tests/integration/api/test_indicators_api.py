"""The indicators through the API and as CSV: which period, whose services, and what they are taken from."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

from rightaway.services import lifecycle

ADDRESS = "/metrics/indicators"
CSV = "/exports/indicators.csv"


def ended(world: World, service: str = "shop") -> str:
    """Register a release and give it up."""
    number = world.release(service=service)
    fields = {"abandon_reason": "not_needed", "abandon_comment": "Not now."}
    lifecycle.fire(actor=world.voice("anna"), number=number, event="abandon", reason="No.", fields=fields)
    return number


def found(world: World, name: str, query: str = "") -> dict[str, Any]:
    answer = world.caller(name).get(ADDRESS + query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def withdrawn(world: World, name: str, query: str = "") -> dict[str, Any]:
    return next(one for one in found(world, name, query)["indicators"] if one["key"] == "K16")


def test_indicators__nothing_ended__null_and_never_zero(world: World):
    told = found(world, "anna")
    assert told["ended_releases"] == 0
    assert [one["key"] for one in told["indicators"]] == [f"K{number:02}" for number in range(5, 23)]
    assert {one["value"] for one in told["indicators"]} == {None}


def test_indicators__a_release_ended__with_its_number_as_provenance(world: World):
    number = ended(world)
    one = withdrawn(world, "anna")
    assert (one["value"], one["numerator"], one["denominator"], one["unit"]) == (1, 1, 1, "share")
    assert one["counted"] == one["basis"] == {"count": 1, "numbers": [number]}
    assert {part["name"] for part in one["parts"]} == {"rejected", "withdrawn", "superseded"}


def test_indicators__service_and_type_and_period__leave_the_others_out(world: World):
    shop, bank = ended(world), ended(world, "bank")
    assert withdrawn(world, "anna", "?service=bank")["basis"]["numbers"] == [bank]
    assert withdrawn(world, "anna")["basis"]["numbers"] == [shop, bank]
    assert withdrawn(world, "anna", "?release_type=emergency")["basis"]["count"] == 0
    before = timezone.now() - timedelta(days=2)
    query = f"?since={before - timedelta(days=3):%Y-%m-%dT%H:%MZ}&until={before:%Y-%m-%dT%H:%MZ}"
    assert found(world, "anna", query)["ended_releases"] == 0


def test_indicators__role_in_one_service__only_its_releases(world: World):
    _, bank = ended(world), ended(world, "bank")
    bob = world.person("bob", "release_manager", scope="bank")
    assert withdrawn(world, bob)["basis"]["numbers"] == [bank]
    check_problem(world.caller(bob).get(f"{ADDRESS}?service=shop"), 403)
    rows = list(csv.DictReader(io.StringIO(text(world, bob, CSV))))
    assert {row["records"] for row in rows if row["indicator"] == "K16"} == {"1"}


def test_indicators__who_may_not_measure__403(world: World):
    for address in (ADDRESS, CSV):
        check_problem(world.caller("adam").get(address), 403)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?since=2026-02-01T00:00Z&until=2026-01-01T00:00Z", 422),
        ("?since=2020-01-01T00:00Z&until=2026-01-01T00:00Z", 422),
        ("?since=yesterday", 400),
        ("?release_type=huge", 400),
        ("?service=web-01", 404),
        ("?service=nothing", 404),
    ],
)
def test_indicators__asked_for_what_there_is_not__refused(world: World, query: str, status: int):
    for address in (ADDRESS, CSV):
        check_problem(world.caller("anna").get(address + query), status)


def text(world: World, name: str, address: str) -> str:
    answer = world.caller(name).get(address)
    assert answer.status_code == 200, answer.content
    return str(answer.getvalue().decode())


def test_export__indicators__a_line_for_each_figure_and_empty_cells_for_no_data(world: World):
    ended(world)
    rows = list(csv.DictReader(io.StringIO(text(world, "anna", CSV))))
    whole = {row["indicator"]: row for row in rows if not row["part"]}
    assert list(whole) == [f"K{number:02}" for number in range(5, 23)]
    assert (whole["K16"]["value"], whole["K16"]["records"]) == ("1.0", "1")
    assert whole["K05"]["value"] == ""
    assert {"rejected", "withdrawn", "superseded"} <= {
        row["part"] for row in rows if row["indicator"] == "K16"
    }


def test_indicators__more_releases__the_same_number_of_statements(world: World):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            found(world, "anna")
        return len(captured)

    ended(world)
    world.token("anna")
    few = statements()
    for _ in range(6):
        ended(world)
    assert statements() == few
