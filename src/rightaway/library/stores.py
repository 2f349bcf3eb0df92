"""
The store of packages: what goes in is checked byte by byte, what comes out is checked again.

    root/packages/<2 digits>/<digest>/manifest.json and package.tar     admitted, read only
    root/incoming/<random>/                                              being admitted, invisible
    root/quarantine/<digest>.<random>/                                   no longer what it was; never served
"""

import errno
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rightaway.domain.errors import Invalid, NotFound, Refused
from rightaway.intake.texts import quoted
from rightaway.library.archives import mismatch, offset_of, read_archive
from rightaway.library.durable import durable, sync, unavailable
from rightaway.library.limits import CHUNK, MANIFEST_BYTES
from rightaway.library.manifests import FileEntry, Manifest, load_manifest

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MANIFEST, _ARCHIVE = "manifest.json", "package.tar"
_ABANDONED_AFTER_S = 3600
_LOST = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EIO}


@dataclass(frozen=True, slots=True)
class Damage:
    """A package that is not what it was, and where it was put."""

    digest: str
    error: Refused


@dataclass(frozen=True, slots=True)
class Verification:
    sound: tuple[str, ...]
    damaged: tuple[Damage, ...]


class Library:
    """Packages below one folder. Any number of processes may use the same folder at the same time."""

    def __init__(self, root: Path) -> None:
        self._packages, self._incoming, self._quarantine = (
            root / name for name in ("packages", "incoming", "quarantine")
        )
        for folder in (self._packages, self._incoming, self._quarantine):
            folder.mkdir(parents=True, exist_ok=True)

    def admit(self, manifest_bytes: bytes, archive_path: Path) -> str:
        """
        Take a package in and give its digest. Trusts nothing: every byte is read and compared here.

        Doing it again changes nothing. After a crash in the middle nothing is visible.

        Raises:
            TooLarge, Invalid: see `load_manifest` and `read_archive`.
            Unavailable: `library.storage`.
        """
        manifest = load_manifest(manifest_bytes)
        try:
            self._sweep()
            with self._entering() as folder:
                self._receive(folder, manifest, archive_path)
                self._publish(folder, manifest.digest)
        except OSError as error:
            raise unavailable(error) from error
        return manifest.digest

    def contains(self, digest: str) -> bool:
        return bool(_DIGEST.fullmatch(digest)) and self._place(digest).is_dir()

    def manifest(self, digest: str) -> Manifest:
        """
        Give a manifest whose digest was computed again.

        Raises:
            NotFound: `package.unknown`.
            Refused: `artefact.digest_mismatch`; the package is in quarantine then.
            Unavailable: `library.storage`.
        """
        data = self._manifest_bytes(digest)
        try:
            manifest = load_manifest(data)
        except Invalid as error:
            raise self._isolate(digest, error.message) from error
        if manifest.digest != digest:
            raise self._isolate(digest, f"Its manifest is that of {manifest.digest[:12]}.")
        return manifest

    def archive(self, digest: str) -> Path:
        """Give the place of an archive all of which was read and found to be right; errors as `manifest`."""
        expected = self.manifest(digest).archive
        with self._open(digest) as file:
            found = hashlib.sha256()
            while chunk := file.read(CHUNK):
                found.update(chunk)
        if found.hexdigest() != expected.sha256:
            raise self._isolate(digest, _differs("archive", expected.sha256, found.hexdigest()))
        return self._place(digest) / _ARCHIVE

    def script(self, digest: str, name: str) -> bytes:
        """Give the bytes of a script, checked; `package.no_script`, else errors as `manifest`."""
        manifest = self.manifest(digest)
        if name not in manifest.scripts:
            hint = f"It has: {', '.join(sorted(manifest.scripts)) or 'none'}."
            raise NotFound("package.no_script", f"The package has no script {quoted(name)}.", hint=hint)
        return self._file(digest, manifest, manifest.scripts[name])

    def document(self, digest: str, kind: str) -> bytes:
        """Give the bytes of a document, checked; `package.no_document`, else errors as `manifest`."""
        manifest = self.manifest(digest)
        entry = {str(each): file for each, file in manifest.documents.items()}.get(kind)
        if entry is None:
            hint = f"It has: {', '.join(sorted(manifest.documents)) or 'none'}."
            raise NotFound("package.no_document", f"The package has no document {quoted(kind)}.", hint=hint)
        return self._file(digest, manifest, entry)

    def digests(self) -> list[str]:
        """Give the names of all packages, in order."""
        return sorted(each.name for each in self._packages.glob("*/*") if _DIGEST.fullmatch(each.name))

    def verify_all(self) -> Verification:
        """Read every byte of every package; what is damaged goes into quarantine."""
        sound, damaged = [], []
        for digest in self.digests():
            try:
                self.archive(digest)
            except Refused as error:
                damaged.append(Damage(digest, error))
            except NotFound:  # another process has put it into quarantine meanwhile
                continue
            else:
                sound.append(digest)
        return Verification(tuple(sound), tuple(damaged))

    def _file(self, digest: str, manifest: Manifest, entry: FileEntry) -> bytes:
        with self._open(digest) as file:
            file.seek(offset_of(manifest.members, entry.path))
            data = file.read(entry.size)
        found = hashlib.sha256(data).hexdigest()
        if found != entry.sha256:
            raise self._isolate(digest, _differs(entry.path, entry.sha256, found))
        return data

    def _place(self, digest: str) -> Path:
        return self._packages / digest[:2] / digest

    def _manifest_bytes(self, digest: str) -> bytes:
        if not self.contains(digest):
            message = f"The library has no package {quoted(digest)}."
            raise NotFound("package.unknown", message, hint="Build it again and register it.")
        with self._open(digest, _MANIFEST) as file:
            return file.read(MANIFEST_BYTES + 1)

    @contextmanager
    def _open(self, digest: str, name: str = _ARCHIVE) -> Iterator[BinaryIO]:
        try:
            with (self._place(digest) / name).open("rb") as file:
                yield file
        except OSError as error:
            if error.errno in _LOST and self.contains(digest):
                raise self._isolate(digest, f"Its {name} is lost.") from error
            raise unavailable(error) from error

    def _isolate(self, digest: str, reason: str) -> Refused:
        """Put a package where nobody takes it from, and give the error to raise."""
        end = "It is in quarantine now."
        try:
            place = tempfile.mkdtemp(dir=self._quarantine, prefix=f"{digest}.")
            self._place(digest).rename(place)
        except FileNotFoundError:  # another process was faster
            Path(place).rmdir()
        except OSError as error:
            end = f"It could not be moved into quarantine: {os.strerror(error.errno or 0)}."
        return Refused(
            "artefact.digest_mismatch",
            f"The package {digest[:12]} is not what was approved. {reason} {end}",
            hint="Build it again from its sources, and find out who or what changed it.",
            evidence={"digest": digest, "reason": reason},
        )

    @contextmanager
    def _entering(self) -> Iterator[Path]:
        """Give a folder that nobody sees, locked for as long as its process lives."""
        folder = Path(tempfile.mkdtemp(dir=self._incoming))
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)

    def _receive(self, folder: Path, manifest: Manifest, archive_path: Path) -> None:
        with archive_path.open("rb") as source, durable(folder / _ARCHIVE) as copy:
            found = read_archive(source, manifest.members, copy)
        if found.sha256 != manifest.archive.sha256:
            raise mismatch(_ARCHIVE, expected=manifest.archive.sha256, found=found.sha256)
        with durable(folder / _MANIFEST) as copy:
            copy.write(manifest.as_bytes())
        folder.chmod(0o755)
        sync(folder)

    def _publish(self, folder: Path, digest: str) -> None:
        """Make it visible in one move, unless it is there already and sound."""
        place = self._place(digest)
        place.parent.mkdir(exist_ok=True)
        while True:
            try:
                folder.rename(place)
                break
            except OSError as error:
                if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                    raise
            with suppress(Refused, NotFound):  # damaged, and out of the way now
                self.archive(digest)
                return
        sync(place.parent)
        sync(self._packages)

    def _sweep(self) -> None:
        """Remove what a crashed process has left behind."""
        for folder in self._incoming.iterdir():
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime < _ABANDONED_AFTER_S:
                    continue
                handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
                finally:
                    os.close(handle)


def _differs(what: str, expected: str, found: str) -> str:
    return f"Its {what} should be {expected[:12]} and is {found[:12]}."
