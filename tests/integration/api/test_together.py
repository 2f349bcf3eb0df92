"""Relations, bundles and trains through the API and on the command line."""

from datetime import timedelta

from django.utils import timezone
from tests.integration.api.test_command_line import Rightaway, rightaway
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

from rightaway.domain.values import SYSTEM
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.releases.models import Release
from rightaway.services import cmdb

__all__ = ["rightaway"]
FIRST = timezone.now() + timedelta(days=30)


def test_relation__made_shown_from_both_ends_and_taken_back(world: World) -> None:
    anna, first, second = world.caller("anna"), world.release(), world.release()
    base = f"/releases/{first}/relations"
    made = anna("POST", base, {"kind": "depends_on", "other": second})
    assert made.status_code == 201
    (shown,) = anna.get(base).json()
    assert (shown["relation"], shown["release"]["number"], shown["by"]) == ("depends_on", second, "anna")
    assert shown["release"]["is_deployed"] is False
    (other,) = anna.get(f"/releases/{second}/relations").json()
    assert (other["id"], other["relation"]) == (shown["id"], "needed_by")
    circle = anna("POST", f"/releases/{second}/relations", {"kind": "depends_on", "other": first})
    assert check_problem(circle, 409)["code"] == "relation.circle"
    check_problem(anna("POST", base, {"kind": "depends_on", "other": "REL-999999"}), 404)
    check_problem(anna("POST", base, {"kind": "likes", "other": second}), 422)
    elsewhere = f"/releases/{second}/relations/{shown['id']}/removal"
    check_problem(anna("POST", elsewhere, {"reason": "It stands at the other."}), 404)
    check_problem(anna("POST", f"{base}/{shown['id']}/removal", {"reason": ""}), 422)
    assert anna("POST", f"{base}/{shown['id']}/removal", {"reason": "Alone."}).status_code == 204
    assert anna.get(base).json() == []


def test_relation__to_a_release_of_another_service__tells_its_number_alone(world: World) -> None:
    anna, own = world.caller("anna"), world.release()
    other = world.release()
    anna("POST", f"/releases/{own}/relations", {"kind": "depends_on", "other": other})
    cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
    Release.objects.filter(number=other).update(service=ConfigurationItem.objects.get(key="bank"))
    local = world.caller(world.person("lena", "release_manager", scope="shop"))
    (shown,) = local.get(f"/releases/{own}/relations").json()
    assert shown["release"] == {
        "number": other,
        "title": "",
        "service": "",
        "phase": "",
        "phase_status": "",
        "planned_start": None,
        "planned_end": None,
        "is_deployed": None,
    }


def test_bundle__begun_filled_edited_and_closed__is_paged_and_refused_what_it_cannot(world: World) -> None:
    anna, release = world.caller("anna"), world.release()
    number = anna("POST", "/bundles", {"title": "Season"}).json()["number"]
    filled = anna("POST", f"/bundles/{number}/releases", {"add": [release]})
    assert [one["number"] for one in filled.json()["members"]] == [release]
    assert filled.json()["progress"]["releases"] == 1
    absent = check_problem(anna("POST", f"/bundles/{number}/releases", {"remove": [world.release()]}), 422)
    assert (absent["code"], absent["at"]) == ("bundle.not_in_it", "remove[0]")
    stale = anna("PATCH", f"/bundles/{number}", {"title": "Summer"}, If_Match='"1"')
    check_problem(stale, 412)
    assert anna("PATCH", f"/bundles/{number}", {"owner": "dirk"}).json()["owner"] == "dirk"
    assert anna.get("/bundles?is_open=true&text=seas").json()["items"][0]["size"] == 1
    assert anna("POST", f"/bundles/{number}/closing", {"reason": "Over."}).json()["state"] == "closed"
    check_problem(anna("PATCH", f"/bundles/{number}", {"title": "Again"}), 409)
    check_problem(world.caller("bea")("POST", "/bundles", {"title": "Mine"}), 403)


