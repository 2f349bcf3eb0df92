"""The part of docs/reference/cli.md that comes from the program itself."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from cyclopts import App

from rightaway.cli.app import COMMANDS, app

FILE = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"
MARK = "<!-- From here on: python -m tests.unit.cli.reference -->\n"


def commands(parent: App = app, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    """Give the commands of the client; those of a server are put beside them elsewhere."""
    for name in COMMANDS if parent is app else parent:
        if not name.startswith("-"):
            child = parent[name]
            found = list(commands(child, (*path, name)))
            yield from found or [((*path, name), child)]


def rendered() -> str:
    parts, group = [], ""
    for path, command in sorted(commands(), key=lambda one: one[0]):
        if path[0] != group:
            group = path[0]
            parts.append(f"## {group}\n\n{app[group].help.strip().splitlines()[0]}\n")
        parts.append(_command(path, command))
    return "\n".join(parts)


def _command(path: tuple[str, ...], command: App) -> str:
    positional, options = [], []
    for argument in command.assemble_argument_collection(parse_docstring=True):
        is_positional = not argument.name.startswith("-")
        name = argument.name
        choices = [str(one) for one in get_args(argument.hint) if isinstance(one, str) and one]
        words = argument.parameter.help + (f" One of: {', '.join(choices)}." if choices else "")
        row = f"| `{name}`{'' if not argument.required else ' (needed)'} | {words} |"
        (positional if is_positional else options).append((name, argument.required, row))
    usage = " ".join(name if needed else f"[{name}]" for name, needed, _ in positional)
    line = f"rightaway {' '.join(path)} {usage}{' [OPTIONS]' if options else ''}".replace("  ", " ").strip()
    help_text = inspect.cleandoc(command.help.split("Args:")[0])
    rows = [row for _, _, row in (*positional, *options)]
    table = "\n| argument | meaning |\n| --- | --- |\n" + "\n".join(rows) + "\n" if rows else ""
    return f"### `rightaway {' '.join(path)}`\n\n{help_text}\n\n    {line}\n{table}"


def written() -> str:
    return FILE.read_text().partition(MARK)[2]


if __name__ == "__main__":
    FILE.write_text(FILE.read_text().partition(MARK)[0] + MARK + rendered())
