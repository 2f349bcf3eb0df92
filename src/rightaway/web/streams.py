"""Live streams: a deployment's log and state as server-sent events, resumed from the last id a browser saw."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections, connections
from django.http import HttpRequest

from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.domain.permissions import may
from rightaway.queries import deployments, people

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

POLL_S = 0.5
SILENCE_S = 15.0
_PATH = re.compile(r"/streams/deployments/(DEP-\d{6,})")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer `GET /streams/deployments/NUMBER`; anything else, and whoever may not see it, gets 404."""
    found = _PATH.fullmatch(scope["path"])
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    number = found.group(1) if found else ""
    if not number or not await _in_thread(_may_see, headers.get("cookie", ""), number):
        await _answer(send, 404, b"not found")
        return
    query = parse_qs(scope["query_string"].decode())
    after = headers.get("last-event-id") or query.get("after", ["0"])[0]
    await _stream(number, int(after) if after.isdecimal() else 0, receive, send)


async def _stream(number: str, after: int, receive: Receive, send: Send) -> None:
    start = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": start})
    gone = asyncio.ensure_future(_disconnected(receive))
    state, quiet = "", 0.0
    while not gone.done():
        chunks, seen, is_over = await _in_thread(_news, number, after)
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
            await _send(send, ": still here\n\n")
        await asyncio.wait([gone], timeout=POLL_S)
    gone.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _news(number: str, after: int) -> tuple[list[dict[str, Any]], str, bool]:
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
        for chunk in deployments.log_after(row, after)
    ]
    state = {"status": row.status, "version": row.version, **deployments.progress(row)}
    return chunks, json.dumps(state), DeploymentStatus(row.status).complete


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
