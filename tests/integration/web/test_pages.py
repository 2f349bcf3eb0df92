"""Every page there is: it renders, it is well made, its links lead somewhere, and looking changes nothing."""

from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.urls import URLPattern, reverse
from django.utils import timezone
from tests.integration.web.conftest import SignIn, Site
from tests.prepared import prepared
from tests.together import together
from tests.world import World, actor

from rightaway.domain.values import TaskKind
from rightaway.queries import deployments as ask_deployments
from rightaway.queries import incidents as ask_incidents
from rightaway.queries import notifications as ask_notifications
from rightaway.queries import people as ask_people
from rightaway.services import (
    assurance,
    boardings,
    change_models,
    conversations,
    debts,
    incidents,
    knowledge,
    people,
    saved_views,
    sign_offs,
    unauthorised_changes,
    waivers,
    workflow_drafts,
)
from rightaway.services import deployment_progress as progress
from rightaway.web.urls import urlpatterns

pytestmark = pytest.mark.django_db
NO_PAGES = {
    "approval-answer",  # in the walk, where somebody has asked
    "delegation-end",
    "votes",  # leads back where nothing is chosen
    "release-file",
    "theme",
    "suggestions",
    "mentions",
    "attachment",
    "export",
    "bell",
    "inbox-follow",
    "deployment-log",
    "account_logout",
    "account_login",
    "account_signup",
    "account_reauthenticate",
    "account_set_password",
}

# What the walk opens, in a world where it stands: boards with their meetings, outages, imports, own tasks.
IN_THE_WALK = (
    "board-",
    "bundle-",
    "departure",
    "train-",
    "policy-",
    "meeting-",
    "minutes",
    "agenda-",
    "outage-",
    "import-",
    "mail-",
)
OF_THE_WALK = {
    "policy",
    "board",
    "bundle",
    "train",
    "meeting",
    "outage",
    "import",
    "item-action",
    "action-finish",
    "task-edit",
    "task-remove",
}


