"""Tasks and waivers of a release."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

app = App(name="task", help="Tasks and waivers of a release.")


@app.command(name="list")
def list_(release: str, /) -> None:
    """
    List the tasks of the current attempt.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "tasks"))
    output.table(rows, "key", "phase", "title", "state", "owner_role=owner", "is_mandatory=mandatory", "note")


@app.command
def finish(
    release: str,
    task: str,
    /,
    *,
    state: Literal["done", "skipped", "cancelled", "active"] = "done",
    note: str = "",
) -> None:
    """
    Finish, skip or cancel a task.

    Args:
        release: Its number.
        task: Key of the task.
        state: What becomes of it; skipping needs a note.
        note: What was done, or why not.
    """
    done = client.send("PATCH", at("releases", release, "tasks", task), given(state=state, note=note))
    output.record(done, "key", "title", "state", "note")


@app.command
def reopen(release: str, task: str, /) -> None:
    """
    Undo the finishing of a task that you finished, within ten minutes.

    Args:
        release: Its number.
        task: Key of the task.
    """
    done = client.send("POST", at("releases", release, "tasks", task, "reopening"))
    output.record(done, "key", "title", "state")


@app.command
def assign(release: str, task: str, person: str = "", /) -> None:
    """
    Give a task to a person, who is told.

    Args:
        release: Its number.
        task: Key of the task.
        person: Their account; left out, the task goes back to its role.
    """
    body = {"assignee": person or None}
    given_to = client.send("PUT", at("releases", release, "tasks", task, "assignee"), body)
    output.record(given_to, "key", "title", "assignee", "owner_role")


@app.command
def waivers(release: str, /) -> None:
    """
    List the waivers asked for.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "waivers"))
    output.table(rows, "id", "control", "reason", "requested_by", "granted_by", "expires_at")


@app.command
def waive(release: str, control: str, /, *, reason: str, expires: str, restore_plan: str = "") -> None:
    """
    Ask that a control be waived; another person has to grant it.

    Args:
        release: Its number.
        control: Such as G22.
        reason: Why.
        expires: Until when, such as 2026-12-31T00:00Z.
        restore_plan: How the control comes back.
    """
    body = given(control=control, reason=reason, expires_at=expires, restore_plan=restore_plan)
    made = client.send("POST", at("releases", release, "waivers"), body)
    output.line(str(made["id"]), made)


@app.command(name="grant-waiver")
def grant_waiver(release: str, waiver: int, /) -> None:
    """
    Grant a waiver that somebody else asked for.

    Args:
        release: Its number.
        waiver: Its id, as `rightaway task waivers` shows it.
    """
    granted = client.send("POST", at("releases", release, "waivers", waiver, "grant"))
    output.record(granted, "id", "control", "granted_by", "expires_at")
