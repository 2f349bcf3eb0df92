"""
Fills a database with hostile text, by every form that a page offers: `python -m tests.browser.hostile FOLDER`.

A field of a new form joins by itself, as the forms are found by following links.
"""

import json
import re
import sys
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.filling import fill
from tests.integration.web.walking import Walk, kind_of, name_of, signed_in
from tests.reading import Control, Form

from rightaway.config import boot

# Source: security design, section 3 H. Whatever of it becomes an element carries `data-struck`; whatever runs
# sets `struck`. The first stands in short fields.
SHORT = "<img data-struck src=x onerror=struck=1>"
VECTORS = (
    "<script data-struck>struck=1</script>",
    "</textarea></script></title><svg data-struck onload=struck=1><a data-struck xlink:href=javascript:struck=1>",
    '" data-struck autofocus onfocus="struck=1" x="\' data-struck onmouseover=\'struck=1',
    "<form data-struck action=/struck><button data-struck hx-post=/struck hx-on:load=struck=1>",
    "[x](javascript:struck=1) [y](JaVa\tScript:struck=1) [z](data:text/html,<script>struck=1</script>)",
    "![out](https://outside.example/struck.png) {{7191*7}} ${7191*7} {% widthratio 7191 1 7 %}",
    "<iframe data-struck srcdoc='<script>parent.struck=1</script>'></iframe>",
)
FORMULA = "=1+1"
EVERY_ROLE = "eve"
NOT_SENT = {"account_logout", "account_login", "account_change_password", "account_reauthenticate", "theme"}
# These would take the text away again.
NOT_SENT |= {
    "train-leave",
    "view-delete",
    "view-edit",
    "comment-withdraw",
    "board-discard",
    "task-remove",
    "relation-remove",
}
TURNS = {
    **dict.fromkeys(("vote", "task-step", "meeting-step"), 1),
    **dict.fromkeys(("way", "operate", "undo", "resolve", "article-publish"), 1),
    **dict.fromkeys(("skip", "release-hold", "train-retire", "bundle-close"), 2),
    "departure-cancel": 1,
}
"""What ends a state in which other forms are offered is sent in a later turn; nothing is done to what is on hold."""

OVER = ("/debts/?state=all", "/audit/?action=change.")
"""Where what is over, or happened before what is new, still stands."""


def turn_of(name: str, words: tuple[str, ...]) -> int:
    return max(TURNS.get(one, 0) for one in (name, *words))


class Filler(Walk):
    """Follows links from home and sends every kind of form once, hostile text in all fields one can write into."""

    def __init__(self, name: str, *, turn: int, serials: Iterator[int]) -> None:
        super().__init__(name, signed_in(name))
        self._turn, self._serials = turn, serials
        self.stored: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.led_to: set[str] = set()
        self._sent: set[object] = set()

    def _is_new(self, address: str) -> bool:
        """Leave out what would end one's own session or take one's own roles."""
        found = kind_of(urlsplit(address).path)
        is_own = found is not None and EVERY_ROLE in found[1] and found[0][0] != "person"
        return not is_own and super()._is_new(address)

    def meet(self, address: str, form: Form) -> None:
        found, name = kind_of(address), name_of(address)
        if found is None or name in NOT_SENT or turn_of(*found[0]) != self._turn or found[0] in self._sent:
            return
        marks: dict[str, str] = {}
        sent = fill(form, answer=lambda one: self._hostile(name, one, marks))
        answer = self.browser.post(address, sent)
        if answer.status_code in {200, 302}:
            self._sent.add(found[0])
            self.stored |= marks
            above = {urljoin(address, ".."), urljoin(address, "../..")}
            self.led_to |= {address, urlsplit(answer.headers.get("Location", address)).path, *above}
        else:
            said = " ".join(re.findall(r'class="error".*?<span>([^<]+)', answer.content.decode()))
            self.refused |= dict.fromkeys(marks.values(), f"{answer.status_code} on {address}: {said}")

    def _hostile(self, name: str, one: Control, marks: dict[str, str]) -> Any:
        """Some fields take a thing of a given form, such as the number of a record, and refuse any other text."""
        if one.name in GIVEN:
            return GIVEN[one.name]()
        if one.name in KEYS:
            return one.value or f"key{next(self._serials)}"
        if one.kind not in {"text", "textarea"} or one.name in FORMATS:
            return None
        serial = next(self._serials)
        mark = f"F{serial:03}"
        text = SHORT if one.most and one.most < 200 else f"{SHORT} {VECTORS[serial % len(VECTORS)]}"
        marks[mark] = f"{name}.{one.name}"
        return f"{FORMULA} {mark} {text}"[: one.most or None]


