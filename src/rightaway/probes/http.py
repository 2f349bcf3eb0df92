"""Looking at a target by asking it over HTTP."""

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
_METHODS = frozenset({"GET", "HEAD"})
# What a target causes that is down or overloaded; any other trouble of the network is the checker's.
_THEIRS = frozenset(
    {
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.ECONNABORTED,
        errno.EHOSTUNREACH,
        errno.ETIMEDOUT,
        errno.EPIPE,
    }
)


@dataclass(frozen=True, slots=True)
class HttpSpec:
    """
    One question and the answer that counts as well.

    Args:
        method: GET or HEAD.
        body_contains: Text that must stand in the first 64 KiB.
        expect_json: Dotted path into the answer -> the text its value must have; true is `true`, 3 is `3`.
        timeout_s: For connecting, and again for each wait on the answer.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    expect_status: int = 200
    body_contains: str = ""
    expect_json: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 10.0


class HttpProbe:
    """
    Keeps its connections between looks.

    No redirect is followed, no proxy of the environment is used, certificates are verified.
    """

    def __init__(self, *, connections: int = 200) -> None:
        self._limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        self._client = httpx2.AsyncClient(follow_redirects=False, trust_env=False, limits=self._limits)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def look(self, spec: HttpSpec) -> Sample:
        if spec.method not in _METHODS:
            return Sample(Result.ERROR, {"message": f"{spec.method} is not a method that only looks"})
        try:
            return await self._look(spec)
        except httpx2.InvalidURL as error:
            return Sample(Result.ERROR, {"message": f"no URL: {error}"})
        except httpx2.HTTPError as error:
            return _unanswered(error)

    async def _look(self, spec: HttpSpec) -> Sample:
        assert self._client is not None, "enter the probe before use"
        asked = self._client.stream(spec.method, spec.url, headers=dict(spec.headers), timeout=spec.timeout_s)
        async with asked as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > BODY_LIMIT:
                    break
        message = _wrong(spec, response.status_code, bytes(body))
        evidence: dict[str, Any] = {"status": response.status_code}
        if message:
            evidence["message"] = message
        return Sample(Result.FAIL if message else Result.PASS, evidence)


def _wrong(spec: HttpSpec, status: int, body: bytes) -> str:
    """Say what is not as it should be; empty when all is well."""
    if status != spec.expect_status:
        return f"status {status}, expected {spec.expect_status}"
    if spec.body_contains and spec.body_contains.encode() not in body[:BODY_LIMIT]:
        return f"the answer does not contain {spec.body_contains!r:.{_SHOWN}}"
    if not spec.expect_json:
        return ""
    if len(body) > BODY_LIMIT:
        return f"the answer is longer than {BODY_LIMIT} bytes"
    try:
        answer = json.loads(body)
    except ValueError:
        return "the answer is no JSON"
    for path, wanted in spec.expect_json.items():
        found = _at(answer, path)
        if found != wanted:
            return f"{path} is {found!r:.{_SHOWN}}, expected {wanted!r:.{_SHOWN}}"
    return ""


def _at(answer: Any, path: str) -> str | None:
    """Give the value at a dotted path as text; None when there is none."""
    for name in path.split("."):
        if isinstance(answer, list) and name.isdigit() and int(name) < len(answer):
            answer = answer[int(name)]
        elif isinstance(answer, dict) and name in answer:
            answer = answer[name]
        else:
            return None
    return answer if isinstance(answer, str) else json.dumps(answer)


def _unanswered(error: httpx2.HTTPError) -> Sample:
    """Tell a target that does not answer from a checker that cannot ask."""
    message = str(error) or type(error).__name__
    return Sample(Result.FAIL if _is_theirs(error) else Result.ERROR, {"message": message[:_SHOWN]})


def _is_theirs(error: httpx2.HTTPError) -> bool:
    if isinstance(error, (httpx2.PoolTimeout, httpx2.UnsupportedProtocol, httpx2.ProxyError)):
        return False
    if isinstance(error, (httpx2.TimeoutException, httpx2.RemoteProtocolError, httpx2.DecodingError)):
        return True
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return True
        if isinstance(cause, socket.gaierror):
            return False
        if isinstance(cause, OSError) and cause.errno is not None:
            return cause.errno in _THEIRS
    # The connection was there and ended: nobody but the target does that in the middle of an answer.
    return isinstance(error, (httpx2.ReadError, httpx2.WriteError))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            yield from cause.exceptions
        cause = cause.__cause__ or cause.__context__
