"""Walks the site as one person: opens what the pages offer, and remembers what was offered where."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from tests.filling import fill
from tests.reading import Form, Reading

MOST_OF_A_KIND = 2
# Releases look different in every phase, deployments in every state; of forms that are alike one is enough.
MOST = {"release": 20, "deployment": 5, "person": 20, "task": 12, "change": 3, "meeting": 3, "scope": 20}
MOST_FORMS = 1
KEYED = ("item", "task", "conversation", "mentions", "watch")
"""Pages of many records whose keys stand in their addresses: they are alike but for that."""
MOST_SENT = 2
# Signing out ends the walk, and a wrong password locks the account; both have tests of their own.
NOT_SENT = {"account_logout", "account_change_password", "account_reauthenticate"}
LONGEST_S = 3600
Kind = tuple[str, tuple[str, ...]]
_forms: set[Kind] = set()
"""The kinds of page that turned out to be a form to be sent."""


@cache
def kind_of(address: str) -> tuple[Kind, tuple[Any, ...]] | None:
    """
    Give the page of an address: what makes it another kind of page, and whose page it is.

    A word in the address makes a kind, such as the section that is edited; a number, and the key of some, names a
    record.
    """
    try:
        match = resolve(address)
    except Resolver404:
        return None
    words = {key: value for key, value in match.kwargs.items() if f"<slug:{key}>" in match.route}
    if str(match.url_name).startswith(KEYED):
        words.pop("key", "")
    others = tuple(value for key, value in match.kwargs.items() if key not in words)
    return (str(match.url_name), tuple(words.values())), others


def name_of(address: str) -> str:
    found = kind_of(urlsplit(address).path)
    return found[0][0] if found else ""


def signed_in(name: str) -> Client:
    """Sign somebody in who proves who they are for as long as a walk takes: grave commands ask for it again."""
    from rightaway.queries import people as ask

    user = ask.user(name)
    assert user is not None
    if not user.has_usable_password():
        user.set_password("a long enough secret")
        user.save()
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    typed = {"method": "password", "at": time.time() + LONGEST_S}
    session["account_authentication_methods"] = [typed]  # as allauth records it
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return browser


@dataclass
class Walk:
    """One person's walk; `offered` is the pages on which a command stands, `forms` what is to be sent to it."""

    name: str
    browser: Client
    offered: dict[str, str] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    _met: defaultdict[Kind, set[Any]] = field(default_factory=lambda: defaultdict(set))

    def begin(self) -> "Walk":
        """Open everything that can be reached from home, a bounded number of each kind of page."""
        self.offered["/"] = "the beginning"
        waiting = ["/"]
        while waiting:
            address = waiting.pop(0)
            waiting += [found for found in self._open(address) if found not in waiting]
        return self

    def _open(self, address: str) -> Iterator[str]:
        answer = self.browser.get(address, follow=True)
        if answer.status_code != 200:
            self.faults.append(f"{self.name}: {address} is {answer.status_code}, on {self.offered[address]}")
            return
        self.opened.add(name_of(address))
        if answer.streaming or not answer["Content-Type"].startswith("text/html"):
            return  # a file leads nowhere
        html = answer.content.decode()
        self.pages[address] = html
        page = Reading(html)
        for form in page.forms:
            here = urljoin(address, form.action) if form.action else address
            if form.method == "post":
                self.meet(urlsplit(here).path, form)
                if urlsplit(here).path == urlsplit(address).path:
                    _forms.add(kind_of(urlsplit(address).path)[0])  # type: ignore[index]
            self._offer(urlsplit(here).path, address)
            if form.method == "get" and self._is_new(urlsplit(here).path):
                yield urlsplit(here).path
        for link in page.links:
            there = urljoin(address, link.href).split("#")[0]
            if urlsplit(there).netloc or not there.startswith("/"):
                continue
            self._offer(there, address)
            if self._is_new(there):
                yield there

    def meet(self, address: str, form: Form) -> None:
        self.forms.setdefault(address, form)

    def _offer(self, address: str, on: str) -> None:
        self.offered.setdefault(address, on)
        self.offered.setdefault(urlsplit(address).path, on)

    def _is_new(self, address: str) -> bool:
        parts = urlsplit(address)
        found = kind_of(parts.path)
        if found is None:
            self.faults.append(f"{self.name}: {address} is no page, on {self.offered[address]}")
            return False
        kind, whose = found
        met, once = self._met[kind], (whose, parts.query)
        most = MOST_FORMS if kind in _forms else MOST.get(kind[0], MOST_OF_A_KIND)
        if once in met or len(met) >= most:
            return False
        met.add(once)
        return True

    def is_offered(self, address: str, on: str) -> bool:
        """Look whether a page that the walk may have left out offers it."""
        answer = self.browser.get(on)
        page = Reading(answer.content.decode())
        there = {link.href for link in page.links} | {form.action or on for form in page.forms}
        return answer.status_code == 200 and address in {urlsplit(one).path for one in there}

    def to_send(self) -> Iterator[tuple[str, Form]]:
        """Give the forms to send, of those of one kind no more than a few: they differ by their record alone."""
        sent: Counter[Kind] = Counter()
        for address, form in self.forms.items():
            kind = kind_of(address)
            assert kind is not None
            sent[kind[0]] += 1
            if sent[kind[0]] <= MOST_SENT and name_of(address) not in NOT_SENT:
                yield address, form

    def send(self, address: str, form: Form) -> tuple[int, str]:
        """Send a form and take back whatever it did."""
        with transaction.atomic():
            answer = self.browser.post(address, fill(form))
            transaction.set_rollback(True)
        return answer.status_code, answer.content.decode()
