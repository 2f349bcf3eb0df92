"""Tasks through the API and the command line: added, ordered, decided, voted on, listed."""

from tests.integration.api.test_command_line import Rightaway, rightaway  # noqa: F401 -- a fixture
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

from rightaway.services import task_plans


def test_task__added_ordered_and_done__each_by_its_role(world: World):
    number = world.release()
    anna, dirk, stella = (world.caller(name) for name in ("anna", "dirk", "stella"))
    path = f"/releases/{number}/tasks"
    check_problem(stella("POST", path, {"title": "Call the bank"}), 403)
    made = anna("POST", path, {"title": "Call the bank", "duration_min": 60, "needs_review": True})
    assert (made.status_code, made.json()["key"]) == (201, "call_the_bank"), made.content
    after = [{"task": "call_the_bank", "lag_min": 30}]
    second = anna("POST", path, {"title": "Sign", "duration_min": 15, "after": after}).json()
    assert (second["state"], second["waits_for"]) == ("waiting", ["call_the_bank"])
    early = check_problem(anna("PATCH", f"{path}/sign", {"state": "active"}), 409)
    assert (early["code"], early["evidence"]["waits_for"]) == ("task.order", ["call_the_bank"])
    circle = check_problem(anna("PATCH", f"{path}/call_the_bank/plan", {"after": [{"task": "sign"}]}), 422)
    assert circle["code"] == "task.cycle"
    assert anna("PATCH", f"{path}/call_the_bank", {"cost_actual": 5}).json()["state"] == "review"
    check_problem(anna("POST", f"{path}/call_the_bank/review", {"decision": "accept"}), 409)
    done = dirk("POST", f"{path}/call_the_bank/review", {"decision": "accept"}).json()
    assert (done["state"], done["reviewed_by"], done["cost_actual"]) == ("done", "dirk", 5)
    board = stella.get(f"/releases/{number}/task-board").json()
    assert "sign" in board["path"]
    assert stella.get(f"{path}/call_the_bank/history").json()[0]["action"] == "release.task.accepted"
    assert anna("DELETE", f"{path}/sign").status_code == 204
    check_problem(anna.get(f"{path}/sign"), 404)


def test_task__edited_with_an_old_version__412(world: World):
    anna, number = world.caller("anna"), world.release()
    path = f"/releases/{number}/tasks/call_the_bank"
    anna("POST", f"/releases/{number}/tasks", {"title": "Call the bank"})
    tag = anna.get(path)["ETag"]
    assert anna("PATCH", f"{path}/plan", {"duration_min": 5}, If_Match=tag).json()["duration_min"] == 5
    check_problem(anna("PATCH", f"{path}/plan", {"duration_min": 6}, If_Match=tag), 412)


def test_checkpoint__voted_on__fails_by_one_abort(world: World):
    anna, cara, number = world.caller("anna"), world.caller("cara"), world.release()
    path = f"/releases/{number}/tasks"
    anna("POST", path, {"title": "Go", "kind": "checkpoint", "voter_roles": ["cab"], "quorum": 2})
    assert check_problem(anna("PUT", f"{path}/go/vote", {"vote": "go"}), 409)["code"] == "task.not_a_voter"
    assert check_problem(cara("PUT", f"{path}/go/vote", {"vote": "hold"}), 422)["at"] == "reason"
    held = cara("PUT", f"{path}/go/vote", {"vote": "hold", "reason": "Wait."}).json()
    assert (held["state"], [one["vote"] for one in held["votes"]]) == ("active", ["hold"])
    assert cara("PUT", f"{path}/go/vote", {"vote": "abort", "reason": "No."}).json()["state"] == "failed"


def test_tasks__of_all_releases__filtered_and_page_by_page(world: World):
    anna, number = world.caller("anna"), world.release()
    for title in ("One", "Two", "Three"):
        anna("POST", f"/releases/{number}/tasks", {"title": title, "owner_role": "release_manager"})
    dirk = world.caller("dirk")
    assert dirk.get("/tasks?mine=true").json()["items"] == []
    first = anna.get("/tasks?mine=true&state=open&limit=2").json()
    second = anna.get(f"/tasks?mine=true&state=open&limit=2&after={first['next']}").json()
    assert [one["key"] for page in (first, second) for one in page["items"]] == ["one", "two", "three"]
    assert anna.get("/tasks?state=done").json()["items"] == []
    stranger = world.caller(world.person("nina", "release_manager", scope="bank"))
    assert stranger.get("/tasks").json()["items"] == []


def test_command_line__from_adding_to_removing__as_said(rightaway: Rightaway, world: World):  # noqa: F811
    number = world.release()

    def task(name: str, *words: str) -> str:
        said = rightaway(name, "task", *words)
        assert said.code == 0, said.err
        return said.out

    assert task("anna", "add", number, "Call the bank", "duration_min=30").strip() == "call_the_bank"
    task("anna", "add", number, "Sign", "--after", "call_the_bank:start_start:10")
    task("anna", "add", number, "Go", "kind=checkpoint", "voter_roles=cab,release_manager", "quorum=1")
    task("anna", "plan", number, "sign", "duration_min=15", "--first")
    assert rightaway("anna", "task", "show", number, "sign", "--json").json["after"] == []
    task("anna", "finish", number, "call_the_bank", "--note", "They agree.", "--effort", "20")
    task("cara", "vote", number, "go", "go")
    assert rightaway("anna", "task", "show", number, "go", "--json").json["state"] == "done"
    assert "sign" in task("anna", "board", number)
    assert "sign" in task("anna", "mine", "--service", "shop")
    assert "release.task.finished" in task("anna", "history", number, "call_the_bank")
    task("anna", "remove", number, "sign")
    said = rightaway("anna", "task", "vote", number, "call_the_bank", "go")
    assert (said.code, "task.no_checkpoint" in said.err) == (1, True)


def test_command_line__decision_and_review__as_said(rightaway: Rightaway, world: World):  # noqa: F811
    number, anna = world.release(), world.voice("anna")
    ways = [
        {"key": "buy", "title": "Buy", "skips": ["build_it"]},
        {"key": "build", "title": "Build", "skips": []},
    ]
    made: dict[str, dict[str, object]] = {
        "Build it": {"needs_review": True},
        "How": {"kind": "decision", "outcomes": ways},
    }
    for title, fields in made.items():
        task_plans.add(actor=anna, number=number, title=title, fields=fields)
    assert rightaway("anna", "task", "decide", number, "how", "build").code == 0
    assert rightaway("anna", "task", "finish", number, "build_it").code == 0
    said = rightaway("dirk", "task", "review", number, "build_it", "accept", "--json")
    assert said.json["state"] == "done"
