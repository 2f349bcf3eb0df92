"""The inbox: what concerns you."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.client import at

app = App(name="inbox", help="What you were told: mentions, comments, approvals, deployments.")


@app.command(name="list")
def list_(*, unread: bool = False, limit: int = 50) -> None:
    """
    List what you were told, newest first.

    Args:
        unread: Only what you have not read.
        limit: How many at most.
    """
    rows = client.rows("/inbox", limit, is_unread=unread or None)
    output.table(rows, "id", "at", "kind", "subject_key=record", "title", "by", "read_at")


@app.command
def count() -> None:
    """Print how much is unread."""
    found = client.get("/inbox/unread")
    output.line(str(found["unread"]), found)


@app.command
def read(notification: int | None = None, /) -> None:
    """
    Mark one thing as read, or all, and print how much is left.

    Args:
        notification: Its id; all when left out.
    """
    path = at("inbox", "read") if notification is None else at("inbox", notification, "read")
    left = client.send("POST", path)
    output.line(str(left["unread"]), left)


@app.command
def preferences() -> None:
    """Show how you are told beside the inbox."""
    found = client.get("/mail-preferences")
    if output.mode.as_json:
        output.data(found)
        return
    output.table([{"group": name, "mail": how} for name, how in found["channels"].items()], "group", "mail")
    quiet = f"{found['quiet_from']} to {found['quiet_until']}" if found["quiet_from"] else "none"
    output.say(f"quiet hours: {quiet}; digest: every {found['digest_every']} at {found['digest_at']}")
    if not found["is_configured"]:
        output.say("hint: no mail server is configured, so nothing is sent; ask an administrator.")


@app.command
def prefer(*choices: str) -> None:
    """
    Change how you are told beside the inbox.

    Args:
        choices: Such as `releases=never`, `quiet_from=20:00`, `quiet_until=07:00`, `digest_every=week`; a group
            is told at_once, digest or never, and an empty value ends quiet hours.
    """
    body: dict[str, object] = {}
    channels: dict[str, str] = {}
    for choice in choices:
        name, _, value = choice.partition("=")
        if name.startswith(("quiet_", "digest_")) or name == "time_zone":
            body[name] = int(value) if name == "digest_weekday" and value.isdigit() else value or None
        else:
            channels[name] = value
    if channels:
        body["channels"] = channels
    client.send("PATCH", "/mail-preferences", body)
    preferences()
