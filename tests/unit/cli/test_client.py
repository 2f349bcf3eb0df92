"""What comes back from a server that is away, is none of ours, or refuses."""

from collections.abc import Callable

import httpx2
import pytest

from rightaway.cli import client, output
from rightaway.cli.app import run
from rightaway.domain.errors import Forbidden, GateClosed, Invalid, NotFound, Refused, Stale, Unavailable

PROBLEM = {
    "type": "about:blank",
    "title": "Conflict",
    "status": 409,
    "code": "gate.closed",
    "detail": "Not yet.",
    "at": "",
    "hint": "Wait.",
    "request_id": "r1",
    "errors": [],
    "evidence": {"unmet": [{"message": "No plan.", "remedy": "Make one.", "owner": "release_manager"}]},
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch):
    """Put a function in the place of the server."""
    monkeypatch.setenv("RIGHTAWAY_URL", "http://server.example")
    monkeypatch.setenv("RIGHTAWAY_TOKEN", "ra_x")
    monkeypatch.setattr("rightaway.cli.client.time.sleep", lambda _: None)

    def put(answer: Callable[[httpx2.Request], httpx2.Response]) -> None:
        monkeypatch.setattr(client, "transport", lambda: httpx2.MockTransport(answer))
        client.forget()

    yield put
    client.forget()


def problem(status: int, **fields: object) -> httpx2.Response:
    return httpx2.Response(status, json=PROBLEM | {"status": status} | fields)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Invalid, 2),
        (401, Forbidden, 4),
        (403, Forbidden, 4),
        (404, NotFound, 1),
        (409, Refused, 1),
        (412, Stale, 1),
        (413, Invalid, 2),
        (415, Invalid, 2),
        (422, Invalid, 2),
        (500, Refused, 1),
        (503, Unavailable, 3),
    ],
)
def test_refusal__of_each_status__error_and_exit_code(server, status: int, kind: type, code: int):
    server(lambda _: problem(status))
    with pytest.raises(kind) as error:
        client.send("POST", "/x", {})
    assert (error.value.code, error.value.evidence["request_id"]) == ("gate.closed", "r1")
    assert run(["whoami"]) == code


def test_refusal__gate_closed__all_that_is_missing_on_stderr(server, capsys: pytest.CaptureFixture[str]):
    server(lambda _: problem(409))
    assert run(["release", "move", "REL-1", "close"]) == output.FAILED
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "error: Not yet. (gate.closed)",
        "hint: Wait.",
        "missing: No plan. Make one. (release_manager)",
    ]
    assert issubclass(GateClosed, Refused)


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(502, text="<html>Bad gateway</html>"),
        httpx2.Response(404, json={"detail": "Not Found"}),
        httpx2.Response(302, headers={"Location": "/login"}),
    ],
)
def test_answer__of_something_else__3_and_a_hint(server, response: httpx2.Response):
    server(lambda _: response)
    with pytest.raises(Unavailable) as error:
        client.send("POST", "/x", {})
    assert error.value.code == "server.not_rightaway"


def test_server__away__3(server, capsys: pytest.CaptureFixture[str]):
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("connection refused", request=request)

    server(refuse)
    assert run(["whoami"]) == output.UNREACHABLE
    assert "(server.unreachable)" in capsys.readouterr().err


def test_read__server_back_after_a_moment__tried_again(server):
    seen = []

    def flaky(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return problem(503) if len(seen) < 3 else httpx2.Response(200, json={"username": "anna"})

    server(flaky)
    assert client.get("/me") == {"username": "anna"}


def test_write__server_away__not_tried_again(server):
    seen = []

    def busy(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return problem(503)

    server(busy)
    with pytest.raises(Unavailable):
        client.send("POST", "/x", {})
    assert len(seen) == 1


def test_rows__over_several_pages__up_to_the_limit(server):
    def pages(request: httpx2.Request) -> httpx2.Response:
        after = int(request.url.params.get("after") or 0)
        limit = int(request.url.params["limit"])
        items = [{"n": n} for n in range(after, after + limit)]
        return httpx2.Response(200, json={"items": items, "next": str(after + limit)})

    server(pages)
    assert [row["n"] for row in client.rows("/x", 450)] == list(range(450))


def test_path__parts_with_any_character__stay_one_part():
    assert client.at("releases", "a/b ?#", "x") == "/releases/a%2Fb%20%3F%23/x"


def test_command__sent__with_token_and_key_of_its_own(server):
    seen = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"status": "running"})

    server(answer)
    for _ in range(2):
        assert run(["deploy", "pause", "DEP-000001"]) == output.OK
    assert {one.headers["Authorization"] for one in seen} == {"Bearer ra_x"}
    assert len({one.headers["Idempotency-Key"] for one in seen}) == 2
