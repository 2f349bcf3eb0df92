"""Closing a release: all that is linked at once, sign-off, closure codes, the follow-up."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given, pairs
from rightaway.cli.client import at

app = App(name="closing", help="Closing a release: what is linked, sign-off, closure codes, follow-up.")


@app.command
def show(release: str, /) -> None:
    """
    Show what is proposed for everything open that is linked.

    Args:
        release: Its number.
    """
    found = client.get(at("releases", release, "closing"))
    if output.mode.as_json:
        output.data(found)
        return
    output.table(found["proposals"], "record", "kind", "link", "disposition", "why")


@app.command
def confirm(release: str, /, *, keep: list[str] | None = None, owner: str = "") -> None:
    """
    Carry out all that is proposed, in one transaction.

    Args:
        release: Its number.
        keep: NUMBER=REASON for what stays open; may be repeated.
        owner: Who goes on with what stays open.
    """
    path = at("releases", release, "closing")
    vetoes = [
        {"record": record, "reason": reason} | given(owner=owner)
        for record, reason in pairs(keep or [], "NUMBER=REASON").items()
    ]
    done = client.send("POST", path, {"digest": client.get(path)["digest"], "vetoes": vetoes})
    output.table(done, "record", "kind", "disposition", "why")


@app.command
def codes(release: str, /) -> None:
    """
    List the closure codes with their definitions, and which fit the outcome.

    Args:
        release: Its number.
    """
    output.table(client.get(at("releases", release, "closure-codes")), "code", "fits", "definition")


@app.command(name="sign-off")
def sign_off(
    release: str,
    decision: Literal["accepted", "accepted_with_reservations", "rejected"],
    /,
    *,
    reason: str = "",
) -> None:
    """
    Accept the result, accept it with reservations, or reject it.

    Args:
        release: Its number.
        decision: What you say.
        reason: What is not as it should be.
    """
    body = {"decision": decision} | given(reason=reason)
    output.record(client.send("PUT", at("releases", release, "sign-offs", "mine"), body))


@app.command(name="sign-offs")
def list_sign_offs(release: str, /) -> None:
    """
    List what stakeholders said to the result.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "sign-offs"))
    output.table(rows, "person", "decision", "reason", "answer", "answered_by")


@app.command
def answer(release: str, person: str, text: str, /) -> None:
    """
    Answer what a stakeholder said.

    Args:
        release: Its number.
        person: Their account.
        text: The answer.
    """
    path = at("releases", release, "sign-offs", person, "answer")
    output.record(client.send("PUT", path, {"text": text}))


@app.command
def draft(release: str, /) -> None:
    """
    Show the draft of the review, from what is recorded.

    Args:
        release: Its number.
    """
    output.record(client.get(at("releases", release, "review", "draft")))


@app.command
def target(release: str, objective: str, target: str, /) -> None:
    """
    Set what an objective is measured against.

    Args:
        release: Its number.
        objective: Its text.
        target: The value to reach.
    """
    body = {"targets": [{"text": objective, "target": target}]}
    found = client.send("PUT", at("releases", release, "objectives", "targets"), body)
    output.table(found["objectives"], "text", "target", "result", "measured")


@app.command(name="follow-up")
def follow_up(release: str, /, *, title: str = "") -> None:
    """
    Register the release that follows one that is over, and print its number.

    Args:
        release: The number of the one that is over.
        title: Another title.
    """
    made = client.send("POST", at("releases", release, "follow-up"), given(title=title))
    output.line(made["number"], made)
