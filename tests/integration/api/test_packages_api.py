"""Packages, plans, test reports and deployments through the API."""

from pathlib import Path

import pytest
from django.conf import settings
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World, build

from rightaway.queries.library import library

JUNIT = """<testsuite name="smoke" tests="2" failures="1"><testcase name="a"/>
<testcase name="b"><failure message="no"/></testcase></testsuite>"""


@pytest.fixture(autouse=True)
def _own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings.ENVIRONMENT, "home", tmp_path / "home")
    library.cache_clear()
    yield
    library.cache_clear()


def parts(folder: Path, version: str = "2.0") -> dict[str, bytes]:
    built = build(folder, version=version)
    return {"manifest": built.manifest_path.read_bytes(), "archive": built.archive_path.read_bytes()}


def test_push__as_built__in_the_library_and_bound(world: World, tmp_path: Path):
    bea, number, sent = world.caller("bea"), world.release(), parts(tmp_path)
    answer = bea.upload(f"/releases/{number}/packages", sent)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["name"], found["package_version"], found["is_current"]) == ("shop", "2.0", True)
    shown = bea.get(f"/releases/{number}/packages/{found['digest']}").json()
    assert shown["is_intact"]
    assert set(shown["manifest"]["scripts"]) == {"switch", "unswitch"}
    assert list((settings.ENVIRONMENT.home / "incoming").iterdir()) == []


def test_push__again__nothing_new(world: World, tmp_path: Path):
    bea, number, sent = world.caller("bea"), world.release(), parts(tmp_path)
    digests = {bea.upload(f"/releases/{number}/packages", sent).json()["digest"] for _ in range(2)}
    assert len(digests) == 1
    assert len(bea.get(f"/releases/{number}/packages").json()) == 1


def test_push__one_byte_changed__refused_and_nothing_kept(world: World, tmp_path: Path):
    sent = parts(tmp_path)
    sent["archive"] = sent["archive"].replace(b"shop 2.0", b"shop 2.1")
    number = world.release()
    found = check_problem(world.caller("bea").upload(f"/releases/{number}/packages", sent), 422)
    assert found["code"] == "artefact.digest_mismatch"
    assert library().digests() == []
    assert list((settings.ENVIRONMENT.home / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "code", "at"),
    [("manifest", "field.missing", "manifest"), ("archive", "field.missing", "archive")],
)
def test_push__without_a_part__refused(world: World, tmp_path: Path, name: str, code: str, at: str):
    sent = parts(tmp_path)
    del sent[name]
    found = check_problem(world.caller("bea").upload(f"/releases/{world.release()}/packages", sent), 422)
    assert (found["code"], found["at"]) == (code, at)


def test_push__other_part__refused(world: World, tmp_path: Path):
    sent = parts(tmp_path) | {"extra": b"x"}
    found = check_problem(world.caller("bea").upload(f"/releases/{world.release()}/packages", sent), 422)
    assert (found["code"], found["at"]) == ("field.unknown", "extra")


