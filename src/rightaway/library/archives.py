"""
The one form of archive a package has: plain tar, of which the same files always give the same bytes.

Only regular files, sorted by path, with mode 0644 or 0755, no owner and no time. No compression, because its
output depends on the version of the library that does it. There is exactly one right sequence of bytes for a
list of files, so the reader compares instead of trusting: what differs anywhere is refused.

Source: POSIX.1-2017, pax, "ustar Interchange Format".
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.texts import quoted, shown
from rightaway.library.limits import ARCHIVE_BYTES, CHUNK, FILE_BYTES, FILES
from rightaway.library.paths import check_path

BLOCK = 512
END = bytes(2 * BLOCK)

_REGULAR, _OLD_REGULAR = b"0", b"\0"
_LINKS = {b"1", b"2"}
_NAME_BYTES, _PREFIX_BYTES = 100, 155
# Which other format a file is, by its first bytes.
_OTHERS = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a package; `mode` is 0o644 or 0o755."""

    path: str
    mode: int
    size: int
    sha256: str


class Head(NamedTuple):
    path: str
    mode: int
    size: int


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Sum(NamedTuple):
    sha256: str
    size: int


def archive_size(sizes: Iterable[int]) -> int:
    """Give the length of the archive of files with these lengths."""
    return sum(BLOCK + _padded(size) for size in sizes) + len(END)


def offset_of(members: Sequence[Member], path: str) -> int:
    """Give where in the archive of these members the content of one begins."""
    before = [member.size for member in members if member.path.encode() < path.encode()]
    return archive_size(before) - len(END) + BLOCK


