"""Notices of a release: planned, sent, delivered and acknowledged; and those to oneself."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

app = App(name="notice", help="Messages of the communication plan: plan, send, who has them, acknowledge.")


@app.command(name="list")
def list_notices(release: str, /) -> None:
    """
    List the notices of a release with whom they reached.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "communication"))
    shown = [{**row, "people": len(row["recipients"])} for row in rows]
    columns = (
        "id",
        "audience",
        "moment",
        "due_at",
        "sent_at",
        "people",
        "undelivered",
        "acknowledged",
        "obstacle",
    )
    output.table(shown, *columns)


@app.command
def recipients(release: str, notice: int, /) -> None:
    """
    List whom a notice reached: delivered, waiting, failed or unknown, and who acknowledged it.

    Args:
        release: Its number.
        notice: Its id.
    """
    rows = client.get(at("releases", release, "communication"))
    found = [line for one in rows if one["id"] == notice for line in one["recipients"]]
    output.table(found, "person", "delivery", "delivered_at", "acknowledged_at", "reminded_at")


@app.command
def plan(
    release: str,
    to: Literal["stakeholders", "users", "service_desk", "named"],
    /,
    *,
    audience: str = "",
    part: Literal["", "inform", "consult", "approve", "accept"] = "",
    person: list[str] | None = None,
    group: list[str] | None = None,
    moment: Literal["ahead", "start", "extended", "end"] = "ahead",
    due: str = "",
    text: str = "",
    acknowledge: int = 0,
) -> None:
    """
    Plan a notice that Rightaway sends by inbox and mail, and print its id.

    Args:
        release: Its number.
        to: Whom it is for.
        audience: What the plan calls them.
        part: Only stakeholders with this part.
        person: An account, of a notice to named ones; may be repeated.
        group: Key of a group, of a notice to named ones; may be repeated.
        moment: Ahead of the release, or when its outage starts, is extended or ends.
        due: When it goes out; by the lead time of the release when left out.
        text: The message, in which words such as {service} and {down_from} are filled in; the usual one when left out.
        acknowledge: The percentage of them that has to acknowledge it.
    """
    body = given(
        to=to,
        audience=audience,
        part=part,
        people=person,
        groups=group,
        moment=moment,
        due_at=due,
        text=text,
        acknowledge_pct=acknowledge,
    )
    made = client.send("POST", at("releases", release, "communication"), body)
    output.line(str(made["id"]), made)


@app.command
def withdraw(release: str, notice: int, /) -> None:
    """
    Take a notice out of the plan that was not sent.

    Args:
        release: Its number.
        notice: Its id.
    """
    client.send("DELETE", at("releases", release, "communication", notice))
    output.say("The notice is taken out.")


@app.command
def send(release: str, notice: int, /) -> None:
    """
    Send a notice now.

    Args:
        release: Its number.
        notice: Its id.
    """
    sent = client.send("POST", at("releases", release, "communication", notice, "sending"))
    output.record(sent, "id", "audience", "sent_at", "sent_text", "undelivered")


@app.command
def remind(release: str, notice: int, /) -> None:
    """
    Remind who has not acknowledged a notice, each once.

    Args:
        release: Its number.
        notice: Its id.
    """
    output.record(client.send("POST", at("releases", release, "communication", notice, "reminder")))


@app.command
def mine(*, limit: int = 50) -> None:
    """
    List what you were told by notices, newest first.

    Args:
        limit: How many at most.
    """
    output.table(client.rows("/notices", limit), "id", "release", "text", "told_at", "acknowledged_at")


@app.command
def acknowledge(notice: int, /) -> None:
    """
    Say that you have read a notice.

    Args:
        notice: Its id.
    """
    output.record(client.send("POST", at("notices", notice, "acknowledgement")))


@app.command
def schedule(release: str, audience: str, /, *, text: str, due: str) -> None:
    """
    Schedule the message to an audience that is told outside of Rightaway.

    Args:
        release: Its number.
        audience: Such as customers.
        text: The message.
        due: When it has to arrive, such as 2026-11-20T08:00Z.
    """
    output.record(
        client.send("PUT", at("releases", release, "notices", audience), {"text": text, "due_at": due})
    )


@app.command
def sent(release: str, audience: str, /) -> None:
    """
    Record that the message reached an audience that is told outside of Rightaway.

    Args:
        release: Its number.
        audience: Such as customers.
    """
    output.record(client.send("POST", at("releases", release, "notices", audience, "sent")))
