"""Models of standard changes through the API: written, authorised by another, used, taken away."""

from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

MODEL = {
    "title": "Rotate logs",
    "services": ["shop"],
    "ci_classes": ["server"],
    "max_items": 2,
    "implementation_plan": "Set it.",
    "test_plan": "Look.",
    "remediation_plan": "Set it back.",
}
CHANGE = {"title": "Logs", "description": "Daily.", "change_type": "standard", "service": "shop"}


def test_change_model__written_authorised_used_and_retired__each_by_its_role(world: World):
    carl, cara, stella = (world.caller(name) for name in ("carl", "cara", "stella"))
    check_problem(stella("POST", "/change-models", MODEL), 403)
    made = carl("POST", "/change-models", MODEL)
    assert made.status_code == 201, made.content
    number, digest = made.json()["number"], made.json()["current_digest"]
    path = f"/change-models/{number}"
    refused = carl("POST", f"{path}/authorisation", {"digest": digest})
    assert check_problem(refused, 403)["code"] == "sod.self_approval"
    assert cara("POST", f"{path}/authorisation", {"digest": digest}).json()["state"] == "active"
    used = stella("POST", "/changes", CHANGE | {"model": number, "affected_cis": ["web-02"]})
    assert used.status_code == 201, used.content
    assert (used.json()["model"], used.json()["implementation_plan"]) == (number, "Set it.")
    misfit = check_problem(stella("POST", "/changes", CHANGE | {"model": number, "service": "bank"}), 422)
    assert {one["at"] for one in misfit["errors"]} == {"service", "affected_cis"}
    assert check_problem(stella("POST", "/changes", CHANGE), 422)["code"] == "change.model_needed"
    check_problem(stella("POST", f"{path}/moves", {"event": "retire", "reason": "x"}), 403)
    assert carl("POST", f"{path}/moves", {"event": "retire", "reason": "x"}).json()["state"] == "retired"
    listed = stella.get("/change-models?state=retired").json()["items"]
    assert [one["number"] for one in listed] == [number]
    check_problem(world.caller(world.person("nina")).get(path), 403)


def test_change_model__edited_with_an_old_version__412(world: World):
    carl = world.caller("carl")
    number = carl("POST", "/change-models", MODEL).json()["number"]
    path = f"/change-models/{number}"
    tag = carl.get(path)["ETag"]
    assert carl("PATCH", path, {"max_items": 5}, If_Match=tag).json()["max_items"] == 5
    check_problem(carl("PATCH", path, {"max_items": 6}, If_Match=tag), 412)
    check_problem(carl.get("/change-models/CHM-999999"), 404)


def test_risk__of_a_change_and_a_release__each_term_with_its_points(world: World):
    stella, change, release = world.caller("stella"), world.change(), world.release()
    asked = {one["key"]: one["answers"] for one in stella.get("/risk-questions").json()}
    assert asked["data"] == {"untouched": 0, "changed": 50, "lost": 100}
    before = stella.get(f"/changes/{change}/risk").json()
    edited = stella("PATCH", f"/changes/{change}", {"risk_answers": {"novelty": "nothing", "data": "lost"}})
    assert edited.status_code == 200, edited.content
    after = stella.get(f"/changes/{change}/risk").json()
    assert (after["effective"], after["overrides"]) == (4, ["destructive"])
    assert after["score"] >= before["score"]
    assert after["score"] == round(sum(one["weight"] * one["share"] for one in after["terms"]))
    raised = stella("PATCH", f"/changes/{change}", {"risk_level": 5}).json()
    assert raised["risk_level"] == 5
    assert stella.get(f"/changes/{change}/risk").json()["effective"] == 5
    assert world.caller("anna").get(f"/releases/{release}/risk").json()["inputs"]["criticality"] == 3
    check_problem(
        world.caller(world.person("bob", "stakeholder", scope="bank")).get(f"/changes/{change}/risk"), 404
    )


def test_unauthorised_change__recorded_and_taken_back__by_those_who_may(world: World):
    stella, carl = world.caller("stella"), world.caller("carl")
    sent = {"service": "shop", "affected_cis": ["web-01"], "evidence": "Root was there."}
    made = stella("POST", "/unauthorised-changes", sent)
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    check_problem(stella("POST", f"/changes/{number}/reversal", {"reason": "x"}), 403)
    back = carl("POST", f"/changes/{number}/reversal", {"reason": "Not ours."})
    assert back.json()["affected_cis"] == ["web-01"]
    assert carl.get(f"/changes/{number}").json()["disposition"] == f"Taken back by {back.json()['number']}"
