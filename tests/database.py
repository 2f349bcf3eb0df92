"""
One embedded PostgreSQL for all tests, as a plugin of pytest (`-p tests.database` in pyproject.toml).

A plugin, because pytest-django reads the settings before any conftest.py is imported. The address is known
before the server runs, so the settings can have it at once, and the server is started by the first test that
asks for a database, in whichever xdist worker; a run that needs none starts none.
"""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

from rightaway.config import embedded

_HOME = "RIGHTAWAY_TESTS_HOME"
_URL = "RIGHTAWAY_TESTS_DATABASE_URL"
_PREFIX = "rightaway-tests-"


def _choose() -> None:
    """
    Name the home and the database, which Django's settings read right after this file is imported.

    A developer's own RIGHTAWAY_ variables are never used, but RIGHTAWAY_TESTS_DATABASE_URL is.
    """
    for name in [name for name in os.environ if name.startswith("RIGHTAWAY_") and name not in {_HOME, _URL}]:
        del os.environ[name]
    if _HOME not in os.environ:  # else this is a worker: the controller has chosen
        home = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        home.chmod(0o711)  # as root the server runs with another account, which must pass through
        os.environ[_HOME] = str(home)
    os.environ["RIGHTAWAY_HOME"] = os.environ[_HOME]
    os.environ["RIGHTAWAY_DATABASE_URL"] = os.environ.get(_URL) or embedded.address(_home()).url


def _home() -> Path:
    return Path(os.environ[_HOME])


_choose()


def running_database() -> str:
    """The address of a PostgreSQL that runs, shared by all workers."""
    if _URL not in os.environ:
        embedded.start(_home(), durable=False)
    return os.environ["RIGHTAWAY_DATABASE_URL"]


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    _discard(_home())
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if left.stat().st_uid == os.geteuid() and not _lives(int(left.name.split("-")[2])):
            _discard(left)  # of a run that was killed


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def _discard(home: Path) -> None:
    embedded.stop(home)
    shutil.rmtree(embedded.status(home).data_dir.parent, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def url_of(settings: dict) -> str:
    """The address of a database as Django names it."""
    host = settings["HOST"]
    if host.startswith("/"):
        return f"postgresql://{settings['USER']}@/{settings['NAME']}?host={quote(host, safe='')}"
    password = f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    return f"postgresql://{settings['USER']}{password}@{host}:{settings['PORT'] or 5432}/{settings['NAME']}"
