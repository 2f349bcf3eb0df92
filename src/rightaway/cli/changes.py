"""Change requests: register, assess, authorise."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, given
from rightaway.cli.client import at

app = App(name="change", help="Change requests: register, assess, authorise.")

SHOWN = ("number", "version", "state", "events")


@app.command(name="list")
def list_(
    *,
    text: str = "",
    state: str = "",
    type: str = "",  # noqa: A002
    service: str = "",
    awaiting_me: bool = False,
    limit: int = 50,
) -> None:
    """
    List changes, newest first.

    Args:
        text: Part of the number or title.
        state: Such as assessed.
        type: standard, normal, emergency or proposal.
        service: Key of the service.
        awaiting_me: Those that wait for an authorisation by somebody else than their requester.
        limit: How many at most.
    """
    asked = {
        "text": text,
        "state": state,
        "change_type": type,
        "service": service,
        "awaiting_me": awaiting_me or None,
    }
    rows = client.rows("/changes", limit, **asked)
    output.table(
        rows, "number", "title", "change_type=type", "state", "service", "requester", "release", "priority"
    )


@app.command
def show(change: str, /) -> None:
    """
    Show one change with its decisions.

    Args:
        change: Its number, such as CHG-000001.
    """
    output.record(client.get(at("changes", change)))


@app.command
def register(
    *,
    title: str,
    service: str,
    type: Literal["standard", "normal", "emergency", "proposal"] = "normal",  # noqa: A002
    description: str = "",
    model: str = "",
    ci: list[str] | None = None,
    field: list[str] | None = None,
) -> None:
    """
    Register a change request and print its number.

    Args:
        title: What is to change.
        service: Key of the service.
        type: How it is authorised.
        description: Why and how; the title when left out.
        model: Number of the model that authorises a standard change.
        ci: Key of an affected item; may be repeated.
        field: FIELD=VALUE, such as implementation_plan=...; may be repeated.
    """
    body = given(
        title=title, description=description or title, change_type=type, service=service, affected_cis=ci
    ) | given(model=model)
    made = client.send("POST", "/changes", body | assignments(field or ()))
    output.line(made["number"], made)


@app.command
def edit(change: str, /, *fields: str, version: int | None = None) -> None:
    """
    Change what is written; an authorised change whose content changes has to be authorised again.

    Args:
        change: Its number.
        fields: FIELD=VALUE.
        version: The version you looked at.
    """
    output.record(client.send("PATCH", at("changes", change), assignments(fields), version=version), *SHOWN)


@app.command
def authorise(change: str, /, *, note: str = "") -> None:
    """
    Authorise a change, as one of those who may; nobody authorises their own.

    Args:
        change: Its number.
        note: What you say with it.
    """
    _decide(change, given(decision="approve", note=note))


@app.command
def reject(change: str, /, *, note: str) -> None:
    """
    Reject a change, saying why.

    Args:
        change: Its number.
        note: Why.
    """
    _decide(change, {"decision": "reject", "note": note})


def _decide(change: str, body: dict[str, str]) -> None:
    decided = client.send("POST", at("changes", change, "decisions"), body)
    output.say(f"{change} is {decided['state']}")
    output.line(decided["state"], decided)


@app.command
def move(change: str, event: str, /, *, note: str = "") -> None:
    """
    Take one step that needs no authorisation: validate, assess, send_back, withdraw, hold, resume, review, close.

    Args:
        change: Its number.
        event: The step.
        note: What you say with it.
    """
    moved = client.send("POST", at("changes", change, "moves"), given(event=event, note=note))
    output.say(f"{change} is {moved['state']}")
    output.line(moved["state"], moved)


@app.command
def unauthorised(*, service: str, ci: list[str], evidence: str, title: str = "") -> None:
    """
    Record what was changed without leave, and print the number of its emergency change.

    Args:
        service: Key of the service.
        ci: Key of what was changed; may be repeated.
        evidence: What was seen, and who or what did it as far as it is known.
        title: What to call it; the names of the items when left out.
    """
    body = {"service": service, "affected_cis": ci, "evidence": evidence} | given(title=title)
    made = client.send("POST", "/unauthorised-changes", body)
    output.line(made["number"], made)


@app.command
def revert(change: str, /, *, reason: str) -> None:
    """
    Decide that an unauthorised change goes back; prints the number of the change that takes it back.

    Args:
        change: Its number.
        reason: Why.
    """
    made = client.send("POST", at("changes", change, "reversal"), {"reason": reason})
    output.line(made["number"], made)
