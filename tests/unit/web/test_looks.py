"""The small parts of pages: states, texts, errors, vendored files."""

import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import gettext_lazy

import rightaway.web
from rightaway.domain import errors as tree
from rightaway.domain.changes import ChangeState
from rightaway.domain.deployment_states import AttemptStatus, DeploymentStatus, TargetStatus, WaveStatus
from rightaway.domain.sentences import Word, said
from rightaway.domain.unmet import Unmet
from rightaway.web import errors, operations, remedies, statuses
from rightaway.web.templatetags import texts, values

# Somebody who may do nothing beyond what is asked with `may_edit`, and a release without a design.
VIEWER: Any = SimpleNamespace(user=SimpleNamespace(pk=1), may=lambda *_asked, **_how: False)
RELEASE: Any = SimpleNamespace(
    number="REL-000001", design=None, service=SimpleNamespace(key="shop"), initiated_by_id=2
)
FOLDER = Path(rightaway.web.__file__).parent
VENDOR = FOLDER / "static" / "vendor"
FOR_TESTS = Path(__file__).parents[2] / "browser" / "vendor"


def sprite() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text()))


def test_icons__used_anywhere__are_in_the_sprite() -> None:
    templates = "\n".join(path.read_text() for path in (FOLDER / "templates").rglob("*.html"))
    used = set(re.findall(r'{% icon "([^"]+)"', templates)) | set(
        re.findall(r'{% pill [^%]*"([a-z-]+)" %}', templates)
    )
    used = {name for name in used if "-" in name or name in sprite()}
    used |= {look.icon for look in (statuses.look(word) for word in statuses._BY_WORD)}
    used |= {one.icon for one in operations.OPERATIONS.values()}
    assert used - sprite() == set()


@pytest.mark.parametrize("folder", [VENDOR, FOR_TESTS], ids=["pages", "tests"])
def test_vendored_files__are_those_of_the_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    hashes = {
        one["file"]: hashlib.sha256((folder / one["file"]).read_bytes()).hexdigest() for one in manifest
    }
    assert hashes == {one["file"]: one["sha256"] for one in manifest}
    others = {path.name for path in folder.iterdir()} - set(hashes) - {"manifest.json"}
    assert all(name.startswith(("LICENSE", "NOTICE.")) for name in others)


@pytest.mark.parametrize(
    "state", [*DeploymentStatus, *WaveStatus, *TargetStatus, *AttemptStatus, *ChangeState]
)
def test_state__of_any_kind__has_a_look_of_its_own(state: str) -> None:
    assert state in statuses._BY_WORD


def test_states__that_look_alike__differ_in_their_word() -> None:
    looks = [statuses.look(word) for word in statuses._BY_WORD]
    assert len({look.text for look in looks}) == len(looks)


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in vars(tree).values()
        if isinstance(kind, type) and issubclass(kind, tree.RightawayError)
    ],
)
def test_error__of_any_kind__has_an_answer(kind: type[tree.RightawayError]) -> None:
    error = kind("a.code", "It is so.", hint="Do this.", at="place")
    assert 400 <= errors.status(error) < 600
    assert errors.title(error)
    assert errors.problems(error) == [errors.Problem("a.code", "It is so.", "Do this.", "place")]


def test_problems__of_an_error_with_parts__are_its_parts() -> None:
    parts = [tree.Invalid("a.one", "One."), tree.Invalid("a.two", "Two.", at="3:1")]
    found = errors.problems(tree.Invalid("a.one", "One. (And 1 more.)", errors=parts))
    assert [(one.code, one.at) for one in found] == [("a.one", ""), ("a.two", "3:1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title", "<h2>Title</h2>"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("[a](https://a.example)", 'href="https://a.example" rel="noopener noreferrer nofollow"'),
        ("| a |\n|---|\n| b |", "<td>b</td>"),
    ],
)
def test_markdown__rendered__is_safe(text: str, expected: str) -> None:
    assert expected in texts.markdown(text)


