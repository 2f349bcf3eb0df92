"""Looking over HTTP."""

import asyncio
import errno
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2

from rightaway.probes.contract import Result, Sample

BODY_LIMIT = 64 * 1024
_SHOWN = 200
_GRACE_S = 0.5
_METHODS = frozenset({"GET", "HEAD"})
# What a target causes that is down or overloaded; any other trouble of the network is the checker's own.
_THEIRS = frozenset(
    {
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EHOSTUNREACH,
        errno.EPIPE,
        errno.ETIMEDOUT,
    }
)


@dataclass(frozen=True, slots=True)
class HttpSpec:
    """
    What to ask and what to expect.

    Args:
        method: GET or HEAD.
        expect_json: Dotted path into the answer to the text that must stand there; true is `true`.
        expect_text: A piece of text the body must hold; empty asks for none.
        timeout_s: For the whole look.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    expect_status: int = 200
    expect_json: Mapping[str, str] = field(default_factory=dict)
    expect_text: str = ""
    timeout_s: float = 10.0


class HttpProbe:
    """
    One client for many targets.

    Redirects are not followed, proxies of the environment not used, TLS is verified, and of a body at most
    64 KiB are read.
    """

    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            limits=httpx2.Limits(max_connections=200, max_keepalive_connections=50),
            headers={"Accept-Encoding": "identity", "User-Agent": "rightaway"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def look(self, spec: HttpSpec) -> Sample:
        if spec.method not in _METHODS:
            return _unseen(spec, Result.ERROR, f"{spec.method} does not only look")
        try:
            # A little later than the client's own limits, which also clean up a half-made connection.
            async with asyncio.timeout(spec.timeout_s + _GRACE_S):
                return await self._ask(spec)
        except (TimeoutError, httpx2.ConnectTimeout, httpx2.ReadTimeout, httpx2.WriteTimeout):
            return _unseen(spec, Result.FAIL, f"no whole answer in {spec.timeout_s:g} s")
        except httpx2.InvalidURL as error:
            return _unseen(spec, Result.ERROR, f"not a URL: {error}")
        except httpx2.HTTPError as error:
            result = Result.FAIL if _is_theirs(error) else Result.ERROR
            return _unseen(spec, result, f"{type(error).__name__}: {error}")

    async def _ask(self, spec: HttpSpec) -> Sample:
        headers = dict(spec.headers)
        asked = self._client.stream(spec.method, spec.url, headers=headers, timeout=spec.timeout_s)
        async with asked as answer:
            body = b""
            async for part in answer.aiter_raw():  # unpacked, a small answer can be a huge one
                body += part
                if len(body) > BODY_LIMIT:
                    break
        return _judge(spec, answer.status_code, body)


def _unseen(spec: HttpSpec, result: Result, message: str) -> Sample:
    return Sample(result, {"url": spec.url, "message": message[:_SHOWN]})


def _judge(spec: HttpSpec, status: int, body: bytes) -> Sample:
    shown = body[:_SHOWN].decode(errors="replace")
    evidence: dict[str, Any] = {"url": spec.url, "status": status, "body": shown}
    wrong = _wrong(spec, status, body)
    if wrong:
        return Sample(Result.FAIL, {**evidence, "message": wrong})
    return Sample(Result.PASS, evidence)


def _wrong(spec: HttpSpec, status: int, body: bytes) -> str:
    """Say what is not as expected; empty when all is."""
    if status != spec.expect_status:
        return f"answered {status}, expected {spec.expect_status}"
    if spec.expect_text and spec.expect_text.encode() not in body[:BODY_LIMIT]:
        return f"the answer does not hold {spec.expect_text!r:.200}"
    if not spec.expect_json:
        return ""
    if len(body) > BODY_LIMIT:
        return f"the answer is longer than {BODY_LIMIT} bytes"
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return "the answer is not JSON"
    for path, wanted in spec.expect_json.items():
        found = _at(value, path)
        if found != wanted:
            return f"{path} is {found!r:.200}, expected {wanted!r:.200}"
    return ""


def _at(value: Any, path: str) -> str | None:
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return None
    return value if isinstance(value, str) else json.dumps(value)


def _is_theirs(error: httpx2.HTTPError) -> bool:
    """Tell a target that does not answer well from a checker that cannot ask."""
    if isinstance(error, (httpx2.PoolTimeout, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)):
        return False
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return True
        if isinstance(cause, socket.gaierror):
            return False
        if isinstance(cause, OSError) and cause.errno is not None:
            return cause.errno in _THEIRS
    # A connection that was there and ended, or an answer that is none: only the other side does that.
    return not isinstance(error, httpx2.ConnectError)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            yield from cause.exceptions
        cause = cause.__cause__ or cause.__context__
