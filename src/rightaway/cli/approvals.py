"""Approvals: what waits for you, what it is bound to, your vote."""

import json
import sys
from typing import Any

from cyclopts import App

from rightaway.cli import client, output, voting
from rightaway.cli.arguments import given
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid, Refused

app = App(name="approval", help="Approvals: what waits for you, what it is bound to, your vote.")

app.command(voting.ask)
app.command(voting.answer)
app.command(voting.vote_on)
SHORTEST_DIGEST = 12


@app.command(name="list")
def list_(release: str = "", /, *, decided: bool = False) -> None:
    """
    List the approvals of a release; without one, those that wait for your vote and what is new in them.

    Args:
        release: Its number.
        decided: Those you voted on instead.
    """
    if release:
        rows = client.get(at("releases", release, "approvals"))
        output.table(rows, "kind", "title", "state", "rule", "roles", "digest", "expires_at")
    else:
        rows = client.get("/approvals", show="decided" if decided else "waiting")
        output.table(rows, "release", "title", "kind", "state", "digest", "due_at", "since", "news")


@app.command
def request(release: str, kind: str, /) -> None:
    """
    Ask for an approval of the release as it is now, and print the digest it is bound to.

    Args:
        release: Its number.
        kind: Such as plan_design.
    """
    asked = client.send("POST", at("releases", release, "approvals"), {"kind": kind})
    output.say(f"{kind} of {release} is asked for; it needs {asked['rule']} of {', '.join(asked['roles'])}")
    output.line(asked["digest"], asked)


@app.command
def show(release: str, kind: str, /, *, content: bool = False) -> None:
    """
    Show one approval, its votes, and what has changed since it was asked for.

    Args:
        release: Its number.
        kind: Such as plan_design.
        content: Print everything it is bound to.
    """
    found = client.get(at("releases", release, "approvals", kind))
    if output.mode.as_json:
        output.data(found)
        return
    _print(found)
    if content:
        output.data(found["manifest"])


def _print(found: dict[str, Any]) -> None:
    for name in ("kind", "title", "state", "rule", "roles", "requested_by", "expires_at"):
        print(f"{name.replace('_', ' '):<14}{output.text(found[name])}")
    print(f"{'asked for':<14}{found['digest']}")
    print(f"{'now':<14}{found['current_digest'] or 'a part it is bound to does not exist yet'}")
    for vote in found["votes"]:
        print(output.text(f"  {vote['decision']} by {vote['name']} as {vote['role']}: {vote['reason']}"))
    for one in found["questions"]:
        print(output.text(f"  question {one['id']} of {one['asked_by']}: {one['text']}"))
        if one["answer"]:
            print(output.text(f"    answer: {one['answer']}"))
    for one in found["changes"] or found["voided_difference"]:
        print(
            output.text(f"  {one['kind']} {one['path']}: {_short(one['before'])} -> {_short(one['after'])}")
        )


def _short(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)[:200]


@app.command
def approve(release: str, kind: str, /, *, digest: str = "", reason: str = "", role: str = "") -> None:
    """
    Approve the content with a digest that you looked at.

    Without --digest the content is shown and you are asked; that needs a terminal.

    Args:
        release: Its number.
        kind: Such as plan_design.
        digest: What you approve, as `rightaway approval show` prints it: all of it, or its first 12 digits.
        reason: What you say with it.
        role: In which of your roles.
    """
    found = client.get(at("releases", release, "approvals", kind))
    seen = _checked(found, digest) if digest else _confirmed(found)
    _vote(release, kind, given(decision="approve", digest=seen, reason=reason, role=role))


def _checked(found: dict[str, Any], digest: str) -> str:
    current = str(found["current_digest"])
    if len(digest) < SHORTEST_DIGEST:
        raise Invalid("approval.digest_too_short", "Give at least 12 digits of the digest.", at="--digest")
    if not current.startswith(digest):
        raise Refused(
            "approval.content_changed",
            f"The content is not {digest[:12]} but {current[:12] or 'incomplete'}.",
            hint="Look at it again: rightaway approval show.",
        )
    return current


def _confirmed(found: dict[str, Any]) -> str:
    if not sys.stdin.isatty():
        raise Invalid(
            "approval.digest_needed",
            "Say what you approve.",
            at="--digest",
            hint=f"After looking at it: --digest {found['current_digest'][:12] or '...'}",
        )
    _print(found)
    print(json.dumps(found["manifest"], indent=2, ensure_ascii=False), file=sys.stderr)
    current = str(found["current_digest"])
    print(f"Type the first 12 digits of {current} to approve it: ", end="", file=sys.stderr, flush=True)
    return _checked(found, sys.stdin.readline().strip())


@app.command
def deny(release: str, kind: str, /, *, reason: str) -> None:
    """
    Deny an approval, saying why.

    Args:
        release: Its number.
        kind: Such as plan_design.
        reason: Why, and what would have to change.
    """
    found = client.get(at("releases", release, "approvals", kind))
    _vote(release, kind, {"decision": "deny", "digest": found["current_digest"], "reason": reason})


@app.command
def withdraw(release: str, kind: str, /, *, reason: str = "") -> None:
    """
    Withdraw your own vote.

    Args:
        release: Its number.
        kind: Such as plan_design.
        reason: Why.
    """
    found = client.get(at("releases", release, "approvals", kind))
    _vote(release, kind, given(decision="withdraw", digest=found["current_digest"], reason=reason))


def _vote(release: str, kind: str, body: dict[str, str]) -> None:
    voted = client.send("POST", at("releases", release, "approvals", kind, "votes"), body)
    output.say(f"{kind} of {release} is {voted['state']}")
    output.line(voted["state"], voted)
