"""Every operation of the description, provoked: each refusal has the one shape."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.api import reference
from tests.integration.api.world import Caller, World

from rightaway.api.app import api
from rightaway.intake.schema import FileModel

PROBLEM = {
    "type": str,
    "title": str,
    "status": int,
    "code": str,
    "detail": str,
    "at": str,
    "hint": str,
    "request_id": str,
    "errors": list,
    "evidence": dict,
}
PUBLIC = {"/api/v1/health", "/api/v1/version"}
OF_READS = {"400", "401", "403", "404", "503"}
OF_WRITES = {"409", "412", "413", "415", "422"}
SCHEMA = api.get_openapi_schema(path_prefix="/api/v1/")


def operations(*, guarded: bool = True) -> Iterator[tuple[str, str, Any]]:
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            if not (guarded and path in PUBLIC):
                yield method.upper(), path, operation


def check_problem(answer: Any, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert {name: type(value) for name, value in found.items()} == PROBLEM
    assert found["status"] == answer.status_code
    assert re.fullmatch(r"\w+(\.\w+)*", found["code"])
    assert found["request_id"] == answer["X-Request-Id"]
    assert len(found["errors"]) <= 20
    return found


def filled(path: str) -> str:
    numbers = {
        "number",
        "waiver",
        "defect",
        "attempt",
        "run",
        "token",
        "comment",
        "attachment",
        "notification",
        "mail",
        "view",
        "question",
        "delegation",
        "entry",
        "action",
        "notice",
        "session",
        "attendee",
        "relation",
        "sequence",
    }
    return re.sub(
        r"\{(\w+)\}", lambda found: "999999" if found[1] in numbers else "NONE-000000", path
    ).removeprefix("/api/v1")


def content(operation: Any) -> list[str]:
    return list(operation.get("requestBody", {}).get("content", {}))


def test_every_operation__without_token__401(nobody: Caller):
    for method, path, _ in operations():
        assert check_problem(nobody(method, filled(path)), 401)["code"] == "auth.token", path


def test_every_operation__described__has_text_and_every_refusal():
    for method, path, operation in operations():
        expected = OF_READS if method == "GET" else OF_READS | OF_WRITES
        assert operation["description"], path
        assert operation["tags"], path
        assert expected <= set(operation["responses"]), path


def test_every_operation__id__is_its_own():
    ids = Counter(operation["operationId"] for _, _, operation in operations(guarded=False))
    assert [one for one, count in ids.items() if count > 1] == []


def test_every_read__unknown_record__404(world: World):
    anna = world.caller("anna")
    for method, path, _ in operations():
        if method == "GET" and "{" in path:
            assert check_problem(anna.get(filled(path)), 404)["code"] == "not_found", path


def test_every_write__unknown_field__422(world: World):
    """The body is read before the record is looked for, so that a mistake in it is told in any case."""
    anna, seen = world.caller("anna"), 0
    for method, path, operation in operations():
        if content(operation) == ["application/json"]:
            found = check_problem(anna(method, filled(path), {"aproval": "x"}), 422)
            assert "field.unknown" in {found["code"], *(one["code"] for one in found["errors"])}, path
            seen += 1
    assert seen > 40


def test_every_write__other_media_type__415_or_unknown_record(world: World):
    anna = world.caller("anna")
    for method, path, operation in operations():
        if content(operation):
            check_problem(anna(method, filled(path), b"x", Content_Type="image/png"), 415, 404, 400)


def test_every_write__body_that_is_no_json__400(world: World):
    anna = world.caller("anna")
    for method, path, operation in operations():
        if content(operation) == ["application/json"]:
            assert check_problem(anna(method, filled(path), b'{"a": '), 400)["code"] == "json.syntax", path


def test_every_operation__account_without_any_role__nothing_is_given_away(world: World):
    outsider = world.caller(world.person("otto"))
    own = {
        f"/api/v1/{path}"
        for path in (
            "me",
            "mail-preferences",
            "approvals",
            "approver-groups",
            "delegations",
            "doubts",
            "inbox/unread",
            "inbox/read",
            "views",
        )
    }
    for method, path, operation in operations():
        answer = outsider(method, filled(path), {} if content(operation) else None)
        if answer.status_code == 200:
            found = answer.json()
            assert path in own or found["items"] == [], path
        else:
            check_problem(answer, 400, 403, 404, 415, 422)


def test_schemas__names__each_stands_for_one_model():
    names = [model.__name__ for model in _models(FileModel) if model.__module__.startswith("rightaway.api.")]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def _models(model: type) -> list[type]:
    return [one for sub in model.__subclasses__() for one in (sub, *_models(sub))]


def test_description__references__all_lead_somewhere():
    references = set(re.findall(r"#/components/(\w+)/([\w-]+)", str(dict(SCHEMA))))
    assert {one for one in references if one[1] not in SCHEMA["components"][one[0]]} == set()
    assert SCHEMA["openapi"].startswith("3.1")


def test_description__fetched__is_json(nobody: Caller):
    assert nobody.get("/openapi.json").json()["info"]["title"] == "Rightaway"


@pytest.mark.parametrize("path", ["/", "/nothing", "/releases/REL-000001/nothing"])
def test_path__unknown__404_problem(nobody: Caller, path: str):
    check_problem(nobody.get(path), 404)


def test_method__wrong__405_with_allow(world: World):
    answer = world.caller("anna")("DELETE", "/releases")
    assert check_problem(answer, 405)["code"] == "http.method"
    assert answer["Allow"] == "GET, HEAD, POST"


def test_head__of_every_read__as_its_get_without_a_body(world: World):
    anna = world.caller("anna")
    for method, path, _ in operations(guarded=False):
        if method == "GET":
            asked, seen = anna("HEAD", filled(path)), anna.get(filled(path))
            assert (asked.status_code, asked.content) == (seen.status_code, b""), path
            assert asked["Content-Type"] == seen["Content-Type"], path


def test_head__of_what_only_takes_a_post__405(world: World):
    assert world.caller("anna")("HEAD", "/relations").status_code == 405


def test_door__said_by_the_command_line__is_in_the_audit_log(world: World):
    body = {"title": "Yen", "description": "d", "change_type": "normal", "service": "shop"}
    stella, audrey = world.caller("stella"), world.caller("audrey")
    for said, door in (("cli", "cli"), ("web", "api"), ("system", "api")):
        assert stella("POST", "/changes", body, Rightaway_Door=said).status_code == 201
        assert audrey.get("/audit?limit=1").json()["items"][0]["door"] == door


def test_defect_of_ours__500__number_and_nothing_else(world: World, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("rightaway.queries.releases.release", broken)
    answer = world.caller("anna").get("/releases/REL-000001")
    found = check_problem(answer, 500)
    assert found["code"] == "internal"
    assert "secret" not in answer.content.decode()
    assert found["request_id"] in caplog.text


def test_reference__in_docs__is_what_the_api_says():
    """Stale? WRITE_REFERENCE=1 writes it again."""
    if os.environ.get("WRITE_REFERENCE"):
        reference.write(SCHEMA)
    assert reference.written() == reference.rendered(SCHEMA)
