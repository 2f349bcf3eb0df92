"""What an approval and a transition with all its guards take, over the API and in the database of `benches.pages`."""

import json
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.world import actor

from rightaway.queries import people as ask
from rightaway.services import people

_GOALS_MS = {"approval": 100.0, "transition": 250.0}


def measure(site: Any, numbers: dict[str, Any], times: int, result: dict[str, Any]) -> None:
    """Add the p95 of each command to the result of the pages; each call is a real one that changes the release."""
    taken = {"approval": _approvals(site.url, numbers, times), "transition": _moves(site.url, numbers, times)}
    result["commands_p95_ms"] = {}
    for name, found in taken.items():
        p95_ms = round(sorted(found)[int(0.95 * (len(found) - 1))] * 1000, 1)
        result["commands_p95_ms"][name] = p95_ms
        result["verified"] = bool(result["verified"]) and p95_ms <= _GOALS_MS[name]
        middle_ms = statistics.median(found) * 1000
        print(f"{name:26} {middle_ms:7.1f} ms median {p95_ms:7.1f} ms p95", file=sys.stderr, flush=True)


def _caller(url: str, name: str) -> Callable[..., tuple[float, Any]]:
    user = ask.user(name)
    assert user is not None
    token = people.create_token(actor=actor(name), user=user, label="bench")

    def call(method: str, path: str, body: Any = None) -> tuple[float, Any]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{url}/api/v1{path}", data, headers=headers, method=method)
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as answer:
            content = answer.read()
        return time.perf_counter() - began, json.loads(content)

    return call


def _approvals(url: str, numbers: dict[str, Any], times: int) -> list[float]:
    """Vote and take the vote back in turn: each is a decision that is judged, stored and told."""
    call, path = _caller(url, "olga"), f"/releases/{numbers['waiting']}/approvals/plan_design"
    digest = call("GET", path)[1]["digest"]
    taken = []
    for turn in range(times):
        sent = {"decision": "withdraw" if turn % 2 else "approve", "digest": digest}
        taken.append(call("POST", f"{path}/votes", sent)[0])
    return taken


def _moves(url: str, numbers: dict[str, Any], times: int) -> list[float]:
    """Go to planning, which is guarded, and back in turn; only the guarded way is timed."""
    call, path = _caller(url, "rita"), f"/releases/{numbers['asked']}/moves"
    taken = []
    for _ in range(times):
        call("POST", path, {"event": "reassess", "reason": "To measure it."})
        taken.append(call("POST", path, {"event": "start_planning"})[0])
    return taken
