"""
People who lead a release on and know nothing but what the pages say.

Nobody here knows an address, a permission or the order of things. The page of the release says what is missing,
who has it and where; the person named goes there, does what the buttons offer, and fills the fields by what their
labels ask. They leave alone what looks dangerous unless the sentence that led them there asks for it, take back
nothing of what they did, and wait where it says so. What each of them knows of the world outside (`desk`) is keyed
by those labels. A page that leads nowhere fails the test, with the way that was gone.

They read pages over a connection of their own, which is quick, and act in Chromium, in the same session: every form
is filled and sent there, after its button was in reach in all four looks.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator
from tests.browser.conftest import SESSION, Visit
from tests.browser.looking import press
from tests.engine_loop import drive
from tests.filling import fill
from tests.reading import Control, Form, Link, Reading
from tests.world import PEOPLE

from rightaway.queries import deployments as ask_deployments
from rightaway.queries import people as ask
from rightaway.services import moments
from rightaway.web.statuses import words

MOST_STEPS, PATIENCE = 70, 4
TAKES_BACK = re.compile(r"Reopen|Withdraw|Change your|Undo")
WAITS = re.compile(r"Wait until|Let it finish|Remind")
END = "This release is at its end"
ONWARD = re.compile(r'<div class="way">.*?(?=<div class="way">|</section>)', re.DOTALL)
ITEM = re.compile(r"<li>.*?</li>", re.DOTALL)
MINUTE = "%Y-%m-%dT%H:%M"


class Person:
    """Somebody at a browser, and what lies on their desk."""

    def __init__(self, name: str, desk: dict[str, Any], window: Visit) -> None:
        found = ask.user(name)
        assert found is not None
        self.name, self.desk, self.window = name, desk, window
        self.reader = Client()
        self.reader.force_login(found, backend="django.contrib.auth.backends.ModelBackend")
        session = self.reader.cookies[SESSION].value
        window.page.context.add_cookies([{"name": SESSION, "value": session, "url": window.site.url}])
        self.seen: dict[str, str] = {}

    def look(self, address: str) -> str:
        """Read a page; who has it open already, and nothing happened since, does not load it again."""
        page = address.split("#", maxsplit=1)[0]
        if page not in self.seen:
            self.seen[page] = self._load(page)
        return self.seen[page]

    def _load(self, address: str) -> str:
        answer = self.reader.get(address)
        assert answer.status_code == 200, (
            f"{self.name} was led to {address}, which answers {answer.status_code}"
        )
        is_page = answer["Content-Type"].startswith("text/html")
        return answer.content.decode() if is_page else "<main></main>"

    def send(self, on: str, form: Form) -> str:
        """Fill a form on its page and press its button; give what stands in the way, or nothing when it is done."""
        sent = fill(form, answer=self._answer, now=timezone.now().replace(tzinfo=None))
        page = self.window.page
        self.window.go(
            on.split("#", maxsplit=1)[0]
        )  # with the anchor, a page that is open is not loaded again
        there = page.locator("form", has=page.locator("button[type=submit]", has_text=form.button))
        if form.action:
            there = there.and_(page.locator(f'form[action="{form.action}"]'))
        for one in form.controls.values():
            if one.name in sent and one.kind not in {"hidden", "submit"}:
                put(there.first, one, sent[one.name])
        with page.expect_response(lambda one: one.request.method == "POST") as answer:
            press(page, there.first.locator("button[type=submit]", has_text=form.button).first)
        page.wait_for_load_state()
        if answer.value.status == 302:
            return ""
        return " ".join(page.locator("main").inner_text().split())[:400] or str(answer.value.status)

    def _answer(self, one: Control) -> Any:
        for asked, said in self.desk.items():
            if asked in one.label:
                value = said() if callable(said) else said
                return value if one.kind != "radio" or value in dict(one.options) else None
        return None


def put(form: Locator, one: Control, value: Any) -> None:
    """Give a field what somebody chose or typed."""
    field = form.locator(f'[name="{one.name}"]')
    if one.kind == "select":
        field.select_option(value)
    elif one.kind in {"radio", "checkbox"}:
        for each in value if isinstance(value, list) else [value]:
            chosen = form.locator(f'[name="{one.name}"][value="{each}"]')
            (chosen if chosen.count() else field).check()  # a single box has no value
    elif isinstance(value, SimpleUploadedFile):
        field.set_input_files({"name": value.name, "mimeType": "text/plain", "buffer": value.read()})
    elif field.input_value() != value:
        field.fill(value)


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
    """Goes on from what the pages say; `told` is the way so far, `refused` what of it the pages did not take."""

    def __init__(self, people: dict[str, Person]) -> None:
        self.people, self.home = people, ""
        self.told: list[str] = []
        self.refused: list[str] = []
        self._tried: set[tuple[str, ...]] = set()

    def register(self) -> None:
        """Register a release as a manager who opens the list and is offered to."""
        manager = self.people["rita"]
        wish = "Register a release"
        assert any(
            self._follow(manager, link, wish, "/releases/")
            for link in _in(head_of(manager.look("/releases/")), wish, lambda _: False)
            if isinstance(link, Link)
        ), self.refused
        self.home = urlsplit(manager.window.page.url).path

    def go(self, traveller: Any) -> None:
        """Go on until the page of the release says that it is at its end."""
        waited, begun = 0, timezone.now()
        for _ in range(MOST_STEPS):
            self._look_again()
            if END in self.people["rita"].look(self.home):
                return
            if self._take_next_step() or self._answer_what_waits():
                waited = 0
            else:
                waited += 1
                assert waited <= PATIENCE, self._story("nothing that the pages offer helps any more")
                traveller.shift(timedelta(minutes=30))
                self._tried.clear()
            begun = work(begun)
        pytest.fail(self._story("it takes too many steps"))

    def _look_again(self) -> None:
        for person in self.people.values():
            person.seen.clear()

    def _story(self, end: str) -> str:
        missing = Reading("".join(ONWARD.findall(self.people["rita"].look(self.home)))).text
        return "\n".join([*self.told, end, " ".join(missing.split())])

    # What waits for somebody on their home page.

    def _answer_what_waits(self) -> bool:
        for person in self.people.values():
            card = part_of(person.look("/"), "waiting")
            for link in Reading(card).links:
                if not link.href.endswith("#approvals") and self._follow(person, link, link.text, "/"):
                    return True
        return False

    # What the page of the release says is missing.

    def _take_next_step(self) -> bool:
        onward = self._onward(self.people["rita"])
        if 'class="pill ok' in onward:
            return any(self._press(person) for person in self.people.values())
        return any(self._mend(item) for item in ITEM.findall(onward))

    def _onward(self, person: Person) -> str:
        found = ONWARD.findall(person.look(self.home))
        return found[0] if found else ""

    def _press(self, person: Person) -> bool:
        links = Reading(self._onward(person)).links
        return any(self._follow(person, link, link.text, self.home) for link in links)

    def _mend(self, item: str) -> bool:
        """Go as the one whose it is where the page of that person says it is put right."""
        message = message_of(item)
        for person in self._owners(item):
            for one in ITEM.findall(self._onward(person)):
                if message_of(one) != message:
                    continue
                links = Reading(one).links
                if not links and WAITS.search(Reading(one).text):
                    continue
                assert links, self._story(f"{person.name} is told {message!r} and not where to put it right")
                if self._follow(person, links[0], f"{message} {links[0].text}", self.home):
                    return True
        return False

    def _owners(self, item: str) -> Iterator[Person]:
        said = " ".join(Reading(item).text.split()).lower()
        for name, role in PEOPLE.items():
            if name in self.people and (words(role).lower() in said or f" {name} " in said):
                yield self.people[name]

    # Where a link leads: to a form, or to a page with buttons.

    def _follow(self, person: Person, link: Link, why: str, here: str, *, further: int = 1) -> bool:
        address = urljoin(here, link.href)
        html = person.look(address)
        form = own_form(html, address)
        if form is not None:
            return self._send(person, address, form, why)
        for offered in offers(html, urlsplit(address).fragment, why):
            if isinstance(offered, Form):
                is_done = self._send(person, address, offered, why)
            else:
                is_done = further > 0 and self._follow(person, offered, why, address, further=further - 1)
            if is_done:
                return True
        return False

    def _send(self, person: Person, on: str, form: Form, why: str) -> bool:
        address = form.action or urlsplit(on).path
        attempt = (person.name, address, " ".join(why.split()))
        if attempt in self._tried or ("danger" in form.look and not alike(form.button, why)):
            return False
        self._tried.add(attempt)
        refused = person.send(on, form)
        self.told.append(f"{person.name}: {form.button} at {address}{f': {refused}' if refused else ''}")
        if refused:
            self.refused.append(self.told[-1])
        return not refused


def offers(html: str, anchor: str, why: str) -> Iterator[Form | Link]:
    """
    Give what a page offers in the order somebody tries it who was led to a part of it for a reason.

    The row that speaks of it first, then the part, then the main buttons, then whatever has its words. Where the
    reason is that others have to act, only what has its words.
    """
    part = part_of(html, anchor) if anchor else ""
    rows = sorted(ITEM.findall(part), key=lambda row: -alike(Reading(row).text, why))
    row = rows[0] if rows and alike(Reading(rows[0]).text, why) else ""
    yield from _in(row, why, lambda _: True)
    if WAITS.search(why):
        yield from _in(part, why, lambda _: False)
        return
    yield from _in(part, why, lambda look: "btn" in look)
    yield from _in(head_of(html), why, lambda look: "primary" in look)
    yield from _in(main_of(html), why, lambda _: False)


def _in(area: str, why: str, stands_out: Callable[[frozenset[str]], bool]) -> list[Form | Link]:
    page = Reading(area)
    forms = [(one.button, one) for one in page.forms if one.method == "post" and one.action]
    links = [(one.text, one) for one in page.links if one.href.startswith("/")]
    found = [
        (-alike(said, why), "primary" not in one.look, one)
        for said, one in (*forms, *links)
        if not TAKES_BACK.match(said)
        and "quiet" not in one.look
        and (alike(said, why) or (stands_out(one.look) and "danger" not in one.look))
    ]
    return [one for *_, one in sorted(found, key=lambda each: each[:2])]


def own_form(html: str, address: str) -> Form | None:
    """Give the form that a page is about."""
    here = {"", urlsplit(address).path}
    forms = [one for one in Reading(main_of(html)).forms if one.method == "post"]
    return next((one for one in forms if urlsplit(one.action).path in here), None)


def message_of(item: str) -> str:
    return " ".join(Reading(item.split('class="small muted"', maxsplit=1)[0]).text.split())


def alike(offered: str, wanted: str) -> int:
    """Count the words that a button and a sentence share, as somebody does who looks for the right button."""
    stems = [{word[:5].lower() for word in re.findall(r"[A-Za-z]{4,}", text)} for text in (offered, wanted)]
    return len(stems[0] & stems[1])


def work(since: datetime) -> datetime:
    """Do what a worker does: carry out what was launched, and let go on what waited for a moment that has come."""
    with ThreadPoolExecutor(1) as apart:  # the browser's driver keeps this thread's event loop
        for row in ask_deployments.deployments().filter(finished_at=None):
            apart.submit(drive, row.number).result()
    now = timezone.now()
    moments.pass_by(since=since, now=now)
    return now
