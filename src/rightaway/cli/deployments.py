"""Deployments: launch, watch, pause, abort, back out."""

import uuid
from typing import Literal

from cyclopts import App

from rightaway.cli import client, output, watching
from rightaway.cli.arguments import given
from rightaway.cli.client import at

app = App(name="deploy", help="Deployments: launch, watch, pause, abort, back out.")

SHOWN = (
    "number",
    "release",
    "environment",
    "intent",
    "status",
    "wish",
    "progress",
    "open_holds",
    "outcome_reason",
    "plan_digest",
    "package_digest",
    "requested_by",
    "queued_at",
    "started_at",
    "finished_at",
)


@app.command
def launch(
    release: str,
    /,
    *,
    environment: str = "",
    intent: Literal["planned", "hotfix", "redeploy", "drill"] = "planned",
    reason: str = "",
    watch: bool = False,
) -> int:
    """
    Begin to carry out the current plan of a release, and print the number of the deployment.

    Args:
        release: Its number.
        environment: Key of the environment; that of the design when left out.
        intent: A drill rehearses the way back in a lower environment.
        reason: Why.
        watch: Stay and watch it to its end.
    """
    body = given(release=release, environment=environment, intent=intent, reason=reason)
    made = client.send("POST", "/deployments", body)
    if watch:
        output.say(f"{made['number']} is launched")
        return watching.watch(made["number"])
    output.line(made["number"], made)
    return output.OK


@app.command(name="list")
def list_(
    *,
    release: str = "",
    environment: str = "",
    status: str = "",
    open: bool = False,  # noqa: A002 -- the name of the option
    limit: int = 50,
) -> None:
    """
    List deployments, newest first.

    Args:
        release: Number of a release.
        environment: Key of an environment.
        status: Such as running.
        open: Leave out those that have ended.
        limit: How many at most.
    """
    asked = {"release": release, "environment": environment, "status": status, "is_open": open or None}
    rows = client.rows("/deployments", limit, **asked)
    output.table(
        rows,
        "number",
        "release",
        "environment",
        "intent",
        "status",
        "requested_by=by",
        "started_at",
        "finished_at",
    )


@app.command
def show(deployment: str, /) -> None:
    """
    Show one deployment with its waves and what happened on each target.

    Args:
        deployment: Its number, such as DEP-000001.
    """
    found = client.get(at("deployments", deployment))
    waves = client.get(at("deployments", deployment, "waves"))
    if output.mode.as_json:
        output.data({**found, "waves": waves})
        return
    output.record(found, *SHOWN)
    print()
    runs = [
        {"wave": wave["name"], "wave_status": wave["status"], **run} for wave in waves for run in wave["runs"]
    ]
    output.table(runs, "wave", "wave_status", "target", "status", "observed", "reason")


@app.command
def watch(deployment: str, /, *, every: float = 1.0) -> int:
    """
    Watch a deployment to its end; the exit code is 0 when it did what it was for, else 1.

    Args:
        deployment: Its number.
        every: Seconds between two looks.
    """
    return watching.watch(deployment, every_s=every)


@app.command
def log(deployment: str, /, *, follow: bool = False, after: int = 0) -> None:
    """
    Print the log of a deployment.

    Args:
        deployment: Its number.
        follow: Stay and print what comes, until it has ended.
        after: Begin after the piece with this id.
    """
    watching.print_log(deployment, after=after, follow=follow)


@app.command
def pause(deployment: str, /, *, reason: str = "") -> None:
    """
    Start nothing new; what runs on a target runs to its end.

    Args:
        deployment: Its number.
        reason: Why.
    """
    _command(deployment, "pause", reason)


@app.command
def resume(deployment: str, /, *, reason: str = "") -> None:
    """
    Go on after a pause.

    Args:
        deployment: Its number.
        reason: Why.
    """
    _command(deployment, "resume", reason)


@app.command
def abort(deployment: str, /, *, reason: str) -> None:
    """
    Stop going forward, and leave what was done.

    Args:
        deployment: Its number.
        reason: Why.
    """
    _command(deployment, "abort", reason)


@app.command(name="back-out")
def back_out(deployment: str, /, *, reason: str) -> None:
    """
    Undo what a deployment did; one that has ended is undone by a new deployment, whose number is printed.

    Args:
        deployment: Its number.
        reason: Why.
    """
    if client.get(at("deployments", deployment))["is_over"]:
        made = client.send("POST", at("deployments", deployment, "back-outs"), {"reason": reason})
        output.say(f"{made['number']} undoes {deployment}")
        output.line(made["number"], made)
    else:
        _command(deployment, "back_out", reason)


@app.command
def cancel(deployment: str, /, *, reason: str = "") -> None:
    """
    Cancel a deployment that has not begun.

    Args:
        deployment: Its number.
        reason: Why.
    """
    _command(deployment, "cancel", reason)


@app.command(name="retry-back-out")
def retry_back_out(deployment: str, /, *, reason: str = "") -> None:
    """
    Try to back out again where it failed.

    Args:
        deployment: Its number.
        reason: Why.
    """
    _command(deployment, "retry_back_out", reason)


@app.command
def close(deployment: str, /, *, reason: str) -> None:
    """
    Close a deployment whose back-out failed, and leave it so.

    Args:
        deployment: Its number.
        reason: Why that is right.
    """
    _command(deployment, "close", reason)


def _command(deployment: str, name: str, reason: str) -> None:
    path, body = at("deployments", deployment, "commands"), given(command=name, reason=reason)
    found = client.send("POST", path, body, key=str(uuid.uuid4()))
    output.say(f"{deployment} is asked to {name.replace('_', ' ')}")
    output.line(found["status"], found)


@app.command
def doubts() -> None:
    """List the attempts whose outcome nobody knows: look at the target, then resolve them."""
    rows = client.get("/doubts")
    output.table(
        rows, "attempt", "deployment", "target", "step", "direction", "effect", "operation_id", "message"
    )


@app.command
def resolve(attempt: int, resolution: Literal["applied", "not_applied", "failed"], /, *, reason: str) -> None:
    """
    Decide an attempt in doubt, after looking at its target.

    Args:
        attempt: Its id, as `rightaway deploy doubts` shows it.
        resolution: It took effect; it did not, so run it again; or it failed.
        reason: What you saw on the target.
    """
    path, body = at("doubts", attempt, "resolution"), {"resolution": resolution, "reason": reason}
    found = client.send("POST", path, body)
    output.say(f"attempt {attempt}: {resolution.replace('_', ' ')}")
    output.line(found["status"], found)
