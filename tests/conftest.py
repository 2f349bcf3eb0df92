"""What every test stands on: no network, short folders, and a word about what this machine lacks."""

import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines that run these are busy: how long an example takes says nothing about the code.
settings.register_profile("rightaway", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rightaway")

_SYSTEM_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
# What pip cannot install: the names a program goes by, and its Debian package (each is in packages.apt).
COMPONENTS = {
    "sshd": (("sshd",), "openssh-server"),
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "git": (("git",), "git"),
    "prometheus": (("prometheus",), "prometheus"),
}
_MARKED = {"sshd": "sshd", "browser": "chromium", "prometheus": "prometheus"}


# --- database ---


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> str:
    """The address of a PostgreSQL that runs, shared by all workers."""
    return pytestconfig.pluginmanager.getplugin("tests.database").running_database()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, postgres: str) -> None:
    """Before pytest-django makes the test database of this worker, have a server."""


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Have pytest-django take up a copy of the database that is migrated once for all workers."""
    from django.db import connection
    from tests.database import make_migrated

    make_migrated(connection.creation._get_test_db_name())
    return True


# --- network ---


class OutsideNetworkError(Exception):
    """A test tried to leave this machine."""


def _is_local(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return host in {"", "localhost", socket.gethostname()}
    return address.is_loopback or address.is_unspecified


def _refuse_outside(event: str, arguments: tuple) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and arguments[0].family != socket.AF_UNIX else ""
    elif event == "socket.getaddrinfo":
        host = arguments[0] or ""
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host)
    if not _is_local(name):
        raise OutsideNetworkError(f"tests stay on this machine, and this one wants to reach {name}")


sys.addaudithook(_refuse_outside)


# --- components of the machine ---


def find_component(name: str) -> str | None:
    programs, _ = COMPONENTS[name]
    return next((path for program in programs if (path := shutil.which(program, path=_SYSTEM_PATH))), None)


def need_component(name: str) -> str:
    """Give the path of a program, or leave the test: skipped by hand, failed in CI."""
    path = find_component(name)
    if path:
        return path
    reason = f"this machine has no {name}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; install it: {_install([name])}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def component() -> Callable[[str], str]:
    return need_component


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, name in _MARKED.items():
        if item.get_closest_marker(marker):
            need_component(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())]
    missing = [
        name for name in COMPONENTS if any(f"this machine has no {name}" in reason for reason in reasons)
    ]
    if missing:
        terminalreporter.section("not tested, for want of a component")
        terminalreporter.write_line(f"missing: {', '.join(missing)}")
        terminalreporter.write_line(f"install: {_install(missing)}")


def _install(names: list[str]) -> str:
    return f"apt-get install --no-install-recommends {' '.join(COMPONENTS[name][1] for name in names)}"


@pytest.fixture(scope="session")
def make_folder() -> Iterator[Callable[[], Path]]:
    """Folders with paths short enough for a unix socket, which those of pytest's own `tmp_path` are not."""
    made: list[Path] = []

    def make() -> Path:
        path = Path(tempfile.mkdtemp(prefix="rightaway-"))
        path.chmod(0o711)  # as root, other accounts pass through
        made.append(path)
        return path

    yield make
    for path in made:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def folder(make_folder: Callable[[], Path]) -> Path:
    return make_folder()


@pytest.fixture(scope="session")
def component_packages() -> set[str]:
    return {package for _, package in COMPONENTS.values()}


# --- how the test database differs from the product's ---


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """
    Let tests empty the audit tables between them.

    Passwords are hashed quickly: the product's own hash, slow on purpose, took a third of a second for every
    account and token of a test. The browser tests and the stories sign in with the real one.
    """
    from django.db import connection
    from django.test import override_settings

    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        # pytest-django empties tables by TRUNCATE; that this is refused otherwise has a test of its own.
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_event_truncate")
        cursor.execute("ALTER TABLE audit_auditseal DISABLE TRIGGER audit_seal_truncate")
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
