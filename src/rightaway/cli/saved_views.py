"""Saved views of lists."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given, pairs
from rightaway.cli.client import at

app = App(name="view", help="Saved views of lists: yours, and those shared with a role of yours.")
COLUMNS = ("id", "page", "name", "query", "owner", "shared_with", "is_default=default")


@app.command(name="list")
def list_(*, page: str = "") -> None:
    """
    List the views you find.

    Args:
        page: Only those of a page, such as releases.
    """
    output.table(client.get("/views", page=page), *COLUMNS)


@app.command
def save(page: str, name: str, /, *parameters: str, share: str = "") -> None:
    """
    Keep a list as it is asked for and print the id of the view.

    Args:
        page: Such as releases.
        name: What the view is called.
        parameters: What the list is asked for, such as phase=build_test.
        share: A role whose holders find the view too.
    """
    query = pairs(parameters, "NAME=VALUE")
    made = client.send("POST", "/views", {**given(page=page, name=name, shared_with=share), "query": query})
    output.line(str(made["id"]), made)


@app.command
def rename(view: int, name: str, /) -> None:
    """
    Rename a view of yours.

    Args:
        view: Its id.
        name: Its new name.
    """
    output.record(client.send("PATCH", at("views", view), {"name": name}), "id", "name")


@app.command
def share(view: int, role: str = "", /) -> None:
    """
    Share a view of yours with everybody who holds a role, or with nobody any more.

    Args:
        view: Its id.
        role: Such as deployment_manager; left out, the view is yours alone.
    """
    row = client.send("PATCH", at("views", view), {"shared_with": role})
    output.record(row, "id", "name", "shared_with")


@app.command
def delete(view: int, /) -> None:
    """
    Delete a view of yours.

    Args:
        view: Its id.
    """
    client.send("DELETE", at("views", view))


@app.command
def default(view: int, /, *, off: bool = False) -> None:
    """
    Begin the page of a view with it.

    Args:
        view: Its id.
        off: Begin the page with the whole list again.
    """
    client.send("DELETE" if off else "PUT", at("views", view, "default"))
