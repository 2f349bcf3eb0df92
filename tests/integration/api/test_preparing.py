"""Training and notices through the API."""

from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World


def test_training__planned_held_and_attended__shows_how_far_it_is(world: World) -> None:
    tara, anna = world.caller(world.person("tara", "training_manager")), world.caller("anna")
    base = f"/releases/{world.release()}"
    desk = f"{base}/training/service desk"
    assert tara("PUT", f"{desk}/plan", {"kind": "support", "pass_mark": 60}).json()["pass_mark"] == 60
    assert tara("PUT", f"{desk}/plan", {"provider": "Academy"}).json()["kind"] == "support"
    assert tara("POST", f"{desk}/people", {"names": ["bea", "Mr X"]}).json()["named"] == 2
    times = {"starts_at": "2026-01-01T08:00Z", "ends_at": "2026-01-01T09:00Z", "seats": 2}
    session = tara("POST", f"{desk}/sessions", times).json()["id"]
    came = {"name": "bea", "source": "learning_system", "session": session, "score": 59}
    assert tara("PUT", f"{desk}/attendance", came).json()["trained"] == 0
    assert tara("PUT", f"{desk}/attendance", {**came, "score": 60}).json()["trained"] == 1
    assert check_problem(tara("PUT", f"{desk}/attendance", {**came, "name": "eve"}), 422)["at"] == "name"
    assert tara("DELETE", f"{desk}/people/Mr X").status_code == 204
    plan = anna.get(f"{base}/training-plan").json()
    assert [(one["named"], one["trained"], one["is_by_name"]) for one in plan["audiences"]] == [(1, 1, True)]
    check_problem(tara("DELETE", f"{desk}/plan"), 409)
    check_problem(world.caller("stella")("PUT", f"{desk}/plan", {}), 403)


def test_notice__planned_sent_and_acknowledged__shows_who_has_it(world: World) -> None:
    anna, stella = world.caller("anna"), world.caller("stella")
    number = world.release()
    base = f"/releases/{number}"
    sent = {"to": "stakeholders", "due_at": "2030-01-01T00:00Z", "text": "{service} changes."}
    refused = check_problem(anna("POST", f"{base}/communication", sent), 409)
    assert (refused["code"], refused["at"]) == ("notice.audience_empty", "to")
    anna("PUT", f"{base}/people", {"stakeholders": [{"person": "stella", "part": "inform"}]})
    made = anna("POST", f"{base}/communication", sent).json()
    assert (made["recipients"], made["sent_at"]) == ([], None)
    told = anna("POST", f"{base}/communication/{made['id']}/sending").json()
    assert [(one["person"], one["delivery"]) for one in told["recipients"]] == [("stella", "delivered")]
    (mine,) = stella.get("/notices").json()["items"]
    assert (mine["id"], mine["release"]) == (made["id"], number)
    assert stella("POST", f"/notices/{made['id']}/acknowledgement").json()["acknowledged_at"]
    check_problem(anna("POST", f"/notices/{made['id']}/acknowledgement"), 404)
    check_problem(anna("POST", f"{base}/communication/{made['id']}/reminder"), 409)
    (shown,) = stella.get(f"{base}/communication").json()
    assert shown["acknowledged"] == 1
