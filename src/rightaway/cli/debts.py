"""The debt ledger: list, settle, add an action of a review."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

app = App(name="debt", help="What waivers and reviews left to be done: list, settle, add.")

COLUMNS = ("number", "state", "due_at", "owner", "release", "origin", "owed")


@app.command(name="list")
def list_(
    *,
    text: str = "",
    state: str = "open",
    service: str = "",
    release: str = "",
    owner: str = "",
    limit: int = 50,
) -> None:
    """
    List debts across releases, newest first.

    Args:
        text: Part of the number, of what is owed, or of the release.
        state: open, settled, or all.
        service: Key of a service.
        release: Number of a release.
        owner: Account that owes it.
        limit: How many at most.
    """
    wanted = given(
        text=text, state="" if state == "all" else state, service=service, release=release, owner=owner
    )
    output.table(client.rows("/debts", limit, **wanted), *COLUMNS)


@app.command
def inherited(release: str, /) -> None:
    """
    List what earlier releases of the same service still owe.

    Args:
        release: Number of the release that is planned.
    """
    output.table(client.get(at("releases", release, "inherited-debts")), *COLUMNS)


@app.command
def show(debt: str, /) -> None:
    """
    Show one debt.

    Args:
        debt: Its number, such as DBT-000001.
    """
    output.record(client.get(at("debts", debt)))


@app.command
def settle(debt: str, /, *, note: str) -> None:
    """
    Close a debt.

    Args:
        debt: Its number.
        note: What was done.
    """
    done = client.send("POST", at("debts", debt, "settlement"), {"note": note})
    output.record(done, "number", "state", "settled_by", "settlement")


@app.command
def add(release: str, owed: str, /, *, owner: str, due: str) -> None:
    """
    Record an action of the review of a release and print its number.

    Args:
        release: Its number.
        owed: What is to be done.
        owner: Who does it.
        due: Until when, such as 2026-12-31T00:00Z.
    """
    made = client.send(
        "POST", at("releases", release, "actions"), {"owed": owed, "owner": owner, "due_at": due}
    )
    output.line(made["number"], made)
