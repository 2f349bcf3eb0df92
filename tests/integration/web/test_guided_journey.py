"""
A release from its registration to the door of deployment by people who know nothing but what the pages say.

Nobody here knows an address, a permission or the order of things. The page of the release says what is missing,
who has it and where; the person named goes there, does what the buttons offer, and fills the fields by what their
labels ask. What each of them knows of the world outside (`desk`) is keyed by those labels. A page that leads nowhere
fails the test, with the way that was gone.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.filling import SENTENCE, fill
from tests.phases import FakeTargets
from tests.reading import Control, Form, Link, Reading
from tests.world import DESIGN, JUNIT, PEOPLE, SCRIPTS, actor

from rightaway.queries import deployments as ask_deployments
from rightaway.queries import people as ask
from rightaway.services import changes, releases
from rightaway.web.statuses import words

pytestmark = pytest.mark.django_db(transaction=True)
MOST_STEPS, PATIENCE = 90, 4
ONWARD = re.compile(r'<div class="way">.*?(?=<div class="way">|</section>)', re.DOTALL)
ITEM = re.compile(r"<li>.*?</li>", re.DOTALL)
MINUTE = "%Y-%m-%dT%H:%M"


class Person:
    """Somebody at a browser, and what lies on their desk."""

    def __init__(self, name: str, desk: dict[str, Any]) -> None:
        found = ask.user(name)
        assert found is not None
        self.name, self.desk = name, desk
        self.browser = Client()
        self.browser.force_login(found, backend="django.contrib.auth.backends.ModelBackend")

    def look(self, address: str) -> str:
        answer = self.browser.get(address.split("#", maxsplit=1)[0])
        assert answer.status_code == 200, (
            f"{self.name} was led to {address}, which answers {answer.status_code}"
        )
        is_page = answer["Content-Type"].startswith("text/html")
        return answer.content.decode() if is_page else "<main></main>"

    def send(self, address: str, form: Form) -> str:
        """Give what stands in the way, or nothing when it is done."""
        answer = self.browser.post(
            address, fill(form, answer=self._answer, now=timezone.now().replace(tzinfo=None))
        )
        if answer.status_code == 302:
            return ""
        return " ".join(Reading(main_of(answer.content.decode())).text.split())[:400] or str(
            answer.status_code
        )

    def _answer(self, one: Control) -> Any:
        for asked, said in self.desk.items():
            if asked in one.label:
                value = said() if callable(said) else said
                return value if one.kind != "radio" or value in dict(one.options) else None
        return None


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def head_of(html: str) -> str:
    """Give the head of a page, where its main buttons are."""
    begins = html.find('class="page-head"')
    return html[begins : html.find('class="c', begins + 500)] if begins > 0 else ""


def part_of(html: str, anchor: str) -> str:
    """Give the card that an address with an anchor jumps to."""
    if f'id="{anchor}"' not in html:
        return ""
    begins = html.index(f'id="{anchor}"')
    return html[begins : html.index("</section>", begins)]


class Journey:
    """Goes on from what the pages say; `told` is the way so far."""

    def __init__(self, people: dict[str, Person], release: str) -> None:
        self.people, self.home = people, release
        self.told: list[str] = []
        self._tried: set[tuple[str, ...]] = set()

    def go(self, traveller: Any, *, until: str) -> None:
        """Go on until the next way out of the phase is the one that is wanted."""
        waited = 0
        for _ in range(MOST_STEPS):
            if until in self._onward(self.people["rita"]).partition("</h3>")[0]:
                return
            if self._take_next_step() or self._answer_what_waits():
                waited = 0
            else:
                waited += 1
                assert waited <= PATIENCE, self._story("nothing that the pages offer helps any more")
                traveller.shift(timedelta(minutes=2))
                self._tried.clear()
            work()
        pytest.fail(self._story("it takes too many steps"))

    def _story(self, end: str) -> str:
        missing = Reading("".join(ONWARD.findall(self.people["rita"].look(self.home)))).text
        return "\n".join([*self.told, end, " ".join(missing.split())])

    # What waits for somebody on their home page.

    def _answer_what_waits(self) -> bool:
        for person in self.people.values():
            card = part_of(person.look("/"), "waiting")
            for link in Reading(card).links:
                if not link.href.endswith("#approvals") and self._follow(person, link, "", "/"):
                    return True
        return False

    # What the page of the release says is missing.

    def _take_next_step(self) -> bool:
        onward = self._onward(self.people["rita"])
        if 'class="pill ok' in onward or "Open" in Reading(onward.split("</header>")[0]).text.split():
            return any(self._press(person) for person in self.people.values())
        return any(self._mend(item) for item in ITEM.findall(onward))

    def _onward(self, person: Person) -> str:
        found = ONWARD.findall(person.look(self.home))
        return found[0] if found else ""

    def _press(self, person: Person) -> bool:
        links = Reading(self._onward(person)).links
        return any(self._follow(person, link, "", self.home) for link in links)

    def _mend(self, item: str) -> bool:
        """Go as the one whose it is where the page of that person says it is put right."""
        message = message_of(item)
        for person in self._owners(item):
            for one in ITEM.findall(self._onward(person)):
                if message_of(one) != message:
                    continue
                links = Reading(one).links
                assert links, self._story(f"{person.name} is told {message!r} and not where to put it right")
                if self._follow(person, links[0], Reading(one).text, self.home):
                    return True
        return False

    def _owners(self, item: str) -> Iterator[Person]:
        said = " ".join(Reading(item).text.split()).lower()
        for name, role in PEOPLE.items():
            if name in self.people and (words(role).lower() in said or f" {name} " in said):
                yield self.people[name]

    # Where a link leads: to a form, or to a page with buttons.

    def _follow(self, person: Person, link: Link, why: str, here: str) -> bool:
        address = urljoin(here, link.href)
        html = person.look(address)
        form = own_form(html, address)
        if form is not None:
            return self._send(person, urlsplit(address).path, form, why)
        anchor = urlsplit(address).fragment
        near = part_of(html, anchor) if anchor else ""
        for area in filter(None, (near, head_of(html), main_of(html))):
            page = Reading(area)
            for one in page.forms:
                fits = area != main_of(html) or alike(one.button, why)
                if one.method == "post" and one.action and fits and self._send(person, one.action, one, why):
                    return True
            for offered in sorted(page.links, key=lambda one: -alike(one.text, why)):
                stands_out = area == near or (area == head_of(html) and offered.is_primary)
                if stands_out or alike(offered.text, why):
                    there = urljoin(address, offered.href)
                    found = own_form(person.look(there), there) if is_page(offered) else None
                    where = urlsplit(there).path
                    if found is not None and self._send(person, where, found, why):
                        return True
        return False

    def _send(self, person: Person, address: str, form: Form, why: str) -> bool:
        attempt = (person.name, address, " ".join(why.split()))
        if attempt in self._tried:
            return False
        self._tried.add(attempt)
        refused = person.send(address, form)
        self.told.append(f"{person.name}: {form.button} at {address}{f': {refused}' if refused else ''}")
        return not refused


def own_form(html: str, address: str) -> Form | None:
    """Give the form that a page is about."""
    here = {"", urlsplit(address).path}
    forms = [one for one in Reading(main_of(html)).forms if one.method == "post"]
    return next((one for one in forms if urlsplit(one.action).path in here), None)


def is_page(link: Link) -> bool:
    return link.href.startswith("/")


def message_of(item: str) -> str:
    return " ".join(Reading(item.split('class="small muted"', maxsplit=1)[0]).text.split())


def alike(offered: str, wanted: str) -> int:
    """Count the words that a button and a sentence share, as somebody does who looks for the right button."""
    stems = [{word[:5].lower() for word in re.findall(r"[A-Za-z]{4,}", text)} for text in (offered, wanted)]
    return len(stems[0] & stems[1])


def work() -> None:
    """Carry out what was launched, as a worker does."""
    for row in ask_deployments.deployments().filter(finished_at=None):
        drive(row.number)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTargets:
    """A service, and a release of it that was only registered: with its title and its changes, and nothing more."""
    world = FakeTargets(tmp_path)
    world.fleet = Fleet(monkeypatch, SCRIPTS)  # type: ignore[attr-defined]
    return world.settle()


def desk(world: FakeTargets) -> dict[str, Any]:
    """What people know besides what the pages tell, by the labels that ask for it."""
    built = world.package()

    def now() -> str:
        return f"{timezone.now():{MINUTE}}"

    def in_hours(hours: int) -> str:
        return f"{timezone.now() + timedelta(hours=hours):{MINUTE}}"

    return {
        "Deployment design": DESIGN.replace("@STEP_S@", "0"),
        "Manifest": lambda: SimpleUploadedFile("manifest.json", built.manifest_path.read_bytes()),
        "Archive": lambda: SimpleUploadedFile("package.tar", built.archive_path.read_bytes()),
        "JUnit report": lambda: SimpleUploadedFile("smoke.xml", JUNIT.encode()),
        "Level": "smoke",
        "Attended": "1",
        "Planned start": now,
        "Planned end": lambda: in_hours(6),
        "Early life support starts": now,
        "Early life support ends": now,
        "Requested end": lambda: in_hours(200),
        "Due": now,
        "Shifts": lambda: f"dora {timezone.now() - timedelta(hours=1):{MINUTE}} {in_hours(9)}",
        "Affected configuration items": world.keys(),
        "Objectives": SENTENCE,
        "Version of": "1.0",
        "Release model": "phased",
        "Cost estimate": "100",
        "Communication plan approved by": "olga",
        "Closure code": "successful",
        "Outcome": None,
    }


def test_release__led_by_the_pages_alone__comes_to_the_door_of_deployment(world: FakeTargets) -> None:
    change = changes.register(
        actor=actor("stan"), title="Better", description="d", change_type="normal", service=world.service
    )
    fields = {"title": "Shop 1.0", "description": "A better shop.", "release_type": "minor"}
    row = releases.register(
        actor=actor("rita"), service=world.service, changes=[change.number], fields=fields
    )
    papers = desk(world)
    people = {name: Person(name, papers) for name in PEOPLE if name not in {"ada", "root"}}
    journey = Journey(people, f"/releases/{row.number}/")
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        journey.go(traveller, until="Enter deployment")
