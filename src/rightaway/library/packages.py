"""Building a package: the same sources give the same bytes, on any machine and at any time."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rightaway.domain.errors import Invalid
from rightaway.intake.limits import YAML_BYTES
from rightaway.intake.packages import PackageFile
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.library.archives import END, Head, Member, mismatch, write_member
from rightaway.library.contents import Content, UnitContents, document, script, unit_contents
from rightaway.library.limits import FILES
from rightaway.library.manifests import SCHEMA, Manifest
from rightaway.library.paths import check_path, check_tree
from rightaway.library.sources import read_below

ARCHIVE_NAME, MANIFEST_NAME = "package.tar", "manifest.json"


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """A package on disk, ready to be admitted to a library."""

    manifest: Manifest
    manifest_path: Path
    archive_path: Path

    @property
    def digest(self) -> str:
        return self.manifest.digest

    @property
    def archive_sha256(self) -> str:
        return self.manifest.archive.sha256

    @property
    def size(self) -> int:
        return self.manifest.archive.size


def build_file(path: Path, *, out: Path) -> BuiltPackage:
    """Build the package that a package file describes; its paths start at the folder of the file."""
    document = load_yaml(read_below(path.parent, path.name, limit=YAML_BYTES))
    return build(read(document, PackageFile), base=path.parent, out=out)


def build(package: PackageFile, *, base: Path, out: Path) -> BuiltPackage:
    """
    Build a package from files below `base` into the folder `out`, as `package.tar` and `manifest.json`.

    Not part of the result: times, owners, rights other than "may be executed", empty folders, `.git`.

    Raises:
        Invalid: `file.*`, `git.*`, `archive.*`, `name.confusable`, `script.*`, `secret.literal`,
            `artefact.digest_mismatch`, `package.*`; `at` is a path.
        TooLarge: `input.too_large`.
    """
    _keep_apart(package, base, out)
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        units = [unit_contents(stack, base, unit) for unit in package.units]
        scripts = {name: script(base, name, path) for name, path in package.scripts.items()}
        documents: dict[str, Content] = {
            kind: document(base, kind, path) for kind, path in package.documents.items()
        }
        contents = [file for unit in units for file in unit.files]
        contents += [*scripts.values(), *documents.values()]
        _check(contents)
        with _replacing(out / ARCHIVE_NAME) as file:
            archive = _Hashed(file)
            members = {each.path: _write(archive, each) for each in sorted(contents, key=_place)}
            archive.write(END)
    manifest = _manifest(package, units, scripts, documents, members, archive)
    with _replacing(out / MANIFEST_NAME) as file:
        file.write(manifest.as_bytes())
    return BuiltPackage(manifest, out / MANIFEST_NAME, out / ARCHIVE_NAME)


def _manifest(
    package: PackageFile,
    units: Iterable[UnitContents],
    scripts: Mapping[str, Content],
    documents: Mapping[str, Content],
    members: Mapping[str, Member],
    archive: "_Hashed",
) -> Manifest:
    entries = {path: _entry(member) for path, member in members.items()}
    return Manifest.model_validate(
        {
            "schema": SCHEMA,
            "name": package.name,
            "version": package.version,
            "units": sorted(
                (_unit_entry(unit, entries) for unit in units), key=lambda unit: str(unit["name"])
            ),
            "scripts": {name: entries[content.path] for name, content in scripts.items()},
            "documents": {kind: entries[content.path] for kind, content in documents.items()},
            "archive": {"sha256": archive.sha256, "size": archive.size},
        }
    )


def _keep_apart(package: PackageFile, base: Path, out: Path) -> None:
    """Refuse to pack the result of the last build into the next one."""
    for unit in package.units:
        if unit.source.path and out.resolve().is_relative_to((base / unit.source.path).resolve()):
            message = f"The package would be written into the source of its unit {unit.name}."
            raise Invalid(
                "package.out_inside_source", message, hint="Choose a folder outside of it.", at=unit.name
            )


class _Hashed:
    """A file that knows the hash of what was written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = 0
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.file.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def _check(contents: Iterable[Content]) -> None:
    paths = [check_path(content.path) for content in contents]
    if len(paths) > FILES:
        raise Invalid("archive.too_many", f"There are more than {FILES} files.", hint="Pack them into fewer.")
    check_tree(paths)


def _write(archive: _Hashed, content: Content) -> Member:
    with content.open() as file:
        member = write_member(archive, Head(content.path, content.mode, content.size), file)
    if content.sha256 and member.sha256 != content.sha256:
        raise mismatch(content.path, expected=content.sha256, found=member.sha256)
    return member


def _unit_entry(unit: UnitContents, entries: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": unit.unit.name,
        "type": unit.unit.type,
        "ci": unit.unit.ci,
        "into": unit.unit.folder,
        "provenance": unit.provenance,
        "files": [entries[content.path] for content in sorted(unit.files, key=_place)],
    }


def _entry(member: Member) -> dict[str, Any]:
    return {"path": member.path, "mode": f"{member.mode:04o}", "size": member.size, "sha256": member.sha256}


def _place(content: Content) -> bytes:
    return content.path.encode()


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Write beside the file and put the whole in its place at the end; after an error nothing is left."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, 0o644)
            yield file
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
