from tests.integration.api.world import DESIGN, RELEASE, World


def test_register__release_file_as_yaml__everything_in_it_is_there(world: World):
    answer = world.caller("anna").yaml("POST", "/releases", RELEASE)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert found["number"].startswith("REL-")
    assert found["affected_cis"] == ["web-01"]
    assert found["affected_groups"] == ["webs"]
    assert found["objectives"] == [{"text": "It answers in yen", "target": "", "result": "", "measured": ""}]
    assert found["stakeholders"] == [{"person": "stella", "part": "accept"}]
    assert answer["ETag"] == f'"{found["version"]}"'


def test_release_file__registered_again__gives_the_same_file(world: World):
    anna = world.caller("anna")
    first = anna.yaml("POST", "/releases", RELEASE).json()["number"]
    held = anna.get(f"/releases/{first}/file").content.decode()
    second = anna.yaml("POST", "/releases", held)
    assert second.status_code == 201, second.content
    assert anna.get(f"/releases/{second.json()['number']}/file").content.decode() == held


def test_register__unknown_field__place_and_suggestion(world: World):
    answer = world.caller("anna").yaml("POST", "/releases", RELEASE.replace("title:", "titel:"))
    assert answer.status_code == 422
    unknown = next(one for one in answer.json()["errors"] if one["code"] == "field.unknown")
    assert (unknown["at"], unknown["hint"]) == ("2:1", "Did you mean title?")
    assert world.caller("anna").get("/releases").json()["items"] == []


def test_register__one_part_refused__nothing_is_written(world: World):
    answer = world.caller("anna").yaml("POST", "/releases", RELEASE.replace("stella", "ghost"))
    assert answer.status_code == 404
    assert world.caller("anna").get("/releases").json()["items"] == []


def test_register__field_that_nothing_records__refused_instead_of_lost(world: World):
    answer = world.caller("anna").yaml("POST", "/releases", RELEASE + "    requested_for: dora\n")
    assert (answer.status_code, answer.json()["at"]) == (422, "requested_for")


def test_register__file_that_ends_an_incident__links_it(world: World):
    anna = world.caller("anna")
    sent = {"title": "Down", "service": "shop", "severity": 1}
    number = anna("POST", "/incidents", sent).json()["number"]
    text = RELEASE + f"    origin: incident\n    incidents: [{number}]\n"
    made = anna.yaml("POST", "/releases", text).json()
    assert made["origin"] == "incident"
    linked = anna.get(f"/incidents/{number}").json()
    assert (linked["release"], linked["link"]) == (made["number"], "resolved_by_release")


def test_hold__and_resumed__is_listed_and_told_by_the_standing(world: World):
    anna, number = world.caller("anna"), world.release()
    sent = {"reason": "Nobody has time.", "until": "2031-01-01T09:00Z"}
    answer = anna("POST", f"/releases/{number}/holds", sent)
    assert (answer.status_code, answer.json()["phase_status"]) == (201, "on_hold")
    ways = anna.get(f"/releases/{number}/standing").json()["ways"]
    assert not next(one for one in ways if one["event"] == "start_planning")["allowed"]
    assert anna("POST", f"/releases/{number}/holds", sent).status_code == 409
    resumed = anna("POST", f"/releases/{number}/resumption")
    assert (resumed.status_code, resumed.json()["phase_status"]) == (200, "in_progress")
    (held,) = anna.get(f"/releases/{number}/holds").json()
    assert (held["reason"], held["held_by"], held["resumed_by"]) == ("Nobody has time.", "anna", "anna")


def test_edit__with_the_version_seen__changes_and_moves_the_etag(world: World):
    anna, number = world.caller("anna"), world.release()
    seen = anna.get(f"/releases/{number}")
    answer = anna("PATCH", f"/releases/{number}", {"justification": "Wanted."}, If_Match=seen["ETag"])
    assert answer.status_code == 200, answer.content
    assert answer.json()["justification"] == "Wanted."
    assert answer["ETag"] != seen["ETag"]


