"""Tasks and waivers of a release."""

from typing import Any, Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, given
from rightaway.cli.client import at

app = App(name="task", help="Tasks and waivers of a release.")


@app.command(name="list")
def list_(release: str, /) -> None:
    """
    List the tasks of the current attempt, with what each waits for.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "tasks"))
    shown = ("key", "phase", "title", "kind", "state", "owner_role=owner", "is_mandatory=mandatory")
    output.table(rows, *shown, "waits_for", "expected_end", "is_critical=critical", "note")


@app.command
def board(release: str, /) -> None:
    """
    Show when the last task is expected to be over, and which tasks decide that.

    Args:
        release: Its number.
    """
    found = client.get(at("releases", release, "task-board"))
    output.record(found, "expected_end", "path")


@app.command
def mine(*, state: str = "open", service: str = "", overdue: bool = False, limit: int = 50) -> None:
    """
    List what you have to do, over all releases: given to you, or to nobody and for a role that you hold.

    Args:
        state: One state, or open.
        service: Key of a service.
        overdue: Only what should be done by now.
        limit: How many at most.
    """
    rows = client.rows("/tasks", limit, mine=True, state=state, service=service, is_overdue=overdue or None)
    output.table(rows, "release", "key", "title", "kind", "state", "due_at", "assignee", "owner_role=owner")


@app.command
def show(release: str, task: str, /) -> None:
    """
    Show one task.

    Args:
        release: Its number.
        task: Key of the task.
    """
    output.record(client.get(at("releases", release, "tasks", task)))


@app.command
def history(release: str, task: str, /) -> None:
    """
    List what was done about a task, newest first.

    Args:
        release: Its number.
        task: Key of the task.
    """
    rows = client.get(at("releases", release, "tasks", task, "history"))
    output.table(rows, "at", "actor", "action", "facts")


@app.command
def add(release: str, title: str, /, *fields: str, after: list[str] | None = None) -> None:
    """
    Give a release a task of its own, and print its key.

    Args:
        release: Its number.
        title: What is to be done.
        fields: FIELD=VALUE, such as duration_min=30 or kind=checkpoint; several values with commas between.
        after: TASK, TASK:TYPE or TASK:TYPE:MINUTES that it comes after; may be repeated.
    """
    body = {"title": title} | _fields(fields) | given(after=[_after(one) for one in after or []])
    made = client.send("POST", at("releases", release, "tasks"), body)
    output.line(made["key"], made)


@app.command
def plan(
    release: str,
    task: str,
    /,
    *fields: str,
    after: list[str] | None = None,
    first: bool = False,
    version: int | None = None,
) -> None:
    """
    Plan a task; of the release's own task, until it has begun, also what it is.

    Args:
        release: Its number.
        task: Key of the task.
        fields: FIELD=VALUE, such as duration_min=30.
        after: TASK, TASK:TYPE or TASK:TYPE:MINUTES; replaces everything that it comes after. May be repeated.
        first: It comes after nothing any more.
        version: The version you looked at.
    """
    body = _fields(fields) | ({"after": []} if first else given(after=[_after(one) for one in after or []]))
    planned = client.send("PATCH", at("releases", release, "tasks", task, "plan"), body, version=version)
    output.record(
        planned, "key", "version", "title", "planned_start", "duration_min", "after", "expected_end"
    )


@app.command
def remove(release: str, task: str, /) -> None:
    """
    Take back a task of the release's own that nobody has begun.

    Args:
        release: Its number.
        task: Key of the task.
    """
    client.send("DELETE", at("releases", release, "tasks", task))
    output.say(f"{task} is removed")


_LISTS = frozenset({"proof", "voter_roles", "voters", "affected_cis"})


def _fields(words: tuple[str, ...]) -> dict[str, Any]:
    """Read assignments; fields that hold lists take their values with commas between."""
    return {
        name: value.split(",") if name in _LISTS and isinstance(value, str) else value
        for name, value in assignments(words).items()
    }


def _after(word: str) -> dict[str, str]:
    task, _, rest = word.partition(":")
    kind, _, lag = rest.partition(":")
    return {"task": task, **given(type=kind, lag_min=lag)}


@app.command
def finish(
    release: str,
    task: str,
    /,
    *,
    state: Literal["done", "skipped", "cancelled", "failed", "active", "ready"] = "done",
    note: str = "",
    evidence: str = "",
    cost: int | None = None,
    effort: int | None = None,
) -> None:
    """
    Start, finish, fail, skip or cancel a task, or take up a failed one again.

    Args:
        release: Its number.
        task: Key of the task.
        state: What becomes of it; failing, skipping and cancelling need a note, ready takes up a failed one.
        note: What was done, or why not.
        evidence: What shows it, where the task asks for that: a text, an address or the number of a record.
        cost: What it cost.
        effort: How long people worked on it, in minutes.
    """
    body = given(state=state, note=note, evidence=evidence, cost_actual=cost, effort_actual_min=effort)
    done = client.send("PATCH", at("releases", release, "tasks", task), body)
    output.record(done, "key", "title", "state", "note")


@app.command
def review(release: str, task: str, decision: Literal["accept", "reject"], /, *, note: str = "") -> None:
    """
    Accept what somebody else did, or send it back to them.

    Args:
        release: Its number.
        task: Key of the task.
        decision: accept or reject.
        note: What is missing; a rejection needs it.
    """
    body = {"decision": decision} | given(note=note)
    reviewed = client.send("POST", at("releases", release, "tasks", task, "review"), body)
    output.record(reviewed, "key", "title", "state", "reviewed_by")


@app.command
def decide(release: str, task: str, outcome: str, /, *, note: str = "") -> None:
    """
    End a decision with one of its outcomes.

    Args:
        release: Its number.
        task: Key of the task.
        outcome: Key of the outcome, as `rightaway task show` has it.
        note: Why.
    """
    body = {"outcome": outcome} | given(note=note)
    decided = client.send("POST", at("releases", release, "tasks", task, "decision"), body)
    output.record(decided, "key", "title", "state", "outcome")


@app.command
def vote(release: str, task: str, vote: Literal["go", "hold", "abort"], /, *, reason: str = "") -> None:
    """
    Vote at a checkpoint; a newer vote replaces the one before.

    Args:
        release: Its number.
        task: Key of the task.
        vote: go, hold or abort.
        reason: Why; hold and abort need one.
    """
    body = {"vote": vote} | given(reason=reason)
    voted = client.send("PUT", at("releases", release, "tasks", task, "vote"), body)
    output.record(voted, "key", "title", "state", "quorum", "votes")


@app.command
def reopen(release: str, task: str, /) -> None:
    """
    Undo the ending of a task that you ended, within ten minutes.

    Args:
        release: Its number.
        task: Key of the task.
    """
    done = client.send("POST", at("releases", release, "tasks", task, "reopening"))
    output.record(done, "key", "title", "state")


@app.command
def assign(release: str, task: str, person: str = "", /) -> None:
    """
    Give a task to a person, who is told.

    Args:
        release: Its number.
        task: Key of the task.
        person: Their account; left out, the task goes back to its role.
    """
    body = {"assignee": person or None}
    given_to = client.send("PUT", at("releases", release, "tasks", task, "assignee"), body)
    output.record(given_to, "key", "title", "assignee", "owner_role")


@app.command
def waivers(release: str, /) -> None:
    """
    List the waivers asked for.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "waivers"))
    output.table(rows, "id", "control", "part", "state", "reason", "requested_by", "granted_by", "expires_at")


