"""Every operation of the description, provoked: each refusal has the one shape."""

import re
from typing import Any

import pytest

from rightaway.api.app import api
from rightaway.intake.schema import FileModel
from tests.integration.api.world import Caller, World

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
UNKNOWN = {"waiver": "999999", "defect": "999999", "attempt": "999999", "run": "999999", "token": "999999"}
# What is looked at before the record in the path: these need a body of the right form to get to it.
WITH_BODY = {"application/json": b"{}", "application/xml": b"<testsuite/>", "multipart/form-data": b""}
SCHEMA = api.get_openapi_schema(path_prefix="/api/v1/")
OPERATIONS = [
    pytest.param(method.upper(), path, operation, id=operation["operationId"])
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
]
GUARDED = [one for one in OPERATIONS if one.values[1] not in PUBLIC]


def check_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert {name: type(value) for name, value in found.items()} == PROBLEM
    assert found["status"] == status
    assert re.fullmatch(r"[a-z_0-9A-Z]+(\.[a-z_0-9]+)*", found["code"])
    assert found["request_id"] == answer["X-Request-Id"]
    assert len(found["errors"]) <= 20
    return found


def filled(path: str) -> str:
    path = re.sub(r"\{(\w+)\}", lambda found: UNKNOWN.get(found[1], "NONE-000000"), path)
    return path.removeprefix("/api/v1")


@pytest.mark.parametrize(("method", "path", "operation"), GUARDED)
def test_operation__without_token__401(nobody: Caller, method: str, path: str, operation: Any):
    found = check_problem(nobody(method, filled(path)), 401)
    assert found["code"] == "auth.token"


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_operation__described__has_id_text_and_every_refusal(method: str, path: str, operation: Any):
    assert operation["description"]
    assert operation["tags"]
    if path not in PUBLIC:
        expected = {"400", "401", "403", "404", "503"}
        expected |= set() if method == "GET" else {"409", "412", "413", "415", "422"}
        assert expected <= set(operation["responses"])


READS = [one for one in GUARDED if one.values[0] == "GET" and "{" in one.values[1]]


@pytest.mark.parametrize(("method", "path", "operation"), READS)
def test_read__unknown_record__404(world: World, method: str, path: str, operation: Any):
    query = "?suite=s&level=unit" if path.endswith("/tests") else ""
    found = check_problem(world.caller("anna").get(filled(path) + query), 404)
    assert found["code"] == "not_found"


WRITES = [one for one in GUARDED if one.values[0] != "GET"]


@pytest.mark.parametrize(("method", "path", "operation"), WRITES)
def test_write__unknown_field__422_or_unknown_record(world: World, method: str, path: str, operation: Any):
    """A body is read before the record is looked for, so that a mistake in it is told in any case."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content or "application/yaml" in content:
        answer = world.caller("adam")(method, filled(path), next(iter(content), "") and b"<a/>")
        assert answer.status_code in {404, 415, 422, 400}
        check_problem(answer, answer.status_code)
        return
    found = check_problem(world.caller("anna")(method, filled(path), {"aproval": "x"}), 422)
    assert "field.unknown" in {found["code"], *(one["code"] for one in found["errors"])}


@pytest.mark.parametrize(("method", "path", "operation"), WRITES)
def test_write__account_without_any_role__403_or_404(
    world: World, method: str, path: str, operation: Any
):
    outsider = world.caller(world.person("otto"))
    content = operation.get("requestBody", {}).get("content", {})
    body = sample(content) if content else None
    answer = outsider(method, filled(path) + QUERIES.get(operation["operationId"], ""), body)
    check_problem(answer, answer.status_code)
    assert answer.status_code in {403, 404, 415, 422}, answer.content


QUERIES = {"assurance_import_junit": f"?suite=s&level=unit&package_digest={'0' * 64}"}


def sample(content: dict[str, Any]) -> Any:
    return {} if "application/json" in content else b""


def test_schemas__names__each_stands_for_one_model():
    names = [model.__name__ for model in _models(FileModel) if model.__module__.startswith("rightaway.api.")]
    assert sorted(names) == sorted(set(names))


def _models(model: type) -> list[type]:
    return [one for sub in model.__subclasses__() for one in (sub, *_models(sub))]


def test_description__references__all_lead_somewhere():
    text = str(dict(SCHEMA))
    references = set(re.findall(r"#/components/(\w+)/(\w+)", text))
    missing = {one for one in references if one[1] not in SCHEMA["components"][one[0]]}
    assert missing == set()
    assert SCHEMA["openapi"].startswith("3.1")


def test_description__fetched__is_json(nobody: Caller):
    assert nobody.get("/openapi.json").json()["info"]["title"] == "Rightaway"


@pytest.mark.parametrize("path", ["", "/nothing", "/releases/REL-000001/nothing"])
def test_path__unknown__404_problem(nobody: Caller, path: str):
    check_problem(nobody.get(path), 404)


def test_method__wrong__405_with_allow(world: World):
    answer = world.caller("anna")("DELETE", "/releases")
    assert check_problem(answer, 405)["code"] == "http.method"
    assert answer["Allow"] == "GET, POST"


def test_defect_of_ours__500__number_and_nothing_else(world: World, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("rightaway.queries.releases.release", broken)
    answer = world.caller("anna").get("/releases/REL-000001")
    found = check_problem(answer, 500)
    assert found["code"] == "internal"
    assert "secret" not in answer.content.decode()
    assert found["request_id"] in caplog.text
