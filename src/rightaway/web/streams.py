"""Live streams: a deployment's log and state as server-sent events, resumed from the last id a browser saw."""

import asyncio
import json
import re
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from http.cookies import SimpleCookie
from importlib import import_module
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections, connections
from django.http import HttpRequest, QueryDict

from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.domain.permissions import may
from rightaway.queries import deployments, people
from rightaway.web import deployment_logs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

POLL_S = 0.5
SILENCE_S = 15.0
MOST_PIECES = 200
_PATH = re.compile(r"/streams/deployments/(DEP-\d{6,})")


class _End:
    """Whether this process was told to end; a stream would otherwise keep it from doing so."""

    is_told = False

    @classmethod
    def tell(cls, _number: int, _frame: FrameType | None) -> None:
        cls.is_told = True


@cache
def _hear_of_the_end() -> None:
    """Hear the signal beside the server, whose own handler the event loop calls by its wake-up descriptor."""
    signal.signal(signal.SIGTERM, _End.tell)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer `GET /streams/deployments/NUMBER`; anything else, and whoever may not see it, gets 404."""
    found = _PATH.fullmatch(scope["path"])
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    number = found.group(1) if found else ""
    if not number or not await _in_thread(_may_see, headers.get("cookie", ""), number):
        await _answer(send, 404, b"not found")
        return
    _hear_of_the_end()
    query = QueryDict(scope["query_string"])
    after = headers.get("last-event-id") or query.get("after", "0")
    begin = int(after) if after.isdecimal() else 0
    await _stream(number, begin, deployment_logs.chosen(query), receive, send)


async def _stream(number: str, after: int, narrowed: dict[str, str], receive: Receive, send: Send) -> None:
    start = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": start})
    gone = asyncio.ensure_future(_disconnected(receive))
    state, quiet = "", 0.0
    while not gone.done() and not _End.is_told:
        chunks, seen, is_over = await _in_thread(_news, number, after, narrowed)
        if chunks or seen != state:
            quiet = 0.0
            text = "".join(f"id: {one['id']}\nevent: log\ndata: {json.dumps(one)}\n\n" for one in chunks)
            after = chunks[-1]["id"] if chunks else after
            text += f"event: state\ndata: {seen}\n\n" if seen != state else ""
            state = seen
            await _send(send, text)
        if is_over and not chunks:
            await _send(send, "event: over\ndata: {}\n\n")
            break
        quiet += POLL_S
        if quiet >= SILENCE_S:
            quiet = 0.0
            await _send(send, "event: alive\ndata: {}\n\n")
        await asyncio.wait([gone], timeout=POLL_S)
    gone.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _news(number: str, after: int, narrowed: dict[str, str]) -> tuple[list[dict[str, Any]], str, bool]:
    """Give the log pieces after that id, a text that changes whenever the state does, and whether it has ended."""
    row = deployments.deployment(number)
    if row is None:
        return [], "{}", True
    chunks = [
        {
            "id": chunk.pk,
            "at": chunk.at.isoformat(timespec="seconds"),
            "target": chunk.attempt.run.target.key,
            "step": chunk.attempt.step_key,
            "text": bytes(chunk.data).decode(errors="replace"),
        }
        for chunk in deployments.log_after(row, after, MOST_PIECES, **narrowed)
    ]
    return chunks, json.dumps(deployments.pulse(row)), DeploymentStatus(row.status).complete


def _may_see(cookie: str, number: str) -> bool:
    request = HttpRequest()
    request.COOKIES = {key: morsel.value for key, morsel in SimpleCookie(cookie).items()}
    engine = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    row = deployments.deployment(number)
    if row is None or not user.is_authenticated or not user.is_active:
        return False
    return bool(may("release.view", people.roles(user.pk, row.release.service.key)))


async def _in_thread(function: Callable[..., Any], *args: Any) -> Any:
    def run() -> Any:
        close_old_connections()
        try:
            return function(*args)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
