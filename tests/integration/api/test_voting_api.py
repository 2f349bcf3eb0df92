"""A person's approvals through the API: what waits, votes on several, delegations, questions, groups."""

from datetime import timedelta

from django.utils import timezone
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

KIND = "plan_design"


def test_approvals__from_asking_to_a_deputys_vote(world: World):
    release = world.designed()
    anna, sofia, stella = (world.caller(name) for name in ("anna", "sofia", "stella"))
    digest = anna("POST", f"/releases/{release}/approvals", {"kind": KIND}).json()["digest"]
    (waiting,) = sofia.get("/approvals").json()
    assert (waiting["release"], waiting["digest"], waiting["since"], waiting["news"]) == (
        release,
        digest,
        "first",
        [],
    )
    assert sofia.get("/approvals?kind=deployment").json() == []

    asked = sofia("POST", f"/releases/{release}/approvals/{KIND}/questions", {"text": "Why now?"})
    assert asked.status_code == 201
    answer = f"/releases/{release}/questions/{asked.json()['id']}/answer"
    assert anna("POST", answer, {"text": "It is ready."}).json()["answer"] == "It is ready."
    assert check_problem(anna("POST", answer, {"text": "Again."}), 409)["code"] == "question.answered"

    now = timezone.now()
    body = {"to": "stella", "starts_at": now.isoformat(), "ends_at": (now + timedelta(days=1)).isoformat()}
    made = sofia("POST", "/delegations", body)
    assert made.status_code == 201, made.content
    assert [one["giver"] for one in stella.get("/delegations").json()] == ["sofia"]
    votes = [{"release": release, "kind": KIND, "digest": one} for one in ("0" * 64, digest)]
    found = stella("POST", "/approvals/votes", {"decision": "approve", "votes": votes}).json()
    assert [(one["state"], one["code"]) for one in found] == [
        ("", "approval.content_changed"),
        ("pending", ""),
    ]
    shown = anna.get(f"/releases/{release}/approvals/{KIND}").json()
    assert [(one["voter"], one["on_behalf_of"]) for one in shown["votes"]] == [("stella", "sofia")]
    assert [one["answer"] for one in shown["questions"]] == ["It is ready."]
    assert stella.get("/approvals?show=decided").json()[0]["release"] == release
    number = made.json()["id"]
    check_problem(anna("DELETE", f"/delegations/{number}"), 404)
    assert sofia("DELETE", f"/delegations/{number}").status_code == 204
    assert sofia.get("/delegations").json() == []


def test_groups__defined_by_an_admin__are_listed(world: World):
    adam, group = world.caller("adam"), {"name": "Deployment board", "members": ["cara", "sofia"]}
    assert adam("PUT", "/approver-groups/dcab", group).json()["members"] == ["cara", "sofia"]
    check_problem(world.caller("anna")("PUT", "/approver-groups/dcab", group), 403)
    assert [one["key"] for one in world.caller("anna").get("/approver-groups").json()] == ["dcab"]
