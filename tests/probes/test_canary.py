"""A canary of the past, measured in a real Prometheus and judged by the command as a newcomer gives it."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.probes import prometheus as servers

pytestmark = pytest.mark.prometheus
BEGIN = datetime(2026, 3, 2, 10, tzinfo=UTC)
BUCKETS = 60
FILE = """\
kind: canary-analysis
source: {kind: prometheus, url: "@URL@"}
step_s: 60
buckets: 60
warm_up: 2
metrics:
  - {name: latency, kind: gauge, critical: true, canary: 'latency{side="@SIDE@"}', baseline: 'latency{side="old"}'}
  - name: errors
    kind: ratio
    canary: increase(errors_total{side="@SIDE@"}[1m])
    canary_exposure: increase(requests_total{side="@SIDE@"}[1m])
    baseline: increase(errors_total{side="old"}[1m])
    baseline_exposure: increase(requests_total{side="old"}[1m])
guardrails: [{name: slowest, query: 'latency{side="@SIDE@"}', above: 500}]
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two minutes and an hour of three sides: the old one, one that is as good, and one that is slower."""
    chance, known = random.Random(11), {}
    moments = [BEGIN + timedelta(seconds=15 * place) for place in range(4 * (BUCKETS + 1))]
    for side, mean in (("old", 100.0), ("good", 100.0), ("slow", 140.0)):
        known[f'latency{{side="{side}"}}'] = [(at, chance.gauss(mean, mean / 10)) for at in moments]
        for name, rate in (("errors_total", 1.0), ("requests_total", 200.0)):
            points = [(at, rate * place) for place, at in enumerate(moments)]
            known[f'{name}{{side="{side}"}}'] = points
    with servers.serving(tmp_path_factory.mktemp("prometheus"), known) as found:
        yield found


def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    program = "import sys; from rightaway.cli.app import run; sys.exit(run(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    return done.returncode, done.stdout, done.stderr


def analysis(folder: Path, address: str, side: str) -> Path:
    file = folder / f"{side}.yaml"
    file.write_text(FILE.replace("@URL@", address).replace("@SIDE@", side))
    return file


@pytest.mark.parametrize(
    ("side", "code", "verdict"), [("good", 0, "pass"), ("slow", 1, "fail"), ("gone", 1, "inconclusive")]
)
def test_past__of_a_canary__is_judged_and_its_evidence_gives_the_same_again(
    tmp_path: Path, address: str, side: str, code: int, verdict: str
) -> None:
    out = tmp_path / "evidence.json"
    since = BEGIN.isoformat()

    status, said, _talk = run(
        "judge", "past", str(analysis(tmp_path, address, side)), "--since", since, "--out", str(out), "--json"
    )

    assert (status, json.loads(said)["verdict"]) == (code, verdict)
    held = json.loads(out.read_bytes())
    assert held["about"]["queries"]["latency"][0] == f'latency{{side="{side}"}}'
    if side != "gone":
        assert all(one for one in held["series"]["latency"]["canary"][1:])
        assert 190 < held["series"]["errors"]["canary"][5][1] < 1000

    assert run("judge", "again", str(out))[0] == 0
    forged = out.read_bytes().replace(f'"verdict":"{verdict}"'.encode(), b'"verdict":"marginal"')
    out.write_bytes(forged)
    status, _said, talk = run("judge", "again", str(out))
    assert (status, "judge.changed" in talk) == (1, True)


def test_past__of_a_source_that_is_gone__is_inconclusive_and_says_why(tmp_path: Path) -> None:
    file = analysis(tmp_path, "http://127.0.0.1:1", "good")

    status, said, talk = run("judge", "past", str(file), "--since", BEGIN.isoformat(), "--json")

    assert (status, json.loads(said)["verdict"]) == (1, "inconclusive")
    assert "ConnectError" in talk


def test_past__with_a_token_that_is_not_set__says_which_variable(tmp_path: Path, address: str) -> None:
    file = analysis(tmp_path, address, "good")
    file.write_text(file.read_text().replace('"}\nstep_s', '", token_env: NO_SUCH_TOKEN}\nstep_s'))

    status, _said, talk = run("judge", "past", str(file), "--since", BEGIN.isoformat())
    assert (status, "NO_SUCH_TOKEN" in talk) == (2, True)

    assert run("judge", "past", str(file), "--since", BEGIN.isoformat(), NO_SUCH_TOKEN="x")[0] == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"judge":"ra-judge/1"}', "[" * 100_000])
def test_again__of_something_else__says_that_it_is_no_evidence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)

    status, _said, talk = run("judge", "again", str(file))

    assert (status, "judge.evidence" in talk) == (2, True)


@pytest.mark.parametrize("out", ["/nowhere/evidence.json", "."])
def test_past__evidence_that_cannot_be_written__is_bad_input_and_says_so(
    tmp_path: Path, address: str, out: str
) -> None:
    file = analysis(tmp_path, address, "good")

    status, _said, talk = run("judge", "past", str(file), "--since", BEGIN.isoformat(), "--out", out)

    assert (status, "file.unwritable" in talk, "Traceback" in talk) == (2, True, False)


@pytest.mark.parametrize("command", [("past", "nothing", "--since", "x"), ("again", "nothing")])
def test_file__that_is_not_there__is_bad_input_and_says_so(command: tuple[str, ...]) -> None:
    status, _said, talk = run("judge", *command)
    assert (status, "file.unreadable" in talk) == (2, True)


def test_again__of_another_judge__says_whose_it_is(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text('{"judge":"ra-judge/9"}')

    status, _said, talk = run("judge", "again", str(file))

    assert (status, "ra-judge/9" in talk) == (1, True)