def test_edit__with_an_old_version__412_with_the_current_etag(world: World):
    anna, number = world.caller("anna"), world.release()
    old = anna.get(f"/releases/{number}")["ETag"]
    current = anna("PATCH", f"/releases/{number}", {"title": "Shop 2.1"})["ETag"]
    answer = anna("PATCH", f"/releases/{number}", {"title": "Shop 2.2"}, If_Match=old)
    assert (answer.status_code, answer.json()["code"]) == (412, "version.stale")
    assert answer["ETag"] == current
    assert anna.get(f"/releases/{number}").json()["title"] == "Shop 2.1"


def test_edit__null__empties_the_field(world: World):
    anna, number = world.caller("anna"), world.release()
    anna("PATCH", f"/releases/{number}", {"category": "feature", "impact": 2})
    answer = anna("PATCH", f"/releases/{number}", {"category": None, "impact": None})
    assert (answer.json()["category"], answer.json()["impact"]) == ("", None)


def test_design__from_a_file__read_back(world: World):
    dirk, number = world.caller("dirk"), world.release()
    answer = dirk.yaml("PUT", f"/releases/{number}/design", DESIGN)
    assert answer.status_code == 200, answer.content
    design = dirk.get(f"/releases/{number}/design").json()
    assert (design["model"], [wave["size"] for wave in design["waves"]]) == ("phased", [1, "100%"])


def test_scope_and_expectations__set__shown(world: World):
    anna, number, change = world.caller("anna"), world.release(), world.change()
    scope = {"changes": [change], "cis": ["web-02"], "objectives": ["Fast"]}
    assert anna("PUT", f"/releases/{number}/scope", scope).json()["changes"] == [change]
    states = {"web-02": {"version": "2.0"}}
    assert anna("PUT", f"/releases/{number}/expectations", {"states": states}).status_code == 200
    assert anna.get("/items/web-02").json()["expected"] == {"version": "2.0"}


def test_move__not_ready__409_with_all_that_is_missing(world: World):
    anna, number = world.caller("anna"), world.release()
    answer = anna("POST", f"/releases/{number}/moves", {"event": "start_planning"})
    found = answer.json()
    assert (answer.status_code, found["code"]) == (409, "gate.closed")
    assert len(found["evidence"]["unmet"]) > 5
    assert all(one["owner"] and one["message"] for one in found["evidence"]["unmet"])


def test_move__event_of_another_phase__409_with_those_allowed(world: World):
    answer = world.caller("anna")("POST", f"/releases/{world.release()}/moves", {"event": "close"})
    assert (answer.status_code, answer.json()["code"]) == (409, "release.transition_refused")
    assert answer.json()["evidence"]["allowed"] == ["start_planning", "abandon", "start_emergency_build"]


def test_standing__shown__ways_checklist_and_rail(world: World):
    found = world.caller("stella").get(f"/releases/{world.release()}/standing").json()
    assert [way["event"] for way in found["ways"]] == ["start_planning", "abandon", "start_emergency_build"]
    assert [item["key"] for item in found["checklist"]][:2] == ["release_plan", "release_package"]
    assert found["rail"][0]["standing"] == "now"


def test_list__pages__every_release_once_while_others_are_added(world: World):
    anna = world.caller("anna")
    expected = [world.release(title=f"Release {n}") for n in range(5)]
    seen, after = [], ""
    for _ in range(10):
        found = anna.get(f"/releases?limit=2&after={after}").json()
        seen += [one["number"] for one in found["items"]]
        world.release(title="added meanwhile")
        after = found["next"]
        if after is None:
            break
    assert seen == expected[::-1]


def test_list__oldest_first__other_cursor_refused(world: World):
    anna = world.caller("anna")
    for _ in range(2):
        world.release()
    cursor = anna.get("/releases?limit=1").json()["next"]
    answer = anna.get(f"/releases?limit=1&order=oldest&after={cursor}")
    assert (answer.status_code, answer.json()["code"], answer.json()["at"]) == (400, "query.value", "after")


def test_list__many_releases__same_number_of_statements(world: World, django_assert_num_queries):
    anna = world.caller("anna")
    world.release()
    anna.get("/releases")
    with django_assert_num_queries(4):  # token, account, roles, page
        anna.get("/releases")
    for _ in range(10):
        world.release()
    with django_assert_num_queries(4):
        anna.get("/releases")
