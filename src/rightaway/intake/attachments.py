"""Files that people attach: what they are by their bytes, and a name that cannot mislead."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.limits import MIB
from rightaway.intake.texts import unprintable

ATTACHMENT_BYTES = 10 * MIB
NAME_CHARACTERS = 120
_BAD_IN_NAMES = re.compile(r"[^\w .()+,=@-]+")


@dataclass(frozen=True, slots=True)
class FileType:
    """
    One type that is accepted.

    Args:
        suffixes: Endings that a file of this type may have; the first is given to one with another ending.
    """

    media_type: str
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttachedFile:
    name: str
    media_type: str
    data: bytes


_TEXT = FileType(
    "text/plain",
    (".txt", ".log", ".md", ".csv", ".tsv", ".json", ".yaml", ".yml", ".diff", ".patch", ".ini", ".conf"),
)
# Source: the signatures in WHATWG MIME Sniffing 6, and of RFC 8118 (PDF), RFC 1952 (gzip), PKWARE (zip).
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", FileType("image/png", (".png",))),
    (b"\xff\xd8\xff", FileType("image/jpeg", (".jpg", ".jpeg"))),
    (b"GIF87a", FileType("image/gif", (".gif",))),
    (b"GIF89a", FileType("image/gif", (".gif",))),
    (b"%PDF-", FileType("application/pdf", (".pdf",))),
    (b"PK\x03\x04", FileType("application/zip", (".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"))),
    (b"\x1f\x8b\x08", FileType("application/gzip", (".gz", ".tgz"))),
)
_WEBP = FileType("image/webp", (".webp",))


def attached(name: str, data: bytes) -> AttachedFile:
    """
    Accept a file: its type is what its bytes say, never what its name or its sender says.

    Raises:
        TooLarge: `attachment.too_large`.
        Invalid: `attachment.empty` or `attachment.type`.
    """
    if len(data) > ATTACHMENT_BYTES:
        raise TooLarge(
            "attachment.too_large",
            f"A file has at most {ATTACHMENT_BYTES // MIB} MiB.",
            hint="Put it where large files are kept, and write down where that is.",
            at="file",
        )
    if not data:
        raise Invalid("attachment.empty", "The file is empty.", at="file", hint="Choose another one.")
    kind = _type(data)
    if kind is None:
        raise Invalid(
            "attachment.type",
            "Files of this kind are not accepted.",
            hint="Accepted are text in UTF-8, PNG, JPEG, GIF, WebP, PDF, zip and gzip.",
            at="file",
        )
    return AttachedFile(clean_name(name, kind), kind.media_type, data)


def _type(data: bytes) -> FileType | None:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _WEBP
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if unprintable(text) else _TEXT


def clean_name(name: str, kind: FileType) -> str:
    """
    Give a name for one folder of one file: no path, no control or invisible character, an ending of its type.

    `../../run.html` of a text becomes `run.html.txt`: opened from a disk, it is shown and not run.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = _BAD_IN_NAMES.sub("_", last).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    suffix = f".{ending.lower()}" if dot and stem else ""
    if suffix in kind.suffixes:
        return stem[: NAME_CHARACTERS - len(suffix)] + suffix
    return plain[: NAME_CHARACTERS - len(kind.suffixes[0])].rstrip(" .") + kind.suffixes[0]
