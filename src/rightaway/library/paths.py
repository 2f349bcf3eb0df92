"""Paths of files in a package: they must mean one file, and the same one, on every system."""

import re
import unicodedata
from collections.abc import Iterable

from rightaway.domain.errors import Invalid
from rightaway.intake.names import folded
from rightaway.intake.texts import quoted, shown, unprintable
from rightaway.library.limits import PATH_BYTES, PATH_PART_BYTES

_DRIVE = re.compile(r"[A-Za-z]:")
# Source: Microsoft, "Naming Files, Paths, and Namespaces".
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)


def check_path(path: str) -> str:
    """
    Accept a plain relative path.

    Raises:
        Invalid: `archive.path` when it could lead elsewhere, `archive.name` when it is not portable.
    """
    parts = path.split("/")
    if "\\" in path or _DRIVE.match(path) or {"", ".", ".."} & set(parts):
        raise Invalid(
            "archive.path",
            f"The path {quoted(path)} could lead out of its folder.",
            hint="Use paths such as app/start.sh, with / and without .. parts.",
            at=shown(path),
        )
    if len(path.encode(errors="replace")) > PATH_BYTES:
        raise _bad_name(path, f"is longer than {PATH_BYTES} bytes")
    for part in parts:
        if reason := _unportable(part):
            raise _bad_name(path, reason)
    return path


def check_tree(paths: Iterable[str]) -> None:
    """
    Accept paths that stay apart also where case or form of letters do not count.

    Raises:
        Invalid: `archive.duplicate_member`, or `name.confusable`.
    """
    files: set[str] = set()
    folders: set[str] = set()
    originals: dict[str, str] = {}
    for path in paths:
        parents = ["/".join(path.split("/")[:end]) for end in range(1, path.count("/") + 1)]
        if path in files or path in folders or not files.isdisjoint(parents):
            raise Invalid(
                "archive.duplicate_member",
                f"{quoted(path)} stands for two things.",
                hint="Give the units different folders (`into:`).",
                at=shown(path),
            )
        for name in (*parents, path):
            if (first := originals.setdefault(folded(name), name)) != name:
                raise Invalid(
                    "name.confusable",
                    f"{quoted(first)} and {quoted(name)} are one file on systems that ignore case.",
                    hint="Rename one of them.",
                    at=shown(path),
                )
        files.add(path)
        folders.update(parents)


def _unportable(part: str) -> str:
    if len(part.encode(errors="replace")) > PATH_PART_BYTES:
        return f"has a part longer than {PATH_PART_BYTES} bytes"
    if unprintable(part) or any(unicodedata.category(c) in {"Cc", "Cf"} for c in part):
        return "holds a character that cannot be seen"
    if unicodedata.normalize("NFC", part) != part:
        return "is not in the composed form of Unicode (NFC)"
    if part != part.strip() or part.endswith("."):
        return "has a part that begins or ends with a space, or ends with a dot"
    if _RESERVED.fullmatch(part):
        return "holds a name that Windows keeps for devices"
    return ""


def _bad_name(path: str, reason: str) -> Invalid:
    return Invalid("archive.name", f"{quoted(path)} {reason}.", hint="Rename it.", at=shown(path))
