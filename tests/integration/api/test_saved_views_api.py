"""Saved views through the API: whose they are, who finds them, what is kept in them."""

from typing import Any

import pytest
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

VIEW = {"page": "releases", "name": "Mine", "query": {"phase": "build_test", "text": "=1+1 <b>"}}


def save(world: World, who: str, **more: Any):
    answer = world.caller(who)("POST", "/views", VIEW | more)
    assert answer.status_code == 201, answer.content
    return answer


def names(world: World, name: str, page: str = "releases") -> list[str]:
    return [one["name"] for one in world.caller(name).get(f"/views?page={page}").json()]


def test_view__saved__ones_own_and_nobody_elses(world: World):
    made = save(world, "anna").json()
    assert made["query"] == VIEW["query"]
    assert (names(world, "anna"), names(world, "dirk"), names(world, "anna", "changes")) == (["Mine"], [], [])
    check_problem(world.caller("dirk").get(f"/views/{made['id']}"), 404)
    check_problem(world.caller("dirk")("DELETE", f"/views/{made['id']}"), 404)


def test_view__shared_with_a_role__found_by_who_holds_it_and_changed_by_its_owner_only(world: World):
    made = save(world, "anna", shared_with="deployment_manager").json()
    assert (names(world, "dirk"), names(world, "bea")) == (["Mine"], [])
    check_problem(world.caller("dirk")("PATCH", f"/views/{made['id']}", {"name": "His"}), 403)
    check_problem(world.caller("dirk")("DELETE", f"/views/{made['id']}"), 403)
    assert world.caller("anna")("PATCH", f"/views/{made['id']}", {"shared_with": ""}).status_code == 200
    assert names(world, "dirk") == []


def test_view__shared_by_who_may_not__403_and_not_kept(world: World):
    check_problem(world.caller("bea")("POST", "/views", VIEW | {"shared_with": "auditor"}), 403)
    assert names(world, "bea") == []


def test_view__shared_with_no_role__422(world: World):
    answer = world.caller("anna")("POST", "/views", VIEW | {"shared_with": "friends"})
    assert check_problem(answer, 422)["code"] == "role.unknown"


def test_view__renamed_over_a_rename__412(world: World):
    made = save(world, "anna")
    path, anna = f"/views/{made.json()['id']}", world.caller("anna")
    assert anna("PATCH", path, {"name": "A"}, If_Match=made["ETag"]).json()["name"] == "A"
    check_problem(anna("PATCH", path, {"name": "B"}, If_Match=made["ETag"]), 412)


def test_view__name_taken__409(world: World):
    save(world, "anna")
    assert check_problem(world.caller("anna")("POST", "/views", VIEW), 409)["code"] == "view.name_taken"


@pytest.mark.parametrize(
    "query",
    [
        {"phase": 3},
        {"Phase": "x"},
        {"a": "x" * 301},
        {f"p{number}": "" for number in range(31)},
        {f"p{number}": "x" * 290 for number in range(20)},
        {"a": "line\nend"},
        ["phase"],
    ],
)
def test_view__query_that_is_no_small_mapping_of_text__422(world: World, query: Any):
    check_problem(world.caller("anna")("POST", "/views", VIEW | {"query": query}), 422)


def test_default__one_for_each_page__ends_with_the_sharing(world: World):
    dirk = world.caller("dirk")
    shared = save(world, "anna", shared_with="deployment_manager").json()
    own = save(world, "dirk", name="Own").json()
    for view in (own, shared):
        assert dirk("PUT", f"/views/{view['id']}/default").json()["is_default"] is True
    chosen = {one["name"]: one["is_default"] for one in dirk.get("/views").json()}
    assert chosen == {"Mine": True, "Own": False}
    world.caller("anna")("DELETE", f"/views/{shared['id']}")
    assert [one["is_default"] for one in dirk.get("/views").json()] == [False]


def test_default__cleared__none(world: World):
    path = f"/views/{save(world, 'anna').json()['id']}/default"
    anna = world.caller("anna")
    anna("PUT", path)
    assert anna("DELETE", path).status_code == 204
    assert [one["is_default"] for one in anna.get("/views").json()] == [False]


def test_view__hundred_and_one__409(world: World):
    for number in range(100):
        save(world, "anna", name=f"View {number}")
    assert check_problem(world.caller("anna")("POST", "/views", VIEW), 409)["code"] == "view.too_many"


def test_view__shared_and_deleted__in_the_audit_log(world: World):
    made = save(world, "anna", shared_with="auditor").json()
    assert world.caller("anna")("DELETE", f"/views/{made['id']}").status_code == 204
    events = world.caller("audrey").get("/audit?stream=saved_views&order=oldest").json()["items"]
    assert [(one["facts"]["from"], one["facts"]["to"]) for one in events] == [
        ("", "auditor"),
        ("auditor", ""),
    ]
