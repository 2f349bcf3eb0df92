"""The command line against the real API, in this process."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from tests.integration.api.test_permissions import service_account
from tests.integration.api.world import CONFIGURATION, DESIGN, RELEASE, World, build, yaml

from rightaway.cli import client
from rightaway.cli.app import run
from rightaway.queries.library import library


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Rightaway = Callable[..., Said]


@pytest.fixture
def rightaway(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Rightaway]:
    """Run one command line as a person: `rightaway("anna", "release", "list")`."""
    transport = httpx2.WSGITransport(app=WSGIHandler())
    monkeypatch.setattr(client, "transport", lambda: transport)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(settings.ENVIRONMENT, "home", tmp_path / "home")
    library.cache_clear()
    for signal in (request_started, request_finished):  # they would close the connection of the test
        signal.disconnect(close_old_connections)

    def command(name: str, *arguments: str) -> Said:
        monkeypatch.setenv("RIGHTAWAY_URL", "http://localhost")
        monkeypatch.setenv("RIGHTAWAY_TOKEN", world.token(name) if name else "ra_nothing")
        client.forget()
        code = run(arguments)
        return Said(code, *capsys.readouterr())

    yield command
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    client.forget()
    library.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], str]:
    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(yaml(text))
        return str(tmp_path / name)

    return write


def test_whoami__signed_in__account_and_roles(rightaway: Rightaway):
    said = rightaway("anna", "whoami")
    assert (said.code, said.err) == (0, "")
    assert "release_manager" in said.out


def test_whoami__wrong_token__4_and_what_to_do(rightaway: Rightaway):
    said = rightaway("", "whoami")
    assert (said.code, said.out) == (4, "")
    assert said.err.splitlines()[0] == "error: No valid token was given. (auth.token)"
    assert said.err.splitlines()[1].startswith("hint: ")


def test_login__token_from_a_file__kept_for_the_owner_only(
    rightaway: Rightaway, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "token").write_text(world.token("anna") + "\n")
    said = rightaway("bea", "login", "http://localhost", "--token-file", str(tmp_path / "token"))
    assert (said.code, said.out) == (0, "anna\n")
    kept = tmp_path / "config" / "rightaway" / "credentials.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    for name in ("RIGHTAWAY_URL", "RIGHTAWAY_TOKEN"):
        monkeypatch.delenv(name)
    client.forget()
    assert run(["whoami"]) == 0


def test_login__token_that_does_not_work__nothing_kept(rightaway: Rightaway, tmp_path: Path):
    (tmp_path / "token").write_text("ra_wrong")
    said = rightaway("anna", "login", "http://localhost", "--token-file", str(tmp_path / "token"))
    assert said.code == 4
    assert not (tmp_path / "config").exists()


def test_release__registered_from_a_file__number_on_stdout(rightaway: Rightaway, file):
    said = rightaway("anna", "release", "register", file("release.yaml", RELEASE))
    assert said.code == 0, said.err
    assert said.out.startswith("REL-")
    shown = rightaway("anna", "--json", "release", "show", said.out.strip())
    assert shown.json["title"] == "Shop 2.0"
    listed = rightaway("anna", "release", "list")
    assert listed.out.splitlines()[0].split()[:3] == ["number", "title", "service"]
    assert said.out.strip() in listed.out


def test_release__written_as_a_file__is_what_was_registered(rightaway: Rightaway, file):
    number = rightaway("anna", "release", "register", file("release.yaml", RELEASE)).out.strip()
    said = rightaway("anna", "release", "file", number)
    assert said.code == 0, said.err
    assert "title: Shop 2.0" in said.out.splitlines()


def test_release__registered_from_options__number_on_stdout(rightaway: Rightaway):
    said = rightaway(
        "anna", "release", "register", "--title", "Shop 3", "--service", "shop", "--ci", "web-01"
    )
    assert said.code == 0, said.err
    shown = rightaway("anna", "release", "show", said.out.strip(), "--json").json
    assert (shown["title"], shown["affected_cis"]) == ("Shop 3", ["web-01"])


def test_release__file_with_a_mistake__2_with_place_and_hint(rightaway: Rightaway, file):
    said = rightaway("anna", "release", "register", file("release.yaml", RELEASE.replace("title:", "titel:")))
    assert (said.code, said.out) == (2, "")
    assert "at: " in said.err
    assert "Did you mean title?" in said.err or "also: 2:1" in said.err


def test_release__argument_that_looks_like_a_file_reference__taken_literally(rightaway: Rightaway):
    said = rightaway("anna", "release", "register", "--title", "@/etc/hostname", "--service", "shop")
    shown = rightaway("anna", "release", "show", said.out.strip(), "--json").json
    assert shown["title"] == "@/etc/hostname"


def test_release__edited_by_assignments__typed_by_the_server(rightaway: Rightaway, world: World):
    number = world.release()
    said = rightaway(
        "anna", "release", "edit", number, "impact=2", "category=feature", "risk_answers.data=No."
    )
    assert said.code == 0, said.err
    shown = rightaway("anna", "release", "show", number, "--json").json
    assert (shown["impact"], shown["category"], shown["risk_answers"]) == (2, "feature", {"data": "No."})
    stale = rightaway("anna", "release", "edit", number, "impact=3", "--version", "1")
    assert (stale.code, "version.stale" in stale.err) == (1, True)


def test_release__cannot_move__1_with_the_full_list(rightaway: Rightaway, world: World):
    number = world.release()
    said = rightaway("anna", "release", "move", number, "start_planning")
    assert said.code == 1
    missing = [line for line in said.err.splitlines() if line.startswith("missing: ")]
    assert len(missing) > 5
    why = rightaway("anna", "release", "why", number)
    assert why.out.startswith("start_planning: Start planning (closed, leads to plan_design, manual)")


def test_release__unknown__1_and_says_so(rightaway: Rightaway):
    said = rightaway("anna", "release", "show", "REL-999999")
    assert (said.code, "(not_found)" in said.err) == (1, True)


def test_release__json_error__machine_readable(rightaway: Rightaway):
    said = rightaway("anna", "release", "show", "REL-999999", "--json")
    assert said.json["error"]["code"] == "not_found"


def test_approve__author_of_the_plan__4_self_approval(rightaway: Rightaway, world: World):
    author = world.person("olga", "deployment_manager", "service_owner", "change_manager")
    number = world.designed(author=author)
    digest = rightaway("anna", "approval", "request", number, "plan_design").out.strip()
    said = rightaway(author, "approval", "approve", number, "plan_design", "--digest", digest)
    assert (said.code, "(sod.self_approval)" in said.err) == (4, True)
    assert rightaway("anna", "approval", "show", number, "plan_design", "--json").json["votes"] == []


def test_approve__two_others_with_the_digest__approved(rightaway: Rightaway, world: World):
    number = world.designed()
    digest = rightaway("anna", "approval", "request", number, "plan_design").out.strip()
    assert rightaway("sofia", "approval", "list").out.split().count(number) == 1
    first = rightaway("sofia", "approval", "approve", number, "plan_design", "--digest", digest[:12])
    assert (first.code, first.out) == (0, "pending\n")
    second = rightaway("carl", "approval", "approve", number, "plan_design", "--digest", digest)
    assert second.out == "approved\n"


def test_approve__without_digest_and_terminal__2(rightaway: Rightaway, world: World):
    number = world.designed()
    rightaway("anna", "approval", "request", number, "plan_design")
    said = rightaway("sofia", "approval", "approve", number, "plan_design")
    assert (said.code, "(approval.digest_needed)" in said.err) == (2, True)


@pytest.mark.parametrize(("digest", "code"), [("0" * 64, 1), ("abc", 2)])
def test_approve__other_digest__refused(rightaway: Rightaway, world: World, digest: str, code: int):
    number = world.designed()
    rightaway("anna", "approval", "request", number, "plan_design")
    assert rightaway("sofia", "approval", "approve", number, "plan_design", "--digest", digest).code == code


def test_approve__content_changed_since__shown_with_the_difference(rightaway: Rightaway, world: World):
    number = world.designed()
    rightaway("anna", "approval", "request", number, "plan_design")
    rightaway("anna", "release", "scope", number, "--objective", "Faster")
    said = rightaway("sofia", "approval", "show", number, "plan_design")
    assert 'changed scope/objectives: [] -> ["Faster"]' in said.out


def test_change__authorised__by_another_person(rightaway: Rightaway):
    number = rightaway("carl", "change", "register", "--title", "Yen", "--service", "shop").out.strip()
    for event in ("validate", "assess"):
        assert rightaway("carl", "change", "move", number, event).code == 0
    assert rightaway("carl", "change", "authorise", number).code == 4
    assert rightaway("sofia", "change", "authorise", number).out == "authorised\n"
    assert rightaway("sofia", "change", "list", "--state", "authorised").out.count(number) == 1


def test_package__built_pushed_and_verified__one_digest(rightaway: Rightaway, world: World, tmp_path: Path):
    number, built = world.release(), build(tmp_path)
    source = tmp_path / "source-2.0" / "package.yaml"
    said = rightaway("bea", "package", "build", str(source), "--out", str(tmp_path / "again"))
    assert said.out.strip() == built.digest
    assert rightaway("bea", "package", "push", str(source), "--release", number).out.strip() == built.digest
    pushed = rightaway("bea", "package", "push", str(tmp_path / "again"), "--release", number)
    assert pushed.out.strip() == built.digest
    assert rightaway("bea", "package", "verify", number).code == 0
    archive = next((tmp_path / "home" / "library" / "packages").glob("*/*/package.tar"))
    archive.chmod(0o644)
    archive.write_bytes(archive.read_bytes().replace(b"shop 2.0", b"shop 9.9"))
    assert rightaway("bea", "package", "verify", number).code == 1


def test_package__file_with_a_mistake__2_and_nothing_sent(rightaway: Rightaway, tmp_path: Path):
    (tmp_path / "package.yaml").write_text("kind: package\nname: x\n")
    said = rightaway("bea", "package", "push", str(tmp_path / "package.yaml"), "--release", "REL-000001")
    assert (said.code, "(field.missing)" in said.err) == (2, True)


def test_plan_and_deployment__compiled_launched_shown_and_cancelled(
    rightaway: Rightaway, world: World, tmp_path: Path
):
    number = world.packed(tmp_path)
    assert len(rightaway("dirk", "plan", "compile", number).out.strip()) == 64
    assert "switch" in rightaway("dirk", "plan", "show", number, "production").out
    said = rightaway("dirk", "deploy", "launch", number, "--environment", "staging", "--intent", "drill")
    assert said.code == 0, said.err
    deployment = said.out.strip()
    assert "test-01" in rightaway("dirk", "deploy", "show", deployment).out
    assert rightaway("dirk", "deploy", "log", deployment).out == ""
    assert rightaway("dirk", "deploy", "doubts").err == "nothing found\n"
    assert rightaway("dirk", "deploy", "resume", deployment).code == 1
    assert rightaway("dirk", "deploy", "cancel", deployment).code == 0


@pytest.mark.parametrize(
    ("status", "intent", "code"), [("cancelled", "drill", 1), ("backed_out", "drill", 0)]
)
def test_watch__deployment_that_has_ended__code_says_whether_it_did_what_it_was_for(
    rightaway: Rightaway,
    world: World,
    tmp_path: Path,
    status: str,
    intent: str,
    code: int,
):
    from rightaway.records.deployments.models import Deployment

    deployment = world.launched(tmp_path)
    Deployment.objects.filter(number=deployment).update(status=status, intent=intent)
    said = rightaway("dirk", "deploy", "watch", deployment)
    assert (said.code, said.out) == (code, f"{deployment} {status}\n")


def test_configuration__applied__items_and_targets_listed(rightaway: Rightaway, file):
    said = rightaway("dirk", "config", "apply", file("configuration.yaml", CONFIGURATION))
    assert said.code == 0, said.err
    assert rightaway("dirk", "ci", "list", "--ci-class", "server").out.count("web-0") == 2
    assert "depends_on" in rightaway("dirk", "ci", "show", "web-01").out
    assert "web-01" in rightaway("dirk", "target", "list").out


def test_design__set_and_read_back(rightaway: Rightaway, world: World, file):
    number = world.release()
    assert rightaway("dirk", "release", "design", number, file("design.yaml", DESIGN)).code == 0
    assert json.loads(rightaway("dirk", "release", "design", number).out)["model"] == "phased"


def test_test_report__imported__counts(rightaway: Rightaway, world: World, tmp_path: Path, file):
    number = world.release()
    build(tmp_path)
    rightaway("bea", "package", "push", str(tmp_path / "built-2.0"), "--release", number)
    report = file("junit.xml", '<testsuite name="s"><testcase name="a"/></testsuite>')
    options = ("--release", number, "--suite", "smoke", "--level", "smoke")
    said = rightaway("bea", "test-report", "import", report, *options)
    assert said.code == 0, said.err
    assert rightaway("bea", "test-report", "list", number, "--json").json[0]["passed"] == 1


def test_every_group__lists_or_shows__without_an_error(rightaway: Rightaway, world: World):
    number = world.release()
    for words in (
        ("task", "list", number),
        ("task", "waivers", number),
        ("release", "checklist", number),
        ("release", "history", number),
        ("defect", "list", number),
        ("training", "list", number),
        ("notice", "list", number),
        ("backup", "list", "web-01"),
        ("incident", "list"),
        ("problem", "list"),
        ("known-error", "list"),
        ("interaction", "list"),
        ("article", "list"),
        ("audit", "list", number),
        ("metrics", "shop"),
        ("audit", "indicators", "--parts"),
        ("token", "list"),
        ("user", "list"),
        ("deploy", "list"),
        ("package", "show", number),
        ("plan", "show", number),
    ):
        for flag in ([], ["--json"]):
            said = rightaway("anna", *words, *flag)
            assert said.code == 0, (words, said.err)
            if flag:
                json.loads(said.out)


def test_around_a_release__recorded_with_each_command(rightaway: Rightaway, world: World, tmp_path: Path):
    number, soon = world.release(), datetime.now(UTC) + timedelta(days=9)
    incident = rightaway(
        "anna", "incident", "open", "Down", "--service", "shop", "--severity", "2"
    ).out.strip()
    error = rightaway(
        "anna",
        "known-error",
        "open",
        "Euro only",
        "--service",
        "shop",
        "--root-cause",
        "x",
        "--workaround",
        "y",
    ).out.strip()
    (tmp_path / "text.md").write_text("# How\n")
    text = str(tmp_path / "text.md")
    article = rightaway(
        "anna", "article", "write", text, "--kind", "faq", "--title", "How", "--service", "shop"
    ).out.strip()
    defect = rightaway("anna", "defect", "open", number, "Wrong", "--severity", "minor").out.strip()
    for words in (
        ("incident", "resolve", incident, "--resolution", "Restarted."),
        ("known-error", "link", error, number),
        ("article", "edit", article, text),
        ("article", "publish", article),
        ("defect", "close", number, defect, "--resolution", "Fixed."),
        ("training", "record", number, "desk", "--invited", "3", "--attended", "3"),
        ("notice", "schedule", number, "all", "--text", "Soon.", "--due", "2030-01-01T00:00Z"),
        ("notice", "sent", number, "all"),
        ("backup", "record", "web-01", "--reference", "tape", "--taken", "2026-01-01T00:00Z", "--verified"),
        ("interaction", "open", "Yen?", "--contact", "Ms Weber", "--release", number),
        ("release", "scope", number, "--objective", "Fast"),
        ("release", "expect", number, "web-01=2.0"),
        ("release", "people", number, "--stakeholder", "stella=accept"),
        ("review", "measure", number, "Fast", "met", "--measured", "20 ms"),
        ("review", "complete", number, "--went-well", "a", "--to-change", "b"),
        ("rate", number, "4"),
        ("task", "waive", number, "backups", "--reason", "x", "--expires", f"{soon:%Y-%m-%dT%H:%MZ}"),
    ):
        said = rightaway("anna", *words)
        assert said.code == 0, (words, said.err)
    assert "Restarted." in rightaway("anna", "incident", "show", incident).out


def test_people__account_role_and_token__made_and_taken_away(rightaway: Rightaway, world: World):
    assert rightaway("adam", "user", "create", "nora", "--name", "Nora").out == "nora\n"
    assert rightaway("adam", "role", "grant", "nora", "cab", "--scope", "shop").code == 0
    assert "cab of shop" in rightaway("adam", "user", "list").out
    assert rightaway("adam", "role", "revoke", "nora", "cab", "--scope", "shop").code == 0
    made = rightaway("anna", "token", "create", "--label", "ci").out.strip()
    assert made.startswith("ra_")
    row = next(one for one in rightaway("anna", "token", "list", "--json").json if one["label"] == "ci")
    assert rightaway("anna", "token", "revoke", str(row["id"])).code == 0
    assert rightaway("adam", "user", "disable", "nora").code == 0
    assert rightaway("adam", "user", "enable", "nora").code == 0
    assert rightaway("adam", "user", "sign-out", "nora").out == "0\n"
    assert len(rightaway("adam", "user", "password", "nora").out.strip()) >= 12


def test_audit__verified__0(rightaway: Rightaway):
    assert rightaway("audrey", "audit", "verify").code == 0


def test_service_account__pushes_a_package_it_may_not_look_at(
    rightaway: Rightaway, world: World, tmp_path: Path
):
    number = world.release(author="dirk")
    world.tokens["robot"] = service_account(world, owner="anna")
    build(tmp_path)
    said = rightaway("robot", "package", "push", str(tmp_path / "built-2.0"), "--release", number)
    assert said.code == 0, said.err
    assert rightaway("robot", "release", "show", number).code == 1


def test_output__text_with_terminal_codes__shown_as_escapes(rightaway: Rightaway, world: World):
    from rightaway.records.releases.models import Release

    number = world.release()
    Release.objects.filter(number=number).update(title="\x1b]0;owned\x07[bold]x")
    said = rightaway("anna", "release", "list")
    assert "\x1b" not in said.out
    assert "\\x1b]0;owned\\x07[bold]x" in said.out
    assert os.environ["RIGHTAWAY_URL"]


def test_change_model__defined_authorised_and_used__by_commands(rightaway: Rightaway):
    texts = ("--implementation", "Set it.", "--test", "Look.", "--remediation", "Set it back.")
    made = rightaway(
        *("carl", "change-model", "define", "--title", "Logs", "--service", "shop", "--ci-class", "server"),
        *texts,
    )
    number = made.out.strip()
    digest = rightaway("cara", "change-model", "show", number, "--json").json["current_digest"]
    assert rightaway("cara", "change-model", "authorise", number, "--digest", digest).out.strip() == "active"
    change = ("change", "register", "--title", "Logs", "--service", "shop", "--type", "standard")
    refused = rightaway("stella", *change, "--model", number)
    assert (refused.code, "hint: Register it as a normal change" in refused.err) == (2, True)
    assert rightaway("stella", *change, "--model", number, "--ci", "web-01").code == 0
    assert rightaway("carl", "change-model", "edit", number, "max_items=3").code == 0
    assert rightaway("carl", "change-model", "retire", number, "--reason", "x").out.strip() == "retired"
    assert number in rightaway("stella", "change-model", "list", "--state", "retired").out


def test_workflow__extended_tried_activated_and_migrated__by_commands(
    rightaway: Rightaway, world: World, tmp_path: Path
):
    release = world.release()
    number = rightaway("adam", "workflow", "begin", "seven_phases", "--note", "Privacy").out.strip()
    task = ("key=privacy", "phase=assess", "title=Privacy", "category=review", "owner=release_manager")
    assert rightaway("adam", "workflow", "add", number, "task", *task).code == 0
    assert rightaway("adam", "workflow", "add", number, "guard", "way=T02", "guard=G10").code == 0
    text = rightaway("adam", "workflow", "text", number).out
    file = tmp_path / "own.yaml"
    file.write_text(text.replace("G90", "G99", 1))
    wrong = rightaway("adam", "workflow", "save", number, str(file))
    assert (wrong.code, "workflow.unknown_guard" in wrong.out) == (0, True)
    file.write_text(text)
    rightaway("adam", "workflow", "save", number, str(file))
    assert "G05.task_open" in rightaway("carl", "workflow", "try", number, release).out
    digest = rightaway("carl", "workflow", "draft", number, "--json").json["current_digest"]
    own = rightaway("adam", "workflow", "activate", number, "--digest", digest)
    assert (own.code, "Nobody activates" in own.err) == (4, True)
    made = rightaway("carl", "workflow", "activate", number, "--digest", digest)
    assert made.out.strip() == "seven_phases v2"
    assert "privacy" in rightaway("adam", "workflow", "preview", "seven_phases").out
    moved = rightaway("adam", "workflow", "migrate", "seven_phases", release, "--to", "2")
    assert moved.out.strip() == f"{release}: seven_phases v2"
    assert "in_force" in rightaway("adam", "workflow", "show", "seven_phases", "2", "--json").out


def test_risk__of_a_change__shown_with_what_is_asked(rightaway: Rightaway, world: World):
    change = world.change()
    assert "reversal" in rightaway("stella", "risk", "show", change).out
    assert "untouched, changed, lost" in rightaway("stella", "risk", "questions").out
    assert rightaway("stella", "change", "edit", change, "risk_answers.data=lost").code == 0
    assert rightaway("stella", "risk", "show", change, "--json").json["effective"] == 4


def test_unauthorised_change__recorded_and_taken_back__by_commands(rightaway: Rightaway):
    made = rightaway(
        *(
            "stella",
            "change",
            "unauthorised",
            "--service",
            "shop",
            "--ci",
            "web-01",
            "--evidence",
            "Root was there.",
        )
    )
    back = rightaway("carl", "change", "revert", made.out.strip(), "--reason", "Not ours.")
    assert back.out.startswith("CHG-")


def test_training_and_notices__around_a_release__with_each_command(
    rightaway: Rightaway, world: World
) -> None:
    world.person("tara", "training_manager")
    number = world.release()
    incident = rightaway(
        "anna", "incident", "open", "Down", "--service", "shop", "--severity", "2"
    ).out.strip()

    def done(name: str, *words: str) -> str:
        said = rightaway(name, *words)
        assert said.code == 0, (words, said.err)
        return str(said.out.strip())

    done("tara", "training", "plan", number, "desk", "--kind", "support", "--mode", "workshop")
    done("tara", "training", "invite", number, "desk", "bea", "Mr X")
    done("tara", "training", "uninvite", number, "desk", "Mr X")
    times = ("--begins", "2026-01-01T08:00Z", "--ends", "2026-01-01T09:00Z")
    first = done("tara", "training", "session", number, "desk", *times)
    second = done("tara", "training", "session", number, "desk", *times, "--seats", "5")
    done("tara", "training", "cancel", number, first, "--reason", "Ill.")
    done("tara", "training", "attend", number, "desk", "bea", "--source", "trainer", "--session", second)
    assert "desk" in done("anna", "training", "list", number)
    done("anna", "training", "show", number)
    done("tara", "training", "plan", number, "staff")
    done("tara", "training", "drop", number, "staff")
    done("anna", "incident", "misuse", incident, "--misunderstood", "The date.")
    done("anna", "release", "people", number, "--stakeholder", "stella=inform")
    plan = ("notice", "plan", number, "stakeholders", "--due", "2030-01-01T00:00Z", "--text", "Soon.")
    notice = done("anna", *plan, "--acknowledge", "100")
    other = done("anna", *plan, "--audience", "others")
    done("anna", "notice", "withdraw", number, other)
    done("anna", "notice", "send", number, notice)
    assert "stella" in done("anna", "notice", "recipients", number, notice)
    done("anna", "notice", "remind", number, notice)
    assert "Soon." in done("stella", "notice", "mine")
    done("stella", "notice", "acknowledge", notice)
    waive = ("--reason", "x", "--expires", "2026-12-01T00:00Z", "--part", "desk")
    done("anna", "task", "waive", number, "training", *waive)
    assert "desk" in done("anna", "task", "waivers", number)
