"""Who may see and do what through the API, and separation of duties."""

import ast
from pathlib import Path
from typing import Any

import pytest
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import Caller, World

from rightaway.domain.values import SYSTEM
from rightaway.queries import people as ask
from rightaway.services import people


def asked_for(world: World, release: str) -> str:
    answer = world.caller("anna")("POST", f"/releases/{release}/approvals", {"kind": "plan_design"})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["digest"])


def approve(world: World, name: str, release: str, digest: str):
    vote = {"decision": "approve", "digest": digest}
    return world.caller(name)("POST", f"/releases/{release}/approvals/plan_design/votes", vote)


def test_approval__author_of_the_design__403_self_approval(world: World):
    author = world.person("olga", "deployment_manager", "service_owner", "change_manager")
    release = world.designed(author=author)
    digest = asked_for(world, release)
    found = check_problem(approve(world, author, release, digest), 403)
    assert found["code"] == "sod.self_approval"
    approval = world.caller("anna").get(f"/releases/{release}/approvals/plan_design").json()
    assert (approval["state"], approval["votes"]) == ("pending", [])


def test_approval__two_others__approved_and_bound(world: World):
    release = world.designed()
    digest = asked_for(world, release)
    for name in ("sofia", "carl"):
        assert approve(world, name, release, digest).status_code == 200
    found = world.caller("anna").get(f"/releases/{release}/approvals/plan_design").json()
    assert (found["state"], found["digest"], found["current_digest"]) == ("approved", digest, digest)
    assert {vote["digest"] for vote in found["votes"]} == {digest}
    assert set(found["manifest"]) == {"scope", "plan", "design"}


def test_approval__content_changed__void_with_the_difference(world: World):
    release = world.designed()
    asked_for(world, release)
    world.caller("anna")("PUT", f"/releases/{release}/scope", {"objectives": ["Faster"]})
    found = world.caller("sofia").get(f"/releases/{release}/approvals/plan_design").json()
    assert found["state"] == "void"
    assert [one["path"] for one in found["voided_difference"]] == ["scope/objectives"]
    assert [one["path"] for one in found["changes"]] == ["scope/objectives"]


def test_approval__service_account_of_a_voter__403(world: World):
    token = service_account(world, owner="sofia")
    release = world.designed()
    digest = asked_for(world, release)
    answer = Caller(token)(
        "POST", f"/releases/{release}/approvals/plan_design/votes", {"decision": "approve", "digest": digest}
    )
    assert answer.status_code in {403, 404}


def service_account(world: World, owner: str) -> str:
    holder = ask.user(owner)
    assert holder is not None
    robot = people.create(actor=SYSTEM, username="robot", name="Robot", owner=holder)
    return people.create_token(actor=SYSTEM, user=robot, label="ci")


def test_waiting__approval_pending__only_for_those_who_may_give_it(world: World):
    release = world.designed()
    asked_for(world, release)
    assert [one["release"] for one in world.caller("sofia").get("/approvals").json()] == [release]
    assert world.caller("bea").get("/approvals").json() == []


def test_waiting__role_in_another_service__not_shown(world: World):
    other = world.person("oscar", "service_owner", scope="bank")
    asked_for(world, world.designed())
    assert world.caller(other).get("/approvals").json() == []


@pytest.mark.parametrize("name", ["stella", "audrey", "cara", "bea"])
def test_change__authorised_by_the_wrong_role__403(world: World, name: str):
    change = world.change(requester="anna")
    answer = world.caller(name)("POST", f"/changes/{change}/decisions", {"decision": "approve"})
    expected = {"cara": 409}  # may authorise, but the change is not assessed yet
    check_problem(answer, expected.get(name, 403))


def test_change__authorised_by_its_requester__403(world: World):
    boss = world.person("boris", "change_manager", "service_owner")
    change = world.change(requester=boss)
    answer = world.caller(boss)("POST", f"/changes/{change}/decisions", {"decision": "approve"})
    assert check_problem(answer, 403)["code"] == "sod.self_approval"


