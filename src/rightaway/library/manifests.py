"""The manifest of a package: every file of it with its hash. Its digest is the name of the package."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from rightaway.domain.canonical import canonical_json, digest
from rightaway.domain.errors import Invalid
from rightaway.intake.documents import Document
from rightaway.intake.fields import Commit, Digest, Key, Line, ShortName, Version, whole
from rightaway.intake.json import load_json
from rightaway.intake.packages import DocumentKind, GitRef, ScriptName, UnitType
from rightaway.intake.schema import FileModel, read, refuse
from rightaway.library.archives import Member, archive_size
from rightaway.library.limits import ARCHIVE_BYTES, FILE_BYTES, FILES, MANIFEST_BYTES
from rightaway.library.paths import check_path, check_tree

SCHEMA = "rightaway/package/v1"

PackagePath = Annotated[str, Field(max_length=250)]


class FileEntry(FileModel):
    """A file of the package, by its path inside it."""

    path: PackagePath
    mode: Literal["0644", "0755"]
    size: Annotated[int, whole(0, FILE_BYTES)]
    sha256: Digest


class PathProvenance(FileModel):
    """Taken from a path under the folder of the package file."""

    kind: Literal["path"]
    path: Line


class GitProvenance(FileModel):
    """Taken from a commit; `ref` is what the package file named."""

    kind: Literal["git"]
    repository: Line
    ref: GitRef
    commit: Commit
    path: Line


Provenance = Annotated[PathProvenance | GitProvenance, Field(discriminator="kind")]


class UnitEntry(FileModel):
    name: Key
    type: UnitType
    ci: Key | None
    into: PackagePath
    provenance: Provenance
    files: Annotated[tuple[FileEntry, ...], Field(min_length=1, max_length=FILES)]


class ArchiveEntry(FileModel):
    sha256: Digest
    size: Annotated[int, whole(1, ARCHIVE_BYTES)]


class Manifest(FileModel):
    schema_: Annotated[Literal["rightaway/package/v1"], Field(alias="schema")]
    name: ShortName
    version: Version
    units: Annotated[tuple[UnitEntry, ...], Field(min_length=1, max_length=200)]
    scripts: dict[ScriptName, FileEntry]
    documents: dict[DocumentKind, FileEntry]
    archive: ArchiveEntry

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)

    def as_bytes(self) -> bytes:
        return canonical_json(self.as_json())

    @cached_property
    def digest(self) -> str:
        """The digest of the package."""
        return digest(self.as_json(), label=SCHEMA)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """All files of the package in the order of the archive."""
        entries = sorted(self._entries(), key=lambda entry: entry.path.encode())
        return tuple(Member(each.path, int(each.mode, 8), each.size, each.sha256) for each in entries)

    def _entries(self) -> Iterator[FileEntry]:
        for unit in self.units:
            yield from unit.files
        yield from self.scripts.values()
        yield from self.documents.values()

    @model_validator(mode="after")
    def _describes_one_archive(self) -> Self:
        try:
            self._check()
        except Invalid as error:
            refuse([((), error)])
        return self

    def _check(self) -> None:
        for entry in self._entries():
            check_path(entry.path)
        check_tree(member.path for member in self.members)
        if len(self.members) > FILES:
            raise Invalid("archive.too_many", f"There are more than {FILES} files.")
        if reason := next(self._disorder(), None):
            raise Invalid(
                "manifest.inconsistent", reason, hint="Build the package with `rightaway package build`."
            )

    def _disorder(self) -> Iterator[str]:
        if not _ascending([unit.name for unit in self.units]):
            yield "The units are not in the order of their names."
        for unit in self.units:
            paths = [entry.path for entry in unit.files]
            if not _ascending(paths) or not all(path.startswith(f"{unit.into}/") for path in paths):
                yield f"The files of {unit.name} are not in order, or outside of its folder."
        for name, entry in self.scripts.items():
            if (entry.path, entry.mode) != (f"scripts/{name}", "0755"):
                yield f"The script {name} does not stand at its place."
        for kind, entry in self.documents.items():
            if not re.fullmatch(rf"documents/{kind}(\.[a-z0-9]{{1,8}})?", entry.path) or entry.mode != "0644":
                yield f"The document {kind} does not stand at its place."
        if self.archive.size != archive_size(member.size for member in self.members):
            yield "The size of the archive is not that of its files."


def load_manifest(data: bytes) -> Manifest:
    """
    Read the canonical bytes of a manifest.

    Raises:
        TooLarge, Invalid: `input.*`, `text.*`, `json.*`, `field.*`, `archive.*`; `manifest.inconsistent`;
            `manifest.not_canonical` for the same content in other bytes.
    """
    manifest = read(Document(load_json(data, limit=MANIFEST_BYTES)), Manifest)
    if manifest.as_bytes() != data:
        raise Invalid(
            "manifest.not_canonical",
            "The manifest is not in its canonical form.",
            hint="Send the bytes that the build wrote; do not format them.",
        )
    return manifest


def _ascending(names: list[str]) -> bool:
    return all(first.encode() < second.encode() for first, second in pairwise(names))
