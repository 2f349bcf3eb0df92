"""Relations of a release to others: list, add, take back."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.client import at

app = App(name="relation", help="What a release is to others: list, add, take back.")


@app.command(name="list")
def list_(release: str, /) -> None:
    """
    List what a release is to others, and others to it.

    Args:
        release: Its number.
    """
    found = client.get(at("releases", release, "relations"))
    rows = [{**one["release"], "id": one["id"], "relation": one["relation"]} for one in found]
    output.table(
        rows, "id", "relation", "number", "title", "phase", "is_deployed", "planned_start", "planned_end"
    )


@app.command
def add(
    release: str,
    kind: Literal["depends_on", "part_of", "follows", "supersedes"],
    other: str,
    /,
    *,
    version: int | None = None,
) -> None:
    """
    Say what a release is to another, and print the id of the relation.

    Args:
        release: Its number.
        kind: It depends on the other, is a part of it, follows it, or supersedes it.
        other: The number of the other release.
        version: The version you looked at.
    """
    made = client.send(
        "POST", at("releases", release, "relations"), {"kind": kind, "other": other}, version=version
    )
    output.line(made["id"], made)


@app.command
def remove(release: str, relation: int, /, *, reason: str, version: int | None = None) -> None:
    """
    Take back a relation that was made at this release.

    Args:
        release: Its number.
        relation: The id of the relation.
        reason: Why.
        version: The version you looked at.
    """
    address = at("releases", release, "relations", relation, "removal")
    client.send("POST", address, {"reason": reason}, version=version)