class Page(HTMLParser):
    """What the tests want to know of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings = 0
        self.links: set[str] = set()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.headings += tag == "h1"
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a" and found.get("href"):
            self.links.add(str(found["href"]))
        if tag == "label" and found.get("for"):
            self.labelled.add(str(found["for"]))
        if tag in {"input", "select", "textarea"} and found.get("type") not in {
            "hidden",
            "radio",
            "checkbox",
        }:
            self.controls.append(found)
        runs = tag == "script" and "src" not in found and found.get("type") != "application/json"
        if "style" in found or runs or tag == "style":
            self.inline.append(tag)
        self.inline += [name for name in found if name.startswith("on")]

    @property
    def unlabelled(self) -> list[dict[str, str | None]]:
        return [
            one for one in self.controls if "aria-label" not in one and one.get("id") not in self.labelled
        ]


def addresses(site: Site) -> Iterator[tuple[str, str]]:
    """Give every page of the site with its name; a new page without an entry here fails the test that walks them."""
    number = site.release
    world_release = {
        "release-edit": [
            {"section": key}
            for key in ("description", "assessment", "people", "schedule", "early-life", "closure")
        ],
        "way": [{"event": "rework_plan"}, {"event": "abandon"}],
        **{name: [{"key": "test_execution"}] for name in ("task", "task-assign", "task-reopen")},
        "task-add": [{"kind": str(kind)} for kind in TaskKind],
        "task-step": [{"key": "test_execution", "step": "start"}],
        "approval-request": [{"kind": "deployment"}],
        **{name: [{"kind": "plan_design"}] for name in ("vote", "approval-question", "approval-delegate")},
        "relation-remove": [{"relation_id": site.names["relation"]}],
        "close-defect": [{"defect_id": site.names["defect"]}],
        "notice-sent": [{"notice_id": site.names["notice"]}],
        **{
            name: [{"training_id": site.names["training"]}]
            for name in (
                "training-edit",
                "training-drop",
                "training-session",
                "training-invite",
                "training-count",
            )
        },
        "training-session-cancel": [{"session_id": site.names["session"]}],
        **{
            name: [{"training_id": site.names["training"], "attendee_id": site.names["attendee"]}]
            for name in ("training-attend", "training-uninvite")
        },
        "notice-send": [{"notice_id": site.names["planned"]}],
        "notice-edit": [{"notice_id": site.names["planned"]}],
        "notice-withdraw": [{"notice_id": site.names["planned"]}],
        "notice-remind": [{"notice_id": site.names["sent"]}],
        **{
            name: [{"waiver_id": site.names["waiver"]}]
            for name in ("grant-waiver", "refuse-waiver", "withdraw-waiver")
        },
        "lesson-answer": [{"lesson": site.names["lesson"]}],
        "sign-off-answer": [{"person": "stan"}],
        "disposition": [{"record": site.names["incident"]}],
    }
    others: dict[str, list[dict[str, Any]]] = {
        "deployment": [{"number": site.names["deployment"]}],
        "operate": [
            {"number": site.names["deployment"], "name": name}
            for name in ("cancel", "pause", "abort", "back_out")
        ],
        "undo": [{"number": site.names["deployment"]}],
        "resolve": [],
        "change": [{"number": site.names["change"]}],
        "change-edit": [{"number": site.names["change"]}],
        "change-decide": [{"number": site.names["change"]}],
        "change-risk": [{"number": site.names["change"]}],
        "change-convert": [{"number": site.names["unauthorised"]}],
        "change-revert": [{"number": site.names["unauthorised"]}],
        **{
            name: [{"number": site.names["model"]}]
            for name in ("change-model", "change-model-edit", "change-model-authorise")
        },
        "change-model-step": [{"number": site.names["model"], "event": "retire"}],
        "change-move": [{"number": site.names["change"], "event": "validate"}],
        "item": [{"key": "shop"}, {"key": "t01"}],
        "incident": [{"number": site.names["incident"]}],
        "incident-misuse": [{"number": site.names["incident"]}],
        "notice-read": [{"notice_id": site.names["sent"]}],
        "incident-resolve": [{"number": site.names["incident"]}],
        "incident-link": [{"number": site.names["incident"]}],
        "group-edit": [],
        "debt-settle": [{"number": site.names["debt"]}],
        "lesson-decide": [{"number": site.names["lesson"]}],
        "problem": [],
        "problem-edit": [],
        "known-error": [{"number": site.names["known_error"]}],
        "article": [{"number": site.names["article"]}],
        "article-edit": [{"number": site.names["article"]}],
        "article-publish": [{"number": site.names["article"]}],
        "conversation": [{"kind": "release", "key": number}, {"kind": "ci", "key": "t01"}],
        "watch": [{"kind": "release", "key": number, "wish": wish} for wish in ("on", "off")],
        "comment-edit": [{"comment": site.names["comment"]}],
        "comment-withdraw": [{"comment": site.names["comment"]}],
        "comment-restore": [{"comment": site.names["comment"]}],
        "view-edit": [{"view_id": site.names["view"]}],
        "view-delete": [{"view_id": site.names["view"]}],
        "view-default": [{"view_id": site.names["view"], "wish": wish} for wish in ("on", "off")],
        "inbox-read": [{"notification": site.names["told"]}],
        "token-revoke": [{"token_id": site.names["token"]}],
        **{
            name: [{"username": "rita"}]
            for name in (
                "person",
                "role-grant",
                "person-disable",
                "person-enable",
                "person-sign-out",
                "person-password",
            )
        },
        "role-revoke": [{"username": "rita", "binding": site.names["binding"]}],
        "person-token-revoke": [{"username": "eve", "token_id": site.names["token"]}],
        "workflow": [{"key": "seven_phases", "version": 1}],
        "workflow-withdraw": [{"key": "seven_phases", "version": 1}],
        "workflow-migration": [{"key": "seven_phases"}],
        "workflow-draft-add": [
            {"number": site.names["draft"], "addition": one}
            for one in ("task", "approval", "guard", "checklist")
        ],
        **{
            f"workflow-draft{part}": [{"number": site.names["draft"]}]
            for part in ("", "-text", "-activate", "-discard", "-trial")
        },
        "environment-edit": [{"key": "staging"}],
        "service-edit": [{"key": "shop"}],
        "target-edit": [{"key": "t01"}],
    }
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        name, route = str(pattern.name), str(pattern.pattern)
        if name in NO_PAGES or name in OF_THE_WALK or ("<" in route and name.startswith(IN_THE_WALK)):
            continue
        if route.startswith("releases/<number:number>/"):
            for given in world_release.get(name, [{}]):
                yield name, reverse(name, kwargs={"number": number, **given})
        elif "<" in route:
            for given in others[name]:
                yield name, reverse(name, kwargs=given)
        else:
            yield name, reverse(name)


@pytest.fixture
def full(site: Site, everyone: str) -> Site:
    """The site with what hangs on a release: a defect, a notice, a waiver, and a token of the viewer."""
    assurance.record_defect(actor=actor("ben"), number=site.release, title="Slow", severity="minor")
    waivers.ask(
        actor=actor("rita"),
        number=site.release,
        control="backups",
        reason="No data.",
        expires_at=timezone.now() + timedelta(days=1),
    )
    person = ask_people.user(everyone)
    assert person is not None
    person.set_password("a long enough secret")
    person.save()
    people.create_token(actor=actor(everyone), user=person, label="laptop")
    row = ask_deployments.deployment(site.names["deployment"])
    assert row is not None
    files = [("notes.txt", b"Notes.")]
    said = conversations.comment(
        actor=actor(everyone), kind="release", key=site.release, text="@rita look", files=files
    )
    conversations.comment(actor=actor("dora"), kind="release", key=site.release, text=f"@{everyone} look")
    view = saved_views.save(actor=actor(everyone), page="changes", name="Mine", query={"state": "closed"})
    plans = dict.fromkeys(("title", "implementation_plan", "test_plan", "remediation_plan"), "Logs")
    model = change_models.define(
        actor=actor("chris"), services=["shop"], fields=plans | {"ci_classes": ["application"]}
    )
    strange = unauthorised_changes.record(
        actor=actor("stan"), service="shop", affected_cis=["t01"], evidence="Root was there."
    )
    draft = workflow_drafts.begin(actor=actor("root"), base="seven_phases")
    later = timezone.now() + timedelta(days=1)
    debt = debts.add(actor=actor("rita"), number=site.release, owed="Disks", owner="ben", due_at=later)
    lesson = knowledge.write(
        actor=actor("rita"),
        kind="lesson_learnt",
        title="Warm up",
        body="First.",
        service="shop",
        owner="ben",
        due_at=later,
    )
    sign_offs.sign_off(actor=actor("stan"), number=site.release, decision="rejected", reason="Slow.")
    site.names |= prepared(site.release, everyone) | together(site.release)
    train = str(site.names["train"])
    boardings.board(actor=actor("rita"), number=site.release, train=train)
    site.names |= {
        "debt": debt.number,
        "lesson": lesson.number,
        "draft": draft.number,
        "model": model.number,
        "unauthorised": strange.number,
        "view": view.pk,
        "told": ask_notifications.inbox(person.pk)[0].pk,
        "comment": said.pk,
        "defect": row.release.defects.get().pk,
        "notice": row.release.notices.get(to="outside").pk,
        "waiver": row.release.waivers.get().pk,
        "token": ask_people.tokens(person.pk)[0].pk,
        "binding": ask_people.bindings(actor("rita").user_id or 0)[0].pk,
    }
    return site


def test_every_page__with_data__renders_and_is_well_made(full: Site, sign_in: SignIn, everyone: str) -> None:
    browser = sign_in(everyone)
    faults = []
    for name, address in addresses(full):
        answer = browser.get(address)
        page = Page(answer.content.decode())
        found = {
            "status": answer.status_code == 200,
            "one h1": page.headings == 1,
            "labels": not page.unlabelled,
            "ids once": len(page.ids) == len(set(page.ids)),
            "nothing inline": not page.inline,
        }
        faults += [
            f"{name} {address}: {what} {page.unlabelled or page.inline or ''}"
            for what, holds in found.items()
            if not holds
        ]
    assert faults == []


def test_every_page__looked_at__changes_no_row(full: Site, sign_in: SignIn, everyone: str) -> None:
    browser = sign_in(everyone)
    browser.get("/")
    before = rows()
    for _, address in addresses(full):
        browser.get(address)
    assert rows() == before


def rows() -> dict[str, str]:
    """Give a hash of every table's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {table} t"
            )
            found[table] = cursor.fetchone()[0]
    return found


