"""Bundles: independent releases that are followed together."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, given
from rightaway.cli.client import at

app = App(name="bundle", help="Bundles: releases that are followed together.")


@app.command(name="list")
def list_(*, text: str = "", open: bool = False, limit: int = 50) -> None:  # noqa: A002 -- the name of the option
    """
    List bundles, newest first.

    Args:
        text: Part of the number or title.
        open: Only those that are not closed.
        limit: How many at most.
    """
    rows = client.rows("/bundles", limit, text=text, is_open=open or None)
    output.table(rows, "number", "title", "owner", "state", "size")


@app.command
def show(bundle: str, /) -> None:
    """
    Show how a bundle stands.

    Args:
        bundle: Its number, such as BUN-000001.
    """
    output.record(client.get(at("bundles", bundle)))


@app.command
def releases(bundle: str, /) -> None:
    """
    List the releases of a bundle in the order in which they are planned.

    Args:
        bundle: Its number.
    """
    found = client.get(at("bundles", bundle))["members"]
    columns = ("number", "title", "service", "phase", "phase_status", "planned_start", "planned_end")
    output.table(found, *columns)


@app.command
def begin(title: str, /, *, purpose: str = "", owner: str = "") -> None:
    """
    Begin a bundle and print its number.

    Args:
        title: What the releases are followed together for.
        purpose: More about it.
        owner: Who follows it; yourself when left out.
    """
    made = client.send("POST", "/bundles", given(title=title, purpose=purpose, owner=owner))
    output.line(made["number"], made)


@app.command
def edit(bundle: str, /, *fields: str, version: int | None = None) -> None:
    """
    Change a bundle.

    Args:
        bundle: Its number.
        fields: FIELD=VALUE of title, purpose and owner.
        version: The version you looked at.
    """
    found = client.send("PATCH", at("bundles", bundle), assignments(fields), version=version)
    output.record(found, "number", "title", "owner", "version")


@app.command
def fill(
    bundle: str,
    /,
    *,
    add: list[str] | None = None,
    remove: list[str] | None = None,
    version: int | None = None,
) -> None:
    """
    Put releases into a bundle, and take others out.

    Args:
        bundle: Its number.
        add: Number of a release that comes in; may be repeated.
        remove: Number of a release that goes; may be repeated.
        version: The version you looked at.
    """
    body = given(add=add, remove=remove)
    found = client.send("POST", at("bundles", bundle, "releases"), body, version=version)
    output.table(found["members"], "number", "title", "phase", "planned_start")


@app.command
def close(bundle: str, /, *, reason: str, version: int | None = None) -> None:
    """
    Follow a bundle no more.

    Args:
        bundle: Its number.
        reason: How it ended.
        version: The version you looked at.
    """
    found = client.send("POST", at("bundles", bundle, "closing"), {"reason": reason}, version=version)
    output.record(found, "number", "state", "closed_because")
