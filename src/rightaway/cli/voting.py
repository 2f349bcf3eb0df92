"""Questions about approvals, delegations, votes on several at once, and groups of approvers."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid

delegation = App(name="delegation", help="Delegations: who votes in your place, and for whom you vote.")
group = App(name="group", help="Groups of people who give approvals together.")
COLUMNS = ("id", "giver", "taker", "starts_at", "ends_at", "release", "kind")


def ask(release: str, kind: str, text: str, /) -> None:
    """
    Ask something before you vote; it blocks nobody.

    Args:
        release: Its number.
        kind: Such as plan_design.
        text: The question.
    """
    made = client.send("POST", at("releases", release, "approvals", kind, "questions"), {"text": text})
    output.line(str(made["id"]), made)


def answer(release: str, question: int, text: str, /) -> None:
    """
    Answer a question; who asked is told.

    Args:
        release: Its number.
        question: Its id.
        text: The answer.
    """
    output.record(
        client.send("POST", at("releases", release, "questions", question, "answer"), {"text": text}),
        "id",
        "text",
        "answer",
    )


def vote_on(*votes: str, decision: str, reason: str = "") -> int:
    """
    Give the same vote on several approvals, each for the digest that you looked at.

    Args:
        votes: RELEASE/KIND@DIGEST, with the whole digest.
        decision: approve, deny or abstain.
        reason: What you say with it; a denial needs it.
    """
    sent = [_vote(one) for one in votes]
    found = client.send(
        "POST", "/approvals/votes", {**given(decision=decision, reason=reason), "votes": sent}
    )
    output.table(found, "release", "kind", "digest", "state", "code", "message")
    return output.FAILED if any(one["code"] for one in found) else output.OK


def _vote(word: str) -> dict[str, str]:
    what, _, digest = word.partition("@")
    release, _, kind = what.partition("/")
    if not (release and kind and digest):
        raise Invalid("cli.usage", f"{word!r} is not RELEASE/KIND@DIGEST.", at="votes")
    return {"release": release, "kind": kind, "digest": digest}


@delegation.command(name="list")
def list_delegations() -> None:
    """List what you delegated or were delegated."""
    output.table(client.get("/delegations"), *COLUMNS)


@delegation.command(name="add")
def delegate(
    to: str, /, *, since: str, until: str, release: str = "", kind: str = "", reason: str = ""
) -> None:
    """
    Let somebody vote in your place.

    Args:
        to: Their account.
        since: From when, such as 2026-12-24T08:00Z.
        until: Until when, at most 180 days later.
        release: With --kind, the one release it is for.
        kind: With --release, the one approval it is for.
        reason: Why.
    """
    body = given(to=to, starts_at=since, ends_at=until, release=release, kind=kind, reason=reason)
    output.record(client.send("POST", "/delegations", body), *COLUMNS)


@delegation.command
def end(delegation: int, /) -> None:
    """
    End a delegation now.

    Args:
        delegation: Its id.
    """
    client.send("DELETE", at("delegations", delegation))


@group.command(name="list")
def list_groups() -> None:
    """List the groups with their members."""
    output.table(client.get("/approver-groups"), "key", "name", "members")


@group.command(name="set")
def define(key: str, /, *members: str, name: str) -> None:
    """
    Make or change a group; its members are those named here.

    Args:
        key: Such as dcab; a workflow names it.
        members: Their accounts.
        name: As people read it.
    """
    made = client.send("PUT", at("approver-groups", key), {"name": name, "members": list(members)})
    output.record(made, "key", "name", "members")
