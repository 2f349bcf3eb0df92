"""Imports through the API and the command line: a dry run unless one says otherwise, reports, files to mend."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from tests.integration.api.test_command_line import Rightaway, rightaway  # noqa: F401 -- a fixture
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

from rightaway.queries import imports as ask

FILE = """number,short_description,state,type,business_service
CHG1,Renew the certificate,Assess,normal,Shop
CHG2,=cmd|' /C calc'!A0,Nowhere,normal,Shop
CHG3,Old one,Closed,standard,Shop
"""


def send(world: World, who: str = "anna", file: str = FILE, mapping: str = "", **asked: Any):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    parts = {"file": file.encode()} | ({"mapping": mapping.encode()} if mapping else {})
    return world.caller(who).upload(f"/imports?{query}", parts)


def source(key: str) -> str:
    found = ask.mapping(key)
    assert found is not None
    return found.source


def test_import__nothing_said__is_a_dry_run(world: World):
    found = send(world, shipped="servicenow-changes-csv").json()
    assert (found["number"], found["is_dry_run"]) == (None, True)
    assert [one["outcome"] for one in found["rows"]] == ["created", "refused", "created"]
    assert world.caller("anna").get("/imports").json()["items"] == []
    assert world.caller("anna").get("/changes").json()["items"] == []


def test_import__for_real__report_files_and_marks_on_the_records(world: World):
    answer = send(world, mapping=source("servicenow-changes-csv"), dry_run="false")
    assert answer.status_code == 201, answer.content
    number = answer.json()["number"]
    anna = world.caller("anna")
    (run,) = anna.get("/imports").json()["items"]
    assert (run["number"], run["counts"]["created"], run["counts"]["refused"]) == (number, 2, 1)
    rows = anna.get(f"/imports/{number}/rows?outcome=created").json()["items"]
    change = anna.get(f"/changes/{rows[1]['number']}").json()
    assert change["external"] == {
        "system": "servicenow",
        "key": "CHG3",
        "url": "",
        "state": "Closed",
        "is_history": True,
    }
    lines = list(csv.DictReader(io.StringIO(anna.get(f"/imports/{number}/report.csv").content.decode())))
    assert [(one["row"], one["outcome"], one["code"]) for one in lines] == [
        ("2", "created", ""),
        ("3", "refused", "import.value"),
        ("4", "created", ""),
    ]


def test_refused_rows__mended__come_in_with_the_same_mapping(world: World):
    anna = world.caller("anna")
    number = send(world, shipped="servicenow-changes-csv", dry_run="false").json()["number"]
    mended = anna.get(f"/imports/{number}/refused").content.decode().replace("Nowhere", "New")
    found = send(world, file=mended, shipped="servicenow-changes-csv", dry_run="false").json()
    assert [(one["outcome"], one["title"]) for one in found["rows"]] == [("created", "=cmd|' /C calc'!A0")]


def test_import__report_of_somebody_else__not_found(world: World):
    number = send(world, shipped="servicenow-changes-csv", dry_run="false").json()["number"]
    for path in ("", "/rows", "/report.csv", "/refused"):
        check_problem(world.caller("carl").get(f"/imports/{number}{path}"), 404)


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 422, "field.missing"),
        ({"shipped": "none"}, 422, "import.mapping"),
        ({"shipped": "servicenow-changes-csv", "mode": "some"}, 400, "query.value"),
        ({"mapping": "kind: import-mapping"}, 422, "field.missing"),
    ],
)
def test_import__asked_wrongly__refused_with_the_place(
    world: World, asked: dict[str, str], status: int, code: str
):
    assert check_problem(send(world, **asked), status)["code"] == code


def test_import__role_in_another_service_only__its_rows_refused(world: World):
    other = world.person("bruno", "release_manager", scope="bank")
    found = send(world, other, shipped="servicenow-changes-csv").json()
    assert {one["code"] for row in found["rows"] for one in row["problems"]} == {
        "permission.denied",
        "import.value",
    }


def test_command_line__check_then_run__table_exit_code_and_report(
    world: World,
    rightaway: Rightaway,  # noqa: F811
    tmp_path: Path,
):
    file, report = tmp_path / "export.csv", tmp_path / "report.csv"
    file.write_text(FILE)
    mapping = ("--mapping", "servicenow-changes-csv")
    checked = rightaway("anna", "import", "check", str(file), *mapping, "--report", str(report))
    assert (checked.code, "Nothing was written" in checked.err) == (1, True)
    assert report.read_text().splitlines()[0].startswith("row,key,outcome")
    assert rightaway("anna", "import", "list", "--json").json == []
    done = rightaway("anna", "import", "run", str(file), *mapping, "--json").json
    assert done["counts"]["created"] == 2
    shown = rightaway("anna", "import", "show", done["number"], "--outcome", "refused")
    assert "CHG2" in shown.out
    mended = rightaway("anna", "import", "refused", done["number"])
    assert "Nowhere" in mended.out


def test_command_line__mapping_of_ones_own__printed_changed_and_used(
    world: World,
    rightaway: Rightaway,  # noqa: F811
    tmp_path: Path,
):
    file, mapping = tmp_path / "export.csv", tmp_path / "mapping.yaml"
    file.write_text(FILE)
    printed = rightaway("anna", "import", "mappings", "servicenow-changes-csv").out
    mapping.write_text(printed.replace("      New: registered", "      Nowhere: registered"))
    found = rightaway("anna", "import", "check", str(file), "--mapping", str(mapping), "--json")
    assert (found.code, found.json["counts"]["refused"]) == (0, 0)
