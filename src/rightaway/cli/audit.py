"""The audit log, and the figures that come from what was recorded."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.client import at

app = App(name="audit", help="The audit log, and whether its chain is whole.")


@app.command(name="list")
def list_(
    stream: str = "",
    /,
    *,
    actor: str = "",
    action: str = "",
    since: str = "",
    order: Literal["newest", "oldest"] = "newest",
    limit: int = 50,
) -> None:
    """
    List audit events.

    Args:
        stream: The record whose history is wanted, such as REL-000001.
        actor: Who did it.
        action: What was done, or how that begins, such as release.approval.
        since: From when on, such as 2026-11-20T00:00Z.
        order: Newest or oldest first.
        limit: How many at most.
    """
    asked = {"stream": stream, "actor": actor, "action": action, "since": since, "order": order}
    rows = client.rows("/audit", limit, **asked)
    output.table(rows, "at", "stream", "number", "actor", "door", "action", "object_id=object", "facts")


@app.command
def verify() -> int:
    """Have every event and link of the chain computed again; the exit code is 1 when it is broken."""
    found = client.get("/audit/verification")
    output.record(found)
    return output.OK if found["is_whole"] else output.FAILED


def metrics(service: str, /, *, days: int = 90) -> None:
    """
    Show the five DORA figures of a service in production; nothing is shown where there is no data.

    Args:
        service: Its key.
        days: Over how many days, until now.
    """
    found = client.get(at("services", service, "metrics"), days=days)
    if output.mode.as_json:
        output.data(found)
        return
    rows = [{"figure": name, **(value if isinstance(value, dict) else {})} for name, value in found.items()]
    for row in rows:
        if len(row) > 1:
            figures = {name: value for name, value in row.items() if name != "figure"}
            print(f"{row['figure'].replace('_', ' '):<28}{output.text(figures)}")
