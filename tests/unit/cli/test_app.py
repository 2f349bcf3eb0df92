"""The program as a whole: what it loads, how it answers misuse, what its help says."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.cli import reference
from tests.unit.cli.reference import commands

from rightaway.cli import output
from rightaway.cli.app import COMMANDS, run

HEAVY = ("django", "httpx2", "rightaway.records", "rightaway.services", "asyncssh", "pydantic")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["release", "--help"], ["nonsense"]])
def test_help__asked_for__without_django_or_a_client(arguments: list[str]):
    program = (
        "import sys; from rightaway.cli.app import run; run(sys.argv[1:]);"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_groups__each_named__leads_to_a_command():
    assert {path[0] for path, _ in commands()} == set(COMMANDS)


def test_commands__every_one__says_what_it_does():
    assert [path for path, command in commands() if not command.help.strip()] == []


def test_commands__every_argument__is_explained():
    missing = [
        (path, argument.name)
        for path, command in commands()
        for argument in command.assemble_argument_collection(parse_docstring=True)
        if not argument.parameter.help
    ]
    assert missing == []


def test_reference__in_docs__is_what_the_program_says():
    """Stale? `python -m tests.unit.cli.reference` writes it again."""
    assert reference.written() == reference.rendered()


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["relase"], 'Unknown command "relase".', 'Did you mean "release"?'),
        (["release", "shw"], 'Unknown command "shw".', 'Did you mean "show"?'),
        (["release", "show"], "requires an argument", "See `rightaway release show --help`."),
        (
            ["deploy", "launch", "R", "--intent", "x"],
            "Invalid value",
            "See `rightaway deploy launch --help`.",
        ),
        (["release", "list", "--opne"], "Unknown option: --opne.", "Did you mean --open?"),
        (["whoami", "--zzz"], "Unknown option: --zzz.", "See `rightaway whoami --help`."),
        (["rate", "R", "many"], "Invalid value", "See `rightaway rate --help`."),
    ],
)
def test_run__misused__2_with_a_hint(
    capsys: pytest.CaptureFixture[str], arguments: list[str], error: str, hint: str
):
    assert run(arguments) == output.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    first, second = said.err.splitlines()
    assert first.startswith("error: ")
    assert error in first
    assert first.endswith("(cli.usage)")
    assert second == f"hint: {hint}"


def test_run__without_credentials__4(capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path: Path):
    from rightaway.cli import client

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("RIGHTAWAY_URL", "RIGHTAWAY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    client.forget()
    assert run(["whoami"]) == output.NOT_ALLOWED
    assert "rightaway login" in capsys.readouterr().err


def test_json__after_a_bare_separator__is_an_argument(monkeypatch):
    from rightaway.cli.app import _take_json

    given = ["release", "show", "--", "--json"]
    assert not _take_json(given)
    assert given == ["release", "show", "--", "--json"]
    given = ["--json", "release", "list", "--json"]
    assert _take_json(given)
    assert given == ["release", "list"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion__of_each_shell__knows_every_group(capsys: pytest.CaptureFixture[str], shell: str):
    assert run(["completion", shell]) == output.OK
    script = capsys.readouterr().out
    assert [name for name in COMMANDS if name not in script] == []


def test_completion__bash__is_a_script_that_bash_reads(capsys: pytest.CaptureFixture[str]):
    run(["completion", "bash"])
    script = capsys.readouterr().out
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
