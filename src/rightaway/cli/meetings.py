"""Meetings of boards: plan, agenda, conduct, minutes. Votes are given with `change decide` and `approval vote`."""

from typing import Any

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

app = App(name="meeting", help="Meetings of boards: plan, agenda, conduct, minutes.")


@app.command(name="list")
def list_(*, board: str = "", state: str = "", limit: int = 50) -> None:
    """
    List meetings, those made last first.

    Args:
        board: Key of a board.
        state: planned, running, ended, approved or cancelled.
        limit: How many at most.
    """
    rows = client.rows("/meetings", limit, board=board, state=state)
    output.table(rows, "number", "board", "state", "scheduled_at", "place", "size=items")


@app.command
def show(meeting: str, /) -> None:
    """
    Show a meeting with its agenda.

    Args:
        meeting: Its number, such as MTG-000001.
    """
    found = client.get(at("meetings", meeting))
    if output.mode.as_json:
        output.data(found)
        return
    output.record(found, "number", "board", "state", "scheduled_at", "attendance")
    output.table(
        found["items"], *("id", "position=place", "subject", "title", "risk_level", "recommended", "outcome")
    )


@app.command
def plan(board: str, /, *, when: str = "", place: str = "") -> None:
    """
    Plan a meeting and print its number.

    Args:
        board: Its key.
        when: Such as 2026-12-24T08:00Z; the next of the schedule when left out.
        place: Where, or the address of a call.
    """
    made = client.send("POST", "/meetings", {"board": board} | given(at=when, place=place))
    output.line(made["number"], made)


@app.command
def publish(meeting: str, /) -> None:
    """
    Tell members and owners what is on the agenda.

    Args:
        meeting: Its number.
    """
    _move(meeting, "publish")


@app.command
def fill(meeting: str, /) -> None:
    """
    Put on the agenda what waits for the board by now.

    Args:
        meeting: Its number.
    """
    _move(meeting, "fill")


@app.command
def start(meeting: str, /) -> None:
    """
    Begin a meeting.

    Args:
        meeting: Its number.
    """
    _move(meeting, "start")


@app.command
def end(meeting: str, /) -> None:
    """
    End a meeting; its minutes can be read then.

    Args:
        meeting: Its number.
    """
    _move(meeting, "end")


@app.command
def cancel(meeting: str, /, *, reason: str) -> None:
    """
    Cancel a planned meeting.

    Args:
        meeting: Its number.
        reason: Why.
    """
    _move(meeting, "cancel", reason)


def _move(meeting: str, event: str, reason: str = "") -> None:
    moved = client.send("POST", at("meetings", meeting, "moves"), {"event": event} | given(reason=reason))
    output.line(moved["state"], moved)


@app.command
def attend(meeting: str, /, *, person: str = "", absent: bool = False) -> None:
    """
    Note that you, or somebody, is there.

    Args:
        meeting: Its number.
        person: Their account; you when left out.
        absent: They are not there after all.
    """
    body = {"is_present": not absent} | given(person=person)
    _shown(client.send("POST", at("meetings", meeting, "attendance"), body))


def _shown(found: dict[str, Any]) -> None:
    output.record(found, "number", "state", "attendance")


@app.command
def add(meeting: str, /, *, change: str = "", release: str = "", kind: str = "") -> None:
    """
    Put a change, or an approval of a release, on the agenda.

    Args:
        meeting: Its number.
        change: Number of a change.
        release: With --kind, number of a release.
        kind: Such as deployment.
    """
    _shown(
        client.send(
            "POST", at("meetings", meeting, "items"), given(change=change, release=release, kind=kind)
        )
    )


@app.command
def remove(meeting: str, item: int, /) -> None:
    """
    Take an item off the agenda.

    Args:
        meeting: Its number.
        item: Its id.
    """
    client.send("DELETE", at("meetings", meeting, "items", item))


@app.command
def place(meeting: str, item: int, position: int, /) -> None:
    """
    Put an item in another place of the order.

    Args:
        meeting: Its number.
        item: Its id.
        position: Counted from 1.
    """
    _edit(meeting, item, position=position)


@app.command
def note(meeting: str, item: int, text: str, /) -> None:
    """
    Write down what was said about an item.

    Args:
        meeting: Its number.
        item: Its id.
        text: What was said.
    """
    _edit(meeting, item, note=text)


@app.command
def defer(meeting: str, item: int, /, *, reason: str) -> None:
    """
    Put an item off to the next meeting.

    Args:
        meeting: Its number.
        item: Its id.
        reason: Why.
    """
    _edit(meeting, item, defer=reason)


def _edit(meeting: str, item: int, **fields: Any) -> None:
    _shown(client.send("PATCH", at("meetings", meeting, "items", item), fields))


@app.command
def action(
    meeting: str, text: str, /, *, owner: str, due: str, item: int | None = None, asks: bool = False
) -> None:
    """
    Write down what somebody is to do by when.

    Args:
        meeting: Its number.
        text: What.
        owner: Their account.
        due: By when, such as 2026-12-24T08:00Z.
        item: About which item.
        asks: The item waits for this information.
    """
    body = {"text": text, "owner": owner, "due_at": due, "asks": asks} | given(item=item)
    _shown(client.send("POST", at("meetings", meeting, "actions"), body))


@app.command
def done(meeting: str, action: int, /) -> None:
    """
    Say that an action is done.

    Args:
        meeting: Its number.
        action: Its id.
    """
    _shown(client.send("POST", at("meetings", meeting, "actions", action, "completion")))


@app.command
def remarks(meeting: str, text: str, /) -> None:
    """
    Write what else belongs into the minutes.

    Args:
        meeting: Its number.
        text: The remarks.
    """
    _shown(client.send("PUT", at("meetings", meeting, "remarks"), {"remarks": text}))


@app.command
def minutes(meeting: str, /) -> None:
    """
    Print the minutes as Markdown; their digest goes to standard error.

    Args:
        meeting: Its number.
    """
    found = client.get(at("meetings", meeting, "minutes"))
    output.say(f"digest {found['digest']}")
    output.line(found["text"], found)


@app.command(name="approve-minutes")
def approve_minutes(meeting: str, /, *, digest: str) -> None:
    """
    Approve the minutes as the chair; nothing of the meeting changes afterwards.

    Args:
        meeting: Its number.
        digest: Of the minutes you read.
    """
    _shown(client.send("POST", at("meetings", meeting, "minutes", "approval"), {"digest": digest}))
