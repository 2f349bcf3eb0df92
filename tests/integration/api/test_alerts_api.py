"""Alerts, what was raised, the outbox and one's own choices through the API."""

from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World
from tests.phases import Phases


def test_alerts__listed__all_with_when_they_were_raised_last(world: World):
    world.release()
    rows = {one["id"]: one for one in world.caller("carl").get("/alerts").json()}
    assert len(rows) == 24
    assert rows["A01"]["last_at"] is not None
    assert rows["A15"]["last_at"] is None
    assert rows["A05"]["steps"][0] == {"to": ["release_manager"], "after_s": None, "percent": 100}


def test_raised__of_a_record__with_who_was_told(world: World):
    number = world.release()
    found = world.caller("audrey").get(f"/alerts/raised?record={number}&alert=A01").json()["items"]
    assert [one["subject_key"] for one in found] == [number]
    assert found[0]["steps"][0]["people"]
    check_problem(world.caller("stella").get("/alerts/raised"), 403)


def test_mail_preferences__changed__what_is_left_out_stays(world: World):
    carl = world.caller("carl")
    assert carl.get("/mail-preferences").json()["channels"]["pages"] == "at_once"
    sent = {"channels": {"tasks": "never"}, "quiet_from": "20:00", "quiet_until": "07:00"}
    assert carl("PATCH", "/mail-preferences", sent).status_code == 200
    found = carl("PATCH", "/mail-preferences", {"digest_every": "week"}).json()
    assert (found["channels"]["tasks"], found["quiet_from"], found["digest_every"]) == (
        "never",
        "20:00:00",
        "week",
    )
    none = carl("PATCH", "/mail-preferences", {"quiet_from": None, "quiet_until": None}).json()
    assert none["quiet_from"] is None
    refused = carl("PATCH", "/mail-preferences", {"channels": {"pages": "never"}})
    assert check_problem(refused, 422)["code"] == "mail.page"


def test_mails__as_administrator__listed_and_not_for_others(world: World):
    adam, carl = world.caller("adam"), world.caller("carl")
    assert adam.get("/mails").json()["items"] == []
    Phases.refused_mail("bea")
    (mail,) = adam.get("/mails?state=failed").json()["items"]
    assert (mail["person"], mail["state"]) == ("bea", "failed")
    check_problem(carl.get("/mails"), 403)
    check_problem(adam("POST", "/mails/999/requeue"), 404)
