"""Lists as CSV files."""

from typing import Literal

from rightaway.cli import client
from rightaway.cli.arguments import pairs, saved

List = Literal[
    "releases",
    "changes",
    "decisions",
    "deployments",
    "items",
    "targets",
    "incidents",
    "problems",
    "known-errors",
    "articles",
    "audit",
    "metrics",
    "indicators",
]


def export(name: List, /, *filters: str, out: str = "") -> None:
    """
    Write a list as CSV, as much of it as you may see.

    A text that a spreadsheet would run as a formula begins with an apostrophe.

    Args:
        name: Which list; metrics are the DORA figures of each service, indicators those of ended releases.
        filters: What the list is asked for, such as phase=build_test or service=shop.
        out: File to write instead of standard output. A file that is there already stays.
    """
    query = pairs(filters, "NAME=VALUE")
    saved(client.download(f"/exports/{name}.csv", **query), out)
