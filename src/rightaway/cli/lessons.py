"""Lessons: list, answer in a plan, decide."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

app = App(name="lesson", help="Lessons: list, answer them in a plan, decide on them.")


@app.command(name="list")
def list_(*, text: str = "", state: str = "", service: str = "", release: str = "", limit: int = 50) -> None:
    """
    List lessons, newest first.

    Args:
        text: Part of the number or title.
        state: open, applied or declined.
        service: Key of a service.
        release: Where it was learnt.
        limit: How many at most.
    """
    rows = client.rows("/lessons", limit, text=text, state=state, service=service, release=release)
    output.table(rows, "number", "state", "title", "service", "release", "owner", "due_at")


@app.command
def owed(release: str, /) -> None:
    """
    List the lessons that the plan of a release has to answer.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "lessons"))
    output.table(rows, "number", "title", "learnt_in", "owner", "answer")


@app.command
def answer(
    release: str, lesson: str, answer: Literal["applied", "not_applicable"], /, *, reason: str = ""
) -> None:
    """
    Say in a plan what becomes of a lesson.

    Args:
        release: Number of the release that is planned.
        lesson: Number of the lesson's article.
        answer: What becomes of it.
        reason: Why it is not applicable.
    """
    client.send("PUT", at("releases", release, "lessons", lesson), {"answer": answer} | given(reason=reason))
    output.say(f"{lesson} is answered in {release}")


@app.command
def decide(lesson: str, state: Literal["open", "applied", "declined"], /, *, reason: str = "") -> None:
    """
    Say that a lesson is applied outside of a release, or declined.

    Args:
        lesson: Number of its article.
        state: What becomes of it.
        reason: Why.
    """
    body = {"state": state} | given(reason=reason)
    output.record(client.send("PUT", at("lessons", lesson, "decision"), body), "number", "state", "reason")