@pytest.mark.parametrize("scheme", ["javascript", "data", "vbscript", "JaVaScRiPt"])
def test_markdown__link_that_runs__is_no_link(scheme: str) -> None:
    assert "href" not in texts.markdown(f"[a]({scheme}:alert(1))")


@pytest.mark.parametrize(
    ("code", "rule", "field", "expected"),
    [
        ("G02.justification_missing", "G02", "justification", "/releases/REL-000001/edit/description/"),
        ("G02.release_model_missing", "G02", "release_model", "/releases/REL-000001/edit/description/"),
        ("G03.risk_unanswered", "G03", "", "/releases/REL-000001/edit/assessment/"),
        ("T04.approval_pending", "T04", "", "/releases/REL-000001/#approvals"),
        ("G05.task_open", "G05", "", "/releases/REL-000001/#tasks"),
        ("G31.window_closed", "G31", "", ""),
        ("G60.early_life_period", "G60", "", ""),
        ("G60.early_life_acceptance", "G60", "", "/releases/REL-000001/closure/#early-life"),
        ("G21.run_missing", "G21", "", "/releases/REL-000001/evidence/#tests"),
        ("G23.run_missing", "G23", "", "/releases/REL-000001/evidence/#tests"),
        ("G61.cost_estimate_missing", "G61", "cost_estimate", "/releases/REL-000001/edit/schedule/"),
        ("hold.held", "T22", "", ""),
        ("T07.training_required", "T07", "", ""),
    ],
)
def test_remedy__leads_to_the_page_where_it_is_put_right(
    code: str, rule: str, field: str, expected: str
) -> None:
    unmet = Unmet(rule, code, "m", "release_manager", "r", {"field": field})
    assert remedies.place(VIEWER, RELEASE, unmet, may_edit=True, planned=frozenset) == expected


def test_remedy__of_a_hold__leads_who_may_end_it_there() -> None:
    manager: Any = SimpleNamespace(may=lambda action, _scope: action == "release.hold")
    unmet = Unmet("T22", "hold.held", "m", "release_manager", "r")
    found = remedies.place(manager, RELEASE, unmet, may_edit=False, planned=frozenset)
    assert found == "/releases/REL-000001/hold/end/"


def test_remedy__by_an_edit_one_may_not_make__leads_nowhere() -> None:
    unmet = Unmet("G02", "G02.justification_missing", "m", "release_manager", "r", {"field": "justification"})
    assert remedies.place(VIEWER, RELEASE, unmet, may_edit=False, planned=frozenset) == ""


def test_sentence_of_a_rule__reads_without_underscores() -> None:
    sentence = said("{name} is for: {roles}.", name="a/b_c.txt", roles=[Word("service_owner"), Word("cab")])
    assert texts.said(sentence) == "a/b_c.txt is for: service owner, CAB."


def test_markup__of_htmx__uses_no_idiom_of_version_2() -> None:
    old = re.compile(r"hx-on::|hx-sse|hx-ws|htmx:afterSwap|sse-connect|hx-disinherit|hx-params|hx-prompt")
    paths = [*FOLDER.rglob("*.html"), *FOLDER.glob("static/web/*.js")]
    assert [path.name for path in paths if old.search(path.read_text())] == []


def test_value__of_a_text_in_the_readers_language__has_no_quotes() -> None:
    assert values.value(gettext_lazy("not set")) == "not set"
    assert values.value("not set") == "not set"
    assert values.value({"a": [1]}) == '{"a": [1]}'


def test_number_of_a_record__in_a_text__leads_to_its_page_and_the_rest_stays_text() -> None:
    assert texts.linked("deployment DEP-000012 <b>") == (
        'deployment <a href="/deployments/DEP-000012/">DEP-000012</a> &lt;b&gt;'
    )
    assert texts.linked("discovery") == "discovery"
