"""Models of standard changes: define, authorise, suspend."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, given
from rightaway.cli.client import at

app = App(name="change-model", help="Models of standard changes: define, authorise, suspend.")

SHOWN = ("number", "version", "state", "current_digest")


@app.command(name="list")
def list_(*, text: str = "", state: str = "", service: str = "", limit: int = 50) -> None:
    """
    List models, newest first.

    Args:
        text: Part of the number or title.
        state: draft, active, suspended, expired or retired.
        service: Key of a service it is for.
        limit: How many at most.
    """
    rows = client.rows("/change-models", limit, text=text, state=state, service=service)
    output.table(rows, "number", "title", "state", "owner", "max_items", "authorised_at", "last_used_at")


@app.command
def show(model: str, /) -> None:
    """
    Show one model, and how the changes under it went.

    Args:
        model: Its number, such as CHM-000001.
    """
    output.record(client.get(at("change-models", model)))


@app.command
def define(
    *,
    title: str,
    service: list[str],
    ci_class: list[str],
    implementation: str,
    test: str,
    remediation: str,
    max_items: int = 1,
    description: str = "",
    owner: str = "",
) -> None:
    """
    Write a model and print its number; it authorises nothing until a second person authorises it.

    Args:
        title: What changes under it do.
        service: Key of a service it is for; may be repeated.
        ci_class: Class of the items it may touch; may be repeated.
        implementation: How it is carried out.
        test: How it is tested.
        remediation: What is done when it goes wrong.
        max_items: How many items a change may reach, those that depend on it included.
        description: When to use it.
        owner: Who looks after it; you when left out.
    """
    body = {
        "title": title,
        "services": service,
        "ci_classes": ci_class,
        "implementation_plan": implementation,
        "test_plan": test,
        "remediation_plan": remediation,
        "max_items": max_items,
    }
    made = client.send("POST", "/change-models", body | given(description=description, owner=owner))
    output.line(made["number"], made)


@app.command
def edit(model: str, /, *fields: str, version: int | None = None) -> None:
    """
    Rewrite a model; one whose content changes is a draft again.

    Args:
        model: Its number.
        fields: FIELD=VALUE, such as max_items=5.
        version: The version you looked at.
    """
    edited = client.send("PATCH", at("change-models", model), assignments(fields), version=version)
    output.record(edited, *SHOWN)


@app.command
def authorise(model: str, /, *, digest: str) -> None:
    """
    Let a model authorise standard changes; nobody authorises what they wrote.

    Args:
        model: Its number.
        digest: The current_digest you looked at.
    """
    _said(model, client.send("POST", at("change-models", model, "authorisation"), {"digest": digest}))


@app.command
def suspend(model: str, /, *, reason: str) -> None:
    """
    Take a model out of use until it is revised and authorised again.

    Args:
        model: Its number.
        reason: Why.
    """
    _move(model, "suspend", reason)


@app.command
def revise(model: str, /, *, reason: str = "") -> None:
    """
    Make a model a draft again, to be looked at by two people.

    Args:
        model: Its number.
        reason: Why.
    """
    _move(model, "revise", reason)


@app.command
def retire(model: str, /, *, reason: str) -> None:
    """
    Take a model out of use for good.

    Args:
        model: Its number.
        reason: Why.
    """
    _move(model, "retire", reason)


def _move(model: str, event: str, reason: str) -> None:
    body = {"event": event} | given(reason=reason)
    _said(model, client.send("POST", at("change-models", model, "moves"), body))


def _said(model: str, moved: dict[str, str]) -> None:
    output.say(f"{model} is {moved['state']}")
    output.line(moved["state"], moved)
