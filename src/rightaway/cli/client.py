"""Talks to the API; every refusal comes back as the error that the server meant."""

import functools
import time
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from rightaway.cli import credentials
from rightaway.domain.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    RightawayError,
    Stale,
    Unavailable,
)

if TYPE_CHECKING:
    import httpx2

Json = Any
LONGEST_PAGE = 200
TIMEOUT_S = 30.0
UPLOAD_TIMEOUT_S = 600.0
TRIES = 3
JSON, YAML, XML = "application/json", "application/yaml", "application/xml"
OCTETS = "application/octet-stream"

_ERRORS: Mapping[int, type[RightawayError]] = {
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Refused,
    412: Stale,
    500: Refused,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def at(*parts: object) -> str:
    """Put a path together; each part may hold any character."""
    return "".join(f"/{quote(str(part), safe='')}" for part in parts)


def get(path: str, **query: object) -> Json:
    """Read; a read that did not reach the server is tried again."""
    given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    params = {name: value for name, value in given.items() if value not in (None, "")}
    for attempt in range(1, TRIES + 1):
        try:
            return _answer("GET", path, params=params)
        except Unavailable:
            if attempt == TRIES:
                raise
            time.sleep(0.2 * attempt)
    raise AssertionError


def rows(path: str, limit: int, **query: object) -> list[dict[str, Json]]:
    """Read a list of any length, page by page, up to `limit` rows."""
    return list(_pages(path, limit, query))


def _pages(path: str, limit: int, query: Mapping[str, object]) -> Iterator[dict[str, Json]]:
    after = ""
    while limit > 0:
        found = get(path, limit=min(limit, LONGEST_PAGE), after=after, **query)
        yield from found["items"]
        limit -= len(found["items"])
        after = found["next"]
        if not after:
            return


def send(
    method: str,
    path: str,
    body: Json = None,
    *,
    content: bytes | None = None,
    media_type: str = JSON,
    version: int | None = None,
    key: str = "",
    **query: object,
) -> Json:
    """
    Change something.

    Args:
        body: JSON; `content` are the bytes of a file instead.
        version: What was seen, so that nothing is changed over somebody else's change.
        key: The same request again with the same key changes nothing.
    """
    headers = {"If-Match": f'"{version}"'} if version is not None else {}
    headers |= {"Idempotency-Key": key} if key else {}
    if content is not None:
        params = {name: str(value) for name, value in query.items()}
        headers["Content-Type"] = media_type
        return _answer(method, path, content=content, headers=headers, params=params)
    return _answer(method, path, headers=headers, json=body) if body is not None else _answer(method, path)


def upload(path: str, parts: Mapping[str, IO[bytes]], **query: object) -> Json:
    files = {name: (name, file, "application/octet-stream") for name, file in parts.items()}
    given = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in query.items()
    }
    params = {name: value for name, value in given.items() if value}
    return _answer("POST", path, files=files, params=params, timeout=UPLOAD_TIMEOUT_S)


def download(path: str, **query: str) -> Iterator[bytes]:
    """Give the bytes of an answer as they come, however many they are."""
    import httpx2  # noqa: PLC0415 -- heavy, and help needs no server

    server = _client()
    try:
        with server.stream("GET", f"/api/v1{path}", params=query) as response:
            if not response.is_success:
                response.read()
                raise _refusal(response)
            yield from response.iter_bytes()
    except httpx2.TransportError as error:
        raise _unreachable(server, error) from None


def whoami(found: credentials.Credentials) -> Json:
    """Ask who a token speaks for, before it is kept."""
    with connect(found) as server:
        return _answered(server, "GET", "/me")


def _answer(method: str, path: str, **options: Any) -> Json:
    return _answered(_client(), method, path, **options)


def _answered(server: "httpx2.Client", method: str, path: str, **options: Any) -> Json:
    import httpx2  # noqa: PLC0415 -- heavy, and help needs no server

    try:
        response = server.request(method, f"/api/v1{path}", **options)
    except httpx2.TransportError as error:
        raise _unreachable(server, error) from None
    if response.is_success:
        return response.json() if response.content else None
    raise _refusal(response)


def _unreachable(server: "httpx2.Client", error: Exception) -> Unavailable:
    return Unavailable(
        "server.unreachable",
        f"{server.base_url} does not answer: {error}",
        hint="Look whether the server runs (`rightaway serve`), and at RIGHTAWAY_URL.",
    )


@functools.cache
def _client() -> "httpx2.Client":
    return connect(credentials.load())


def connect(found: credentials.Credentials) -> "httpx2.Client":
    import httpx2  # noqa: PLC0415

    from rightaway import __version__  # noqa: PLC0415

    headers = {
        "Authorization": f"Bearer {found.token}",
        "User-Agent": f"rightaway/{__version__}",
        "Rightaway-Door": "cli",
    }
    return httpx2.Client(base_url=found.url, headers=headers, timeout=TIMEOUT_S, transport=transport())


def transport() -> "httpx2.BaseTransport | None":
    """How requests travel: over the network, unless a test puts another way here."""
    return None


def forget() -> None:
    """Read the credentials anew at the next request."""
    _client.cache_clear()


def _refusal(response: "httpx2.Response") -> RightawayError:
    try:
        problem = response.json()
        kind = _ERRORS.get(response.status_code, Invalid)
        return kind(
            problem["code"],
            problem["detail"],
            at=problem["at"],
            hint=problem["hint"],
            evidence={**problem["evidence"], "request_id": problem["request_id"]},
            errors=[
                kind(one["code"], one["detail"], at=one["at"], hint=one["hint"]) for one in problem["errors"]
            ],
        )
    except (ValueError, KeyError, TypeError):
        return Unavailable(
            "server.not_rightaway",
            f"{response.url} answers {response.status_code}, and not as Rightaway does.",
            hint="Look at RIGHTAWAY_URL: is it this server, and is there a proxy between?",
        )
