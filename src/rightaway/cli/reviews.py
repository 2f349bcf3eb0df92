"""After the deployment: early life support, the review, satisfaction."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import given
from rightaway.cli.client import at

early_life = App(name="early-life", help="Early life support: show, accept, extend.")
review = App(name="review", help="The post-implementation review and its objectives.")


@early_life.command(name="show")
def show_early_life(release: str, /) -> None:
    """
    Show early life support and the criteria of its end.

    Args:
        release: Its number.
    """
    found = client.get(at("releases", release, "early-life"))
    criteria = client.get(at("releases", release, "standing"))["early_life"]
    if output.mode.as_json:
        output.data({**found, "criteria": criteria})
        return
    output.record(found)
    print()
    rows = [one | {"met": "not measured" if one["met"] is None else one["met"]} for one in criteria]
    output.table(rows, "key", "met", "text", "evidence")


@early_life.command
def accept(release: str, /, *, service_level: Literal["met", "missed"]) -> None:
    """
    Take the service over into operations.

    Args:
        release: Its number.
        service_level: Whether the service level was met.
    """
    path = at("releases", release, "early-life", "acceptance")
    output.record(client.send("POST", path, {"service_level_met": service_level == "met"}))


@early_life.command
def extend(release: str, /, *, until: str, reason: str) -> None:
    """
    Watch the service for longer.

    Args:
        release: Its number.
        until: Such as 2026-12-31T00:00Z.
        reason: Why.
    """
    path = at("releases", release, "early-life", "extension")
    output.record(client.send("POST", path, {"ends_at": until, "reason": reason}))


@review.command(name="show")
def show_review(release: str, /) -> None:
    """
    Show the review, and how satisfied people are.

    Args:
        release: Its number.
    """
    found = client.get(at("releases", release, "review"))
    ratings = client.get(at("releases", release, "ratings"))
    if output.mode.as_json:
        output.data({**found, "ratings": ratings})
        return
    output.record(found)
    print()
    output.table(ratings, "person", "rating", "comment", "at")


@review.command
def complete(release: str, /, *, went_well: str, to_change: str, deviations: str = "") -> None:
    """
    Hold the post-implementation review.

    Args:
        release: Its number.
        went_well: What went well.
        to_change: What to change.
        deviations: Where it went otherwise than planned.
    """
    body = given(went_well=went_well, to_change=to_change, deviations=deviations)
    output.record(client.send("PUT", at("releases", release, "review"), body))


@review.command
def measure(
    release: str, objective: str, result: Literal["met", "partly", "not_met"], /, *, measured: str
) -> None:
    """
    Record what came of an objective.

    Args:
        release: Its number.
        objective: Its text.
        result: Whether it was met.
        measured: What was measured.
    """
    one = {"text": objective, "result": result, "measured": measured}
    found = client.send("PUT", at("releases", release, "objectives"), {"results": [one]})
    output.table(found["objectives"], "text", "result", "measured")


def rate(release: str, rating: int, /, *, comment: str = "") -> None:
    """
    Say how satisfied you are with a release.

    Args:
        release: Its number.
        rating: 1 (not at all) to 5 (fully).
        comment: Why.
    """
    body = given(rating=rating, comment=comment)
    output.record(client.send("PUT", at("releases", release, "ratings", "mine"), body))