def test_push__manifest_larger_than_its_limit__413_and_nothing_left(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("rightaway.api.packages.LIMITS", {"manifest": 100, "archive": 10_000})
    answer = world.caller("bea").upload(f"/releases/{world.release()}/packages", parts(tmp_path))
    assert check_problem(answer, 413)["code"] == "input.too_large"
    assert list((settings.ENVIRONMENT.home / "incoming").iterdir()) == []


def test_push__by_a_release_manager__403(world: World, tmp_path: Path):
    answer = world.caller("anna").upload(f"/releases/{world.release()}/packages", parts(tmp_path))
    check_problem(answer, 403)


def test_plan__compiled__shown_and_compared(world: World, tmp_path: Path):
    number, dirk = world.packed(tmp_path), world.caller("dirk")
    plan = dirk.get(f"/releases/{number}/plans/production").json()
    assert [len(wave["targets"]) for wave in plan["body"]["waves"]] == [1, 1]
    again = dirk("POST", f"/releases/{number}/plans", {})
    assert (again.status_code, again.json()["digest"]) == (201, plan["digest"])
    check_problem(dirk.get(f"/releases/{number}/plans/production/difference"), 404)
    sent = parts(tmp_path, version="2.1")
    assert world.caller("bea").upload(f"/releases/{number}/packages", sent).status_code == 201
    assert dirk("POST", f"/releases/{number}/plans", {}).json()["number"] == 2
    places = [one["path"] for one in dirk.get(f"/releases/{number}/plans/production/difference").json()]
    assert "package/version" in places


def test_plan__without_package__409(world: World):
    answer = world.caller("dirk")("POST", f"/releases/{world.designed()}/plans", {})
    assert check_problem(answer, 409)["code"] == "plan.incomplete"


def test_test_report__imported__counted_with_its_cases(world: World, tmp_path: Path):
    bea, number = world.caller("bea"), world.release()
    digest = bea.upload(f"/releases/{number}/packages", parts(tmp_path)).json()["digest"]
    path = f"/releases/{number}/tests?suite=smoke&level=smoke&package_digest={digest}"
    answer = bea("POST", path, JUNIT, Content_Type="application/xml")
    assert answer.status_code == 201, answer.content
    run = answer.json()
    assert (run["total"], run["passed"], run["failed"]) == (2, 1, 1)
    cases = bea.get(f"/releases/{number}/tests/{run['id']}/cases?status=failed").json()["items"]
    assert [(one["name"], one["message"]) for one in cases] == [("b", "no")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"<a", 422, "xml.syntax"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>', 422, "xml.doctype_not_allowed"),
        (b"<html/>", 422, "junit.root"),
        (b"<testsuite>" + b" " * 10 * 1024 * 1024 + b"</testsuite>", 413, "input.too_large"),
    ],
)
def test_test_report__bad__refused(world: World, body: bytes, status: int, code: str):
    path = f"/releases/{world.release()}/tests?suite=s&level=smoke&package_digest={'0' * 64}"
    found = check_problem(world.caller("bea")("POST", path, body, Content_Type="application/xml"), status)
    assert found["code"] == code


def test_deployment__launched__shown_listed_and_cancelled(world: World, tmp_path: Path):
    release, dirk = world.packed(tmp_path), world.caller("dirk")
    answer = dirk("POST", "/deployments", {"release": release, "environment": "staging", "intent": "drill"})
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["status"], found["is_over"], found["progress"]["total"]) == ("queued", False, 1)
    number = found["number"]
    (row,) = dirk.get("/deployments?is_open=true").json()["items"]
    assert (row["number"], row["environment"]) == (number, "staging")
    (wave,) = dirk.get(f"/deployments/{number}/waves").json()
    assert [run["target"] for run in wave["runs"]] == ["test-01"]
    assert dirk.get(f"/deployments/{number}/log").json() == {"items": [], "after": 0, "is_over": False}
    assert dirk.get(f"/deployments/{number}/log.txt").content == b""
    assert dirk.get(f"/deployments/{number}/attempts").json()["items"] == []
    done = dirk("POST", f"/deployments/{number}/commands", {"command": "cancel"}).json()
    assert done["wish"] == "cancel"
    assert dirk.get("/doubts").json() == []


def test_deployment__second_one__409_with_the_first(world: World, tmp_path: Path):
    number, dirk = world.launched(tmp_path), world.caller("dirk")
    release = dirk.get(f"/deployments/{number}").json()["release"]
    answer = dirk("POST", "/deployments", {"release": release, "environment": "staging", "intent": "drill"})
    found = check_problem(answer, 409)
    assert (found["code"], number in found["hint"]) == ("deployment.busy", True)


def test_command__unknown_or_not_now_or_without_reason__refused(world: World, tmp_path: Path):
    path, dirk = f"/deployments/{world.launched(tmp_path)}/commands", world.caller("dirk")
    assert check_problem(dirk("POST", path, {"command": "explode"}), 422)["code"] == "command.unknown"
    assert check_problem(dirk("POST", path, {"command": "resume"}), 409)["code"] == "command.not_now"


def test_undo__of_a_running_deployment__409(world: World, tmp_path: Path):
    answer = world.caller("dirk")(
        "POST", f"/deployments/{world.launched(tmp_path)}/back-outs", {"reason": "It is bad."}
    )
    assert check_problem(answer, 409)["code"] == "deployment.nothing_to_undo"
