"""A release policy over the API: written whole, read back, refused with the place."""

from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

WHOLE = {
    "allowed_types": ["major", "minor"],
    "allowed_models": ["phased"],
    "lead_time_d": {"major": 5},
    "windows": [{"weekdays": [5, 6], "opens": "22:00", "closes": "04:00", "zone": "Europe/Berlin"}],
    "notice_lead_s": 86_400,
    "early_life_s": 86_400,
    "rehearsal_required": False,
    "rehearsal_max_age_days": 7,
    "backup_max_age_hours": 12,
    "window_margin_pct": 20,
    "users_attendance_pct": 90,
    "support_attendance_pct": 95,
    "mandatory_test_levels": ["smoke"],
    "pass_pct": {"uat": 90},
    "published_articles": ["runbook"],
    "longest_waiver_days": 14,
    "freezes": [
        {
            "title": "Year end",
            "starts": "2026-12-18T18:00",
            "ends": "2027-01-04T06:00",
            "zone": "Europe/Berlin",
            "is_soft": False,
            "except_types": ["emergency"],
        }
    ],
    "extra_approvers": [{"approval": "deployment", "sources": ["user:stella"], "types": ["major"]}],
    "rollout_acceptance": ["major"],
    "rollback_criteria": ["One payment in a hundred fails"],
    "version_scheme": "semantic",
    "emergency_severity": 1,
    "emergency_by_known_error": False,
    "emergency_by_advisory": False,
}


def test_policy__written_whole_and_confirmed__is_what_holds(world: World) -> None:
    anna, carl = world.caller("anna"), world.caller("carl")
    assert set(anna.get("/services/shop/policy").json()["content"]) == set(WHOLE)

    made = anna("PUT", "/services/shop/policy/draft", {"content": WHOLE, "note": "All of it"})
    assert made.status_code == 200, made.content
    draft = made.json()
    assert draft["content"] == WHOLE
    given = {"digest": draft["digest"]}
    assert carl("POST", f"/policies/{draft['number']}/confirmation", given).status_code == 200

    assert anna.get("/services/shop/policy").json() == {
        "service": "shop",
        "number": draft["number"],
        "content": WHOLE,
    }


def test_approval__with_an_extra_approver__names_who_is_needed_besides(world: World) -> None:
    anna, carl = world.caller("anna"), world.caller("carl")
    extra = [{"approval": "deployment", "sources": ["user:stella"]}]
    draft = anna("PUT", "/services/shop/policy/draft", {"content": {"extra_approvers": extra}}).json()
    carl("POST", f"/policies/{draft['number']}/confirmation", {"digest": draft["digest"]})

    shown = anna.get(f"/releases/{world.designed()}/approvals").json()

    (one,) = (row for row in shown if row["kind"] == "deployment")
    assert (one["also"], "user:stella" in one["roles"]) == (["user:stella"], True)


def test_policy__with_what_cannot_be__says_where(world: World) -> None:
    anna = world.caller("anna")

    def refused(**content: object) -> tuple[str, str]:
        problem = check_problem(anna("PUT", "/services/shop/policy/draft", {"content": content}), 422)
        return problem["at"], problem["code"]

    freeze = WHOLE["freezes"][0]
    assert refused(freezes=[{**freeze, "zone": "Mars"}]) == ("freezes", "policy.zone")
    assert refused(freezes=[{**freeze, "ends": "2026-01-01T00:00"}]) == ("freezes", "policy.freeze")
    extra = {"approval": "deployment", "sources": ["user:nobody"]}
    assert refused(extra_approvers=[extra]) == ("extra_approvers", "policy.source_unknown")
