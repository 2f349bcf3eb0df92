"""The risk of a change or a release, and what is asked about it."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.client import at

app = App(name="risk", help="The risk of changes and releases, and what makes it.")


@app.command
def show(record: str, /) -> None:
    """
    Show the risk of a change or a release: each term with its weight and its points.

    Args:
        record: Its number, such as CHG-000001 or REL-000001.
    """
    noun = "releases" if record.startswith("REL-") else "changes"
    found = client.get(at(noun, record, "risk"))
    if output.mode.as_json:
        output.data(found)
        return
    output.table(found["terms"], "key=term", "weight", "share", "points", "is_answered=answered")
    output.say(f"score {found['score']} of 100, level {found['effective']} of 5")


@app.command
def questions() -> None:
    """List what is asked about a change; answers are given with `change edit CHG-000001 risk_answers.data=lost`."""
    rows = client.get("/risk-questions")
    output.table([row | {"answers": ", ".join(row["answers"])} for row in rows], "key", "text", "answers")
