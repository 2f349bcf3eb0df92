import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from rightaway.probes.contract import Result, Sample
from rightaway.probes.http import BODY_LIMIT, HttpProbe, HttpSpec

Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.current_task())
        try:
            await handler(await reader.readuntil(b"\r\n\r\n"), writer)
            await writer.drain()
        except (
            ConnectionError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            asyncio.CancelledError,
        ):
            writer.transport.abort()
        writer.close()

    tasks: list[asyncio.Task] = []
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)


def answering(body: bytes, status: str = "200 OK", *, headers: str = "") -> Handler:
    async def handle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
        writer.write(head.encode() + body)

    return handle


def look(handler: Handler, **asked) -> Sample:
    async def scenario() -> Sample:
        async with serving(handler) as url, HttpProbe() as probe:
            return await probe.look(HttpSpec(url=url, **asked))

    return asyncio.run(scenario())


def look_at(url: str, **asked) -> Sample:
    async def scenario() -> Sample:
        async with HttpProbe() as probe:
            return await probe.look(HttpSpec(url=url, **asked))

    return asyncio.run(scenario())


def test_status__expected__passes() -> None:
    sample = look(answering(b"well"))
    assert (sample.result, sample.evidence["status"], sample.evidence["body"]) == (Result.PASS, 200, "well")


def test_status__other__fails() -> None:
    sample = look(answering(b"", "503 Service Unavailable"))
    assert (sample.result, sample.evidence["message"]) == (Result.FAIL, "answered 503, expected 200")


def test_redirect__not_followed__fails() -> None:
    sample = look(answering(b"", "302 Found", headers="Location: http://127.0.0.1:1/\r\n"))
    assert sample.evidence["status"] == 302


def test_request__method_and_headers__are_sent() -> None:
    seen: list[bytes] = []

    async def handle(request: bytes, writer: asyncio.StreamWriter) -> None:
        seen.append(request)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    assert look(handle, method="HEAD", headers={"X-Who": "probe"}).result is Result.PASS
    assert seen[0].startswith(b"HEAD / HTTP/1.1\r\n")
    assert b"\r\nX-Who: probe\r\n" in seen[0]


@pytest.mark.parametrize(("wanted", "result"), [("version 2", Result.PASS), ("version 3", Result.FAIL)])
def test_body__looked_for_text__decides(wanted: str, result: Result) -> None:
    assert look(answering(b"this is version 2"), expect_text=wanted).result is result


@pytest.mark.parametrize(
    ("path", "value", "result"),
    [
        ("build.digest", "abc", Result.PASS),
        ("build.ready", "true", Result.PASS),
        ("nodes.1.id", "7", Result.PASS),
        ("build.digest", "abd", Result.FAIL),
        ("build.missing", "abc", Result.FAIL),
        ("nodes.9.id", "7", Result.FAIL),
    ],
)
def test_json__value_at_path__decides(path: str, value: str, result: Result) -> None:
    answer = {"build": {"digest": "abc", "ready": True}, "nodes": [{"id": 6}, {"id": 7}]}
    assert look(answering(json.dumps(answer).encode()), expect_json={path: value}).result is result


def test_json__no_json__fails() -> None:
    assert look(answering(b"<html>"), expect_json={"a": "b"}).evidence["message"] == "the answer is not JSON"


def test_body__beyond_the_limit__is_not_read() -> None:
    body = b"x" * BODY_LIMIT + b"needle"
    assert look(answering(body), expect_text="needle").result is Result.FAIL
    assert "longer than" in look(answering(body), expect_json={"a": "b"}).evidence["message"]


def test_body__without_end__stops_at_the_limit() -> None:
    async def handle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    assert look(handle).result is Result.PASS


def test_answer__too_slow__fails() -> None:
    async def handle(_request: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    sample = look(handle, timeout_s=0.2)
    assert (sample.result, sample.evidence["message"]) == (Result.FAIL, "no whole answer in 0.2 s")


def test_connection__refused__fails() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert look_at(url).result is Result.FAIL


def test_connection__closed_without_answer__fails() -> None:
    async def handle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.close()

    assert look(handle).result is Result.FAIL


def test_answer__not_http__fails() -> None:
    async def handle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    assert look(handle).result is Result.FAIL


def test_tls__server_speaks_none__fails() -> None:
    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def scenario() -> Sample:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        async with server, HttpProbe() as probe:
            port = server.sockets[0].getsockname()[1]
            return await probe.look(HttpSpec(url=f"https://127.0.0.1:{port}"))

    assert asyncio.run(scenario()).result is Result.FAIL


@pytest.mark.parametrize("url", ["no url", "ftp://127.0.0.1/", "http://[::1", "", "http://127.0.0.1:0x/"])
def test_url__cannot_be_asked__is_an_error(url: str) -> None:
    assert look_at(url).result is Result.ERROR


def test_name__cannot_be_resolved__is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_such_name(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", no_such_name)
    assert look_at("http://no-such-host.invalid/").result is Result.ERROR


def test_method__that_changes_things__is_an_error() -> None:
    assert look_at("http://127.0.0.1:1/", method="POST").result is Result.ERROR