def test_list__role_in_one_service__only_its_releases(world: World):
    world.release()
    bank = world.release(service="bank")
    other = world.caller(world.person("bob", "release_manager", scope="bank"))
    assert [one["number"] for one in other.get("/releases").json()["items"]] == [bank]


def test_list__admin_without_another_role__sees_no_release(world: World):
    number = world.release()
    adam = world.caller("adam")
    assert adam.get("/releases").json()["items"] == []
    check_problem(adam.get(f"/releases/{number}"), 404)


def test_service_account__sees_what_its_owner_made_and_no_more(world: World):
    own, others = world.release(author="anna"), world.release(author="dirk")
    robot = Caller(service_account(world, owner="anna"))
    assert [one["number"] for one in robot.get("/releases").json()["items"]] == [own]
    check_problem(robot.get(f"/releases/{others}"), 404)


def test_stakeholder__plan_log_and_targets__not_for_them(world: World, tmp_path: Path):
    number = world.launched(tmp_path)
    stella = world.caller("stella")
    release = stella.get(f"/deployments/{number}").json()["release"]
    assert [wave["runs"] for wave in stella.get(f"/deployments/{number}/waves").json()] == [[]]
    for path in (f"/deployments/{number}/log", f"/releases/{release}/plans", "/targets/web-01"):
        check_problem(stella.get(path), 404)
    assert stella.get("/targets").json()["items"] == []


WRITES = [
    ("PATCH", "/releases/{release}", {"title": "Mine"}),
    ("PUT", "/releases/{release}/scope", {"objectives": ["Mine"]}),
    ("PUT", "/releases/{release}/expectations", {"states": {"web-01": {"version": "1"}}}),
    ("PUT", "/releases/{release}/people", {"stakeholders": []}),
    ("POST", "/releases/{release}/moves", {"event": "start_planning"}),
    ("PATCH", "/releases/{release}/tasks/review", {"state": "done"}),
    ("POST", "/releases/{release}/tasks/review/reopening", None),
    ("PUT", "/releases/{release}/tasks/review/assignee", {"assignee": "bea"}),
    ("POST", "/records/release/{release}/comments", {"text": "Mine"}),
    ("POST", "/records/change/{change}/comments", {"text": "Mine"}),
    (
        "POST",
        "/releases/{release}/waivers",
        {"control": "G05", "reason": "x", "expires_at": "2030-01-01T00:00Z"},
    ),
    ("POST", "/releases/{release}/approvals", {"kind": "plan_design"}),
    ("POST", "/releases/{release}/approvals/plan_design/votes", {"decision": "approve", "digest": "0" * 64}),
    ("POST", "/releases/{release}/plans", {}),
    ("POST", "/releases/{release}/defects", {"title": "Broken", "severity": "major"}),
    ("PUT", "/releases/{release}/training/desk", {"mode": "video", "invited": 3}),
    ("PUT", "/releases/{release}/notices/all", {"text": "Soon.", "due_at": "2030-01-01T00:00Z"}),
    ("PUT", "/releases/{release}/review", {"went_well": "a", "to_change": "b"}),
    ("PUT", "/releases/{release}/ratings/mine", {"rating": 5}),
    ("PUT", "/releases/{release}/known-errors/KE-000001", {"effect": "fixes"}),
    ("PUT", "/releases/{release}/dispositions/INC-000001", {"disposition": "close"}),
    ("POST", "/deployments", {"release": "{release}"}),
    ("PATCH", "/changes/{change}", {"title": "Mine"}),
    ("POST", "/changes/{change}/moves", {"event": "validate"}),
    ("POST", "/changes/{change}/decisions", {"decision": "approve"}),
]


def writes(release: str, change: str) -> list[tuple[str, str, Any]]:
    filled = str(WRITES).replace("{release}", release).replace("{change}", change)
    return list(ast.literal_eval(filled))


