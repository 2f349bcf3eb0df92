"""Release trains: timetables, departures, boarding and leaving."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, given
from rightaway.cli.client import at

app = App(name="train", help="Release trains: timetables, departures, boarding and leaving.")
_STANDING = ("release", "state", "cut_off", "next", "next_at", "standing")


@app.command(name="list")
def list_(*, text: str = "", service: str = "", active: bool = False, limit: int = 50) -> None:
    """
    List trains, newest first.

    Args:
        text: Part of the number or name.
        service: Key of a service: its trains, and those of every service.
        active: Only those that still leave.
        limit: How many at most.
    """
    rows = client.rows("/trains", limit, text=text, service=service, is_active=active or None)
    output.table(rows, "number", "name", "service", "state", "every", "unit", "first_at")


@app.command
def show(train: str, /) -> None:
    """
    Show the timetable of a train.

    Args:
        train: Its number, such as TRN-000001.
    """
    output.record(client.get(at("trains", train)))


@app.command
def create(
    name: str,
    /,
    *,
    first: str,
    service: str = "",
    zone: str = "UTC",
    every: int = 2,
    unit: Literal["day", "week", "month"] = "week",
    scope_freeze: int = 240,
    code_freeze: int = 96,
    package_due: int = 48,
    go_no_go: int = 4,
    window: int = 4,
    ahead: int = 3,
    description: str = "",
) -> None:
    """
    Set up a train and print its number.

    Args:
        name: Such as Fortnightly.
        first: Its first departure, such as 2026-12-24T08:00Z.
        service: Key of the service that it is for; of every service when left out.
        zone: By whose clock it leaves, such as Europe/Berlin.
        every: After how many units it leaves again.
        unit: Days, weeks or months.
        scope_freeze: Hours before a departure from which no change comes in.
        code_freeze: Hours before by which the plan is approved.
        package_due: Hours before by which there is a package.
        go_no_go: Hours before by which it has its go.
        window: For how many hours it ships.
        ahead: How many departures are planned ahead.
        description: What it is for.
    """
    body = given(
        name=name,
        first_at=first,
        service=service,
        zone=zone,
        every=every,
        unit=unit,
        window_h=window,
        ahead=ahead,
        description=description,
    ) | {
        "scope_freeze_h": scope_freeze,
        "code_freeze_h": code_freeze,
        "package_due_h": package_due,
        "go_no_go_h": go_no_go,
    }
    made = client.send("POST", "/trains", body)
    output.line(made["number"], made)


@app.command
def edit(train: str, /, *fields: str, version: int | None = None) -> None:
    """
    Change a train; departures that are planned stay where they are.

    Args:
        train: Its number.
        fields: FIELD=VALUE, such as every=3 or code_freeze_h=72.
        version: The version you looked at.
    """
    output.record(client.send("PATCH", at("trains", train), assignments(fields), version=version))


@app.command
def retire(train: str, /, *, reason: str, version: int | None = None) -> None:
    """
    End a train that nobody is aboard.

    Args:
        train: Its number.
        reason: Why.
        version: The version you looked at.
    """
    found = client.send("POST", at("trains", train, "retirement"), {"reason": reason}, version=version)
    output.record(found, "number", "state", "retired_because")


@app.command
def departures(train: str, /, *, limit: int = 20) -> None:
    """
    List the departures of a train, the last one first.

    Args:
        train: Its number.
        limit: How many at most.
    """
    rows = client.rows(at("trains", train, "departures"), limit)
    output.table(rows, "sequence", "state", "scope_freeze_at", "code_freeze_at", "ships_at", "size", "reason")


@app.command
def aboard(train: str, departure: int, /) -> None:
    """
    List who is on a departure, with the first cut-off that each has not met.

    Args:
        train: The number of the train.
        departure: Which of its departures, such as 3.
    """
    rows = client.get(at("trains", train, "departures", departure))["boardings"]
    ahead: list[client.Json] = [
        next((stop for stop in one["stops"] if stop["state"] != "met"), {}) for one in rows
    ]
    shown = [
        {**one, "next": stop.get("cut_off"), "next_at": stop.get("at"), "standing": stop.get("state")}
        for one, stop in zip(rows, ahead, strict=True)
    ]
    output.table(shown, *_STANDING)


@app.command
def move(train: str, departure: int, to: str, /, *, reason: str, version: int | None = None) -> None:
    """
    Let one departure leave at another time.

    Args:
        train: The number of the train.
        departure: Which of its departures.
        to: When, such as 2026-12-24T08:00Z.
        reason: Why.
        version: The version you looked at.
    """
    address = at("trains", train, "departures", departure, "move")
    found = client.send("POST", address, {"ships_at": to, "reason": reason}, version=version)
    output.record(found, "sequence", "state", "ships_at", "scope_freeze_at")


@app.command
def cancel(train: str, departure: int, /, *, reason: str, version: int | None = None) -> None:
    """
    Cancel one departure; those aboard take the next one.

    Args:
        train: The number of the train.
        departure: Which of its departures.
        reason: Why.
        version: The version you looked at.
    """
    address = at("trains", train, "departures", departure, "cancellation")
    output.record(client.send("POST", address, {"reason": reason}, version=version), "sequence", "state")


@app.command
def board(
    release: str, train: str, /, *, departure: int | None = None, reason: str = "", version: int | None = None
) -> None:
    """
    Let a release board a train, and print which departure it is on.

    Args:
        release: Its number.
        train: The number of the train.
        departure: Which of its departures; the next one that can be boarded when left out.
        reason: Why it comes aboard after the scope freeze.
        version: The version you looked at.
    """
    body = given(train=train, departure=departure, reason=reason)
    made = client.send("POST", at("releases", release, "boardings"), body, version=version)
    output.line(f"{made['train']}/{made['departure']}", made)


@app.command
def leave(release: str, /, *, reason: str, version: int | None = None) -> None:
    """
    Let a release leave the train that it is aboard.

    Args:
        release: Its number.
        reason: Why.
        version: The version you looked at.
    """
    address = at("releases", release, "boardings", "leaving")
    found = client.send("POST", address, {"reason": reason}, version=version)
    output.record(found, "release", "train", "departure", "state")
