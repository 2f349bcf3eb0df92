"""Lists as CSV: what one may see, safe for a spreadsheet, however long."""

import csv
import io

import pytest
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

from rightaway.domain.values import SYSTEM
from rightaway.queries.exports import EXPORTS
from rightaway.services import audit, incidents, knowledge


def rows(world: World, name: str, path: str) -> list[dict[str, str]]:
    answer = world.caller(name).get(f"/exports/{path}")
    assert answer.status_code == 200, answer.content
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{path.partition(".")[0]}-')
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode(), newline="")))


def test_export__releases__as_many_as_there_are_with_their_columns(world: World):
    numbers = [world.release(title=f"Release {number}") for number in range(3)]
    found = rows(world, "anna", "releases.csv")
    assert [one["number"] for one in found] == numbers[::-1]
    assert (found[0]["title"], found[0]["service"], found[0]["changes"]) == ("Release 2", "shop", "0")
    assert found[0]["created_at"].endswith("Z")


def test_export__filtered__as_the_list(world: World):
    world.release()
    bank = world.release(service="bank")
    assert [one["number"] for one in rows(world, "anna", "releases.csv?service=bank&is_open=true")] == [bank]
    found = check_problem(world.caller("anna").get("/exports/releases.csv?kind=x"), 400)
    assert (found["code"], found["at"]) == ("query.unknown", "kind")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_export__text_that_a_spreadsheet_would_run__harmless(world: World, start: str):
    world.change(f"{start}cmd|' /C calc'!A0")
    (found,) = rows(world, "anna", "changes.csv")
    assert found["title"] == f"'{start}cmd|' /C calc'!A0"


def test_export__every_list__has_a_row_and_no_value_is_lost(world: World, tmp_path):
    world.launched(tmp_path)
    carl = world.voice("carl")
    incident = incidents.record_incident(actor=carl, title="Down", service="shop", severity=1)
    error = incidents.record_known_error(
        actor=carl, title="Slow", root_cause="a", workaround="b", service="shop"
    )
    article = knowledge.write(actor=carl, kind="faq", title="How", body="So.", service="shop")
    assert rows(world, "anna", "incidents.csv")[0]["number"] == incident.number
    assert rows(world, "anna", "known-errors.csv")[0]["number"] == error.number
    assert rows(world, "anna", "articles.csv")[0]["number"] == article.number
    assert rows(world, "anna", "deployments.csv?environment=staging")[0]["status"] == "queued"
    assert rows(world, "anna", "items.csv?ci_class=server&text=web-01")[0]["environment"] == "production"
    assert [one["key"] for one in rows(world, "anna", "targets.csv?environment=staging")] == ["test-01"]
    assert rows(world, "anna", "audit.csv?action=change.")[-1]["action"] == "change.request.registered"
    for name, export in EXPORTS.items():
        for row in rows(world, "anna", f"{name}.csv"):
            assert list(row) == list(export.columns), name


def test_export__role_in_one_service__only_its_rows(world: World, tmp_path):
    world.launched(tmp_path)
    incidents.record_incident(actor=world.voice("carl"), title="Down", service="shop", severity=1)
    bob = world.person("bob", "release_manager", scope="bank")
    own = world.release(service="bank")
    assert [one["number"] for one in rows(world, bob, "releases.csv")] == [own]
    for name in ("changes", "deployments", "incidents", "problems", "known-errors", "articles", "targets"):
        assert rows(world, bob, f"{name}.csv") == [], name
    assert len(rows(world, bob, "items.csv")) == 5
    assert [one["service"] for one in rows(world, bob, "metrics.csv")] == ["bank"]
    check_problem(world.caller(bob).get("/exports/audit.csv"), 403)


def test_export__stakeholder__no_machines(world: World):
    assert rows(world, "stella", "targets.csv") == []
    check_problem(world.caller("stella").get("/exports/audit.csv"), 403)


def test_export__account_without_a_role__nothing(world: World):
    otto = world.person("otto")
    assert rows(world, otto, "releases.csv") == rows(world, otto, "metrics.csv") == []
    check_problem(world.caller(otto).get("/exports/items.csv"), 403)


def test_export__metrics__each_service_with_empty_cells_for_no_data(world: World):
    found = rows(world, "anna", "metrics.csv?days=30")
    assert [(one["service"], one["days"], one["change_fail_rate"]) for one in found] == [
        ("bank", "30", ""),
        ("shop", "30", ""),
    ]
    assert [one["service"] for one in rows(world, "anna", "metrics.csv?service=shop")] == ["shop"]


@pytest.mark.parametrize("name", ["nothing", "NONE", "..", "releases.csv"])
def test_export__unknown_list__404(world: World, name: str):
    check_problem(world.caller("anna").get(f"/exports/{name}.csv"), 404)


def test_export__many_rows__same_number_of_statements(world: World, django_assert_num_queries):
    world.release()
    world.token("anna")
    with django_assert_num_queries(4):  # token, account, roles, rows
        rows(world, "anna", "releases.csv")
    for _ in range(10):
        world.release()
    with django_assert_num_queries(4):
        assert len(rows(world, "anna", "releases.csv")) == 11


def test_export__audit__whole_facts_in_one_cell(world: World):
    world.change()
    audit.seal()
    assert '"title": "Prices in yen"' in rows(world, "audrey", "audit.csv?action=change.")[0]["facts"]
    assert SYSTEM.name in {one["actor"] for one in rows(world, "audrey", "audit.csv")}
