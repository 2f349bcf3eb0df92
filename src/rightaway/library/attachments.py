"""
The store of attachments: files named by what is in them, checked whenever they are read.

    root/<2 digits>/<digest>               kept, read only
    root/<2 digits>/<digest>.<random>      being written, or no longer what it was; never served
"""

import hashlib
import re
import secrets
from contextlib import suppress
from pathlib import Path

from rightaway.domain.errors import NotFound, Refused
from rightaway.library.durable import durable, sync, unavailable

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Attachments:
    """Files below one folder. Any number of processes may use the same folder at the same time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def keep(self, data: bytes) -> str:
        """Keep the bytes and give their SHA-256; the same bytes again are kept once."""
        digest = hashlib.sha256(data).hexdigest()
        with suppress(NotFound, Refused):
            self.read(digest)
            return digest
        place = self._place(digest)
        aside = self._aside(place)
        try:
            place.parent.mkdir(exist_ok=True)
            with durable(aside) as file:
                file.write(data)
            aside.replace(place)
            sync(place.parent)
            sync(self._root)
        except OSError as error:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise unavailable(error) from error
        return digest

    def read(self, digest: str) -> bytes:
        """
        Give the bytes of a digest.

        Raises:
            NotFound: `attachment.lost`.
            Refused: `attachment.damaged`; the file is put aside.
            Unavailable: `library.storage`.
        """
        place = self._place(digest)
        try:
            data = place.read_bytes()
        except FileNotFoundError:
            raise NotFound(
                "attachment.lost", "The file is not in the store.", hint="Ask its author to attach it again."
            ) from None
        except OSError as error:
            raise unavailable(error) from error
        if hashlib.sha256(data).hexdigest() == digest:
            return data
        with suppress(FileNotFoundError):  # another process was faster
            place.rename(self._aside(place))
        raise Refused(
            "attachment.damaged",
            "The file is no longer what was attached, and is not given out.",
            hint="Ask its author to attach it again, and find out who or what changed it.",
            evidence={"digest": digest},
        )

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise NotFound("attachment.lost", "The file is not in the store.")
        return self._root / digest[:2] / digest

    def _aside(self, place: Path) -> Path:
        """Name a new file that nobody reads, beside the place."""
        return place.with_name(f"{place.name}.{secrets.token_hex(8)}")
