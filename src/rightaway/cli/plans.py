"""Deployment plans: compile, show, compare."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

app = App(name="plan", help="Deployment plans: compile, show, compare.")


@app.command
def compile(release: str, /, *, environment: str = "") -> None:  # noqa: A001 -- the field's word
    """
    Compile the plan of a release and print its digest; the same inputs give the plan that is there already.

    Args:
        release: Its number.
        environment: Key of the environment; that of the design when left out.
    """
    made = client.send("POST", at("releases", release, "plans"), given(environment=environment))
    output.say(f"plan {made['number']} of {release} for {made['environment']}")
    output.line(made["digest"], made)


@app.command
def show(release: str, environment: str = "", /) -> None:
    """
    List the plans of a release, or show the current one for an environment in full.

    Args:
        release: Its number.
        environment: Key of the environment.
    """
    if environment:
        found = client.get(at("releases", release, "plans", environment))
        _print(found)
    else:
        rows = client.get(at("releases", release, "plans"))
        output.table(
            rows,
            "environment",
            "number",
            "digest",
            "package_digest=package",
            "is_current=current",
            "compiled_by",
        )


def _print(found: dict[str, client.Json]) -> None:
    body = found["body"]
    if output.mode.as_json:
        output.data(found)
        return
    output.record(found, "environment", "number", "digest", "back_out_digest", "is_current", "compiled_by")
    print()
    output.table(body["waves"], "name=wave", "targets", "bake_s", "max_failures")
    print()
    steps = [{**step, "way_back": "yes" if step["inverse"] else "none"} for step in body["steps"]]
    output.table(steps, "key=step", "effect", "timeout_s", "way_back=way back")


@app.command
def diff(release: str, environment: str, /, *, since: int | None = None) -> None:
    """
    Show what is different between the current plan and an earlier one.

    Args:
        release: Its number.
        environment: Key of the environment.
        since: Number of the earlier plan; the one before the current when left out.
    """
    rows = client.get(at("releases", release, "plans", environment, "difference"), since=since)
    output.table(rows, "kind", "path", "before", "after")