def write_member(out: Sink, head: Head, content: BinaryIO) -> Member:
    """
    Append one file; callers keep the order of paths by their bytes.

    Raises:
        Invalid: `package.changed_while_reading` when the content is not as long as its head says.
    """
    out.write(header(head))
    found = hashlib.sha256()
    left = head.size
    while chunk := content.read(min(CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            break
        found.update(chunk)
        out.write(chunk)
    if left:
        raise Invalid(
            "package.changed_while_reading",
            f"{quoted(head.path)} changed while the package was built.",
            hint="Build again when nothing writes to it.",
            at=shown(head.path),
        )
    out.write(bytes(_padded(head.size) - head.size))
    return Member(head.path, head.mode, head.size, found.hexdigest())


def header(head: Head) -> bytes:
    """Give the 512 bytes that stand before a file."""
    prefix, name = _split(head.path)
    fields = [
        name.ljust(100, b"\0"),
        b"%07o\0" % head.mode,
        b"%07o\0" % 0,  # user
        b"%07o\0" % 0,  # group
        b"%011o\0" % head.size,
        b"%011o\0" % 0,  # time
        b" " * 8,  # the sum itself counts as spaces
        _REGULAR,
        bytes(100),
        b"ustar\0" + b"00",
        bytes(64),  # names of user and group
        b"%07o\0" % 0 + b"%07o\0" % 0,  # device
        prefix.ljust(155, b"\0"),
        bytes(12),
    ]
    block = b"".join(fields)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def read_archive(source: BinaryIO, expected: Sequence[Member], copy: Sink) -> Sum:
    """
    Read an archive to its end, write every byte to `copy`, and accept it only if it is the one of `expected`.

    Raises:
        TooLarge: `input.too_large`.
        Invalid: `archive.*`, `artefact.digest_mismatch`; `at` is the path of the file.
    """
    return _Reader(source, copy).read(expected)


class _Reader:
    def __init__(self, source: BinaryIO, copy: Sink) -> None:
        self.source, self.copy = source, copy
        self.whole = hashlib.sha256()
        self.size = 0

    def read(self, expected: Sequence[Member]) -> Sum:
        seen: set[str] = set()
        wanted = iter(expected)
        while (block := self._take(BLOCK)) != bytes(BLOCK):
            head = _parsed(block, first=not seen)
            if head.path in seen:
                message = f"{quoted(head.path)} stands in the archive twice."
                raise Invalid("archive.duplicate_member", message, at=shown(head.path))
            if len(seen) == FILES:
                raise Invalid("archive.too_many", f"There are more than {FILES} files.")
            seen.add(head.path)
            self._content(head, block, next(wanted, None))
        if self._take(BLOCK) != bytes(BLOCK) or self.source.read(1):
            raise _corrupt("It goes on after its end.")
        if missing := next(wanted, None):
            raise _inconsistent(missing.path, "is in the manifest and not in the archive")
        return Sum(self.whole.hexdigest(), self.size)

    def _content(self, head: Head, block: bytes, member: Member | None) -> None:
        if member is None or member.path != head.path:
            raise _inconsistent(head.path, "is not in the manifest at this place")
        if (member.mode, member.size) != (head.mode, head.size):
            raise _inconsistent(head.path, "has another size or mode in the manifest")
        if block != header(head):
            raise Invalid(
                "archive.not_canonical",
                f"The entry of {quoted(head.path)} carries an owner, a time or another form of its fields.",
                hint="Build the package with `rightaway package build`.",
                at=shown(head.path),
            )
        found = hashlib.sha256()
        left = head.size
        while left:
            chunk = self._take(min(CHUNK, left))
            found.update(chunk)
            left -= len(chunk)
        if any(self._take(_padded(head.size) - head.size)):
            raise _corrupt(f"There is something between {quoted(head.path)} and the next file.")
        if found.hexdigest() != member.sha256:
            raise mismatch(head.path, expected=member.sha256, found=found.hexdigest())

    def _take(self, count: int) -> bytes:
        data = self.source.read(count)
        self.size += len(data)
        if self.size > ARCHIVE_BYTES:
            raise TooLarge("input.too_large", f"{ARCHIVE_BYTES} bytes is the limit of an archive.")
        if len(data) != count:
            if self.size == len(data):
                _refuse_other_format(data)
            raise _corrupt("It ends too early.")
        self.whole.update(data)
        self.copy.write(data)
        return data


def mismatch(what: str, *, expected: str, found: str) -> Invalid:
    """Say that bytes are not the ones that were named."""
    return Invalid(
        "artefact.digest_mismatch",
        f"{quoted(what)} should be {expected[:12]} and is {found[:12]}.",
        hint="Build the package again from its sources, and find out who changed it.",
        at=shown(what),
        evidence={"expected": expected[:12], "found": found[:12]},
    )


def _parsed(block: bytes, *, first: bool) -> Head:
    if first:
        _refuse_other_format(block)
    if _number(block[148:156]) != sum(block[:148]) + 8 * ord(" ") + sum(block[156:]):
        raise _corrupt("The sum of an entry is wrong.")
    path = _path(block)
    mode, kind = _number(block[100:108]), block[156:157]
    if kind in _LINKS:
        raise Invalid(
            "archive.link_not_allowed",
            f"{quoted(path)} is a link.",
            hint="Put the file itself into the package.",
            at=shown(path),
        )
    if kind not in {_REGULAR, _OLD_REGULAR} or mode & ~0o777:
        message = f"{quoted(path)} is not a plain file (a device, a folder, sparse, or with special rights)."
        raise Invalid("archive.member_type", message, hint="Keep plain files only.", at=shown(path))
    size = _number(block[124:136])
    if size > FILE_BYTES:
        message = f"{quoted(path)} is larger than {FILE_BYTES} bytes."
        raise TooLarge("input.too_large", message, at=shown(path))
    return Head(check_path(path), mode, size)


def _path(block: bytes) -> str:
    name, prefix = (field.split(b"\0", 1)[0] for field in (block[:100], block[345:500]))
    raw = prefix + b"/" + name if prefix else name
    try:
        return raw.decode()
    except UnicodeDecodeError:
        text = raw.decode(errors="backslashreplace")
        raise Invalid("archive.name", f"The name {quoted(text)} is not UTF-8.", hint="Rename it.") from None


def _number(field: bytes) -> int:
    digits = field.strip(b" \0")
    if not digits.isdigit() or b"8" in digits or b"9" in digits:
        raise _corrupt("A number of an entry is not octal.")
    return int(digits, 8)


def _split(path: str) -> tuple[bytes, bytes]:
    """Divide a path over the two fields of an entry: as little as possible in the first one."""
    raw = path.encode()
    if len(raw) <= _NAME_BYTES:
        return b"", raw
    cut = raw.find(b"/", len(raw) - _NAME_BYTES - 1)
    if not 0 < cut <= _PREFIX_BYTES:
        message = f"{quoted(path)} is too long for an archive."
        raise Invalid("archive.name", message, hint="Shorten the names of its folders.", at=shown(path))
    return raw[:cut], raw[cut + 1 :]


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _refuse_other_format(data: bytes) -> None:
    for magic, name in _OTHERS.items():
        if data.startswith(magic):
            message = f"This is {name}; a package is a plain tar, not compressed."
            raise Invalid("archive.format", message, hint="Build the package with `rightaway package build`.")


def _corrupt(reason: str) -> Invalid:
    return Invalid("archive.corrupt", f"The archive is damaged. {reason}", hint="Build or send it again.")


def _inconsistent(path: str, reason: str) -> Invalid:
    message = f"{quoted(path)} {reason}."
    return Invalid(
        "archive.inconsistent", message, hint="Send archive and manifest of one build.", at=shown(path)
    )