def test_train__set_up_boarded_moved_and_retired(world: World) -> None:
    anna, release = world.caller("anna"), world.release()
    wrong = {"name": "Weekly", "first_at": FIRST.isoformat(), "scope_freeze_h": 1}
    assert check_problem(anna("POST", "/trains", wrong), 422)["at"] == "scope_freeze_h"
    made = anna("POST", "/trains", wrong | {"scope_freeze_h": 200, "every": 1}).json()
    base = f"/trains/{made['number']}"
    boarded = anna("POST", f"/releases/{release}/boardings", {"train": made["number"]})
    assert (boarded.status_code, boarded.json()["departure"]) == (201, 1)
    assert [one["state"] for one in boarded.json()["stops"]] == ["due"] * 5
    aboard = anna.get(f"{base}/departures/1").json()
    assert (aboard["size"], aboard["boardings"][0]["release"]) == (1, release)
    later = (FIRST + timedelta(days=1)).isoformat()
    moved = anna("POST", f"{base}/departures/1/move", {"ships_at": later, "reason": "Strike."}).json()
    assert moved["reason"] == "Strike."
    check_problem(anna("POST", f"{base}/retirement", {"reason": "Old."}), 409)
    anna("POST", f"{base}/departures/1/cancellation", {"reason": "Strike goes on."})
    states = [(one["departure"], one["state"]) for one in anna.get(f"/releases/{release}/boardings").json()]
    assert states == [(2, "aboard"), (1, "moved")]
    anna("POST", f"/releases/{release}/boardings/leaving", {"reason": "Alone."})
    check_problem(anna("POST", f"/releases/{release}/boardings/leaving", {"reason": "Alone."}), 409)
    assert anna("PATCH", base, {"every": 2}).json()["every"] == 2
    assert check_problem(anna("PATCH", base, {"first_at": None}), 422)["at"] == "/first_at"
    assert anna("POST", f"{base}/retirement", {"reason": "Old."}).json()["state"] == "retired"
    assert {one["state"] for one in anna.get(f"{base}/departures").json()["items"]} == {"cancelled"}
    assert anna.get("/trains?is_active=true").json()["items"] == []


def test_command_line__relates_bundles_and_boards(world: World, rightaway: Rightaway) -> None:
    first, second = world.release(), world.release()
    relation = rightaway("anna", "relation", "add", first, "part_of", second).out.strip()
    assert second in rightaway("anna", "relation", "list", first).out
    assert rightaway("anna", "relation", "remove", first, relation, "--reason", "Alone.").code == 0
    bundle = rightaway("anna", "bundle", "begin", "Season").out.strip()
    rightaway("anna", "bundle", "fill", bundle, "--add", first, "--add", second)
    assert first in rightaway("anna", "bundle", "releases", bundle).out
    rightaway("anna", "bundle", "edit", bundle, "title=Summer")
    assert "Summer" in rightaway("anna", "bundle", "list", "--open").out
    assert "closed" in rightaway("anna", "bundle", "close", bundle, "--reason", "Over.").out
    assert rightaway("anna", "bundle", "show", bundle).code == 0
    train = rightaway("anna", "train", "create", "Weekly", "--first", FIRST.isoformat()).out.strip()
    assert rightaway("anna", "train", "board", first, train).out.strip() == f"{train}/1"
    assert "scope_freeze" in rightaway("anna", "train", "aboard", train, "1").out
    later = (FIRST + timedelta(days=1)).isoformat()
    assert rightaway("anna", "train", "move", train, "1", later, "--reason", "Strike.").code == 0
    assert rightaway("anna", "train", "cancel", train, "1", "--reason", "Strike.").code == 0
    assert "left" in rightaway("anna", "train", "leave", first, "--reason", "Alone.").out
    assert "cancelled" in rightaway("anna", "train", "departures", train).out
    assert rightaway("anna", "train", "edit", train, "every=3").code == 0
    assert "retired" in rightaway("anna", "train", "retire", train, "--reason", "Old.").out
    assert train in rightaway("anna", "train", "list").out
    assert rightaway("anna", "train", "show", train).code == 0
