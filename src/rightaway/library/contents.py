"""What goes into a package, and at which place of it."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rightaway.domain.errors import Invalid
from rightaway.intake.packages import Source, Unit
from rightaway.intake.texts import decoded, looks_secret, quoted, shown
from rightaway.library.git_sources import git_files
from rightaway.library.limits import DOCUMENT_BYTES, SCRIPT_BYTES
from rightaway.library.sources import SourceFile, files_below, read_below

_PLAIN, _EXECUTABLE = 0o644, 0o755
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ENDING = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Content:
    """
    One file on its way into the package.

    Args:
        path: Its place in the package.
        sha256: What it must hash to; empty when nobody said.
    """

    path: str
    mode: int
    size: int
    open: Callable[[], BinaryIO]
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class UnitContents:
    """The files of a unit, and where they come from, as the manifest says it."""

    unit: Unit
    provenance: dict[str, str]
    files: list[Content]


def unit_contents(stack: ExitStack, base: Path, unit: Unit) -> UnitContents:
    """Find the files of a unit; what must stay open to read them is closed by the stack."""
    source = unit.source
    if source.git is None:
        path = source.path or "."
        files = files_below(base, path)
        provenance = {"kind": "path", "path": path}
    else:
        path = source.git.path
        found = stack.enter_context(git_files(base, source.git))
        files = found.files
        provenance = {
            "kind": "git",
            "repository": source.git.repository,
            "ref": source.git.ref,
            "commit": found.commit,
            "path": path,
        }
    if source.sha256 and files[0].path:
        message = f"{quoted(path)} is a folder; `sha256` goes with a single file."
        raise Invalid(
            "source.one_kind", message, hint="Name the file, or leave out `sha256`.", at=shown(path)
        )
    return UnitContents(unit, provenance, [_placed(unit, source, file, path) for file in files])


def script(base: Path, name: str, path: str) -> Content:
    """Take a script that every POSIX system can start, and that holds no secret."""
    data = read_below(base, path, limit=SCRIPT_BYTES)
    if data.startswith(_BYTE_ORDER_MARK) or b"\r" in data:
        raise Invalid(
            "script.line_endings",
            f"{quoted(path)} has the line ends or the byte order mark of Windows; no shell starts it.",
            hint=f"Run: sed -i -e 's/\\r$//' -e '1s/^\\xEF\\xBB\\xBF//' {path}",
            at=shown(path),
        )
    if not data.startswith((b"#!/", b"#! /")):
        message = f"{quoted(path)} does not say which program runs it."
        raise Invalid(
            "script.shebang", message, hint="Begin it with a line such as #!/bin/sh.", at=shown(path)
        )
    text = data.decode(errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if looks_secret(line):
            message = f"Line {number} of {quoted(path)} looks like a secret."
            hint = "Keep it in the secret store; then change the secret, it has been seen."
            raise Invalid("secret.literal", message, hint=hint, at=f"{shown(path)}:{number}")
    return _held(f"scripts/{name}", _EXECUTABLE, data)


def document(base: Path, kind: str, path: str) -> Content:
    """Take a text for people; it keeps the ending of its name."""
    data = read_below(base, path, limit=DOCUMENT_BYTES)
    try:
        decoded(data, limit=DOCUMENT_BYTES)
    except Invalid as error:
        raise Invalid(error.code, error.message, hint=error.hint, at=f"{shown(path)}:{error.at}") from None
    ending = PurePosixPath(path).suffix.lower()
    return _held(f"documents/{kind}{ending if _ENDING.fullmatch(ending) else ''}", _PLAIN, data)


def _placed(unit: Unit, source: Source, file: SourceFile, path: str) -> Content:
    name = file.path or PurePosixPath(path).name
    mode = _EXECUTABLE if file.is_executable else _PLAIN
    return Content(f"{unit.folder}/{name}", mode, file.size, file.open, source.sha256 or "")


def _held(path: str, mode: int, data: bytes) -> Content:
    return Content(path, mode, len(data), lambda: BytesIO(data))
