"""Puts static files where the server serves them from: under hashed names, compressed, once per version."""

import hashlib
from pathlib import Path


def collect() -> None:
    """
    Collect the static files if they are others than last time.

    Files of earlier versions stay, for the pages that are open in a browser while the server is brought up to date.
    """
    from django.conf import settings  # noqa: PLC0415 -- only after the settings know the database
    from django.core.management import call_command  # noqa: PLC0415

    mark: Path = settings.STATIC_ROOT / "collected"
    state = _state()
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
