"""Training of a release's audiences: plan, sessions, who came; and the short way of numbers alone."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

app = App(name="training", help="Training of the release's audiences: plan, sessions, who came.")

Kind = Literal["users", "service_desk", "support", "operations"]
Mode = Literal["class", "workshop", "computer_based"]
Source = Literal["sign_in_sheet", "learning_system", "trainer", "self_reported"]


@app.command(name="list")
def list_training(release: str, /) -> None:
    """
    List the training of a release.

    Args:
        release: Its number.
    """
    plan = client.get(at("releases", release, "training-plan"))
    columns = ("audience", "kind", "mode", "named", "trained", "pass_mark", "provider", "cost_estimate")
    output.table(plan["audiences"], *columns)


@app.command
def show(release: str, /) -> None:
    """
    Show the whole training plan, with the misuse that earlier releases of the service left to answer.

    Args:
        release: Its number.
    """
    output.record(client.get(at("releases", release, "training-plan")))


@app.command(name="record")
def record_training(
    release: str,
    audience: str,
    /,
    *,
    invited: int,
    attended: int = 0,
    passed: int | None = None,
    mode: str = "class",
    kind: Literal["", "users", "service_desk", "support", "operations"] = "",
) -> None:
    """
    Record how many of one audience came, planned or not.

    Args:
        release: Its number.
        audience: Such as service-desk.
        invited: How many were invited.
        attended: How many came.
        passed: How many of them passed the quiz, where there is one.
        mode: class, workshop or computer_based.
        kind: Who they are; as it is planned when left out.
    """
    body = given(mode=mode, invited=invited, passed=passed, kind=kind) | {"attended": attended}
    output.record(client.send("PUT", at("releases", release, "training", audience), body))


@app.command
def plan(
    release: str,
    audience: str,
    /,
    *,
    kind: Kind | None = None,
    mode: Mode | None = None,
    content: str = "",
    article: str = "",
    provider: str = "",
    pass_mark: int | None = None,
    cost_estimate: int | None = None,
    cost_actual: int | None = None,
    answers: list[str] | None = None,
) -> None:
    """
    Plan the training of one audience, or change its plan.

    Args:
        release: Its number.
        audience: Such as service-desk.
        kind: Who they are; of those who support or operate the service all have to be trained.
        mode: How they are taught.
        content: Where the material is.
        article: Number of an article.
        provider: Who teaches.
        pass_mark: Of the quiz, in percent.
        cost_estimate: What it will cost.
        cost_actual: What it did cost.
        answers: Incidents of misuse that it teaches how to avoid; may be repeated.
    """
    body = given(
        kind=kind,
        mode=mode,
        content=content,
        article=article,
        provider=provider,
        pass_mark=pass_mark,
        cost_estimate=cost_estimate,
        cost_actual=cost_actual,
        answers=answers,
    )
    output.record(client.send("PUT", at("releases", release, "training", audience, "plan"), body))


@app.command
def drop(release: str, audience: str, /) -> None:
    """
    Take an audience out of the plan while nobody of it is being taught.

    Args:
        release: Its number.
        audience: Such as service-desk.
    """
    client.send("DELETE", at("releases", release, "training", audience, "plan"))
    output.say(f"{audience} is taken out.")


@app.command
def session(
    release: str, audience: str, /, *, begins: str, ends: str, place: str = "", seats: int | None = None
) -> None:
    """
    Plan a session of an audience and print its id.

    Args:
        release: Its number.
        audience: Such as service-desk.
        begins: When, such as 2026-11-20T08:00Z.
        ends: Until when.
        place: Where.
        seats: How many can take part; any number when left out.
    """
    body = given(starts_at=begins, ends_at=ends, place=place, seats=seats)
    made = client.send("POST", at("releases", release, "training", audience, "sessions"), body)
    output.line(str(made["id"]), made)


@app.command
def cancel(release: str, session: int, /, *, reason: str) -> None:
    """
    Call a session off.

    Args:
        release: Its number.
        session: Its id.
        reason: Why.
    """
    path = at("releases", release, "training-sessions", session, "cancellation")
    output.record(client.send("POST", path, {"reason": reason}))


@app.command
def invite(release: str, audience: str, /, *names: str) -> None:
    """
    Name people of an audience; from then on they count, and no number.

    Args:
        release: Its number.
        audience: Such as service-desk.
        names: Accounts, or people as they are called.
    """
    path = at("releases", release, "training", audience, "people")
    output.record(client.send("POST", path, {"names": list(names)}), "audience", "named", "trained")


@app.command
def uninvite(release: str, audience: str, name: str, /) -> None:
    """
    Take somebody off the list who was never meant to be taught.

    Args:
        release: Its number.
        audience: Such as service-desk.
        name: As they are on the list.
    """
    client.send("DELETE", at("releases", release, "training", audience, "people", name))
    output.say(f"{name} is off the list.")


@app.command
def attend(
    release: str,
    audience: str,
    name: str,
    /,
    *,
    source: Source,
    absent: bool = False,
    session: int | None = None,
    score: int | None = None,
) -> None:
    """
    Record whether one person came, and what their quiz says.

    Args:
        release: Its number.
        audience: Such as service-desk.
        name: As they are on the list.
        source: Who says so.
        absent: They did not come.
        session: To which, by its id.
        score: Of the quiz, in percent.
    """
    body = given(name=name, source=source, session=session, score=score) | {"has_attended": not absent}
    path = at("releases", release, "training", audience, "attendance")
    output.record(client.send("PUT", path, body), "audience", "named", "trained")
