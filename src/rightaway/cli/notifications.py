"""The inbox: what concerns you."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.client import at

app = App(name="inbox", help="What you were told: mentions, comments, approvals, deployments.")


@app.command(name="list")
def list_(*, unread: bool = False, limit: int = 50) -> None:
    """
    List what you were told, newest first.

    Args:
        unread: Only what you have not read.
        limit: How many at most.
    """
    rows = client.rows("/inbox", limit, is_unread=unread or None)
    output.table(rows, "id", "at", "kind", "subject_key=record", "title", "by", "read_at")


@app.command
def count() -> None:
    """Print how much is unread."""
    found = client.get("/inbox/unread")
    output.line(str(found["unread"]), found)


@app.command
def read(notification: int | None = None, /) -> None:
    """
    Mark one thing as read, or all, and print how much is left.

    Args:
        notification: Its id; all when left out.
    """
    path = at("inbox", "read") if notification is None else at("inbox", notification, "read")
    left = client.send("POST", path)
    output.line(str(left["unread"]), left)
