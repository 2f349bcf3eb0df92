"""People who speak to the API, each with a token of their own."""

import os
import time
from pathlib import Path
from typing import Any

import httpx2 as httpx

Json = dict[str, Any]


class Refused(Exception):
    """The server said no; `code` is stable, and the text says what to do."""

    def __init__(self, problem: Json) -> None:
        missing = [
            f"{one['message']} {one['remedy']}" for one in problem.get("evidence", {}).get("unmet", [])
        ]
        super().__init__(
            "\n".join([f"{problem['code']}: {problem['detail']} {problem.get('hint') or ''}", *missing])
        )
        self.code = problem["code"]


class Caller:
    """One person; calls give what the server answered, or raise `Refused`."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60)

    def get(self, path: str) -> Any:
        return self._answer(self._http.get(path))

    def post(self, path: str, body: Json | None = None) -> Any:
        return self._answer(self._http.post(path, json=body))

    def put(self, path: str, body: Json) -> Any:
        return self._answer(self._http.put(path, json=body))

    def patch(self, path: str, body: Json) -> Any:
        return self._answer(self._http.patch(path, json=body))

    def send(self, method: str, path: str, text: str, kind: str, **query: str) -> Any:
        """Send a file that people write, or one that a tool wrote."""
        headers = {"Content-Type": kind}
        return self._answer(self._http.request(method, path, content=text, headers=headers, params=query))

    def upload(self, path: str, files: dict[str, Path]) -> Any:
        return self._answer(
            self._http.post(path, files={name: file.read_bytes() for name, file in files.items()})
        )

    @staticmethod
    def _answer(response: httpx.Response) -> Any:
        if response.is_error:
            raise Refused(response.json())
        return response.json() if response.content else None


def everybody(folder: Path) -> dict[str, Caller]:
    """Give one caller for each token in the folder, by the name of its file."""
    url = os.environ["RIGHTAWAY_URL"].rstrip("/")
    return {file.stem: Caller(url, file.read_text().strip()) for file in sorted(folder.glob("*.token"))}


def wait_for(what: str, ask: Any, until: Any, seconds: float = 120) -> Any:
    """Ask until the answer is what is waited for."""
    end = time.monotonic() + seconds
    while True:
        found = ask()
        if until(found):
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}; last seen: {found}")
        time.sleep(0.3)