def test_lists__without_data__say_so(world: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    names = ["home", "releases", "deployments", "changes", "items", "targets", "incidents", "problems"]
    names += ["known-errors", "interactions", "articles", "metrics", "indicators", "audit"]
    names += ["audit-verification", "profile"]
    answers = {name: browser.get(reverse(name)) for name in names}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(names, 200)
    assert "There is no release yet." in answers["home"].content.decode()


def test_deployment__asked_for_by_htmx__gives_the_live_part_only(site: Site, sign_in: SignIn) -> None:
    answer = sign_in("dora").get(f"/deployments/{site.names['deployment']}/", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert "<html" not in text
    assert "Queued" in text
    assert "wave-1" in text


def test_deployment__failed_wave__shows_hold_and_commands(site: Site, sign_in: SignIn) -> None:
    number = site.names["deployment"]
    progress.start(number=number)
    progress.reach(number=number, ordinal=1)
    progress.hold(number=number, ordinal=1, kind="decision", reason="t01 is in doubt")
    text = sign_in("dora").get(f"/deployments/{number}/").content.decode()
    assert "On hold: decision" in text
    assert "t01 is in doubt" in text
    assert f"/deployments/{number}/commands/back_out/" in text


def test_problem_page__of_a_failed_wave__renders(site: Site, sign_in: SignIn) -> None:
    row = ask_deployments.deployment(site.names["deployment"])
    assert row is not None
    incidents.open_for_wave(row=row, wave=row.waves.get(ordinal=1), reason="red")
    problem = ask_incidents.problems()[0]
    for address in (f"/records/problems/{problem.number}/", f"/records/problems/{problem.number}/edit/"):
        assert sign_in("olga").get(address).status_code == 200


def test_pages__that_do_not_exist__are_404_and_say_what_to_do(world: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    addresses = ["/releases/REL-999999/", "/deployments/DEP-999999/", "/changes/CHG-999999/", "/cis/nothing/"]
    addresses += ["/records/incidents/INC-999999/", "/knowledge/KB-999999/", "/nothing/"]
    addresses += ["/releases/%00/", "/releases/rel-000001/", "/cis/%F0%9F%92%A9/"]
    for address in addresses:
        answer = browser.get(address)
        text = answer.content.decode()
        assert (address, answer.status_code, Page(text).headings) == (address, 404, 1)
        assert "Go to your home page" in text


def test_page__of_a_deed__not_understanding_delete__is_405(world: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    assert browser.delete("/releases/new/").status_code == 405
    assert browser.post("/releases/").status_code == 405
