"""Corpus B of the security design: what is sent wrong is refused with a stable code, and nothing is written."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import Caller, World

CHANGE = {"title": "Yen", "description": "Prices in yen.", "change_type": "normal", "service": "shop"}


def with_title(text: str) -> bytes:
    return json.dumps(CHANGE | {"title": "@"}).replace('"@"', text).encode()


@pytest.mark.parametrize(
    ("body", "status", "code", "at"),
    [
        (b'{"title": "Yen", "description"', 400, "json.syntax", "1:31"),
        (b'{"title": "a", "title": "b"}', 400, "json.duplicate_member", "/title"),
        (with_title("NaN"), 400, "json.number", "/title"),
        (with_title("1e400"), 400, "json.number", "/title"),
        (with_title("9" * 5000), 400, "json.number", "/title"),
        (b"[" * 100_000, 400, "json.too_deep", "1:65"),
        (with_title('"\\ud800"'), 400, "text.surrogate", "/title"),
        (with_title('"pay\\u202eload"'), 422, "text.invisible", "/title"),
        (with_title('"zero\\u200bwidth"'), 422, "text.invisible", "/title"),
        (with_title("42"), 422, "type.expected_text", "/title"),
        (with_title('"' + "x" * 201 + '"'), 422, "text.length", "/title"),
        (json.dumps(CHANGE | {"approved_by": "me"}).encode(), 422, "field.unknown", "/approved_by"),
        (json.dumps(CHANGE | {"impact": 9}).encode(), 422, "number.range", "/impact"),
        (json.dumps(CHANGE | {"change_type": "nrmal"}).encode(), 422, "field.value", "/change_type"),
        (b"[]", 422, "type.expected_mapping", ""),
        (b"\xff\xfe", 422, "text.encoding", "byte 0"),
    ],
)
def test_body__wrong__code_and_place(world: World, body: bytes, status: int, code: str, at: str):
    found = check_problem(world.caller("anna")("POST", "/changes", body), status)
    assert (found["code"], found["at"]) == (code, at)
    assert world.caller("anna").get("/changes").json()["items"] == []


def test_field__misspelt__did_you_mean(world: World):
    found = world.caller("anna")("POST", "/changes", CHANGE | {"titel": "Yen"}).json()
    assert found["hint"] == "Did you mean title?"


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/json; charset=utf-7", "application/x-www-form-urlencoded"]
)
def test_body__other_media_type__415(world: World, media_type: str):
    answer = world.caller("anna")("POST", "/changes", CHANGE, Content_Type=media_type)
    assert check_problem(answer, 415)["code"] == "http.media_type"


def test_body__of_no_type__415(world: World):
    anna = world.caller("anna")
    answer = anna.client.generic("POST", "/api/v1/changes", b"{}", content_type="", headers=anna.headers)
    assert check_problem(answer, 415)["code"] == "http.media_type"


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 3 * 1024 * 1024])
def test_body__more_than_the_limit__413(world: World, size: int):
    answer = world.caller("anna")("POST", "/changes", b'"' + b"x" * size + b'"')
    assert check_problem(answer, 413)["code"] == "input.too_large"


def test_file__more_than_the_limit__413(world: World):
    answer = world.caller("anna")(
        "POST", "/releases", b"#" * (1024 * 1024 + 1), Content_Type="application/yaml"
    )
    assert check_problem(answer, 413)["code"] == "input.too_large"


@pytest.mark.parametrize(
    ("query", "code", "at"),
    [
        ("limit=1000000000", "query.value", "limit"),
        ("limit=-1", "query.value", "limit"),
        ("limit=1&limit=2", "query.repeated", "limit"),
        ("page=-1", "query.unknown", "page"),
        ("order=password", "query.value", "order"),
        ("after=%00", "query.value", "after"),
        ("after=aGVsbG8", "query.value", "after"),
        ("is_open=perhaps", "query.value", "is_open"),
        ("text=%E2%80%AEx", "query.value", "text"),
    ],
)
def test_query__wrong__400_with_what_is_allowed(world: World, query: str, code: str, at: str):
    found = check_problem(world.caller("anna").get(f"/releases?{query}"), 400)
    assert (found["code"], found["at"]) == (code, at)


def test_query__unknown_order__names_those_there_are(world: World):
    found = world.caller("anna").get("/releases?order=password").json()
    assert "newest" in found["hint"]


@pytest.mark.parametrize("value", ["1", 'W/"x"', '"1", "2"', '"-1"', '"9999999999"'])
def test_if_match__no_etag_of_ours__400(world: World, value: str):
    answer = world.caller("anna")("PATCH", f"/releases/{world.release()}", {"title": "X"}, If_Match=value)
    assert check_problem(answer, 400)["code"] == "http.if_match"


def test_release__of_another_service__same_answer_as_a_missing_one(world: World):
    other = world.caller(world.person("bob", "release_manager", scope="bank"))
    there = check_problem(other.get(f"/releases/{world.release()}"), 404)
    missing = check_problem(other.get("/releases/REL-999999"), 404)
    assert there["detail"].split()[:4] == missing["detail"].split()[:4]
    assert {name: there[name] for name in ("code", "hint", "title")} == {
        name: missing[name] for name in ("code", "hint", "title")
    }


def tokens(world: World) -> dict[str, str | None]:
    good = world.token("anna")
    return {
        "truncated": good[:-1],
        "of another instance": "ra_" + "x" * 43,
        "without its prefix": good.removeprefix("ra_"),
        "empty": "ra_",
        "none": None,
    }


def test_token__that_does_not_work__one_text_for_all(world: World):
    answers = [check_problem(Caller(value).get("/me"), 401) for value in tokens(world).values()]
    for answer in answers:
        del answer["request_id"]
    assert all(answer == answers[0] for answer in answers)


def test_token__expired_or_revoked_or_account_disabled__401(world: World):
    anna = world.caller("anna")
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        check_problem(anna.get("/me"), 401)
    (token,) = anna.get("/users/anna/tokens").json()
    assert anna("DELETE", f"/users/anna/tokens/{token['id']}").status_code == 204
    check_problem(anna.get("/me"), 401)
    dirk = world.caller("dirk")
    assert world.caller("adam")("POST", "/users/dirk/disabling").json()["is_active"] is False
    check_problem(dirk.get("/me"), 401)


def test_token__in_another_scheme_or_as_a_session__401(world: World):
    from django.test import Client

    assert (
        Client().get("/api/v1/me", headers={"Authorization": f"Basic {world.token('anna')}"}).status_code
        == 401
    )


def test_host__forged__400(world: World):
    anna = world.caller("anna")
    answer = anna.client.get("/api/v1/me", headers=anna.headers, HTTP_HOST="evil.example")
    assert check_problem(answer, 400)["code"] == "http.host"


def test_body__without_a_length__411(world: World):
    answer = world.caller("anna")("POST", "/changes", CHANGE, Transfer_Encoding="chunked", Content_Length="")
    assert check_problem(answer, 411)["code"] == "http.length"


def asked_for(world: World) -> tuple[str, str]:
    number = world.designed()
    digest = world.caller("anna")("POST", f"/releases/{number}/approvals", {"kind": "plan_design"}).json()[
        "digest"
    ]
    return f"/releases/{number}/approvals/plan_design/votes", digest


def vote(caller: Caller, path: str, digest: str, decision: str = "approve", reason: str = "") -> Any:
    return caller("POST", path, {"decision": decision, "digest": digest, "reason": reason})


def test_vote__with_an_old_digest__409_and_says_so(world: World):
    path, digest = asked_for(world)
    release = path.split("/")[2]
    world.caller("anna")("PUT", f"/releases/{release}/scope", {"objectives": ["Faster"]})
    found = check_problem(vote(world.caller("sofia"), path, digest), 409)
    assert found["code"] == "approval.content_changed"


def test_vote__twice__refused(world: World):
    path, digest = asked_for(world)
    assert vote(world.caller("sofia"), path, digest).status_code == 200
    found = check_problem(vote(world.caller("sofia"), path, digest), 403, 409)
    assert found["code"] == "sod.second_vote"


def test_vote__after_a_denial__409(world: World):
    path, digest = asked_for(world)
    assert vote(world.caller("sofia"), path, digest, "deny", "Too risky.").status_code == 200
    check_problem(vote(world.caller("carl"), path, digest), 409)


def test_idempotency_key__no_uuid__400(world: World, tmp_path):
    number = world.launched(tmp_path)
    answer = world.caller("dirk")(
        "POST", f"/deployments/{number}/commands", {"command": "cancel"}, Idempotency_Key="1"
    )
    assert check_problem(answer, 400)["code"] == "http.idempotency_key"


def test_idempotency_key__again__one_command(world: World, tmp_path):
    number, key = world.launched(tmp_path), str(uuid.uuid4())
    dirk = world.caller("dirk")
    answers = [
        dirk("POST", f"/deployments/{number}/commands", {"command": "cancel"}, Idempotency_Key=key)
        for _ in range(3)
    ]
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert len({one["ETag"] for one in answers}) == 1
    events = dirk.get("/audit?action=deployment.command").json()["items"]
    assert len(events) == 1
