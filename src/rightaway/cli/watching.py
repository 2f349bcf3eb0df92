"""A deployment as it goes: live on a terminal, one line per change elsewhere; and its log."""

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rightaway.cli import client, output
from rightaway.cli.client import at
from rightaway.domain.errors import Unavailable
from rightaway.intake.texts import escaped

if TYPE_CHECKING:
    from rich.table import Table

Json = dict[str, Any]
PATIENCE_S = 60.0
MEANT = {"drill": {"backed_out"}, "back_out": {"backed_out"}}
SUCCESS = {"succeeded"}
SETTLED = {"done", "failed", "reverted", "revert_failed", "skipped", "abandoned"}
BAR = 24


def watch(deployment: str, *, every_s: float = 1.0) -> int:
    """Show a deployment until it ends; 0 when it did what it was for, else 1."""
    show = _live if sys.stdout.isatty() and not output.mode.as_json else _lines
    found = show(deployment, every_s)
    if output.mode.as_json:
        output.data(found)
    else:
        print(
            f"{deployment} {found['status']}"
            + (f": {found['outcome_reason']}" if found["outcome_reason"] else "")
        )
    return output.OK if found["status"] in MEANT.get(found["intent"], SUCCESS) else output.FAILED


def _looks(deployment: str, every_s: float) -> Iterator[tuple[Json, list[Json]]]:
    """Look again and again until it is over; a server that is away for a minute is waited for."""
    last_seen = time.monotonic()
    while True:
        try:
            found = client.get(at("deployments", deployment))
            waves = client.get(at("deployments", deployment, "waves"))
        except Unavailable:
            if time.monotonic() - last_seen > PATIENCE_S:
                raise
        else:
            last_seen = time.monotonic()
            yield found, waves
            if found["is_over"]:
                return
        time.sleep(every_s)


def _lines(deployment: str, every_s: float) -> Json:
    told: set[str] = set()
    found: Json = {}
    for found, waves in _looks(deployment, every_s):
        for line in _facts(found, waves):
            if line not in told:
                told.add(line)
                output.say(line)
    return found


def _facts(found: Json, waves: list[Json]) -> Iterator[str]:
    yield f"{found['number']} is {found['status'].replace('_', ' ')}"
    for hold in found["open_holds"]:
        yield f"{found['number']} waits: {hold['reason']} ({hold['kind']})"
    for wave in waves:
        if wave["status"] != "pending":
            yield f"{wave['name']} is {wave['status'].replace('_', ' ')}" + _because(wave)
        for run in wave["runs"]:
            if run["status"] != "pending":
                yield f"{wave['name']}: {run['target']} is {run['status'].replace('_', ' ')}" + _because(run)


def _because(row: Json) -> str:
    return f": {row['reason']}" if row["reason"] else ""


def _live(deployment: str, every_s: float) -> Json:
    from rich.live import Live  # noqa: PLC0415 -- heavy

    found: Json = {}
    with Live(console=output.console(), auto_refresh=False, transient=False) as live:
        for found, waves in _looks(deployment, every_s):
            live.update(_picture(found, waves), refresh=True)
    return found


def _picture(found: Json, waves: list[Json]) -> "Table":
    """Waves with a bar each, then the targets that are not as they should be, then what it waits for."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    picture = Table(box=None, pad_edge=False, show_header=False)
    picture.add_row(
        Text(f"{found['number']} {found['release']} to {found['environment']}: {found['status']}", "bold")
    )
    for wave in waves:
        done = sum(run["status"] in SETTLED for run in wave["runs"])
        filled = BAR * done // max(1, wave["targets"])
        bar = "#" * filled + "-" * (BAR - filled)
        line = f"{wave['name']:<12} [{bar}] {done}/{wave['targets']} {wave['status'].replace('_', ' ')}{_because(wave)}"
        picture.add_row(Text(escaped(line)))
        for run in wave["runs"]:
            if run["status"] not in {"pending", "done"}:
                picture.add_row(
                    Text(escaped(f"  {run['target']:<20} {run['status'].replace('_', ' ')}{_because(run)}"))
                )
    for hold in found["open_holds"]:
        picture.add_row(Text(escaped(f"waits: {hold['reason']} ({hold['kind']})"), "bold"))
    return picture


def print_log(deployment: str, *, after: int, follow: bool, every_s: float = 1.0) -> None:
    while True:
        found = client.get(at("deployments", deployment, "log"), after=after)
        for piece in found["items"]:
            _print_piece(piece)
        nothing_new, after = found["after"] == after, found["after"]
        if found["is_over"] or (nothing_new and not follow):
            return
        if nothing_new:
            time.sleep(every_s)


def _print_piece(piece: Json) -> None:
    if output.mode.as_json:
        output.data(piece)
        return
    for line in piece["text"].splitlines():
        print(f"{piece['at'][11:19]} {piece['target']} {piece['step']}: {escaped(line)}")
