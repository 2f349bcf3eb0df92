"""Puts static files where the server serves them from: under hashed names, compressed, once per version."""

import fcntl
import hashlib
from pathlib import Path


def collect() -> None:
    """
    Collect the static files if they are others than last time.

    Files of earlier versions stay, for the pages that are open in a browser while the server is brought up to date.
    Processes that begin at once wait for the first of them.
    """
    from django.conf import settings  # noqa: PLC0415 -- only after the settings know the database
    from django.core.management import call_command  # noqa: PLC0415

    mark: Path = settings.STATIC_ROOT / "collected"
    mark.parent.mkdir(parents=True, exist_ok=True)
    state = _state()
    with mark.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.is_file() and mark.read_text() == state:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(state)


def _state() -> str:
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415

    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    return found.hexdigest()
