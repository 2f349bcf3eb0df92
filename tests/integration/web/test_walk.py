"""Every page as every role: what is offered works, and what may be done is offered."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import pytest
from django.core.management import call_command
from tests.engine_loop import Fleet
from tests.integration.web.marking import World, mark_translations, unmarked
from tests.integration.web.walking import MOST, NOT_SENT, Walk, kind_of, name_of, signed_in
from tests.phases import NOBODY, OUTSIDER, Phases
from tests.reading import Form
from tests.world import PEOPLE, SCRIPTS

from rightaway.domain.notices import WORDS as NOTICE_WORDS
from rightaway.queries import templates
from rightaway.web.urls import urlpatterns

pytestmark = pytest.mark.django_db
ROLES = {role: name for name, role in PEOPLE.items()}  # of two with the same role, one
WALKERS = [*ROLES.values(), NOBODY, OUTSIDER]
# No page leads there: one comes by signing in, by a page's script, or by a button that every page has.
NOT_WALKED = {
    "account_login": "is for who is not signed in",
    "account_signup": "is for who is not signed in",
    "account_inactive": "is for who is not signed in",
    "account_set_password": "is for who has no password",
    "account_reauthenticate": "comes up by itself before a grave command",
    "suggestions": "is asked by the palette's script",
    "mentions": "is asked by the script of a comment",
    "bell": "is asked by the script of every page",
    "design-system": "is in the palette",
    "task-reopen": "is offered for ten minutes to who finished the task",
}
# Harmless to all, and shown to those for whom it does something.
SHOWN_WHEN_USEFUL = {"inbox-read-all", "watch"}
# Each step of a task stands on its page in the states that take it; in others it is refused by 409.
BY_STATE = {"task-step"}
NOT_TRANSLATED = {
    *("Rightaway", "UTC", "ssh", "fake"),  # names
    *(f"{{{word}}}" for word in NOTICE_WORDS),
    "failed on purpose",  # the output of a script
    # What other systems call their exports.
    *("JSON", "Jira versions", "Rightaway changes", "Rightaway releases", "Service Manager changes"),
    *("Service Manager releases", "ServiceNow change requests", "ServiceNow releases"),
    *(name.replace("_", " ") for name in available_timezones()),
}
# Says what `rightaway doctor` says, in English as it does.
ENGLISH = "system"
Walks = dict[str, Walk]


@pytest.fixture(scope="module")
def walks(django_db_setup: None, django_db_blocker: Any, make_folder: Callable[[], Path]) -> Iterator[Walks]:
    """One filled database for all; it is emptied at the end, as the engine cannot see what is not committed."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        try:
            Phases(make_folder(), Fleet(patch, SCRIPTS)).fill()
            yield {name: Walk(name, signed_in(name)).begin() for name in WALKERS}
        finally:
            call_command("flush", interactive=False, verbosity=0)
            templates.parsed.cache_clear()  # the keys of its workflows are given again


def test_link__offered_to_anybody__leads_to_a_page(walks: Walks) -> None:
    assert [fault for walk in walks.values() for fault in walk.faults] == []


def test_page__of_every_address__is_opened_by_somebody(walks: Walks) -> None:
    opened = set().union(*(walk.opened for walk in walks.values()))
    opened |= {name_of(address) for walk in walks.values() for address in walk.forms}
    assert {str(one.name) for one in urlpatterns} - opened == set(NOT_WALKED)


def test_command__offered_to_somebody__is_not_refused_to_them(walks: Walks) -> None:
    refused = []
    for walk in walks.values():
        for address, form in walk.to_send():
            status, text = walk.send(address, form)
            if "permission.denied" in text or status >= 500 or status == 404:
                refused.append(f"{walk.name}: {address} answers {status}")
    assert refused == []


def test_command__that_somebody_may_give__is_offered_to_them(walks: Walks) -> None:
    """Whoever is not shown a command that others are shown is refused it when they send it all the same."""
    commands: dict[object, tuple[str, Form, str]] = {}
    for walk in walks.values():
        for address, form in walk.forms.items():
            commands.setdefault(kind_of(address)[0], (address, form, walk.offered[address]))
    hidden = []
    for walk in walks.values():
        shown = {kind_of(urlsplit(address).path)[0] for address in walk.forms}
        for address, form, on in commands.values():
            if kind_of(address)[0] in shown or name_of(address) in NOT_SENT | SHOWN_WHEN_USEFUL | BY_STATE:
                continue
            status, _ = walk.send(address, form)
            if status not in {403, 404} and not walk.is_offered(address, on):
                hidden.append(f"{walk.name}: {address} answers {status}, and {on} does not offer it")
    assert hidden == [], "\n".join(hidden)


def test_texts__of_every_kind_of_page__come_from_the_catalogue(
    walks: Walks, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_translations(monkeypatch)
    known, strange = World(), dict[str, str]()
    for walk, address in one_of_each(walks):
        html = walk.browser.get(address, headers={"accept-language": "de"}).content.decode()
        texts = (text for text in unmarked(html) if text not in NOT_TRANSLATED and not known.knows(text))
        strange |= dict.fromkeys(texts, address)
    assert strange == {}


def one_of_each(walks: Walks) -> Iterator[tuple[Walk, str]]:
    """Give a page of each kind, of releases and deployments more, each with somebody who may open it."""
    met: defaultdict[object, set[str]] = defaultdict(set)
    for walk in walks.values():
        for address in walk.pages:
            kind = kind_of(urlsplit(address).path)[0]
            if (
                kind[0] != ENGLISH
                and address not in met[kind]
                and len(met[kind]) < min(7, MOST.get(kind[0], 1))
            ):
                met[kind].add(address)
                yield walk, address
