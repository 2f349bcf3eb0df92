"""Outages: list, record, correct; and an unauthorised change that was one."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, given
from rightaway.cli.client import at

app = App(name="outage", help="Outages: planned and actual, list, record, correct.")


@app.command(name="list")
def list_(
    *,
    text: str = "",
    kind: str = "",
    service: str = "",
    item: str = "",
    open: bool = False,  # noqa: A002 -- the name of the option
    limit: int = 50,
) -> None:
    """
    List outages, newest first.

    Args:
        text: Part of the number or title.
        kind: planned, unplanned, degradation or extended.
        service: Key of the service.
        item: Key of an item that is down.
        open: Only those that are not over.
        limit: How many at most.
    """
    rows = client.rows(
        "/outages", limit, text=text, kind=kind, service=service, item=item, is_open=open or None
    )
    output.table(
        rows,
        "number",
        "title",
        "kind",
        "service",
        "planned_start",
        "planned_end",
        "actual_start",
        "actual_end",
    )


@app.command
def show(outage: str, /) -> None:
    """
    Show one outage, planned beside actual.

    Args:
        outage: Its number, such as OUT-000001.
    """
    output.record(client.get(at("outages", outage)))


@app.command
def record(
    title: str,
    /,
    *,
    service: str,
    kind: str = "unplanned",
    item: list[str] | None = None,
    reason: str = "",
    planned_start: str = "",
    planned_end: str = "",
    actual_start: str = "",
    actual_end: str = "",
    release: str = "",
    change: str = "",
    incident: str = "",
) -> None:
    """
    Record an outage and print its number.

    Args:
        title: What is down, in a few words.
        service: Key of the service.
        kind: planned, unplanned, degradation or extended.
        item: Key of an item that is down; the whole service when left out; may be repeated.
        reason: Why.
        planned_start: Such as 2026-12-24T08:00Z.
        planned_end: Such as 2026-12-24T09:00Z.
        actual_start: When it began.
        actual_end: When it was over.
        release: Number of the release that brings it.
        change: Number of the change that brings it.
        incident: Number of the incident that it is.
    """
    body = given(
        title=title,
        service=service,
        kind=kind,
        items=item,
        reason=reason,
        planned_start=planned_start,
        planned_end=planned_end,
        actual_start=actual_start,
        actual_end=actual_end,
        release=release,
        change=change,
        incident=incident,
    )
    made = client.send("POST", "/outages", body)
    output.line(made["number"], made)


@app.command
def correct(outage: str, /, *fields: str, because: str, version: int | None = None) -> None:
    """
    Correct an outage; what it said before is kept.

    Args:
        outage: Its number.
        fields: FIELD=VALUE, such as actual_end=2026-12-24T09:10Z.
        because: Why.
        version: The version you looked at.
    """
    body = assignments(fields) | {"because": because}
    found = client.send("PATCH", at("outages", outage), body, version=version)
    output.record(found, "number", "version", "kind", "planned_minutes", "actual_minutes")


@app.command
def convert(change: str, /, *, since: str, reason: str, until: str = "") -> None:
    """
    Record an unauthorised change as the outage that it was; prints the number of the outage.

    Args:
        change: Its number.
        since: When it began to be down.
        reason: Why it was an outage and no change.
        until: When it was over.
    """
    body = {"actual_start": since, "reason": reason} | given(actual_end=until)
    made = client.send("POST", at("changes", change, "outage"), body)
    output.line(made["number"], made)
