"""
What pages and commands take with 20,000 releases, 100,000 changes and 1,000,000 audit events: time, and bytes.

    python -m benches.pages [--quick] [--json] [--releases 20000]

The real web server answers over loopback, one request at a time, to a signed-in person.
The weight of a page is its HTML and everything it links to, compressed, as a first visit loads it.
"""

import argparse
import gzip
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_GOALS = {"p95_ms": 150.0, "weight_kib": 250.0}
_PAGES = {
    "home": "/",
    "releases": "/releases/",
    "releases, found by text": "/releases/?text=checkout+4711",
    "releases of a phase": "/releases/?phase=verification",
    "releases, a late page": "/releases/?page=300",
    "board": "/releases/board/",
    "timeline": "/releases/timeline/",
    "release": "/releases/{waiting}/",
    "release history": "/releases/{waiting}/history/",
    "changes": "/changes/",
    "changes, found by text": "/changes/?text=CHG-14711",
    "changes in a state": "/changes/?state=authorised&sort=number",
    "changes, a late page": "/changes/?page=1900",
    "approvals": "/approvals/",
    "search": "/search/?q=checkout+4711",
    "items": "/cis/",
    "audit": "/audit/",
    "audit of a release": "/audit/?stream=REL-104711",
    "audit of a person": "/audit/?actor=dora&action=release.approval",
    "audit, a late page": "/audit/?page=9000",
    "metrics": "/metrics/",
}
_READER = "rita"
_READERS = {name: "ada" for name in _PAGES if name.startswith("audit")}
_HEAVY = {"metrics": 600.0}  # pages with plots may weigh more
_LINK = re.compile(r"(?:href|src)=\"(/static/[^\"#?]+)|url\(\"?([^)\"]+)\"?\)")


def main() -> None:
    asked = _arguments()
    home = Path(tempfile.mkdtemp(prefix="rightaway-bench-"))
    os.environ["RIGHTAWAY_HOME"] = str(home)
    from rightaway.config import boot, embedded  # noqa: PLC0415 -- only after the home is known

    try:
        boot.connect()
        boot.migrate()
        from benches import commands  # noqa: PLC0415 -- only after Django is set up
        from benches.many_releases import fill  # noqa: PLC0415

        numbers = fill(home / "targets", 2_000 if asked.quick else asked.releases)
        with _site() as site:
            times = 20 if asked.quick else 100
            result = _measure(site, numbers, times)
            commands.measure(site, numbers, times, result)
    finally:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)
    sizes = {name: numbers[name] for name in ("releases", "changes", "events")}
    print(json.dumps({**result, "n": sizes}))
    sys.exit(0 if result["verified"] else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benches.pages", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the releases, a fifth of the requests"
    )
    parser.add_argument("--json", action="store_true", help="say nothing but the result")
    parser.add_argument("--releases", type=int, default=20_000)
    asked = parser.parse_args()
    if asked.json:
        sys.stderr = open("/dev/null", "w")  # noqa: PTH123, SIM115 -- until the process ends
    return asked


class Site:
    """The running server, and a browser's worth of session."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener()

    def sign_in(self, name: str, password: str) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        form = self.get("/accounts/login/").decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert found
        given = {"login": name, "password": password, "csrfmiddlewaretoken": found.group(1)}
        self.get("/accounts/login/", urllib.parse.urlencode(given).encode())

    def get(self, path: str, data: bytes | None = None) -> bytes:
        request = urllib.request.Request(
            urllib.parse.urljoin(self.url, path), data, headers={"Referer": self.url}
        )
        with self._opener.open(request, timeout=60) as answer:
            return bytes(answer.read())

    def weight(self, html: bytes) -> int:
        """Give the compressed bytes of a page and all it links to."""
        seen: dict[str, int] = {}
        self._weigh("/", html, seen)
        return sum(seen.values())

    def _weigh(self, path: str, content: bytes, seen: dict[str, int]) -> None:
        is_text = path == "/" or path.endswith((".css", ".js", ".svg", ".json"))
        seen[path] = len(gzip.compress(content, 6)) if is_text else len(content)
        if path != "/" and not path.endswith(".css"):
            return
        for linked in _LINK.findall(content.decode(errors="replace")):
            there = urllib.parse.urljoin(path, linked[0] or linked[1])
            if there not in seen and there.startswith("/static/"):
                self._weigh(there, self.get(there), seen)


@contextmanager
def _site() -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "RIGHTAWAY_PORT": str(port)}
    code = "from rightaway.config.processes import web; web()"
    server = subprocess.Popen([sys.executable, "-c", code], env=environment, start_new_session=True)
    site = Site(f"http://127.0.0.1:{port}")
    try:
        _wait(site)
        yield site
    finally:
        server.terminate()
        server.wait()


def _wait(site: Site) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            site.get("/accounts/login/")
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit("the server did not start") from None
            time.sleep(0.2)
        else:
            return


def _measure(site: Site, numbers: dict[str, str], times: int) -> dict[str, object]:
    p95_ms, weight_kib, is_good = {}, {}, True
    for name, path in _PAGES.items():
        site.sign_in(_READERS.get(name, _READER), numbers["password"])
        html = site.get(path.format(**numbers))
        taken = sorted(_time(site, path.format(**numbers)) for _ in range(times))
        p95_ms[name] = round(taken[int(0.95 * (times - 1))] * 1000, 1)
        weight_kib[name] = round(site.weight(html) / 1024, 1)
        heaviest = _HEAVY.get(name, _GOALS["weight_kib"])
        is_good &= p95_ms[name] <= _GOALS["p95_ms"] and weight_kib[name] <= heaviest
        middle_ms = statistics.median(taken) * 1000
        line = f"{name:26} {middle_ms:7.1f} ms median {p95_ms[name]:7.1f} ms p95 {weight_kib[name]:7.1f} KiB"
        print(line, file=sys.stderr, flush=True)
    worst = max(p95_ms.values())
    return {
        "name": "pages",
        "verified": is_good,
        "ours": worst,
        "peers": {},
        "limit": _GOALS,
        "p95_ms": p95_ms,
        "weight_kib": weight_kib,
        "ratios": {"p95": round(_GOALS["p95_ms"] / worst, 2)},
    }


def _time(site: Site, path: str) -> float:
    began = time.perf_counter()
    site.get(path)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
