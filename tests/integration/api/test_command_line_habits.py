"""Comments, inbox, views and exports from the command line, against the real API in this process."""

from pathlib import Path

import pytest
from tests.integration.api.test_command_line import Rightaway, rightaway  # noqa: F401 -- a fixture
from tests.integration.api.world import World

from rightaway.queries import conversations


@pytest.fixture(autouse=True)
def _store() -> None:
    conversations.store.cache_clear()


def test_comment__from_writing_to_restoring__as_said(rightaway: Rightaway, world: World, tmp_path: Path):  # noqa: F811
    number = world.release()
    (tmp_path / "text.md").write_text("From a file @anna\n")
    first = rightaway("dirk", "comment", "add", "release", number, "Look, @anna").out.strip()
    assert (
        rightaway("dirk", "comment", "add", "release", number, "--file", str(tmp_path / "text.md")).code == 0
    )
    assert rightaway("dirk", "comment", "edit", first, "Look again").code == 0
    assert "Look, @anna" in rightaway("anna", "comment", "history", first).out
    assert rightaway("dirk", "comment", "withdraw", first).code == 0
    assert "Look again" not in rightaway("anna", "comment", "list", "release", number).out
    assert rightaway("dirk", "comment", "restore", first).code == 0
    assert "Look again" in rightaway("anna", "comment", "list", "release", number).out


@pytest.mark.parametrize("words", [[], ["text", "--file", "x"]])
def test_comment__no_text_or_two__2(rightaway: Rightaway, words: list[str]):  # noqa: F811
    assert rightaway("dirk", "comment", "add", "release", "REL-000001", *words).code == 2


def test_attachment__sent_and_saved__same_bytes(rightaway: Rightaway, world: World, tmp_path: Path):  # noqa: F811
    comment = rightaway("dirk", "comment", "add", "release", world.release(), "See").out.strip()
    sent, got = tmp_path / "log.txt", tmp_path / "got.txt"
    sent.write_bytes("Grüße\n".encode() * 1000)
    file = rightaway("dirk", "comment", "attach", comment, str(sent)).out.strip()
    assert rightaway("anna", "comment", "download", file, "--out", str(got)).code == 0
    assert got.read_bytes() == sent.read_bytes()
    again = rightaway("anna", "comment", "download", file, "--out", str(got))
    assert (again.code, "cannot be written" in again.err) == (2, True)


def test_download__refused__no_file_left(rightaway: Rightaway, tmp_path: Path):  # noqa: F811
    said = rightaway("anna", "comment", "download", "999999", "--out", str(tmp_path / "x"))
    assert (said.code, list(tmp_path.glob("x"))) == (1, [])
    assert "not_found" in said.err


def test_inbox__told_and_read__counted(rightaway: Rightaway, world: World):  # noqa: F811
    number = world.release()
    rightaway("dirk", "watch", "release", number)
    rightaway("dirk", "comment", "add", "release", number, "Hello @anna")
    assert rightaway("anna", "inbox", "count").out == "1\n"
    (row,) = rightaway("anna", "inbox", "list", "--unread", "--json").json
    assert (row["kind"], row["subject_key"], row["by"]) == ("mentioned", number, "dirk")
    assert rightaway("anna", "inbox", "read", str(row["id"])).out == "0\n"
    assert rightaway("anna", "inbox", "read").code == 0
    assert rightaway("dirk", "unwatch", "release", number, "--json").json["watchers"] == ["anna"]


def test_view__saved_shared_and_deleted__listed(rightaway: Rightaway):  # noqa: F811
    view = rightaway("anna", "view", "save", "releases", "Mine", "phase=build_test", "text=a=b").out.strip()
    assert rightaway("anna", "view", "list", "--json").json[0]["query"] == {
        "phase": "build_test",
        "text": "a=b",
    }
    for words in (("rename", view, "Ours"), ("share", view, "deployment_manager"), ("default", view)):
        assert rightaway("anna", "view", *words).code == 0
    assert "Ours" in rightaway("dirk", "view", "list", "--page", "releases").out
    for words in (("default", view, "--off"), ("share", view), ("delete", view)):
        assert rightaway("anna", "view", *words).code == 0
    assert rightaway("anna", "view", "list", "--json").json == []


def test_export__to_a_file__csv(rightaway: Rightaway, world: World, tmp_path: Path):  # noqa: F811
    number, file = world.release(title="=1+1"), tmp_path / "releases.csv"
    assert rightaway("anna", "export", "releases", "service=shop", "--out", str(file)).code == 0
    heading, line = file.read_bytes().decode().splitlines()
    assert heading.startswith("number,title,")
    assert line.startswith(f"{number},'=1+1,")


def test_export__filter_of_another_list__2(rightaway: Rightaway):  # noqa: F811
    said = rightaway("anna", "export", "releases", "kind=x")
    assert (said.code, said.err.splitlines()[0]) == (
        2,
        "error: This list has no filter 'kind'. (query.unknown)",
    )


def test_task__given_finished_and_taken_up_again__shown(rightaway: Rightaway, world: World):  # noqa: F811
    number = world.planned()
    task = rightaway("anna", "task", "add", number, "Call the bank").out.strip()
    assert rightaway("anna", "task", "assign", number, task, "dirk", "--json").json["assignee"] == "dirk"
    assert rightaway("anna", "task", "finish", number, task).code == 0
    assert rightaway("anna", "task", "reopen", number, task, "--json").json["state"] == "ready"


def test_door__of_the_command_line__cli_in_the_audit_log(rightaway: Rightaway, world: World):  # noqa: F811
    number = world.release()
    rightaway("dirk", "comment", "add", "release", number, "Hello")
    (event,) = rightaway("audrey", "audit", "list", number, "--limit", "1", "--json").json
    assert (event["action"], event["door"]) == ("conversation.comment.written", "cli")


def test_edit__over_an_edit_not_seen__says_who_changed_what(rightaway: Rightaway, world: World):  # noqa: F811
    number = world.release()
    seen = rightaway("anna", "release", "show", number, "--json").json["version"]
    rightaway("dirk", "release", "edit", number, "on_call=Dirk")
    said = rightaway("anna", "release", "edit", number, "on_call=Anna", "--version", str(seen))
    assert said.code == 1
    assert "changed: release.record.edited by dirk: on_call" in said.err.splitlines()
