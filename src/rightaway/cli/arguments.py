"""Arguments that mean more than their text: assignments, files, times."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rightaway.domain.errors import Invalid

STANDARD_INPUT = "-"


def assignments(words: Iterable[str]) -> dict[str, Any]:
    """
    Read `field=value` words; `field=` empties the field, `risk_answers.data=No.` sets a part of it.

    The server types the values, as it types those of a file.
    """
    found: dict[str, Any] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise Invalid(
                "cli.assignment", f"{word!r} is not FIELD=VALUE.", hint="Write for example impact=2."
            )
        *outer, last = name.split(".")
        inner = found
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = value if value or outer else None
    return found


def pairs(words: Iterable[str], shape: str) -> dict[str, str]:
    """Read `a=b` words; `shape` says to a person what a and b are."""
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not (name and sign and value):
            raise Invalid("cli.assignment", f"{word!r} is not {shape}.")
        found[name] = value
    return found


def contents(file: str) -> bytes:
    """Read a file, or standard input for `-`."""
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Invalid("file.unreadable", f"{file} cannot be read: {error.strerror}.", at=file) from None


def saved(data: Iterable[bytes], out: str) -> None:
    """Write a new file, or standard output without a name; half a file is not left behind."""
    if not out:
        for chunk in data:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    path = Path(out)
    try:
        with path.open("xb") as file:
            try:
                file.writelines(data)
            except BaseException:
                path.unlink()
                raise
    except OSError as error:
        raise Invalid("file.unwritable", f"{out} cannot be written: {error.strerror}.", at=out) from None


def media_type(file: str, data: bytes) -> str:
    """Say whether a file is JSON or YAML: by its name, else by how it begins."""
    is_json = file.endswith(".json") or (not file.endswith((".yaml", ".yml")) and data.lstrip()[:1] == b"{")
    return "application/json" if is_json else "application/yaml"


def given(**fields: Any) -> dict[str, Any]:
    """Keep what was given on the command line."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
