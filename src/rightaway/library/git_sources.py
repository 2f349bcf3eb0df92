"""Files of a git commit on their way into a package, read from the repository; no program is started."""

import io
import traceback
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Never

from dulwich.errors import (
    ApplyDeltaError,
    ChecksumMismatch,
    FileFormatException,
    NotGitRepository,
    NotTreeError,
    ObjectMissing,
    WrongObjectException,
)
from dulwich.object_store import iter_tree_contents, peel_sha, tree_lookup_path
from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo, UnsupportedExtension, UnsupportedVersion

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.packages import GitSource
from rightaway.intake.texts import quoted, shown
from rightaway.library.limits import FILE_BYTES, FILES
from rightaway.library.paths import check_path
from rightaway.library.sources import SourceFile

_LINK, _SUBMODULE, _FOLDER = 0o120000, 0o160000, 0o040000
# What dulwich really raises when bits of a repository are flipped, tried on packs, indexes and refs.
_DAMAGE = (
    ArithmeticError,
    AssertionError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    zlib.error,
    ApplyDeltaError,
    ChecksumMismatch,
    FileFormatException,
    ObjectMissing,
    WrongObjectException,
)
# Source: the git-lfs specification: a pointer file begins with this line.
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class GitFiles:
    """What a ref stood for when it was read; the files can be opened until the context ends."""

    commit: str
    files: list[SourceFile]


@contextmanager
def git_files(base: Path, source: GitSource) -> Iterator[GitFiles]:
    """
    Resolve the ref and find the files.

    Raises:
        Invalid: `git.repository`, `git.unknown_ref`, `git.ambiguous_ref`, `git.commit`, `git.lfs_pointer`,
            `git.unreadable`, `file.missing`, `archive.*`.
        TooLarge: `input.too_large`.
    """
    with _repository(base, source.repository) as repository:
        with _readable(source):
            commit = _commit(repository, source)
            files = [_file(repository, source, *each) for each in _entries(repository, commit, source)]
        yield GitFiles(commit.id.decode(), files)


@contextmanager
def _readable(source: GitSource) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        # The frames hold views of the pack, which could not be closed then.
        traceback.clear_frames(error.__traceback__)
        message = f"The repository {quoted(source.repository)} is damaged: {type(error).__name__}."
        raise Invalid("git.unreadable", message, hint="Run `git fsck` in it.", at=source.repository) from None


@contextmanager
def _repository(base: Path, path: str) -> Iterator[Repo]:
    """Open the repository at a path below `base`; `.` is the one that `base` lies in, as git finds it."""
    place = base.resolve()
    for part in path.split("/"):
        place /= part
        if place.is_symlink():
            message = f"{quoted(path)} is or passes a link."
            raise Invalid("archive.link_not_allowed", message, hint="Name the folder itself.", at=shown(path))
    try:
        repository = Repo.discover(place) if path == "." else Repo(place)
    except (NotGitRepository, UnsupportedExtension, UnsupportedVersion, OSError, ValueError) as error:
        hint = "Clone it to this place, or correct `repository:`."
        message = f"There is no git repository at {quoted(path)} that can be opened: {type(error).__name__}."
        raise Invalid("git.repository", message, hint=hint, at=shown(path)) from None
    try:
        yield repository
    finally:
        repository.close()


def _commit(repository: Repo, source: GitSource) -> Any:
    ref = source.ref.encode()
    found = {
        peel_sha(repository.object_store, repository.refs[name])[1].id
        for name in (b"refs/tags/" + ref, b"refs/heads/" + ref, b"refs/remotes/origin/" + ref)
        if name in repository.refs
    }
    if source.ref == "HEAD":
        found.add(repository.head())
    if len(ref) == len("0" * 40) and ref in repository.object_store:
        found.add(ref)
    if not found:
        message = f"There is no branch, tag or commit {quoted(source.ref)}."
        raise Invalid("git.unknown_ref", message, hint="Fetch it, or correct `ref:`.", at=source.ref)
    if len(found) > 1:
        message = f"{quoted(source.ref)} is the name of a tag and of a branch, which differ."
        raise Invalid("git.ambiguous_ref", message, hint="Name the commit.", at=source.ref)
    commit = repository[found.pop()]
    if not isinstance(commit, Commit):
        message = f"{quoted(source.ref)} does not stand for a commit."
        raise Invalid("git.unknown_ref", message, hint="Name a branch, a tag or a commit.", at=source.ref)
    if source.commit and commit.id != source.commit.encode():
        raise Invalid(
            "git.commit",
            f"{quoted(source.ref)} should be {source.commit[:12]} and is {commit.id.decode()[:12]}.",
            hint="Find out who moved it, then correct `commit:` or `ref:`.",
            at=source.ref,
        )
    return commit


def _entries(repository: Repo, commit: Any, source: GitSource) -> Iterator[tuple[str, int, bytes]]:
    """Give path below the source, mode and id of each file; the path of a single file is empty."""
    mode, found = _FOLDER, commit.tree
    if source.path != ".":
        try:
            mode, found = tree_lookup_path(repository.__getitem__, found, source.path.encode())
        except (KeyError, ValueError, NotTreeError):
            _refuse_missing(source)
    if not isinstance(repository[found] if mode != _SUBMODULE else None, Tree):
        yield "", mode, found
        return
    count = 0
    for entry in islice(iter_tree_contents(repository.object_store, found), FILES + 1):
        count += 1
        yield entry.path.decode(errors="surrogateescape"), entry.mode, entry.sha
    if count > FILES:
        raise Invalid(
            "archive.too_many", f"{quoted(source.path)} holds more than {FILES} files.", at=source.path
        )
    if not count:
        _refuse_missing(source)


def _file(repository: Repo, source: GitSource, path: str, mode: int, identity: bytes) -> SourceFile:
    where = path or source.path
    if path:
        check_path(path)
    if mode == _LINK:
        message = f"{quoted(where)} is a link."
        raise Invalid("archive.link_not_allowed", message, hint="Commit the file itself.", at=shown(where))
    if mode == _SUBMODULE:
        message = f"{quoted(where)} is a submodule."
        raise Invalid("archive.member_type", message, hint="Make it a unit of its own.", at=shown(where))
    size = len(_content(repository, identity))
    if size > FILE_BYTES:
        raise TooLarge(
            "input.too_large", f"{quoted(where)} is larger than {FILE_BYTES} bytes.", at=shown(where)
        )
    if _content(repository, identity).startswith(_LFS_POINTER):
        message = f"{quoted(where)} is a pointer to a file that git does not hold."
        raise Invalid(
            "git.lfs_pointer", message, hint="Fetch it with git lfs and use `path:`.", at=shown(where)
        )

    def opened() -> BinaryIO:
        with _readable(source):
            return io.BytesIO(_content(repository, identity))

    return SourceFile(path, bool(mode & 0o100), size, opened)


def _content(repository: Repo, identity: bytes) -> bytes:
    blob = repository[identity]
    assert isinstance(blob, Blob)
    return bytes(blob.data)


def _refuse_missing(source: GitSource) -> Never:
    message = f"There is no file at {quoted(source.path)} in {quoted(source.ref)}."
    raise Invalid("file.missing", message, hint="Correct `path:`.", at=source.path)