def test_write__to_what_one_may_not_see__404_and_nothing_written(world: World):
    release, change = world.release(), world.change()
    outsider = world.caller(
        world.person("bob", "release_manager", "deployment_manager", "change_manager", scope="bank")
    )
    before = world.caller("audrey").get("/audit?limit=1").json()["items"]
    for method, path, body in writes(release, change):
        check_problem(outsider(method, path, body), 404)
    assert world.caller("audrey").get("/audit?limit=1").json()["items"] == before


def test_write__by_an_auditor__403_and_nothing_written(world: World):
    release, change = world.release(), world.change()
    audrey = world.caller("audrey")
    before = audrey.get("/audit?limit=1").json()["items"]
    for method, path, body in writes(release, change):
        answer = audrey(method, path, body)
        check_problem(answer, 403)
    assert audrey.get("/audit?limit=1").json()["items"] == before


def test_write__definitions_by_a_stakeholder__403(world: World):
    stella = world.caller("stella")
    for method, path, body in (
        ("PUT", "/items/new", {"name": "New", "ci_class": "server"}),
        ("PUT", "/environments/new", {"name": "New", "tier": "test"}),
        ("PUT", "/groups/new", {"name": "New", "members": ["web-01"]}),
        ("PUT", "/targets/web-01", {"ci": "web-01", "environment": "production", "driver": "local"}),
        ("POST", "/relations", {"source": "web-01", "kind": "uses", "target": "web-02"}),
        ("POST", "/users", {"username": "new", "name": "New"}),
        ("POST", "/users/bea/roles", {"role": "admin"}),
        ("POST", "/articles", {"kind": "faq", "title": "T", "body": "B", "service": "shop"}),
    ):
        check_problem(stella(method, path, body), 403)


def test_grant__to_oneself__403(world: World):
    answer = world.caller("adam")("POST", "/users/adam/roles", {"role": "release_manager"})
    assert check_problem(answer, 403)["code"] == "sod.self_grant"


def test_role__granted_and_revoked__counts_at_once(world: World):
    number = world.release()
    new = world.caller(world.person("nina"))
    check_problem(new.get(f"/releases/{number}"), 404)
    adam = world.caller("adam")
    assert adam("POST", "/users/nina/roles", {"role": "stakeholder", "scope": "shop"}).status_code == 201
    assert new.get(f"/releases/{number}").status_code == 200
    assert adam("DELETE", "/users/nina/roles/stakeholder/shop").status_code == 204
    check_problem(new.get(f"/releases/{number}"), 404)


def test_tokens__of_somebody_else__404(world: World):
    world.token("anna")
    bea = world.caller("bea")
    check_problem(bea.get("/users/anna/tokens"), 404)
    (token,) = world.caller("anna").get("/users/anna/tokens").json()
    check_problem(bea("DELETE", f"/users/anna/tokens/{token['id']}"), 404)
    check_problem(bea("POST", "/users/anna/tokens", {"label": "mine"}), 403)


def test_token__made_through_the_api__works_and_is_listed_without_its_value(world: World):
    anna = world.caller("anna")
    made = anna("POST", "/users/anna/tokens", {"label": "laptop"})
    assert made.status_code == 201
    assert Caller(made.json()["token"]).get("/me").json()["username"] == "anna"
    listed = anna.get("/users/anna/tokens")
    assert {one["label"] for one in listed.json()} == {"tests", "laptop"}
    assert made.json()["token"] not in listed.content.decode()


def test_audit__role_in_one_service__only_its_streams(world: World):
    shop, bank = world.release(), world.release(service="bank")
    bob = world.caller(world.person("bob", "release_manager", scope="bank"))
    check_problem(bob.get("/audit"), 403)
    check_problem(bob.get(f"/audit?stream={shop}"), 404)
    events = bob.get(f"/audit?stream={bank}").json()["items"]
    assert [one["action"] for one in events] == ["release.record.registered"]


def test_audit__whole_log__auditor_verifies_the_chain(world: World):
    from rightaway.services import audit

    world.release()
    audit.seal()
    found = world.caller("audrey").get("/audit/verification").json()
    assert (found["is_whole"], found["broken_at"]) == (True, None)
    assert found["checked"] > 10
