"""Writing files so that after a crash they are there as a whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rightaway.domain.errors import Unavailable


@contextmanager
def durable(path: Path) -> Iterator[BinaryIO]:
    """Write a new file that nobody changes afterwards; its bytes are on the disk when this ends."""
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unavailable(error: OSError) -> Unavailable:
    reason = os.strerror(error.errno or 0)
    return Unavailable(
        "library.storage",
        f"The files of the library cannot be used: {reason}.",
        hint="Look at the space, the rights and the health of its disk, then do it again.",
    )