@app.command
def waive(
    release: str,
    control: str,
    /,
    *,
    reason: str,
    expires: str,
    restore_plan: str = "",
    owed: str = "",
    part: str = "",
) -> None:
    """
    Ask that a control be waived; another person has to grant it.

    Args:
        release: Its number.
        control: Key of the checklist item, such as rollback_plan.
        reason: Why.
        expires: Until when, such as 2026-12-31T00:00Z.
        restore_plan: How the control comes back.
        owed: What is to be done afterwards.
        part: Of the training only this audience.
    """
    body = given(
        control=control, reason=reason, expires_at=expires, restore_plan=restore_plan, owed=owed, part=part
    )
    made = client.send("POST", at("releases", release, "waivers"), body)
    output.line(str(made["id"]), made)


@app.command(name="grant-waiver")
def grant_waiver(release: str, waiver: int, /, *, owner: str = "", due: str = "") -> None:
    """
    Grant a waiver that somebody else asked for; it leaves a debt.

    Args:
        release: Its number.
        waiver: Its id, as `rightaway task waivers` shows it.
        owner: Who owes what it leaves; who asked for it when left out.
        due: Until when; the end of the waiver when left out.
    """
    granted = client.send(
        "POST", at("releases", release, "waivers", waiver, "grant"), given(owner=owner, due_at=due)
    )
    output.record(granted, "id", "control", "state", "granted_by", "expires_at")


@app.command(name="refuse-waiver")
def refuse_waiver(release: str, waiver: int, /, *, reason: str) -> None:
    """
    Refuse a waiver that somebody else asked for.

    Args:
        release: Its number.
        waiver: Its id.
        reason: Why.
    """
    refused = client.send("POST", at("releases", release, "waivers", waiver, "refusal"), {"reason": reason})
    output.record(refused, "id", "control", "state", "refused_by", "refusal_reason")


@app.command(name="withdraw-waiver")
def withdraw_waiver(release: str, waiver: int, /) -> None:
    """
    Take a waiver back.

    Args:
        release: Its number.
        waiver: Its id.
    """
    taken = client.send("POST", at("releases", release, "waivers", waiver, "withdrawal"))
    output.record(taken, "id", "control", "state")
