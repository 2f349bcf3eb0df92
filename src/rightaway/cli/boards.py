"""Change advisory boards: propose, confirm, who is away, what was decided."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid

app = App(name="board", help="Change advisory boards: propose, confirm, who is away, what was decided.")
SHOWN = ("key", "version", "is_active", "problems", "proposed_digest")


@app.command(name="list")
def list_(*, text: str = "", kind: str = "", limit: int = 50) -> None:
    """
    List boards.

    Args:
        text: Part of the key or title.
        kind: cab, tcab, dcab or ecab.
        limit: How many at most.
    """
    rows = client.rows("/boards", limit, text=text, kind=kind)
    output.table(rows, "key", "title", "kind", "chair", "quorum", "is_async", "is_active")


@app.command
def show(board: str, /) -> None:
    """
    Show one board: what is in force, and what is proposed.

    Args:
        board: Its key.
    """
    output.record(client.get(at("boards", board)))


@app.command
def propose(
    board: str,
    /,
    *members: str,
    title: str,
    kind: str,
    chair: str,
    quorum: int,
    service: list[str] | None = None,
    change_type: list[str] | None = None,
    rfc_class: list[str] | None = None,
    state: list[str] | None = None,
    risk_at_least: int = 1,
    approval: list[str] | None = None,
    weekday: list[int] | None = None,
    time: str = "",
    zone: str = "UTC",
    every_weeks: int = 1,
    since: str = "",
    in_meetings: bool = False,
    inactive: bool = False,
    version: int | None = None,
) -> None:
    """
    Propose a board, or another definition of one; a second person confirms it.

    Args:
        board: Its key.
        members: MEMBER, or MEMBER=ALTERNATE.
        title: As people read it.
        kind: cab, tcab, dcab or ecab.
        chair: One of the members.
        quorum: How many have to vote for something.
        service: Key of a service; all when left out; may be repeated.
        change_type: Type of changes it decides on; may be repeated.
        rfc_class: minor, significant or major; all when left out.
        state: State in which a change comes on the agenda; those that wait for a decision when left out.
        risk_at_least: Level of risk from which it decides, 1 to 5.
        approval: Kind of approvals that come on the agenda; may be repeated.
        weekday: 0 is Monday; may be repeated.
        time: With --weekday, such as 14:30.
        zone: The time zone of the time.
        every_weeks: Every how many weeks.
        since: A day of the first week.
        in_meetings: Members vote in meetings only.
        inactive: It decides nothing.
        version: The version you looked at.
    """
    who = given(title=title, kind=kind, chair=chair, quorum=quorum, members=[_member(one) for one in members])
    which = given(services=service, change_types=change_type, rfc_classes=rfc_class, states=state)
    which |= given(risk_at_least=risk_at_least, approvals=approval)
    when = given(weekdays=weekday, time=time, zone=zone, every_weeks=every_weeks, since=since)
    body = {**who, "agenda": which, "is_async": not in_meetings, "is_active": not inactive}
    body |= {"schedule": when} if weekday else {}
    output.record(client.send("PUT", at("boards", board, "proposal"), body, version=version), *SHOWN)


def _member(word: str) -> dict[str, str]:
    person, _, alternate = word.partition("=")
    if not person:
        raise Invalid("cli.usage", f"{word!r} is not MEMBER or MEMBER=ALTERNATE.", at="members")
    return given(person=person, alternate=alternate)


@app.command
def confirm(board: str, /, *, digest: str) -> None:
    """
    Put a proposal in force; nobody confirms what they proposed.

    Args:
        board: Its key.
        digest: The proposed_digest you looked at.
    """
    output.record(client.send("POST", at("boards", board, "confirmation"), {"digest": digest}), *SHOWN)


@app.command
def discard(board: str, /) -> None:
    """
    Take a proposal back.

    Args:
        board: Its key.
    """
    client.send("DELETE", at("boards", board, "proposal"))


@app.command
def away(board: str, member: str, /, *, since: str = "", until: str = "") -> None:
    """
    Say when a member is away, for the alternate to vote.

    Args:
        board: Its key.
        member: Their account.
        since: From when; left out, they are back.
        until: Until when.
    """
    body = given(away_from=since, away_until=until)
    found = client.send("PUT", at("boards", board, "members", member, "absence"), body)
    output.table(found["seats"], "person", "alternate", "away_from", "away_until")


@app.command
def decisions(*, board: str = "", text: str = "", limit: int = 50) -> None:
    """
    List what boards decided, newest first.

    Args:
        board: Key of a board.
        text: Part of the number or title.
        limit: How many at most.
    """
    rows = client.rows("/board-decisions", limit, board=board, text=text)
    output.table(rows, "at", "board", "subject", "title", "outcome", "digest", "meeting")
