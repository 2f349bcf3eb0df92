"""The audit log, and the figures that come from what was recorded."""

from typing import Any, Literal

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


@app.command
def indicators(
    *,
    service: str = "",
    type: Literal["", "major", "minor", "emergency"] = "",  # noqa: A002 -- the name of the option
    since: str = "",
    until: str = "",
    parts: bool = False,
) -> None:
    """
    Show the indicators of the releases that ended in a period; nothing is shown where there is no data.

    Args:
        service: Key of one service, instead of all that you may measure.
        type: Only releases of this type.
        since: From when on, such as 2026-08-01T00:00Z; 90 days before its end when left out.
        until: Until when; now when left out.
        parts: Also the parts of each, such as each closure code.
    """
    asked = {"service": service, "release_type": type, "since": since, "until": until}
    found = client.get("/metrics/indicators", **asked)
    if output.mode.as_json:
        output.data(found)
        return
    rows = [row for one in found["indicators"] for row in (one, *(one["parts"] if parts else ()))]
    columns = ("key=", "title=indicator", "shown=value", "numerator", "denominator", "records")
    output.table([_line(row) for row in rows], *columns)
    output.say(f"From {found['ended_releases']} ended releases, {found['since']} to {found['until']}.")


def _line(row: dict[str, Any]) -> dict[str, Any]:
    title = row.get("title") or f"  {row['group']} {row['name']}".replace("_", " ")
    return {
        **row,
        "title": title,
        "shown": _value(row["unit"], row["value"]),
        "records": row["basis"]["count"],
    }


def _value(unit: str, value: float | None) -> str:
    if value is None:
        return "no data"
    words = {"share": f"{value:.0%}", "seconds": f"{value:.0f} s", "minutes": f"{value:.0f} min"}
    return words.get(unit, f"{value:.2f}")


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
