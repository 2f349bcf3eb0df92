"""Releases: list, register, edit, move through their phases."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import assignments, contents, given, media_type, pairs, saved
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid

app = App(name="release", help="Releases: list, register, edit, move through their phases.")

COLUMNS = ("number", "title", "service", "phase", "phase_status=status", "planned_start", "version")
SHOWN = (
    "number",
    "title",
    "description",
    "service",
    "release_type",
    "phase",
    "phase_status",
    "attempt",
    "manager",
    "priority",
    "changes",
    "affected_cis",
    "affected_groups",
    "planned_start",
    "planned_end",
    "outcome",
    "version",
)


@app.command(name="list")
def list_(
    *,
    text: str = "",
    phase: str = "",
    service: str = "",
    open: bool | None = None,  # noqa: A002 -- the name of the option
    order: Literal["newest", "oldest"] = "newest",
    limit: int = 50,
) -> None:
    """
    List releases, newest first.

    Args:
        text: Part of the number or title.
        phase: Such as build_test.
        service: Key of the service.
        open: Leave out those that are closed or abandoned.
        order: Newest or oldest first.
        limit: How many at most.
    """
    asked = {"text": text, "phase": phase, "service": service, "is_open": open or None, "order": order}
    output.table(client.rows("/releases", limit, **asked), *COLUMNS)


@app.command
def show(release: str, /, *, all: bool = False) -> None:  # noqa: A002
    """
    Show one release.

    Args:
        release: Its number, such as REL-000001.
        all: Every field that has a value.
    """
    output.record(client.get(at("releases", release)), *(() if all else SHOWN))


@app.command
def register(
    file: str = "",
    /,
    *,
    title: str = "",
    description: str = "",
    type: str = "minor",  # noqa: A002
    service: str = "",
    workflow: str = "",
    change: list[str] | None = None,
    ci: list[str] | None = None,
    group: list[str] | None = None,
    objective: list[str] | None = None,
) -> None:
    """
    Register a release, from a release file or from options, and print its number.

    Args:
        file: A release file as YAML or JSON; - reads standard input.
        title: What it is called.
        description: What it brings.
        type: major, minor or emergency.
        service: Key of the service.
        workflow: Key of the workflow it follows; seven_phases when left out.
        change: Number of a change it carries out; may be repeated.
        ci: Key of an affected configuration item; may be repeated.
        group: Key of an affected group; may be repeated.
        objective: What it is for, measurable; may be repeated.
    """
    if file:
        data = contents(file)
        made = client.send("POST", "/releases", content=data, media_type=media_type(file, data))
    else:
        if not (title and service):
            raise Invalid("cli.usage", "A release needs a file, or --title and --service.")
        body = given(
            kind="release",
            title=title,
            description=description or title,
            release_type=type,
            service=service,
            workflow=workflow,
            changes=change,
            affected_cis=ci,
            ci_groups=group,
            objectives=objective,
        )
        made = client.send("POST", "/releases", body)
    output.line(made["number"], made)


@app.command
def file(release: str, /, *, out: str = "") -> None:
    """
    Write a release as the release file that registers it, as YAML.

    Args:
        release: Number, such as REL-000123.
        out: File to write instead of standard output. A file that is there already stays.
    """
    saved(client.download(at("releases", release, "file")), out)


@app.command
def edit(release: str, /, *fields: str, version: int | None = None) -> None:
    """
    Change fields: `rightaway release edit REL-000001 impact=2 category=`.

    Args:
        release: Its number.
        fields: FIELD=VALUE; FIELD= empties it, risk_answers.data=No. sets one answer.
        version: The version you looked at; refused when somebody changed the release since.
    """
    edited = client.send("PATCH", at("releases", release), assignments(fields), version=version)
    output.record(edited, "number", "version", *(name.partition("=")[0].partition(".")[0] for name in fields))


@app.command
def scope(
    release: str,
    /,
    *,
    change: list[str] | None = None,
    ci: list[str] | None = None,
    group: list[str] | None = None,
    objective: list[str] | None = None,
) -> None:
    """
    Set what a release is about; a part without an option stays as it is.

    Args:
        release: Its number.
        change: Number of a change; may be repeated.
        ci: Key of an affected configuration item; may be repeated.
        group: Key of an affected group; may be repeated.
        objective: What it is for, measurable; may be repeated.
    """
    parts = given(changes=change, cis=ci, groups=group, objectives=objective)
    scoped = client.send("PUT", at("releases", release, "scope"), parts)
    output.record(scoped, "number", "version", "changes", "affected_cis", "affected_groups", "objectives")


@app.command
def design(release: str, file: str = "", /) -> None:
    """
    Set how a release is deployed, from a design file; without a file print the design.

    Args:
        release: Its number.
        file: A design file as YAML or JSON; - reads standard input.
    """
    path = at("releases", release, "design")
    if not file:
        output.data(client.get(path))
        return
    data = contents(file)
    designed = client.send("PUT", path, content=data, media_type=media_type(file, data))
    output.record(designed, "number", "version")


@app.command
def expect(release: str, /, *states: str) -> None:
    """
    Set what items are going to be: `rightaway release expect REL-000001 web-01=2.4.0`.

    Args:
        release: Its number.
        states: ITEM=VERSION.
    """
    wanted = {key: {"version": version} for key, version in pairs(states, "ITEM=VERSION").items()}
    expected = client.send("PUT", at("releases", release, "expectations"), {"states": wanted})
    output.record(expected, "number", "version")


@app.command
def people(release: str, /, *, stakeholder: list[str] | None = None, shift: list[str] | None = None) -> None:
    """
    Set the stakeholders, and the roster of early life support.

    Args:
        release: Its number.
        stakeholder: PERSON=PART, the part one of inform, consult, approve, accept; may be repeated.
        shift: PERSON,FROM,UNTIL, such as dirk,2026-11-20T22:00Z,2026-11-21T06:00Z; may be repeated.
    """
    parts = [{"person": name, "part": part} for name, part in pairs(stakeholder or (), "PERSON=PART").items()]
    body = given(stakeholders=parts, roster=[_shift(one) for one in shift or ()])
    output.record(
        client.send("PUT", at("releases", release, "people"), body), "number", "stakeholders", "roster"
    )


def _shift(word: str) -> dict[str, str]:
    try:
        person, starts, ends = word.split(",")
    except ValueError:
        raise Invalid("cli.shift", f"{word!r} is not PERSON,FROM,UNTIL.") from None
    return {"person": person, "starts_at": starts, "ends_at": ends}


@app.command
def move(
    release: str,
    event: str,
    /,
    *,
    reason: str = "",
    field: list[str] | None = None,
    version: int | None = None,
) -> None:
    """
    Take a way out of the phase; `rightaway release why` shows the ways there are.

    Args:
        release: Its number.
        event: Such as start_planning.
        reason: Why; some ways ask for it.
        field: What the way needs to know, such as abandon_reason=not_needed; may be repeated.
        version: The version you looked at.
    """
    body = given(event=event, reason=reason) | assignments(field or ())
    moved = client.send("POST", at("releases", release, "moves"), body, version=version)
    output.say(f"{moved['number']} is in {moved['phase']}")
    output.line(moved["phase"], moved)


@app.command
def hold(release: str, /, *, reason: str, until: str, version: int | None = None) -> None:
    """
    Hold a release: nobody votes, edits or deploys until it is resumed.

    Args:
        release: Its number.
        reason: Why.
        until: When somebody looks at it again, such as 2026-12-01T09:00+01:00; it does not end by itself.
        version: The version you looked at.
    """
    body = {"reason": reason, "until": until}
    client.send("POST", at("releases", release, "holds"), body, version=version)
    output.say(f"{release} is on hold until {until}")


@app.command
def resume(release: str, /, *, version: int | None = None) -> None:
    """
    Let a held release go on where it was.

    Args:
        release: Its number.
        version: The version you looked at.
    """
    resumed = client.send("POST", at("releases", release, "resumption"), version=version)
    output.say(f"{release} goes on: {resumed['phase']}, {resumed['phase_status']}")


@app.command
def holds(release: str, /) -> None:
    """
    List the times in which a release was on hold, newest first.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "holds"))
    output.table(rows, "held_at", "until", "resumed_at", "held_by=by", "reason")


