"""A real browser in front of the real server, on a database of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from tests.browser.site import PASSWORD
from tests.database import copy_static, make_migrated

ROOT = Path(__file__).parents[2]
START_S = 60
STOP_S = 10
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LOOKS = {
    f"{width}-{scheme}": {"viewport": viewport, "color_scheme": scheme}
    for width, viewport in (("wide", WIDE), ("narrow", NARROW))
    for scheme in ("light", "dark")
}
SESSION = "rightaway_session"
SESSIONS: dict[tuple[str, str], Any] = {}
"""The cookie of everybody who signed in, by database and name."""
SIGNED_IN: dict[tuple[str, str], float] = {}
FRESH_S = 120  # afterwards a grave vote would ask for the password once more


@dataclass
class Site:
    """The running product: where it is, what is in it, and how to start more of its processes."""

    url: str
    numbers: dict[str, Any]
    environment: dict[str, str]


@contextmanager
def running(name: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the web server or a worker with its children, and end them all."""
    code = f"from rightaway.config import processes; processes.{name}()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def serving(url: str, environment: dict[str, str]) -> Iterator[None]:
    with running("web", environment) as process:
        wait_for(url, process)
        yield


def with_free_port(environment: dict[str, str]) -> tuple[dict[str, str], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {**environment, "RIGHTAWAY_PORT": str(port)}, f"http://127.0.0.1:{port}"


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"{url}/accounts/login/", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"the server did not answer on {url} within {START_S} s")


@pytest.fixture(scope="session")
def site(postgres: str, make_folder: Callable[[], Path]) -> Iterator[Site]:
    """The product on a new database: migrated, filled and served by its own processes; a worker is the test's own."""
    with filled_site(make_folder(), "tests.browser.site") as found:
        yield found


@contextmanager
def filled_site(home: Path, filler: str) -> Iterator[Site]:
    """Serve a database of its own, filled by a program that prints what it made."""
    url = make_migrated(f"{filler.rpartition('.')[2]}_{os.getpid()}")
    copy_static(home)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RIGHTAWAY_")}
    environment |= {
        "RIGHTAWAY_HOME": str(home),
        "RIGHTAWAY_DATABASE_URL": url,
    }
    environment, url = with_free_port(environment)
    filled = subprocess.run(
        [sys.executable, "-m", filler, str(home / "targets")],
        env=environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    numbers = json.loads(filled.stdout.splitlines()[-1])
    with serving(url, environment):
        yield Site(url, numbers, environment)


@pytest.fixture(scope="session")
def chromium(component: Callable[[str], str]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=component("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """One person's browser window; `complaints` are what its console says of errors and of the security policy."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def sign_in(self, name: str, *, by_form: bool = False) -> "Visit":
        """Sign in by the form; who did so before comes with that session, unless the form is what is tested."""
        known = (self.site.environment["RIGHTAWAY_DATABASE_URL"], name)
        if known in SESSIONS and not by_form and time.monotonic() - SIGNED_IN[known] < FRESH_S:
            self.page.context.add_cookies([SESSIONS[known]])
            self.go("/")
            return self
        self.go("/accounts/login/")
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.site.url}/")
        SIGNED_IN[known] = time.monotonic()
        SESSIONS[known] = next(one for one in self.page.context.cookies() if one["name"] == SESSION)
        return self

    def go(self, address: str) -> None:
        self.page.goto(f"{self.site.url}{address}")


Open = Callable[..., Visit]


@pytest.fixture
def in_every_look(visit: "Open") -> "Callable[..., list[Visit]]":
    """Open four windows of one person at once, one in each look; only the first has to sign in."""

    def open_windows(name: str, on: Site | None = None) -> list[Visit]:
        served = {"on": on} if on else {}
        first = visit(**served, **LOOKS["wide-light"]).sign_in(name)
        state = first.page.context.storage_state()
        others = [look for key, look in LOOKS.items() if key != "wide-light"]
        return [first, *(visit(**served, **look, storage_state=state) for look in others)]

    return open_windows


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Open]:
    """Open a window on the site, or on another server of it; options are those of a new browser context."""
    contexts = []

    def open_window(on: Site = site, **options: object) -> Visit:
        context = chromium.new_context(**{"viewport": WIDE, **options})  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(20_000)
        return Visit(context.new_page(), on)

    yield open_window
    for context in contexts:
        context.close()
