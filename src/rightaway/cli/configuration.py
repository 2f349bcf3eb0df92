"""Configuration: files that describe it, items, targets."""

import asyncio
import importlib
from importlib.metadata import entry_points

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import contents, media_type
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid, NotFound, Retryable, Unavailable

config = App(name="config", help="Configuration files: environments, items, groups, targets.")
ci = App(name="ci", help="Configuration items: what is managed, expected and observed.")
target = App(name="target", help="Targets: where and how steps act; host keys.")

SSH_PORT = 22


@config.command
def apply(file: str, /) -> None:
    """
    Apply a configuration file: all of it or nothing; what it does not name stays as it is.

    Args:
        file: As YAML or JSON; - reads standard input.
    """
    data = contents(file)
    output.record(client.send("POST", "/configuration", content=data, media_type=media_type(file, data)))


@ci.command(name="list")
def list_items(
    *,
    text: str = "",
    ci_class: str = "",
    service: str = "",
    environment: str = "",
    mismatched: bool = False,
    limit: int = 200,
) -> None:
    """
    List configuration items by key.

    Args:
        text: Part of the key or name.
        ci_class: Such as server.
        service: Key of the service.
        environment: Key of the environment.
        mismatched: Only those that are not what they are expected to be.
        limit: How many at most.
    """
    asked = {
        "text": text,
        "ci_class": ci_class,
        "service": service,
        "environment": environment,
        "is_mismatched": mismatched or None,
    }
    rows = client.rows("/items", limit, **asked)
    output.table(
        rows, "key", "name", "ci_class=class", "status", "service", "environment", "expected", "observed"
    )


@ci.command(name="show")
def show_item(item: str, /) -> None:
    """
    Show one configuration item with its relations.

    Args:
        item: Its key.
    """
    found = client.get(at("items", item))
    relations = client.get(at("items", item, "relations"))
    if output.mode.as_json:
        output.data({**found, "relations": relations})
        return
    output.record(found)
    if relations:
        print()
        output.table(relations, "source", "kind", "target")


@target.command(name="list")
def list_targets(*, environment: str = "", limit: int = 200) -> None:
    """
    List targets with what is installed on them.

    Args:
        environment: Key of the environment.
        limit: How many at most.
    """
    rows = client.rows("/targets", limit, environment=environment)
    output.table(
        rows, "key", "ci", "environment", "driver", "installed", "tags", "failure_domain", "is_active=active"
    )


@target.command(name="show")
def show_target(target: str, /) -> None:
    """
    Show one target with its driver's configuration.

    Args:
        target: Its key.
    """
    output.record(client.get(at("targets", target)))


@target.command(name="host-key")
def host_key(host: str, /) -> None:
    """
    Fetch the public key of an SSH host, for `host_key` of its target.

    Whoever answers may be an impostor: compare the fingerprint with the host's owner before using the line.

    Args:
        host: HOST or HOST:PORT, an IPv6 address in brackets.
    """
    name, port = _address(host)
    found = asyncio.run(_fetch(name, port))
    output.say(f"fingerprint {found.fingerprint}; compare it by another way before pinning the key")
    output.line(found.line, {"host_key": found.line, "fingerprint": found.fingerprint})


def _address(text: str) -> tuple[str, int]:
    inside, bracket, rest = text.partition("]")
    host, colon, port = (inside.lstrip("["), *rest.partition(":")[1:]) if bracket else text.partition(":")
    if not host or (colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 2**16)):
        raise Invalid(
            "cli.address", f"{text!r} is not HOST or HOST:PORT.", hint="Write an IPv6 address in brackets."
        )
    return host, int(port) if colon else SSH_PORT


async def _fetch(host: str, port: int) -> client.Json:
    point = next(iter(entry_points(group="rightaway.drivers", name="ssh")), None)
    if point is None:
        raise NotFound("driver.unknown_kind", "This installation has no SSH driver.")
    try:
        return await importlib.import_module(point.module).fetch_host_key(host, port)
    except Retryable as error:
        raise Unavailable(error.code, error.message, hint=error.hint, at=error.at) from None