REPORT = b'<testsuite name="s" tests="1"><testcase classname="c" name="a"/></testsuite>'
GIVEN: Mapping[str, Callable[[], Any]] = {
    "taken_at": lambda: f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M}",
    "planned_start": lambda: f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}",
    "planned_end": lambda: f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}",
    "actual_start": lambda: f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H:%M}",
    "actual_end": lambda: f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M}",
    "first_at": lambda: f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%dT%H:%M}",
    "ships_at": lambda: f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M}",
    "until": lambda: f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%dT%H:%M}",
    "chair": lambda: "olga",
    "time": lambda: "14:30",
    "quorum": lambda: "1",
    "change_type": lambda: "normal",
    "model": lambda: "",  # only standard changes have one
    "members": lambda: ["olga"],
    "config": lambda: "{}",
    "report": lambda: SimpleUploadedFile("r.xml", REPORT),
}
KEYS = {"key", "username"}
FORMATS = {
    "windows",
    "freezes",
    "extra_approvers",
    "pass_pct",
    "notice_lead_s",
    "early_life_s",
    "article",
    "alternates",
    "zone",
    "release",
    "problem",
    "other",
    "releases",
    "sha256",
    "design",
    "stakeholders",
    "roster",
}


def person_of_every_role(name: str) -> None:
    from tests.browser.site import PASSWORD

    from rightaway.domain.permissions import Role
    from rightaway.domain.values import SYSTEM
    from rightaway.services import people

    user = people.create(actor=SYSTEM, username=EVERY_ROLE, name=name, password=PASSWORD)
    for role in Role:
        if role not in {Role.AUDITOR, Role.SERVICE_ACCOUNT}:
            people.grant(actor=SYSTEM, user=user, role=role)


def make(folder: Path) -> dict[str, Any]:
    """Give the pages to open, one of each kind too, the marks of what was stored, and what was refused."""
    import pytest
    from tests.engine_loop import Fleet
    from tests.phases import Phases
    from tests.world import SCRIPTS, actor

    from rightaway.queries import people as ask
    from rightaway.services import people

    with pytest.MonkeyPatch.context() as patch:
        fleet = Fleet(patch, SCRIPTS)
        fleet.say = f"{SHORT} {' '.join(VECTORS)}"
        phases = Phases(folder, fleet)
        supported, doubtful = phases.supported(), phases.doubtful()
        phases.waiting()
        phases.evidence(supported)
        phases.records(supported)
        phases.refused_mail()
    person_of_every_role(name=f"Eve {SHORT}")
    Phases.boards("iota", EVERY_ROLE, "olga")
    phases.imported("iota", by=[EVERY_ROLE], title=SHORT)
    serials = count(1)
    turns = [Filler(EVERY_ROLE, turn=turn, serials=serials) for turn in range(3)]
    for one in turns[:-1]:
        one.begin()
    seen = Walk(EVERY_ROLE, signed_in(EVERY_ROLE)).begin()
    turns[-1].begin()
    for address in sorted(set(OVER).union(*(one.led_to for one in turns)) - set(seen.pages)):
        answer = seen.browser.get(address)
        if answer.status_code == 200:
            seen.pages[address] = answer.content.decode()
    stored = dict(ChainMap(*(one.stored for one in turns)))
    refused = ChainMap(*(one.refused for one in turns))
    token = people.create_token(actor=actor(EVERY_ROLE), user=ask.user(EVERY_ROLE), label=SHORT)
    return {
        "kinds": list(kinds(seen.pages).values()),
        "pages": [address for address, html in seen.pages.items() if re.search(r"F\d{3}", html)],
        "stored": stored,
        "refused": {name: why for name, why in refused.items() if name not in stored.values()},
        "token": token,
        "long_log": _long_log(doubtful),
    }


def kinds(addresses: Iterable[str]) -> dict[object, str]:
    """Give one address of each page, and every release and deployment: their pages differ by their state."""
    found: dict[object, str] = {}
    for address in addresses:
        (name, _), whose = kind_of(urlsplit(address).path) or (("", ()), ())
        found.setdefault((name, whose if name in {"release", "deployment"} else ()), address)
    return found


def _long_log(release: str) -> str:
    """Give a deployment that still runs, whose log is longer than a page: the rest comes by the stream."""
    from rightaway.queries import deployments as ask
    from rightaway.services import deployment_attempts as attempts

    row = ask.deployments().filter(release__number=release, environment__key="production")[0]
    attempt = ask.attempts(row)[0]
    for number in range(205):
        text = f"line {number} {SHORT} {VECTORS[number % len(VECTORS)]}\n"
        attempts.append_log(number=row.number, pieces={attempt.operation_id: text.encode()})
    return str(row.number)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    boot.connect()
    boot.migrate()
    print(json.dumps(make(folder)))
