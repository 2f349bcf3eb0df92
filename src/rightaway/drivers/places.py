"""Where a target keeps its state."""

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _folder(value: str) -> str:
    if value and not value.startswith("/"):
        raise ValueError("a folder is named from the root, or left empty")
    if any(character < " " for character in value):
        raise ValueError("a folder has no control characters in its name")
    return value


Folder = Annotated[str, AfterValidator(_folder)]
"""An absolute path, or empty for the default."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    The state and working folders of one target.

    Args:
        home: State folder; empty means `.rightaway` in the home of the user there.
        name: The target's own folder in it, so that targets on one host do not share a fence.
        working: Where steps start; empty means the home of the user there.
    """

    home: str
    name: str
    working: str = ""

    @classmethod
    def of(cls, target_key: str, home: str, working: str = "") -> "Place":
        digest = hashlib.sha256(target_key.encode()).hexdigest()[:32]
        return cls(home, target_key if _PLAIN.fullmatch(target_key) else f"key-{digest}", working)
