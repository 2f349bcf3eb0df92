"""Imports: what comes in and in which state, what a dry run leaves, and what a second import does."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.integration.services.begun import settled
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.errors import Forbidden, Invalid
from rightaway.domain.imports import Mode
from rightaway.queries import exports, metrics
from rightaway.queries import imports as ask
from rightaway.records.audit.models import AuditEvent
from rightaway.records.changes.models import Change
from rightaway.records.imports.models import ExternalReference, ImportRun
from rightaway.records.releases.models import Release
from rightaway.services import changes, imports

pytestmark = pytest.mark.django_db
EXPORTS = Path(__file__).parent / "exports"


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def sent(file: str | bytes, mapping: str, **options: Any) -> imports.Sent:
    data = file if isinstance(file, bytes) else (EXPORTS / file).read_bytes()
    shipped = ask.mapping(mapping)
    assert shipped is not None
    return imports.Sent(data, shipped.source.encode(), file_name="export", **options)


def outcomes(run: ImportRun) -> list[str]:
    return [one.outcome for one in ask.rows(run)]


def imported(file: str | bytes, mapping: str, by: str = "rita", **options: Any) -> ImportRun:
    return imports.run(actor=actor(by), sent=sent(file, mapping, **options))


def change(key: str) -> Change:
    return Change.objects.get(external__key=key)


def release(key: str) -> Release:
    return Release.objects.get(external__key=key)


def test_import__servicenow_changes__open_ones_registered_and_old_ones_history(world: World) -> None:
    run = imported("servicenow_changes.csv", "servicenow-changes-csv")
    assert outcomes(run) == ["created", "created", "created", "refused"]
    first, closed, cancelled = (change(f"CHG003000{one}") for one in (1, 2, 3))
    assert (first.state, closed.state, cancelled.state) == ("registered", "closed", "withdrawn")
    assert first.planned_start == datetime(2030, 3, 29, 22, tzinfo=UTC)
    assert [one.key for one in first.affected_cis.all()] == ["t01"]
    assert first.description == "New TLS settings.\n\nAuditors ask for it."
    assert closed.title == '=HYPERLINK("http://evil","Rotate logs")'
    assert closed.closed_at == datetime(2025, 1, 2, 8, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("file", "mapping", "states"),
    [
        ("servicenow_changes.json", "servicenow-changes-json", ["registered"]),
        ("service_manager_changes.csv", "service-manager-changes-csv", ["registered", "closed"]),
        ("jira_changes.csv", "jira-changes-csv", ["registered", "closed"]),
    ],
)
def test_import__changes_of_each_product__taken_with_the_shipped_mapping(
    world: World, file: str, mapping: str, states: list[str]
) -> None:
    run = imported(file, mapping)
    assert outcomes(run) == ["created"] * len(states), ask.report(run)
    assert [one.state for one in Change.objects.order_by("id")] == states


@pytest.mark.parametrize(
    ("file", "mapping", "phases"),
    [
        ("servicenow_releases.csv", "servicenow-releases-csv", ["assess", "closed"]),
        ("service_manager_releases.json", "service-manager-releases-json", ["closed"]),
        ("jira_versions.json", "jira-versions-json", ["assess", "closed"]),
    ],
)
def test_import__releases_of_each_product__taken_with_the_shipped_mapping(
    world: World, file: str, mapping: str, phases: list[str]
) -> None:
    run = imported(file, mapping, service="shop")
    assert outcomes(run) == ["created"] * len(phases), ask.report(run)
    assert [one.phase for one in Release.objects.order_by("id")] == phases


def test_import__authorised_elsewhere__is_not_authorised_here(world: World) -> None:
    imported("servicenow_changes.csv", "servicenow-changes-csv")
    row = change("CHG0030001")
    assert (row.authorised_at, row.authorisations.count(), row.requester.username) == (None, 0, "rita")


def test_import__open_standard_change__comes_in_as_a_normal_one(world: World) -> None:
    data = (EXPORTS / "servicenow_changes.csv").read_bytes().replace(b'"-2","normal"', b'"-2","standard"')
    run = imported(data, "servicenow-changes-csv")
    assert change("CHG0030001").change_type == "normal"
    assert "no model" in ask.report(run)[0].notes[0]


def test_authorise__by_who_asked_for_it_elsewhere__refused(world: World) -> None:
    data = (EXPORTS / "servicenow_changes.csv").read_bytes().replace(b'"stan"', b'"chris"')
    imported(data, "servicenow-changes-csv")
    number = change("CHG0030001").number
    for event in ("validate", "assess"):
        changes.move(actor=actor("rita"), number=number, event=event)
    with pytest.raises(Forbidden) as caught:
        changes.authorise(actor=actor("chris"), number=number, decision="approve")
    assert caught.value.code == "sod.self_approval"


def test_import__history__counts_in_no_figure(world: World) -> None:
    imported("servicenow_changes.csv", "servicenow-changes-csv")
    imported("servicenow_releases.csv", "servicenow-releases-csv")
    found = metrics.figures("shop", days=3650)
    assert (found.frequency.n, found.lead_time.n, found.fail_rate.n) == (0, 0, 0)
    row = release("RLSE0010002")
    assert (row.outcome, row.approvals.count(), row.tasks.count(), row.phase_status) == ("", 0, 0, "closed")


def test_dry_run__a_whole_file__writes_nothing_and_says_what_the_import_then_does(world: World) -> None:
    before = facts()
    found = imports.check(actor=actor("rita"), sent=sent("servicenow_changes.csv", "servicenow-changes-csv"))
    assert facts() == before
    assert [str(one.outcome) for one in found.rows] == ["created", "created", "created", "refused"]
    assert outcomes(imported("servicenow_changes.csv", "servicenow-changes-csv")) == [
        str(one.outcome) for one in found.rows
    ]


def facts() -> tuple[int, ...]:
    models = (Change, Release, ExternalReference, ImportRun, AuditEvent)
    return tuple(one.objects.count() for one in models)


def test_refused_row__names_column_value_and_what_to_do(world: World) -> None:
    row = ask.report(imported("servicenow_changes.csv", "servicenow-changes-csv"))[3]
    (problem,) = row.problems
    assert (row.place, problem.code, problem.column, problem.value) == (
        5,
        "import.service",
        "business_service",
        "No such service",
    )
    assert problem.hint
    assert row.source["number"] == "CHG0030004"


def test_all_or_nothing__one_row_refused__nothing_comes_in_and_the_report_says_why(world: World) -> None:
    run = imported("servicenow_changes.csv", "servicenow-changes-csv", mode=Mode.ALL)
    assert outcomes(run) == ["refused"] * 4
    assert Change.objects.count() == 0
    assert [row.problems[0].code for row in ask.report(run)] == ["import.all_or_nothing"] * 3 + [
        "import.service"
    ]


def again(world: World, *, updates: bool, edited: dict[str, Any] | None = None) -> ImportRun:
    imported("servicenow_changes.csv", "servicenow-changes-csv")
    if edited:
        changes.edit(actor=actor("rita"), number=change("CHG0030001").number, fields=edited)
    data = (EXPORTS / "servicenow_changes.csv").read_bytes()
    data = data.replace(b"Upgrade the payment gateway", b"Replace the payment gateway").replace(
        b"Pay once.", b"Pay."
    )
    return imported(data, "servicenow-changes-csv", updates=updates)


def test_import__the_same_file_again__everything_unchanged(world: World) -> None:
    imported("servicenow_changes.csv", "servicenow-changes-csv")
    count = Change.objects.count()
    run = imported("servicenow_changes.csv", "servicenow-changes-csv")
    assert outcomes(run) == ["unchanged"] * 3 + ["refused"]
    assert Change.objects.count() == count


def test_import__something_else_in_the_file__said_and_not_changed(world: World) -> None:
    run = again(world, updates=False)
    assert outcomes(run)[0] == "differs"
    assert change("CHG0030001").title == "Upgrade the payment gateway"
    assert [one["field"] for one in ask.report(run)[0].changed] == ["test_plan", "title"]


def test_import__asked_to_update__changes_what_nobody_edited_here(world: World) -> None:
    run = again(world, updates=True, edited={"title": "Ours"})
    row = change("CHG0030001")
    assert (outcomes(run)[0], row.title, row.test_plan) == ("updated", "Ours", "Pay.")
    assert {one["field"]: one["kept"] for one in ask.report(run)[0].changed} == {
        "title": True,
        "test_plan": False,
    }


def test_import__closed_there_meanwhile__said_and_left_to_people_here(world: World) -> None:
    imported("servicenow_changes.csv", "servicenow-changes-csv")
    data = (EXPORTS / "servicenow_changes.csv").read_bytes().replace(b'"-2"', b'"3"')
    run = imported(data, "servicenow-changes-csv", updates=True)
    assert (outcomes(run)[0], change("CHG0030001").state) == ("differs", "registered")


def test_import__key_twice_in_the_file__the_second_refused(world: World) -> None:
    data = (EXPORTS / "servicenow_changes.csv").read_bytes().replace(b"CHG0030003", b"CHG0030001")
    row = ask.report(imported(data, "servicenow-changes-csv"))[2]
    assert [one.code for one in row.problems] == ["import.twice"]


def test_import__by_who_may_not__refused_before_anything_is_read(world: World) -> None:
    for name in ("stan", "ben", "ada"):
        with pytest.raises(Forbidden):
            imported("servicenow_changes.csv", "servicenow-changes-csv", by=name)


def test_import__releases_by_a_change_manager__refused_row_by_row(world: World) -> None:
    run = imported("servicenow_releases.csv", "servicenow-releases-csv", by="chris")
    assert {row.problems[0].code for row in ask.report(run)} == {"permission.denied"}


def test_import__file_without_a_column__named_with_its_field(world: World) -> None:
    data = (EXPORTS / "servicenow_changes.csv").read_bytes().replace(b'"state"', b'"status"', 1)
    with pytest.raises(Invalid) as caught:
        imported(data, "servicenow-changes-csv")
    assert (caught.value.code, caught.value.at) == ("import.column", "1:state")
    assert ImportRun.objects.count() == 0


def test_import__our_own_export__round_trip(world: World) -> None:
    for title in ("Plain", "=1+1", "Semi; colon, comma"):
        changes.register(
            actor=actor("stan"), title=title, description="d", change_type="normal", service="shop"
        )
    found = exports.EXPORTS["changes"]
    data = "".join(found.lines(found.rows())).encode()
    run = imported(data, "rightaway-changes", by="chris")
    assert outcomes(run) == ["created"] * 3
    titles = Change.objects.filter(external__system="rightaway").values_list("title", flat=True)
    assert sorted(titles) == ["=1+1", "Plain", "Semi; colon, comma"]


def test_import__finished__audited_for_each_record_and_for_the_run(world: World) -> None:
    run = imported("servicenow_changes.csv", "servicenow-changes-csv")
    assert AuditEvent.objects.filter(action="change.record.imported").count() == 3
    (event,) = AuditEvent.objects.filter(stream=run.number)
    assert (event.action, event.facts["created"], event.facts["refused"]) == ("import.run.finished", 3, 1)
