"""Files on disk on their way into a package: plain files, found and opened without following links."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Never

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.texts import quoted, shown
from rightaway.library.limits import FILE_BYTES, FILES
from rightaway.library.paths import check_path


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file below a source; `path` is empty when the source is the file itself."""

    path: str
    is_executable: bool
    size: int
    open: Callable[[], BinaryIO]


def files_below(base: Path, path: str) -> list[SourceFile]:
    """
    Find the file at a path, or all files of the folder there, but what belongs to git itself.

    Raises:
        Invalid: `file.missing`, `file.unreadable`, `archive.link_not_allowed`, `archive.member_type`,
            `archive.name`, `archive.too_many`; `at` is the path from `base`.
        TooLarge: `input.too_large`.
    """
    with _folder(base, path) as (parent, name):
        found = list(islice(_walk(parent, name, path), FILES + 1))
    if len(found) > FILES:
        raise Invalid("archive.too_many", f"{quoted(path)} holds more than {FILES} files.", at=shown(path))
    if not found:
        raise Invalid(
            "file.missing", f"There is no file in {quoted(path)}.", hint="Correct the path.", at=shown(path)
        )
    return [_source(base, path, each) for each in found]


def read_below(base: Path, path: str, *, limit: int) -> bytes:
    """Give the bytes of one file."""
    (source,) = _one(files_below(base, path), path)
    if source.size > limit:
        raise TooLarge("input.too_large", f"{quoted(path)} is larger than {limit} bytes.", at=shown(path))
    with source.open() as file:
        return file.read(limit)


@dataclass(frozen=True, slots=True)
class _Found:
    path: str
    mode: int
    size: int


def _one(found: list[SourceFile], path: str) -> list[SourceFile]:
    if [source.path for source in found] == [""]:
        return found
    raise Invalid(
        "file.missing",
        f"{quoted(path)} is a folder, a file is needed.",
        hint="Name the file.",
        at=shown(path),
    )


def _source(base: Path, path: str, found: _Found) -> SourceFile:
    whole = "/".join(part for part in (path, found.path) if part and part != ".")

    def opened() -> BinaryIO:
        with _folder(base, whole) as (parent, name):
            return os.fdopen(_open(parent, name, whole, os.O_RDONLY), "rb")

    return SourceFile(found.path, bool(found.mode & stat.S_IXUSR), found.size, opened)


@contextmanager
def _folder(base: Path, path: str) -> Iterator[tuple[int, str]]:
    """Open the folder that holds the last part of a path, part by part, so that no link is followed."""
    *parents, name = [part for part in path.split("/") if part != "."] or ["."]
    try:
        here = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        _refuse(error, str(base.name))
    try:
        for part in parents:
            inner = _open(here, part, path, os.O_RDONLY | os.O_DIRECTORY)
            os.close(here)
            here = inner
        yield here, name
    finally:
        os.close(here)


def _walk(folder: int, name: str, path: str, below: str = "") -> Iterator[_Found]:
    kind = _look(folder, name, path)
    if stat.S_ISREG(kind.st_mode):
        if kind.st_size > FILE_BYTES:
            raise TooLarge(
                "input.too_large", f"{quoted(path)} is larger than {FILE_BYTES} bytes.", at=shown(path)
            )
        yield _Found(below, kind.st_mode, kind.st_size)
        return
    if not stat.S_ISDIR(kind.st_mode):
        message = f"{quoted(path)} is neither a file nor a folder."
        raise Invalid("archive.member_type", message, hint="Keep plain files only.", at=shown(path))
    inner = _open(folder, name, path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for child in sorted(os.listdir(inner)):  # noqa: PTH208 (a Path has no handle)
            if child != ".git":
                deeper = check_path(f"{below}/{child}" if below else child)
                yield from _walk(inner, child, f"{path}/{child}", deeper)
    finally:
        os.close(inner)


def _look(folder: int, name: str, path: str) -> os.stat_result:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        _refuse(error, path)
    if stat.S_ISLNK(found.st_mode):
        _refuse_link(path)
    return found


def _open(folder: int, name: str, path: str, flags: int) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        if stat.S_ISLNK(_look(folder, name, path).st_mode):
            _refuse_link(path)
        _refuse(error, path)


def _refuse(error: OSError, path: str) -> Never:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        raise Invalid(
            "file.missing", f"There is no {quoted(path)}.", hint="Correct the path.", at=shown(path)
        ) from None
    reason = os.strerror(error.errno or 0)
    raise Invalid(
        "file.unreadable",
        f"{quoted(path)} cannot be read: {reason}.",
        hint="Look at its rights.",
        at=shown(path),
    ) from None


def _refuse_link(path: str) -> Never:
    raise Invalid(
        "archive.link_not_allowed",
        f"{quoted(path)} is a link.",
        hint="Put the file itself into the package.",
        at=shown(path),
    )
