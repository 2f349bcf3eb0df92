"""Changes, configuration records, evidence, incidents, knowledge, reviews, metrics through the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import CONFIGURATION, World, yaml


def test_change__from_request_to_authorisation__each_step_by_its_role(world: World):
    stella, carl = world.caller("stella"), world.caller("carl")
    sent = {"title": "Yen", "description": "Prices in yen.", "change_type": "normal", "service": "shop"}
    made = stella("POST", "/changes", sent | {"affected_cis": ["web-01"], "impact": 2})
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    for event in ("validate", "assess"):
        assert event in carl.get(f"/changes/{number}").json()["events"]
        assert carl("POST", f"/changes/{number}/moves", {"event": event}).status_code == 200
    (waiting,) = carl.get("/changes?awaiting_me=true").json()["items"]
    assert waiting["number"] == number
    decided = carl("POST", f"/changes/{number}/decisions", {"decision": "approve", "note": "Wanted."}).json()
    assert (decided["state"], decided["authorisations"][0]["person"]) == ("authorised", "carl")


def test_change__edited_with_an_old_version__412(world: World):
    stella, number = world.caller("stella"), world.change()
    tag = stella.get(f"/changes/{number}")["ETag"]
    assert stella("PATCH", f"/changes/{number}", {"title": "A"}, If_Match=tag).status_code == 200
    check_problem(stella("PATCH", f"/changes/{number}", {"title": "B"}, If_Match=tag), 412)


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("/items/web-01", "PUT", {"name": "Web", "ci_class": "server", "service": "shop"}),
        ("/targets/web-01", "PUT", {"ci": "web-01", "environment": "production", "driver": "local",
                                    "config": {"state_dir": "/srv/x"}}),
    ],
)  # fmt: skip
def test_definition__with_an_old_tag__412_with_who_changed_it(
    world: World, path: str, method: str, body: dict
):
    dirk = world.caller(world.person("otis", "deployment_manager", "build_engineer"))
    tag = dirk.get(path)["ETag"]
    made = dirk(method, path, body, If_Match=tag)
    assert made.status_code == 200, made.content
    answer = dirk(method, path, body, If_Match=tag)
    found = check_problem(answer, 412)
    assert answer["ETag"] == made["ETag"] != tag
    assert [one["by"] for one in found["evidence"]["changes"]] == ["otis"]


def test_incident__resolved_with_an_old_tag__412(world: World):
    carl = world.caller("carl")
    made = carl("POST", "/incidents", {"title": "Down", "service": "shop", "severity": 1}).json()
    path = f"/incidents/{made['number']}"
    tag = carl.get(path)["ETag"]
    assert carl("POST", f"{path}/confirmation", If_Match=tag).status_code == 200
    check_problem(carl("POST", f"{path}/resolution", {"resolution": "Done."}, If_Match=tag), 412)


def test_configuration__applied_again__counts_and_the_same_records(world: World):
    adam = world.caller(world.person("otis", "deployment_manager", "build_engineer"))
    answer = adam.yaml("POST", "/configuration", CONFIGURATION)
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "environments": 2, "services": 2, "cis": 3, "relations": 1, "groups": 1, "targets": 3,
    }  # fmt: skip
    assert len(adam.get("/items").json()["items"]) == 5


def test_configuration__bad_driver_settings__refused_as_a_whole(world: World):
    text = (
        yaml(CONFIGURATION).replace("state_dir: /srv/web-02", "statedir: /srv/web-02").replace("Web 1", "Neu")
    )
    answer = world.caller("dirk")("POST", "/configuration", text, Content_Type="application/yaml")
    assert check_problem(answer, 422)["code"] == "driver.config"
    assert world.caller("dirk").get("/items/web-01").json()["name"] == "Web 1"


def test_configuration__repeated_key__place_in_the_file(world: World):
    text = yaml(CONFIGURATION).replace("key: web-02, name", "key: web-01, name")
    answer = world.caller("dirk")("POST", "/configuration", text, Content_Type="text/yaml")
    found = check_problem(answer, 422)
    assert (found["code"], found["at"]) == ("name.repeated", "10:11")


def test_items__defined_related_and_filtered__shown(world: World):
    anna = world.caller("anna")
    item = {"name": "Cache", "ci_class": "cache", "service": "shop", "is_stateful": True}
    assert anna("PUT", "/items/cache", item).json()["is_stateful"] is True
    relation = {"source": "web-01", "kind": "depends_on", "target": "cache"}
    assert anna("POST", "/relations", relation).status_code == 201
    assert relation in anna.get("/items/cache/relations").json()
    assert [one["key"] for one in anna.get("/items?ci_class=cache").json()["items"]] == ["cache"]
    keys = [one["key"] for one in anna.get("/items?limit=2&order=-key").json()["items"]]
    assert keys == ["web-02", "web-01"]


def test_items__key_with_a_bad_letter__422(world: World):
    found = check_problem(world.caller("anna")("PUT", "/items/a%20b", {"name": "X", "ci_class": "x"}), 422)
    assert found["code"] == "text.pattern"


def test_items__unlike_expected__found(world: World):
    from rightaway.domain.values import SYSTEM
    from rightaway.queries import cmdb as ask
    from rightaway.services import cmdb

    item = ask.item("web-01")
    assert item is not None
    cmdb.expect(actor=SYSTEM, states={item.pk: {"version": "2"}}, cause="REL-1")
    cmdb.observe(actor=SYSTEM, states={item.pk: {"version": "1"}}, source="look")
    found = world.caller("anna").get("/items?is_mismatched=true").json()["items"]
    assert [one["key"] for one in found] == ["web-01"]


def test_targets__listed__with_configuration_for_those_who_work_there(world: World):
    (first, *_) = world.caller("dirk").get("/targets?environment=production").json()["items"]
    assert (first["key"], first["config"]["state_dir"], first["installed"]) == ("web-01", "/srv/web-01", None)


def test_groups_and_environments__listed(world: World):
    anna = world.caller("anna")
    assert anna.get("/groups").json() == [
        {"key": "webs", "name": "All webs", "members": ["web-01", "web-02"]}
    ]
    assert [one["key"] for one in anna.get("/environments").json()] == ["production", "staging"]


def test_defect__found_and_closed(world: World):
    anna, path = world.caller("anna"), f"/releases/{world.release()}/defects"
    defect = anna("POST", path, {"title": "Wrong price", "severity": "major"}).json()
    assert defect["is_open"] is True
    closed = anna("POST", f"{path}/{defect['id']}/resolution", {"resolution": "Rounded."}).json()
    assert (closed["is_open"], anna.get(path).json()) == (False, [closed])


def test_training_and_notices__recorded(world: World):
    anna, release = world.caller("anna"), f"/releases/{world.release()}"
    trained = anna("PUT", f"{release}/training/service desk", {"mode": "video", "invited": 5, "attended": 4})
    assert (trained.status_code, trained.json()["attended"]) == (200, 4)
    more = anna("PUT", f"{release}/training/service desk", {"mode": "video", "invited": 5, "attended": 6})
    assert check_problem(more, 422)["code"] == "training.attendance"
    notice = anna("PUT", f"{release}/notices/customers", {"text": "Soon.", "due_at": "2030-01-01T00:00Z"})
    assert notice.json()["sent_at"] is None
    assert anna("POST", f"{release}/notices/customers/sent").json()["sent_by"] == "anna"


def test_backup__in_the_future__422(world: World):
    sent = {"reference": "s3://x", "taken_at": "2090-01-01T00:00Z"}
    answer = world.caller("anna")("POST", "/items/web-01/backups", sent)
    assert check_problem(answer, 422)["code"] == "backup.future"


def test_backup__recorded__listed(world: World):
    anna = world.caller("anna")
    sent = {"reference": "tape 7", "taken_at": "2026-01-01T00:00Z", "is_verified": True}
    assert anna("POST", "/items/web-01/backups", sent).status_code == 201
    (found,) = anna.get("/items/web-01/backups").json()
    assert (found["reference"], found["verified_at"] is not None) == ("tape 7", True)


def test_incident__recorded_confirmed_and_resolved(world: World):
    anna, release = world.caller("anna"), world.release()
    sent = {
        "title": "Down",
        "service": "shop",
        "severity": 2,
        "release": release,
        "link": "caused_by_release",
    }
    number = anna("POST", "/incidents", sent).json()["number"]
    assert anna("POST", f"/incidents/{number}/confirmation").json()["confirmed_by"] == "anna"
    closed = anna("POST", f"/incidents/{number}/resolution", {"resolution": "Restarted."}).json()
    assert (closed["state"], closed["resolution"]) == ("closed", "Restarted.")
    assert [one["number"] for one in anna.get(f"/incidents?release={release}").json()["items"]] == [number]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("severity", 5, "number.range"),
        ("link", "because", "incident.link"),
        ("release", "REL-999999", "not_found"),
    ],
)
def test_incident__wrong_field__refused(world: World, field: str, value: object, code: str):
    sent = {"title": "Down", "service": "shop", "severity": 2, field: value}
    answer = world.caller("anna")("POST", "/incidents", sent)
    assert check_problem(answer, 422, 404)["code"] == code


def test_incident__linked_to_a_release_later__replaced_by_another_link_and_refused_when_closed(world: World):
    anna, release = world.caller("anna"), world.release()
    number = anna("POST", "/incidents", {"title": "Down", "service": "shop", "severity": 2}).json()["number"]
    path = f"/incidents/{number}/release"
    for link in ("caused_by_release", "resolved_by_release"):
        linked = anna("PUT", path, {"release": release, "link": link}).json()
        assert (linked["release"], linked["link"]) == (release, link)
    assert linked["confirmed_by"] is None
    wrong = check_problem(anna("PUT", path, {"release": release, "link": "near"}), 422)
    assert (wrong["code"], wrong["at"]) == ("incident.link", "link")
    anna("POST", f"/incidents/{number}/resolution", {"resolution": "Restarted."})
    closed = anna("PUT", path, {"release": release, "link": "caused_by_release"})
    assert check_problem(closed, 409)["code"] == "incident.closed"


def test_known_error__recorded_and_linked__shown_with_its_release(world: World):
    anna, release = world.caller("anna"), world.release()
    sent = {"title": "Euro only", "root_cause": "One currency.", "workaround": "Call.", "service": "shop"}
    number = anna("POST", "/known-errors", sent).json()["number"]
    assert anna("PUT", f"/releases/{release}/known-errors/{number}", {"effect": "fixes"}).status_code == 200
    (found,) = anna.get(f"/known-errors?release={release}").json()["items"]
    assert found["releases"] == [{"release": release, "effect": "fixes", "disposition": ""}]
    assert anna.get(f"/releases/{release}").json()["known_errors"][0]["known_error"] == number


def test_interaction__recorded_and_closed_with_the_release(world: World):
    anna, release = world.caller("anna"), world.release()
    sent = {"contact": "Ms Weber", "channel": "phone", "summary": "Yen?", "release": release}
    number = anna("POST", "/interactions", sent).json()["number"]
    answer = anna("PUT", f"/releases/{release}/dispositions/{number}", {"disposition": "nonsense"})
    check_problem(answer, 422, 409)
    assert [one["number"] for one in anna.get("/interactions").json()["items"]] == [number]


def test_article__written_edited_and_published(world: World):
    anna = world.caller("anna")
    sent = {"kind": "faq", "title": "Yen", "body": "How to pay.", "service": "shop"}
    made = anna("POST", "/articles", sent)
    path = f"/articles/{made.json()['number']}"
    edited = anna("PUT", path, {"title": "Yen", "body": "How to pay in yen."}, If_Match=made["ETag"])
    assert edited.json()["body"] == "How to pay in yen."
    check_problem(anna("PUT", path, {"title": "Yen", "body": "Old."}, If_Match=made["ETag"]), 412)
    assert anna("POST", f"{path}/publication").json()["state"] == "published"


def test_review_and_ratings__before_and_after(world: World):
    anna, release = world.caller("anna"), f"/releases/{world.release()}"
    check_problem(anna.get(f"{release}/review"), 404)
    check_problem(anna.get(f"{release}/early-life"), 404)
    sent = {"went_well": "Waves.", "to_change": "Notices."}
    assert anna("PUT", f"{release}/review", sent).json()["completed_by"] == "anna"
    assert anna("PUT", f"{release}/ratings/mine", {"rating": 4}).json()["rating"] == 4
    assert check_problem(anna("PUT", f"{release}/ratings/mine", {"rating": 6}), 422)["code"] == "number.range"
    acceptance = anna("POST", f"{release}/early-life/acceptance", {"service_level_met": True})
    assert check_problem(acceptance, 409)["code"] == "early_life.not_begun"


def test_objectives__measured__shown_on_the_release(world: World):
    anna, release = world.caller("anna"), f"/releases/{world.release()}"
    anna("PUT", f"{release}/scope", {"objectives": ["Fast"]})
    results = {"results": [{"text": "Fast", "result": "met", "measured": "20 ms"}]}
    assert anna("PUT", f"{release}/objectives", results).json()["objectives"][0]["result"] == "met"


def test_metrics__no_data__null_and_never_zero(world: World):
    found = world.caller("anna").get("/services/shop/metrics?days=30").json()
    assert (found["service"], found["days"]) == ("shop", 30)
    assert {"frequency", "lead_time", "fail_rate", "recovery", "rework"} <= set(found)
    check_problem(world.caller("anna").get("/services/web-01/metrics"), 404)
    check_problem(world.caller("adam").get("/services/shop/metrics"), 403)


def test_people__created_listed_and_service_account(world: World):
    adam = world.caller("adam")
    made = adam("POST", "/users", {"username": "nora", "name": "Nora", "password": "long enough 2026"})
    assert made.status_code == 201, made.content
    assert (
        check_problem(adam("POST", "/users", {"username": "nora", "name": "N"}), 422)["code"]
        == "account.exists"
    )
    robot = adam("POST", "/users", {"username": "robot", "name": "CI", "owner": "nora"}).json()
    assert (robot["kind"], robot["owner"]) == ("service_account", "nora")
    assert "nora" in [one["username"] for one in adam.get("/users?limit=200").json()["items"]]


@pytest.mark.parametrize(
    "path", ["/changes", "/items", "/audit", "/users", "/targets", "/incidents", "/deployments"]
)
def test_list__grows__same_number_of_statements(world: World, path: str, django_assert_max_num_queries):
    reader = world.caller(world.person("ruth", "release_manager", "change_manager"))
    for number in range(12):
        world.change(title=f"Change {number}")
    with django_assert_max_num_queries(7):
        assert reader.get(f"{path}?limit=1").status_code == 200
    with django_assert_max_num_queries(7):
        assert reader.get(f"{path}?limit=200").status_code == 200


def test_release__with_many_people_and_changes__same_number_of_statements(
    world: World, django_assert_num_queries
):
    number, anna = world.release(), world.caller("anna")
    anna("PUT", f"/releases/{number}/people", {"stakeholders": [{"person": "stella", "part": "accept"}]})
    anna("PUT", f"/releases/{number}/scope", {"changes": [world.change()]})
    with CaptureQueriesContext(connection) as few:
        anna.get(f"/releases/{number}")
    expected = len(few)
    people = [{"person": world.person(f"p{n}", "stakeholder"), "part": "inform"} for n in range(6)]
    anna("PUT", f"/releases/{number}/people", {"stakeholders": people})
    anna("PUT", f"/releases/{number}/scope", {"changes": [world.change(title=f"C{n}") for n in range(6)]})
    with django_assert_num_queries(expected):
        anna.get(f"/releases/{number}")


def test_release_and_standing__shown__bounded_statements(world: World, django_assert_max_num_queries):
    number, anna = world.planned(), world.caller("anna")
    with django_assert_max_num_queries(20):
        assert anna.get(f"/releases/{number}").status_code == 200
    with django_assert_max_num_queries(90):
        assert anna.get(f"/releases/{number}/standing").status_code == 200
