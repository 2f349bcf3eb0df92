"""Release policies: what holds for a service, drafting another version, confirming it, trying it."""

import json
from typing import Any

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, given
from rightaway.cli.client import at

app = App(name="policy", help="Release policies: what holds for a service, draft, confirm, try.")
SHOWN = ("number", "state", "effective_at", "digest", "changes")


@app.command(name="list")
def list_(*, text: str = "", state: str = "", service: str = "", limit: int = 50) -> None:
    """
    List versions of policies, newest first.

    Args:
        text: Part of the number or the service.
        state: draft, confirmed or discarded.
        service: Key of the service.
        limit: How many at most.
    """
    rows = client.rows("/policies", limit, text=text, state=state, service=service)
    output.table(rows, "number", "service", "state", "effective_at", "confirmed_by", "note")


@app.command
def show(policy: str, /) -> None:
    """
    Show one version and how it differs from the one before it.

    Args:
        policy: Its number, such as POL-000012.
    """
    output.record(client.get(at("policies", policy)))


@app.command
def held(service: str, /) -> None:
    """
    Show what the releases of a service are held to now.

    Args:
        service: Its key.
    """
    output.record(client.get(at("services", service, "policy")))


@app.command
def propose(service: str, /, *content: str, note: str = "", version: int | None = None) -> None:
    """
    Draft the next version of a policy; a second person confirms it.

    Args:
        service: Its key.
        content: The parts that are to differ, as NAME=VALUE, such as longest_waiver_days=14; a value may be JSON.
        note: What it is for.
        version: The version of the draft you looked at.
    """
    body = {
        "content": {name: _typed(value) for name, value in assignments(content).items()},
        **given(note=note),
    }
    found = client.send("PUT", at("services", service, "policy", "draft"), body, version=version)
    output.record(found, *SHOWN)


def _typed(value: Any) -> Any:
    """Read a value as JSON where it is JSON: a list, a table, a flag."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


@app.command
def confirm(policy: str, /, *, digest: str, since: str = "") -> None:
    """
    Let a draft hold; nobody confirms what they wrote.

    Args:
        policy: Its number.
        digest: The digest you looked at.
        since: From when on; from now on when left out.
    """
    body = {"digest": digest, **given(effective_at=since)}
    output.record(client.send("POST", at("policies", policy, "confirmation"), body), *SHOWN)


@app.command
def discard(policy: str, /, *, reason: str = "") -> None:
    """
    Put a draft away for good.

    Args:
        policy: Its number.
        reason: Why.
    """
    output.record(client.send("POST", at("policies", policy, "discarding"), given(reason=reason)), *SHOWN)


@app.command(name="try")
def try_(policy: str, /) -> None:
    """
    Try a version on the open releases of its service.

    Args:
        policy: Its number.
    """
    output.table(client.get(at("policies", policy, "trial")), "release", "phase", "more", "less")
