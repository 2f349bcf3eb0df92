"""Watching a deployment: what is told, and when it ends."""

from typing import Any

import pytest

from rightaway.cli import client, output, watching
from rightaway.domain.errors import Unavailable


def look(
    status: str, *, over: bool = False, runs: tuple[tuple[str, str], ...] = (), **more: Any
) -> list[Any]:
    found = {
        "number": "DEP-1",
        "release": "REL-1",
        "environment": "production",
        "intent": "planned",
        "status": status,
        "is_over": over,
        "open_holds": [],
        "outcome_reason": "",
    }
    wave = {
        "name": "wave-1",
        "status": "running",
        "reason": "",
        "targets": 2,
        "runs": [{"target": key, "status": state, "reason": ""} for key, state in runs],
    }
    return [found | more, [wave]]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch):
    """Put these looks in the place of the server, in order; an exception is raised."""

    def put(*answers: Any) -> None:
        queue = [part for answer in answers for part in (answer if isinstance(answer, list) else [answer])]

        def get(path: str, **query: object) -> Any:
            answer = queue.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(client, "get", get)
        monkeypatch.setattr(watching.time, "sleep", lambda _: None)
        monkeypatch.setattr(output.mode, "as_json", False)

    return put


def test_watch__to_a_good_end__each_change_told_once(looks, capsys: pytest.CaptureFixture[str]):
    looks(
        look("running", runs=(("web-01", "applying"), ("web-02", "pending"))),
        look("running", runs=(("web-01", "applying"), ("web-02", "pending"))),
        look("succeeded", over=True, runs=(("web-01", "done"), ("web-02", "done"))),
    )
    assert watching.watch("DEP-1") == output.OK
    said = capsys.readouterr()
    assert said.out == "DEP-1 succeeded\n"
    assert said.err.splitlines() == [
        "DEP-1 is running",
        "wave-1 is running",
        "wave-1: web-01 is applying",
        "DEP-1 is succeeded",
        "wave-1: web-01 is done",
        "wave-1: web-02 is done",
    ]


@pytest.mark.parametrize(
    ("status", "intent", "code"),
    [
        ("succeeded", "planned", 0),
        ("succeeded_partial", "planned", 1),
        ("failed", "planned", 1),
        ("backed_out", "planned", 1),
        ("aborted", "hotfix", 1),
        ("backed_out", "drill", 0),
        ("succeeded", "drill", 1),
        ("backed_out", "back_out", 0),
    ],
)
def test_watch__ended__code_says_whether_it_did_what_it_was_for(looks, status: str, intent: str, code: int):
    looks(look(status, over=True, intent=intent))
    assert watching.watch("DEP-1") == code


def test_watch__server_away_for_a_moment__goes_on(looks):
    looks(look("running"), Unavailable("server.unreachable", "away"), look("succeeded", over=True))
    assert watching.watch("DEP-1") == output.OK


def test_watch__server_away_for_long__gives_up(looks, monkeypatch: pytest.MonkeyPatch):
    now = iter(range(0, 1000, 50))
    monkeypatch.setattr(watching.time, "monotonic", lambda: next(now))
    looks(look("running"), *[Unavailable("server.unreachable", "away")] * 5)
    with pytest.raises(Unavailable):
        watching.watch("DEP-1")


def test_watch__waits__says_for_what(looks, capsys: pytest.CaptureFixture[str]):
    hold = {"reason": "The window has not begun.", "kind": "window"}
    looks(look("running", open_holds=[hold]), look("succeeded", over=True))
    watching.watch("DEP-1")
    assert "DEP-1 waits: The window has not begun. (window)" in capsys.readouterr().err


def test_picture__while_it_runs__bars_in_letters_and_only_targets_with_news():
    from rich.console import Console

    found, waves = look("running", runs=(("web-01", "done"), ("web-02", "failed")))
    console = Console(width=100, no_color=True, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(watching._picture(found, waves))
    console.file.close()
    text = console.export_text()
    assert "[########################] 2/2 running" in text
    assert "web-02" in text
    assert "web-01" not in text


def test_log__followed__until_it_is_over_and_escaped(looks, capsys: pytest.CaptureFixture[str]):
    piece = {
        "id": 7,
        "at": "2026-11-20T10:00:00Z",
        "target": "web-01",
        "step": "switch",
        "text": "a\x1b[2Jb\nc\n",
    }
    looks(
        {"items": [piece], "after": 7, "is_over": False},
        {"items": [], "after": 7, "is_over": False},
        {"items": [], "after": 7, "is_over": True},
    )
    watching.print_log("DEP-1", after=0, follow=True)
    assert capsys.readouterr().out.splitlines() == [
        "10:00:00 web-01 switch: a\\x1b[2Jb",
        "10:00:00 web-01 switch: c",
    ]


def test_log__not_followed__ends_with_what_there_is(looks, capsys: pytest.CaptureFixture[str]):
    looks({"items": [], "after": 0, "is_over": False})
    watching.print_log("DEP-1", after=0, follow=False)
    assert capsys.readouterr().out == ""
