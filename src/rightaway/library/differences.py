"""What is different between two packages, for the page on which people approve."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rightaway.library.manifests import Manifest


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Subject(StrEnum):
    PACKAGE = "package"
    UNIT = "unit"
    FILE = "file"
    SCRIPT = "script"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One difference; `before` and `after` are JSON values, None where there is nothing.

    Args:
        name: The field of the package, the name of the unit, the path of the file, or the name of the script
            or document.
    """

    subject: Subject
    kind: Kind
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def compare(old: Manifest, new: Manifest) -> list[Difference]:
    """Give every difference: the package, its units, files, scripts, documents; each by name."""
    return [
        Difference(subject, _kind(before, after), name, before, after)
        for subject in Subject
        for name, before, after in _pairs(_parts(old, subject), _parts(new, subject))
        if before != after
    ]


def _parts(manifest: Manifest, subject: Subject) -> Mapping[str, dict[str, Any]]:
    whole = manifest.as_json()
    match subject:
        case Subject.PACKAGE:
            return {"name": {"name": whole["name"]}, "version": {"version": whole["version"]}}
        case Subject.UNIT:
            return {unit["name"]: {k: v for k, v in unit.items() if k != "files"} for unit in whole["units"]}
        case Subject.FILE:
            return {file["path"]: file for unit in whole["units"] for file in unit["files"]}
        case Subject.SCRIPT:
            return dict(whole["scripts"])
        case Subject.DOCUMENT:
            return dict(whole["documents"])


def _pairs(
    old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any] | None, dict[str, Any] | None]]:
    for name in sorted({*old, *new}):
        yield name, old.get(name), new.get(name)


def _kind(before: object, after: object) -> Kind:
    if before is None:
        return Kind.ADDED
    return Kind.REMOVED if after is None else Kind.CHANGED
