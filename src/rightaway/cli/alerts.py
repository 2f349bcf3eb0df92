"""Alerts and the outbox."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.client import at

app = App(name="alert", help="Alerts: what there is, what was raised, and the mail that tells of it.")


@app.command(name="list")
def list_() -> None:
    """List every alert there is: what raises it, who is told, and when it was raised last."""
    rows = client.get("/alerts")
    for row in rows:
        row["recipients"] = ", ".join(row["to"])
    output.table(rows, "id", "title", "trigger", "recipients", "last_at=raised_last")


@app.command
def raised(*, alert: str = "", record: str = "", limit: int = 50) -> None:
    """
    List what was raised, newest first, with how often others were told.

    Args:
        alert: Its id, such as A05.
        record: Number of the record it is about.
        limit: How many at most.
    """
    rows = client.rows("/alerts/raised", limit, alert=alert, record=record)
    for row in rows:
        row["told"] = "; ".join(", ".join(step["people"]) or "nobody" for step in row["steps"])
    output.table(rows, "alert", "raised_at", "subject_key=record", "told", "next_at", "ended")


@app.command
def mails(*, state: str = "", person: str = "", limit: int = 50) -> None:
    """
    List the outbox, newest first.

    Args:
        state: queued, sending, sent, failed, unknown or dropped.
        person: Only messages to this account.
        limit: How many at most.
    """
    rows = client.rows("/mails", limit, state=state, person=person)
    output.table(rows, "id", "queued_at", "person", "kind", "state", "subject", "attempts", "error")


@app.command
def requeue(mail: int, /) -> None:
    """
    Send a message again that failed, or whose outcome nobody knows.

    Args:
        mail: Its id.
    """
    found = client.send("POST", at("mails", mail, "requeue"))
    output.line(str(found["state"]), found)
