"""Incidents, problems, known errors, interactions."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

incident = App(name="incident", help="Incidents.")
problem = App(name="problem", help="Problems and their root causes.")
known_error = App(name="known-error", help="Known errors, and the releases that fix or bring them.")
interaction = App(name="interaction", help="Contacts of users with the service desk.")


@incident.command(name="list")
def list_incidents(*, state: str = "", release: str = "", limit: int = 50) -> None:
    """
    List incidents, newest first.

    Args:
        state: open or closed.
        release: Number of a release.
        limit: How many at most.
    """
    rows = client.rows("/incidents", limit, state=state, release=release)
    output.table(rows, "number", "title", "severity", "state", "service", "release", "link", "detected_at")


@incident.command(name="show")
def show_incident(incident: str, /) -> None:
    """
    Show one incident.

    Args:
        incident: Its number, such as INC-000001.
    """
    output.record(client.get(at("incidents", incident)))


@incident.command(name="open")
def open_incident(
    title: str,
    /,
    *,
    service: str,
    severity: int,
    description: str = "",
    release: str = "",
    link: Literal["", "caused_by_release", "resolved_by_release", "occurred_during_els"] = "",
    detected: str = "",
) -> None:
    """
    Record an incident and print its number.

    Args:
        title: What happened.
        service: Key of the service.
        severity: 1 (worst) to 4.
        description: More about it.
        release: Number of a release it is linked to.
        link: What the release has to do with it.
        detected: When, such as 2026-11-20T08:00Z; now when left out.
    """
    body = given(
        title=title,
        service=service,
        severity=severity,
        description=description,
        release=release,
        link=link,
        detected_at=detected,
    )
    made = client.send("POST", "/incidents", body)
    output.line(made["number"], made)


@incident.command
def resolve(incident: str, /, *, resolution: str, restored: str = "") -> None:
    """
    Close an incident.

    Args:
        incident: Its number.
        resolution: What restored the service.
        restored: When, such as 2026-11-20T08:00Z; now when left out.
    """
    body = given(resolution=resolution, restored_at=restored)
    closed = client.send("POST", at("incidents", incident, "resolution"), body)
    output.record(closed, "number", "state", "resolution", "restored_at")


@incident.command(name="link")
def link_incident(
    incident: str,
    release: str,
    /,
    *,
    link: Literal["caused_by_release", "resolved_by_release", "occurred_during_els"] = "resolved_by_release",
) -> None:
    """
    Say what a release has to do with an open incident.

    Args:
        incident: Its number.
        release: Number of the release.
        link: What the release has to do with it.
    """
    body = {"release": release, "link": link}
    linked = client.send("PUT", at("incidents", incident, "release"), body)
    output.record(linked, "number", "release", "link")


@incident.command
def misuse(incident: str, /, *, misunderstood: str = "", not_any_more: bool = False) -> None:
    """
    Say that people did not know how to use the service; the training of the next release has to answer it.

    Args:
        incident: Its number.
        misunderstood: What they did not know.
        not_any_more: Take that back.
    """
    body = {"misunderstood": misunderstood, "is_misuse": not not_any_more}
    marked = client.send("PUT", at("incidents", incident, "misuse"), body)
    output.record(marked, "number", "is_misuse", "misunderstood", "taught_in")


@incident.command
def confirm(incident: str, /) -> None:
    """
    Confirm that the linked deployment caused the incident; only then it counts in the metrics.

    Args:
        incident: Its number.
    """
    confirmed = client.send("POST", at("incidents", incident, "confirmation"))
    output.record(confirmed, "number", "deployment", "confirmed_by")


@problem.command(name="list")
def list_problems(*, state: str = "", release: str = "", limit: int = 50) -> None:
    """
    List problems, newest first.

    Args:
        state: open or closed.
        release: Number of a release.
        limit: How many at most.
    """
    rows = client.rows("/problems", limit, state=state, release=release)
    output.table(rows, "number", "title", "state", "release", "incidents", "root_cause_category=category")


@problem.command(name="show")
def show_problem(problem: str, /) -> None:
    """
    Show one problem.

    Args:
        problem: Its number, such as PRB-000001.
    """
    output.record(client.get(at("problems", problem)))


@problem.command(name="root-cause")
def root_cause(problem: str, /, *, cause: str, category: str, close: bool = False) -> None:
    """
    Record the root cause of a problem.

    Args:
        problem: Its number.
        cause: What it was.
        category: Such as code_defect, config, test_gap.
        close: Close the problem with it.
    """
    body = {"root_cause": cause, "category": category, "is_closed": close}
    edited = client.send("PUT", at("problems", problem, "root-cause"), body)
    output.record(edited, "number", "state", "root_cause_category", "root_cause")


@known_error.command(name="list")
def list_known_errors(*, state: str = "", release: str = "", limit: int = 50) -> None:
    """
    List known errors, newest first.

    Args:
        state: open or closed.
        release: Number of a release that fixes or brings it.
        limit: How many at most.
    """
    rows = client.rows("/known-errors", limit, state=state, release=release)
    output.table(rows, "number", "title", "state", "service", "workaround", "releases")


@known_error.command(name="open")
def open_known_error(
    title: str, /, *, service: str, root_cause: str, workaround: str, problem: str = ""
) -> None:
    """
    Record a known error and print its number.

    Args:
        title: What goes wrong.
        service: Key of the service.
        root_cause: Why.
        workaround: What helps until it is fixed.
        problem: Number of the problem it comes from.
    """
    body = given(title=title, service=service, root_cause=root_cause, workaround=workaround, problem=problem)
    made = client.send("POST", "/known-errors", body)
    output.line(made["number"], made)


@known_error.command
def link(known_error: str, release: str, /, *, effect: Literal["fixes", "introduces"] = "fixes") -> None:
    """
    Say that a release fixes a known error or brings it.

    Args:
        known_error: Its number, such as KE-000001.
        release: Number of the release.
        effect: What the release does to it.
    """
    output.record(
        client.send("PUT", at("releases", release, "known-errors", known_error), {"effect": effect})
    )


@interaction.command(name="list")
def list_interactions(*, state: str = "", release: str = "", limit: int = 50) -> None:
    """
    List contacts of users, newest first.

    Args:
        state: open or closed.
        release: Number of a release.
        limit: How many at most.
    """
    rows = client.rows("/interactions", limit, state=state, release=release)
    output.table(rows, "number", "contact", "channel", "state", "release", "summary", "answer")


@interaction.command(name="open")
def open_interaction(summary: str, /, *, contact: str, channel: str = "phone", release: str = "") -> None:
    """
    Record a contact of a user with the service desk and print its number.

    Args:
        summary: What it is about.
        contact: Who it was.
        channel: Such as phone or mail.
        release: Number of a release it is about.
    """
    body = given(summary=summary, contact=contact, channel=channel, release=release)
    made = client.send("POST", "/interactions", body)
    output.line(made["number"], made)
