"""
One embedded PostgreSQL for all tests, as a plugin of pytest (`-p tests.database` in pyproject.toml).

A plugin, because pytest-django reads the settings before any conftest.py is imported. The address is known
before the server runs, so the settings can have it at once, and the server is started by the first test that
asks for a database, in whichever xdist worker; a run that needs none starts none.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from rightaway.config import embedded

_OWN = "RIGHTAWAY_TESTS_"
_HOME = f"{_OWN}HOME"
_URL = f"{_OWN}DATABASE_URL"
_PREFIX = "rightaway-tests-"
_MIGRATE = """
import os
from rightaway.config import assets, boot
boot.connect()
from django.core.management import call_command
from rightaway.engine import runtime
call_command("migrate", interactive=False, verbosity=0)
runtime.migrate(os.environ["RIGHTAWAY_DATABASE_URL"])
assets.collect()
"""


def _choose() -> None:
    """
    Name the home and the database, which Django's settings read right after this file is imported.

    A developer's own RIGHTAWAY_ variables are never used, but those of the tests are.
    """
    for name in [name for name in os.environ if name.startswith("RIGHTAWAY_")]:
        if not name.startswith(_OWN):
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


def named(name: str) -> str:
    """The address of another database on the same server."""
    return urlsplit(running_database())._replace(path=f"/{name}").geturl()


def make_migrated(name: str) -> str:
    """Make a database with every schema in it, anew if there is one, and give its address."""
    _execute(
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{_template()}"'
    )
    return named(name)


def copy_static(home: Path) -> None:
    """Give a home of its own the static files of all tests, which took seconds to compress."""
    _template()
    shutil.copytree(_home() / "static", home / "static")


def _template() -> str:
    """The database that is migrated once in a run; whoever comes first makes it, the others wait."""
    name, done = f"template_{_home().name}", _home() / "template"
    with done.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _execute(f'CREATE DATABASE "{name}"')
            environment = os.environ | {"RIGHTAWAY_DATABASE_URL": named(name)}
            subprocess.run([sys.executable, "-c", _MIGRATE], env=environment, check=True)
            done.touch()
    return name


def _execute(*statements: str) -> None:
    with psycopg.connect(named("postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    if _URL in os.environ and (_home() / "template").exists():
        _execute(f'DROP DATABASE "template_{_home().name}" WITH (FORCE)')
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
