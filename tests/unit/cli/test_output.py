import json

import pytest

from rightaway.cli import output

DIGEST = "ab" * 32


@pytest.fixture(autouse=True)
def _tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output.mode, "as_json", False)


def test_table__for_people__titles_and_one_line_each(capsys: pytest.CaptureFixture[str]):
    output.table([{"number": "REL-1", "is_open": True, "at": None}], "number", "is_open=open", "at")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["number", "open", "at"]
    assert lines[1].split() == ["REL-1", "yes"]


def test_table__not_a_terminal__nothing_wrapped_and_no_colour(capsys: pytest.CaptureFixture[str]):
    output.table([{"text": "word " * 100}], "text")
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 2
    assert "\x1b" not in out


def test_table__markup_in_the_data__printed_as_it_is(capsys: pytest.CaptureFixture[str]):
    output.table([{"text": "[bold red]x[/] :smile:"}], "text")
    assert "[bold red]x[/] :smile:" in capsys.readouterr().out


def test_table__nothing__said_on_stderr(capsys: pytest.CaptureFixture[str]):
    output.table([], "number")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "nothing found\n")


def test_table__as_json__everything(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(output.mode, "as_json", True)
    output.table([{"number": "REL-1", "hidden": 2}], "number")
    assert json.loads(capsys.readouterr().out) == [{"number": "REL-1", "hidden": 2}]


def test_record__named_fields__shown_even_when_empty(capsys: pytest.CaptureFixture[str]):
    output.record({"number": "REL-1", "outcome": "", "other": 1}, "number", "outcome")
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == ["number   REL-1", "outcome"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "yes"),
        (DIGEST, DIGEST[:12]),
        (["a", 1], "a, 1"),
        ({"version": "2"}, "version=2"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("\u202eevil", "\\u202eevil"),
    ],
)
def test_text__of_a_value__short_and_printable(value: object, expected: str):
    assert output.text(value) == expected