@app.command
def why(release: str, /) -> None:
    """
    Show every way out of the phase with all that is missing, who owns it and what to do.

    Args:
        release: Its number.
    """
    found = client.get(at("releases", release, "standing"))
    if output.mode.as_json:
        output.data(found["ways"])
        return
    for way in found["ways"]:
        state = "open" if way["allowed"] else "closed"
        print(f"{way['event']}: {way['title']} ({state}, leads to {way['target']}, {way['mode']})")
        for one in way["unmet"]:
            mark = "missing" if one["blocks"] else "note"
            print(output.text(f"  {mark}: {one['message']} {one['remedy']} ({one['owner']})"))


@app.command
def checklist(release: str, /) -> None:
    """
    Show the checklist, as computed from evidence this second.

    Args:
        release: Its number.
    """
    found = client.get(at("releases", release, "standing"))
    output.table(found["checklist"], "key", "title", "state", "owner", "evidence")


@app.command
def history(release: str, /) -> None:
    """
    List the stays of a release in its phases, newest first.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "history"))
    output.table(rows, "entered_at", "left_at", "phase", "attempt", "event", "entered_by=by", "reason")


@app.command
def dispose(release: str, record: str, disposition: str, /, *, reason: str = "") -> None:
    """
    Say what becomes of an incident, problem, known error or interaction when the release closes.

    Args:
        release: Its number.
        record: Number of the linked record.
        disposition: Such as close.
        reason: Why.
    """
    body = given(disposition=disposition, reason=reason)
    client.send("PUT", at("releases", release, "dispositions", record), body)
    output.say(f"{record}: {disposition}")
