"""What a command says: tables or JSON on standard output, talk and errors on standard error."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rightaway.domain.errors import Forbidden, Invalid, RightawayError, Unavailable
from rightaway.intake.texts import escaped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Json = Any
OK, FAILED, USAGE, UNREACHABLE, NOT_ALLOWED = 0, 1, 2, 3, 4
_WIDE = 10_000  # not a terminal: whoever reads it gets whole lines
_DIGEST = 64


class _Mode:
    as_json = False


mode = _Mode()


def table(rows: Sequence[Mapping[str, Json]], *columns: str) -> None:
    """
    Print rows: the named columns for people, everything as JSON.

    Args:
        columns: Names of fields; `name=Title` gives a column another title.
    """
    if mode.as_json:
        data(rows)
        return
    from rich.table import Table  # noqa: PLC0415 -- heavy
    from rich.text import Text  # noqa: PLC0415

    shown = Table(box=None, pad_edge=False, header_style="bold")
    names = [column.partition("=") for column in columns]
    for name, _, title in names:
        shown.add_column(title or name.replace("_", " "), overflow="fold")
    for row in rows:
        shown.add_row(*(Text(text(row.get(name))) for name, _, _ in names))
    if rows:
        _show(shown)
    else:
        say("nothing found")


def record(row: Mapping[str, Json], *fields: str) -> None:
    """Print one record: the named fields, or all that have a value."""
    if mode.as_json:
        data(row)
        return
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table(box=None, pad_edge=False, show_header=False)
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for name in fields or row:
        value = row.get(name)
        if value not in (None, "", [], {}) or fields:
            shown.add_row(Text(name.replace("_", " ")), Text(text(value)))
    _show(shown)


def _show(shown: "Table") -> None:
    """Print without the spaces that fill a table up on the right."""
    here = console()
    with here.capture() as captured:
        here.print(shown)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def data(value: Json) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def line(value: str, whole: Json = None) -> None:
    """Print one value, such as the number of what was made; the whole record as JSON."""
    data(value if whole is None else whole) if mode.as_json else print(value)


def say(words: str) -> None:
    print(escaped(words), file=sys.stderr)


def text(value: Json) -> str:
    """Show a value in one cell: digests short, times without fractions, lists by comma, nothing unprintable."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() if len(value) == _DIGEST and value.isalnum():
            return value[:12]
        case list():
            return ", ".join(text(one) for one in value)
        case dict():
            return ", ".join(f"{name}={text(one)}" for name, one in value.items())
    return escaped(str(value))


def console(*, errors: bool = False) -> "Console":
    """Give a console; without a terminal its lines are never broken."""
    from rich.console import Console  # noqa: PLC0415

    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, width=width, highlight=False, soft_wrap=False, markup=False, emoji=False)


def complain(error: RightawayError) -> int:
    """Print an error with its place and what to do next; give the exit code."""
    if mode.as_json:
        data(
            {
                "error": _as_json(error),
                "errors": [_as_json(one) for one in error.errors],
                "evidence": error.evidence,
            }
        )
    say(f"error: {error.message} ({error.code})")
    for name, words in (("at", error.at), ("hint", error.hint)):
        if words:
            say(f"{name}: {words}")
    _details(error)
    return exit_code(error)


def _as_json(error: RightawayError) -> dict[str, str]:
    return {"code": error.code, "detail": error.message, "at": error.at, "hint": error.hint}


def _details(error: RightawayError) -> None:
    for one in error.errors[1:] if len(error.errors) > 1 else ():
        say(f"also: {one.at + ': ' if one.at else ''}{one.message} ({one.code})")
    for gap in _unmet(error.evidence):
        say(f"missing: {gap['message']} {gap['remedy']} ({gap['owner']})")
    for change in _changes(error.evidence):
        fields = ", ".join(str(one["field"]) for one in change["fields"])
        say(f"changed: {change['action']} by {change['by']}{f': {fields}' if fields else ''}")
    if error.code == "internal":
        say(f"request: {error.evidence.get('request_id', '')}")


def _unmet(evidence: Mapping[str, Json]) -> Iterable[dict[str, str]]:
    found = evidence.get("unmet")
    return found if isinstance(found, list) else ()


def _changes(evidence: Mapping[str, Json]) -> Iterable[dict[str, Json]]:
    """Give what others did to the record meanwhile, when that is why it was refused."""
    found = evidence.get("changes")
    return found if isinstance(found, list) and "expected" in evidence else ()


def exit_code(error: RightawayError) -> int:
    """Give 2 for bad input, 3 for what cannot be reached, 4 for what one may not do, 1 for every other no."""
    match error:
        case Invalid():
            return USAGE
        case Unavailable():
            return UNREACHABLE
        case Forbidden():
            return NOT_ALLOWED
    return FAILED
