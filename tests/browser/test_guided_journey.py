"""A release from its registration to its closure, in Chromium, by people who know nothing but what the pages say."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.utils import timezone
from playwright.sync_api import Browser
from tests.browser.conftest import Site, Visit
from tests.browser.guided import MINUTE, Journey, Person
from tests.engine_loop import Fleet
from tests.filling import SENTENCE
from tests.phases import FakeTargets
from tests.world import DESIGN, JUNIT, PEOPLE, SCRIPTS, actor

from rightaway.queries import releases as ask_releases
from rightaway.services import changes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def _records_beside_the_driver() -> Iterator[None]:
    """The browser's driver keeps an event loop in this thread, on which Django refuses to touch the database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTargets:
    """A service with targets in memory."""
    world = FakeTargets(tmp_path)
    world.fleet = Fleet(monkeypatch, SCRIPTS)  # type: ignore[attr-defined]
    return world.settle()


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def here(world: FakeTargets) -> Iterator[Site]:
    """The pages served by this process, so that its time is theirs."""
    from rightaway.config.wsgi import application

    server = ThreadedWSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(application)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", {}, {})
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_window(chromium: Browser, here: Site) -> Iterator[Callable[[], Visit]]:
    contexts = []

    def visit() -> Visit:
        contexts.append(chromium.new_context())
        contexts[-1].set_default_timeout(20_000)
        # Live streams have tests of their own, and a server of their own.
        contexts[-1].route(
            "**/streams/**", lambda route: route.fulfill(content_type="text/event-stream", body="")
        )
        return Visit(contexts[-1].new_page(), here)

    yield visit
    for context in contexts:
        context.close()


def desk(world: FakeTargets, change: str) -> dict[str, Any]:
    """What people know besides what the pages tell, by the labels that ask for it."""
    built = world.package()

    def now() -> str:
        return f"{timezone.now():{MINUTE}}"

    def in_hours(hours: int) -> str:
        return f"{timezone.now() + timedelta(hours=hours):{MINUTE}}"

    return {
        "Changes": [change],
        "Deployment design": DESIGN.replace("@STEP_S@", "0"),
        "Manifest": lambda: SimpleUploadedFile("manifest.json", built.manifest_path.read_bytes()),
        "Archive": lambda: SimpleUploadedFile("package.tar", built.archive_path.read_bytes()),
        "JUnit report": lambda: SimpleUploadedFile("smoke.xml", JUNIT.encode()),
        "Level": "smoke",
        "Attended": "1",
        "Planned start": lambda: in_hours(1),
        "Planned end": lambda: in_hours(7),
        "Early life support starts": now,
        "Early life support ends": lambda: in_hours(1),
        "Requested end": lambda: in_hours(200),
        "Due": now,
        "Shifts": lambda: f"dora {timezone.now() - timedelta(hours=1):{MINUTE}} {in_hours(9)}",
        "Affected configuration items": world.keys(),
        "Objectives": SENTENCE,
        "Stakeholders": "stan inform",
        "Begins": lambda: in_hours(-2),
        "Ends": lambda: in_hours(-1),
        "Version of": "1.0",
        "Release model": "phased",
        "Cost estimate": "100",
        "Communication plan approved by": "olga",
        "Closure code": "successful",
        "Outcome": None,
    }


def test_release__registered_and_led_by_the_pages_alone__is_closed(
    world: FakeTargets, open_window: Callable[[], Visit]
) -> None:
    change = changes.register(
        actor=actor("stan"), title="Better", description="d", change_type="normal", service=world.service
    )
    papers = desk(world, change.number)
    people = {name: Person(name, papers, open_window()) for name in PEOPLE if name not in {"ada", "root"}}
    journey = Journey(people)
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        journey.register()
        journey.go(traveller)
    (closed,) = ask_releases.releases()
    assert (closed.phase, closed.outcome) == ("closed", "success")
    assert not journey.refused, "\n".join(journey.refused)
    assert [one for person in people.values() for one in person.window.complaints] == []
