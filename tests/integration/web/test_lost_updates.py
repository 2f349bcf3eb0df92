"""Two people edit the same record on its pages: the second sees both, field by field, and loses nothing."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from tests.integration.web.conftest import SignIn, Site
from tests.world import actor

from rightaway.queries import changes as ask_changes
from rightaway.queries import incidents as ask_incidents
from rightaway.queries import knowledge as ask_knowledge
from rightaway.queries import releases as ask
from rightaway.services import changes, incidents, knowledge, releases

pytestmark = pytest.mark.django_db


class Form(HTMLParser):
    """What a browser would send of the form in a page's `main` that gives the page's command."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.area, self.choice = "", ""
        self.of_command = self.inside = False
        self.feed(html.split("<main")[1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "section":
            self.of_command = "command" in found.get("class", "").split()
        if tag == "form":
            self.inside = self.of_command
        name = found.get("name", "")
        if not self.inside:
            return
        if tag == "input" and (found.get("type") not in {"radio", "checkbox", "file"} or "checked" in found):
            bare = "on" if found.get("type") in {"radio", "checkbox"} else ""
            self.fields.setdefault(name, []).append(found.get("value", bare))
        self.area = name if tag == "textarea" else self.area
        self.choice = name if tag == "select" else self.choice
        if tag == "textarea":
            self.fields[name] = [""]
        if tag == "option" and "selected" in found:
            self.fields.setdefault(self.choice, []).append(found["value"])

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] = [self.fields[self.area][0] + data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        self.area = "" if tag == "textarea" else self.area


def opened(browser: Client, address: str) -> dict[str, Any]:
    answer = browser.get(address)
    assert answer.status_code == 200
    return typed_in(answer.content.decode())


def typed_in(text: str) -> dict[str, Any]:
    fields = Form(text).fields
    return {name: values if len(values) > 1 else values[0] for name, values in fields.items()}


def sent(browser: Client, address: str, data: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
    answer = browser.post(address, {**data, "csrfmiddlewaretoken": "x"})
    text = answer.content.decode()
    return answer.status_code, text, {} if answer.status_code == 302 else typed_in(text)


def test_release__edited_by_two__shows_both_and_takes_what_is_chosen(release: str, sign_in: SignIn) -> None:
    browser, address = sign_in("rita"), f"/releases/{release}/edit/description/"
    mine = opened(browser, address) | {"title": "Rita's", "category": "Rita's"}
    theirs = {"title": "Dora's", "owning_group": "Dora's", "category": "Dora's"}
    releases.edit(actor=actor("dora"), number=release, fields=theirs)

    status, text, again = sent(browser, address, mine)

    assert status == 412
    assert text.count("dora changed this meanwhile to:") == 2
    assert text.count("dora changed this meanwhile. You did not") == 1
    assert "release.record.edited" in text
    assert (again["title"], again["owning_group"], again["category"]) == ("Rita's", "Dora's", "Rita's")
    assert held(release).title == "Dora's"

    assert sent(browser, address, again | {"choice-category": "theirs"})[0] == 302
    row = held(release)
    assert (row.title, row.owning_group, row.category) == ("Rita's", "Dora's", "Dora's")


def held(number: str) -> Any:
    row = ask.release(number)
    assert row is not None
    return row


def test_release__edited_a_third_time_meanwhile__is_shown_again(release: str, sign_in: SignIn) -> None:
    browser, address = sign_in("rita"), f"/releases/{release}/edit/assessment/"
    mine = opened(browser, address) | {"impact": "1", "risk_answers_data": "yes"}
    for impact in (2, 4):
        releases.edit(actor=actor("dora"), number=release, fields={"impact": impact})
        status, text, mine = sent(browser, address, mine)
        assert (status, mine["impact"]) == (412, "1")
        assert "changed this meanwhile to:" in text
    assert sent(browser, address, mine)[0] == 302
    assert held(release).impact == 1


def test_release__moved_on_but_not_edited__says_so_and_saves_at_the_second_try(
    release: str, sign_in: SignIn
) -> None:
    browser, address = sign_in("rita"), f"/releases/{release}/edit/schedule/"
    mine = opened(browser, address) | {"planned_start": "2030-01-02T22:00"}
    releases.set_people(actor=actor("dora"), number=release, stakeholders={"stan": "inform"})
    status, text, again = sent(browser, address, mine)
    assert (status, again["planned_start"]) == (412, "2030-01-02T22:00")
    assert "choice-" not in text
    assert sent(browser, address, again)[0] == 302
    assert held(release).planned_start.minute == 0


def test_scope__of_many_items__is_carried_in_one_value(release: str, sign_in: SignIn) -> None:
    """A form has at most 500 values, and a release may affect that many items."""
    browser, address = sign_in("rita"), f"/releases/{release}/scope/edit/"
    releases.set_scope(actor=actor("rita"), number=release, cis=["t01", "t02"])
    mine = opened(browser, address)
    assert mine["initial-cis"] == "t01\nt02"
    releases.set_scope(actor=actor("dora"), number=release, cis=["t01"])
    status, _, again = sent(browser, address, mine | {"objectives": "Faster"})
    assert (status, again["cis"]) == (412, "t01")
    assert sent(browser, address, again)[0] == 302
    assert [one.key for one in held(release).affected_cis.all()] == ["t01"]


def test_every_form_that_edits__opened_before_somebody_elses_edit__keeps_what_was_typed(
    site: Site, sign_in: SignIn
) -> None:
    """The rest of the forms, each with a field that both change."""
    failed = []
    for name, address, typed, meddle, read, seen in forms(site):
        browser = sign_in("rita" if name != "change" else "chris")
        mine = opened(browser, address) | typed
        meddle()
        status, text, again = sent(browser, address, mine)
        field, value = next(iter(typed.items()))
        if status != 412 or again[field].replace("\r\n", "\n").strip() != value or seen not in text:
            failed.append((name, status, again.get(field)))
            continue
        if sent(browser, address, again)[0] != 302 or value not in str(read()):
            failed.append((name, "second", read()))
    assert failed == []


def forms(site: Site) -> Iterator[tuple[str, str, dict[str, str], Any, Any, str]]:
    number, change, article = site.release, site.names["change"], site.names["article"]
    known = ask_incidents.incident(site.names["incident"])
    assert known is not None
    yield (
        "change",
        f"/changes/{change}/edit/",
        {"title": "Mine"},
        lambda: changes.edit(actor=actor("stan"), number=change, fields={"title": "Meanwhile"}),
        lambda: ask_changes.change(change).title,  # type: ignore[union-attr]
        "Meanwhile",
    )
    yield (
        "article",
        f"/knowledge/{article}/edit/",
        {"body": "Mine\nlonger"},
        lambda: knowledge.edit(actor=actor("dora"), number=article, title="Why slow", body="Meanwhile"),
        lambda: ask_knowledge.article(article).body.replace("\r\n", "\n"),  # type: ignore[union-attr]
        "Meanwhile",
    )
    yield (
        "scope",
        f"/releases/{number}/scope/edit/",
        {"objectives": "Mine"},
        lambda: releases.set_scope(actor=actor("dora"), number=number, objectives=["Meanwhile"]),
        lambda: [one.text for one in held(number).objectives.all()],
        "Meanwhile",
    )
    yield (
        "stakeholders",
        f"/releases/{number}/scope/stakeholders/",
        {"stakeholders": "stan consult"},
        lambda: releases.edit(actor=actor("dora"), number=number, fields={"category": "Meanwhile"}),
        lambda: [f"{one.person} {one.part}".lower() for one in held(number).stakeholders.all()],
        "Meanwhile",
    )
    yield (
        "incident",
        f"/records/incidents/{known.number}/resolution/",
        {"resolution": "Mine"},
        lambda: incidents.confirm_cause(actor=actor("rita"), number=known.number),
        lambda: ask_incidents.incident(known.number).resolution,  # type: ignore[union-attr]
        "incident.cause.confirmed",
    )
