"""Workflows of releases: versions, drafts, trials, and running releases moved to a newer version."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, contents, given
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid

app = App(name="workflow", help="Workflows of releases: versions, drafts, trials, migrations.")

VERSION = ("key", "version", "is_current", "effective_at", "ended_at", "activated_by", "releases", "digest")
DRAFT = ("number", "version", "key", "state", "note", "authors", "against", "current_digest")


@app.command(name="list")
def list_(*, key: str = "", limit: int = 50) -> None:
    """
    List the versions of workflows, newest first.

    Args:
        key: Of one workflow, such as seven_phases.
        limit: How many at most.
    """
    output.table(client.rows("/workflows", limit, key=key), *VERSION)


@app.command
def show(key: str, version: int, /) -> None:
    """
    Print a version as its text, comments included; with --json what is known about it too.

    Args:
        key: Of the workflow, such as seven_phases.
        version: Which version.
    """
    found = client.get(at("workflows", key, version))
    output.line(found["source"].rstrip("\n"), found)


@app.command
def drafts(*, key: str = "", state: str = "", limit: int = 50) -> None:
    """
    List drafts, newest first.

    Args:
        key: Of one workflow.
        state: draft, activated or discarded.
        limit: How many at most.
    """
    rows = client.rows("/workflow-drafts", limit, key=key, state=state)
    output.table(rows, "number", "key", "state", "note", "version", "updated_at")


@app.command
def begin(
    base: str, /, *, version: int | None = None, key: str = "", title: str = "", note: str = ""
) -> None:
    """
    Begin a draft from a workflow and print its number; it has no effect until a second person activates it.

    Args:
        base: Key of the workflow to begin from.
        version: Which version of it; the one in force when left out.
        key: Key of another workflow to make of it.
        title: What the other workflow is called.
        note: What is to change, and why.
    """
    body = {"base": base} | given(version=version, key=key, title=title, note=note)
    made = client.send("POST", "/workflow-drafts", body)
    output.line(made["number"], made)


@app.command
def draft(draft: str, /) -> None:
    """
    Show a draft: what is wrong with it, each with its line, and what it changes.

    Args:
        draft: Its number, such as WFD-000001.
    """
    _shown(client.get(at("workflow-drafts", draft)))


@app.command
def text(draft: str, /) -> None:
    """
    Print the text of a draft, to be edited and saved again.

    Args:
        draft: Its number.
    """
    found = client.get(at("workflow-drafts", draft))
    output.line(found["source"].rstrip("\n"), found)


@app.command
def save(draft: str, file: str, /, *, note: str | None = None, version: int | None = None) -> None:
    """
    Keep a text as the draft, right or wrong; what is wrong is printed with its line.

    Args:
        draft: Its number.
        file: The workflow as YAML; - reads standard input.
        note: What is to change, and why.
        version: The version you looked at.
    """
    body = {"source": contents(file).decode(errors="replace")} | given(note=note)
    _shown(client.send("PATCH", at("workflow-drafts", draft), body, version=version))


@app.command
def add(draft: str, addition: str, /, *fields: str, version: int | None = None) -> None:
    """
    Add to a draft: `rightaway workflow add WFD-000001 guard way=T04 guard=G11`.

    Args:
        draft: Its number.
        addition: task, approval, guard or checklist.
        fields: FIELD=VALUE as the template has them; several values by comma, such as roles=cab,service_owner.
        version: The version you looked at.
    """
    held = {name: _value(name, value) for name, value in assignments(fields).items()}
    body = {"addition": addition, "fields": held}
    _shown(client.send("POST", at("workflow-drafts", draft, "additions"), body, version=version))


LISTS = frozenset({"ways", "roles", "users", "groups", "people", "bound", "proof", "blocks"})


def _value(name: str, value: object) -> object:
    return [one.strip() for one in str(value).split(",") if one.strip()] if name in LISTS else value


@app.command(name="try")
def try_(draft: str, release: str, /) -> None:
    """
    Say what a draft would find missing in each phase a release went through; nothing is written.

    Args:
        draft: Its number.
        release: Number of a release, running or past.
    """
    phases = client.get(at("releases", release, "workflow-trial", draft))
    rows = [
        {
            "phase": phase["phase"] if phase["is_there"] else f"{phase['phase']} (gone)",
            "way": way["title"],
            "own": _missing(way["own"]),
            "draft": _missing(way["draft"]),
            "differs": way["differs"],
        }
        for phase in phases
        for way in phase["ways"]
    ]
    output.table(rows, "phase", "way", "own", "draft", "differs")


def _missing(unmet: list[dict[str, str]] | None) -> str:
    if unmet is None:
        return "no such way"
    return ", ".join(one["code"] for one in unmet) or "open"


@app.command
def activate(draft: str, /, *, digest: str, since: str = "") -> None:
    """
    Put a draft into force, as the second person; nobody activates what they wrote.

    Args:
        draft: Its number.
        digest: The current_digest you looked at.
        since: From when on, such as 2026-12-01T06:00Z; now when left out.
    """
    body = {"digest": digest} | given(effective_at=since)
    made = client.send("POST", at("workflow-drafts", draft, "activation"), body)
    output.say(f"{made['key']} v{made['version']} is {made['state']}")
    output.line(f"{made['key']} v{made['version']}", made)


@app.command
def discard(draft: str, /, *, reason: str = "") -> None:
    """
    Put a draft away for good.

    Args:
        draft: Its number.
        reason: Why.
    """
    output.record(client.send("POST", at("workflow-drafts", draft, "discard"), {"reason": reason}), *DRAFT)


@app.command
def withdraw(key: str, version: int, /, *, reason: str) -> None:
    """
    Take back a version that waits for its moment.

    Args:
        key: Of the workflow.
        version: Which version.
        reason: Why.
    """
    found = client.send("POST", at("workflows", key, version, "withdrawal"), {"reason": reason})
    output.record(found, "key", "version", "state", "effective_at", "ended_at")


@app.command
def preview(key: str, /, *, limit: int = 50) -> None:
    """
    Foresee what moving the open releases to the version in force would do; nothing is done.

    Args:
        key: Of the workflow.
        limit: How many releases at most.
    """
    rows = client.rows(f"{at('workflows', key)}/migration", limit)
    output.table(
        rows, "release", "phase", "workflow_version=from", "obstacle", "tasks", "asked", "lost", "voided"
    )


@app.command
def migrate(key: str, /, *releases: str, to: int) -> None:
    """
    Let releases follow the version in force; each is moved by itself, and one that cannot stays where it is.

    Args:
        key: Of the workflow.
        releases: Numbers of the releases; look at `rightaway workflow preview` first.
        to: The version in force that you looked at.
    """
    if not releases:
        raise Invalid("cli.usage", "Name the releases to move.", hint=f"rightaway workflow preview {key}")
    foreseen = {one["release"]: one for one in client.rows(f"{at('workflows', key)}/migration", 10_000)}
    for release in releases:
        held = foreseen.get(release)
        version = held["release_version"] if held else None
        moved = client.send("POST", at("releases", release, "workflow"), {"version": to}, version=version)
        output.line(f"{moved['release']}: {moved['key']} v{moved['workflow_version']}", moved)


def _shown(found: dict[str, object]) -> None:
    output.record(found, *DRAFT)
    if output.mode.as_json:
        return
    problems, changes = found["problems"], found["changes"]
    assert isinstance(problems, list)
    assert isinstance(changes, list)
    if problems:
        output.table(problems, "place", "message", "hint", "code")
    if changes:
        output.table(changes, "path", "kind")
