"""Forms: what is refused is shown beside its field, what was typed stays, what is done leads to a page."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.integration.web.conftest import SignIn, Site
from tests.world import DESIGN, JUNIT, World, actor

from rightaway.queries import audit, changes, deployments, incidents, people
from rightaway.queries import releases as ask
from rightaway.services import changes as commands
from rightaway.services import releases

pytestmark = pytest.mark.django_db
RELEASE = {"service": "shop", "title": "Shop 2.0", "description": "Better.", "release_type": "minor"}


def held(number: str) -> Any:
    row = ask.release(number)
    assert row is not None
    return row


# --- registering and editing a release ---


def test_register__with_all_it_needs__leads_to_the_page_of_the_release(world: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    answer = browser.post("/releases/new/", RELEASE)
    row = ask.releases()[0]
    assert (answer.status_code, answer["Location"]) == (302, f"/releases/{row.number}/")
    assert "The release is registered." in browser.get(answer["Location"]).content.decode()


def test_register__from_a_change__contains_it(world: World, sign_in: SignIn) -> None:
    browser = sign_in("stan")
    browser.post(
        "/changes/new/",
        {
            "service": "shop",
            "title": "Yen",
            "description": "d",
            "change_type": "normal",
            "impact": 3,
            "urgency": 3,
        },
    )
    number = changes.changes()[0].number
    sign_in("rita").post("/releases/new/", {**RELEASE, "changes": [number]})
    assert [one.number for one in ask.releases()[0].changes.all()] == [number]


def test_register__without_a_title__keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    answer = sign_in("rita").post(
        "/releases/new/", {**RELEASE, "title": "", "description": "Typed at length."}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_title_error"' in text
    assert "Typed at length." in text
    assert not ask.releases().exists()


def test_edit__of_one_section__changes_its_fields_only(release: str, sign_in: SignIn) -> None:
    url = reverse("release-edit", args=[release, "schedule"])
    before = held(release)
    answer = sign_in("rita").post(
        url,
        {
            "version": before.version,
            "planned_start": "2030-01-02T22:00",
            "planned_end": "2030-01-03T02:00",
            "cost_estimate": "5",
            "communication_plan": "By mail.",
        },
    )
    after = held(release)
    assert answer.status_code == 302
    assert (after.cost_estimate, after.planned_start.isoformat()) == (5, "2030-01-02T22:00:00+00:00")
    assert (after.title, after.assessed_at) == (before.title, before.assessed_at)


def test_edit__clearing_a_choice__clears_it(release: str, sign_in: SignIn) -> None:
    row = held(release)
    given = {
        name: getattr(row, name) for name in ("version", "title", "description", "release_type", "origin")
    }
    answer = sign_in("rita").post(reverse("release-edit", args=[release, "description"]), given)
    assert answer.status_code == 302
    assert (held(release).release_kind, held(release).category) == ("", "")


def test_edit__that_changes_nothing__leaves_no_event(release: str, sign_in: SignIn) -> None:
    row = held(release)
    count = audit.events().count()
    url = reverse("release-edit", args=[release, "early-life"])
    sign_in("rita").post(url, {"version": row.version, "on_call": row.on_call, "els_exit_criteria": ""})
    assert audit.events().count() == count


def test_edit__after_somebody_else_did__is_stale_and_keeps_what_was_typed(
    release: str, sign_in: SignIn
) -> None:
    seen = held(release).version
    releases.edit(actor=actor("rita"), number=release, fields={"cost_estimate": 1})
    answer = sign_in("rita").post(
        reverse("release-edit", args=[release, "schedule"]),
        {"version": seen, "cost_estimate": "2", "communication_plan": "Typed at length."},
    )
    text = answer.content.decode()
    assert answer.status_code == 412
    assert "version.stale" in text
    assert "Typed at length." in text
    assert held(release).cost_estimate == 1


def test_assessment__with_answers__is_stored_with_its_assessor(world: World, sign_in: SignIn) -> None:
    number = world.register()
    row = held(number)
    answer = sign_in("rita").post(
        reverse("release-edit", args=[number, "assessment"]),
        {
            "version": row.version,
            "impact": "2",
            "urgency": "1",
            "impact_assessment": "2",
            "risk_level": "3",
            "value_statement": row.value_statement,
            "risk_answers_outage": "yes",
            "risk_answers_data": "no",
        },
    )
    after = held(number)
    assert answer.status_code == 302
    assert (after.impact, after.urgency, after.risk_answers) == (2, 1, {"outage": "yes", "data": "no"})
    assert after.assessed_by.username == "rita"


def test_scope__edited__replaces_only_what_changed(release: str, sign_in: SignIn) -> None:
    row = held(release)
    given = {
        "version": row.version,
        "changes": [one.number for one in row.changes.all()],
        "cis": ["t01"],
        "objectives": "First\nSecond\n",
    }
    assert sign_in("rita").post(reverse("scope-edit", args=[release]), given).status_code == 302
    row = held(release)
    assert [one.key for one in row.affected_cis.all()] == ["t01"]
    assert [one.text for one in row.objectives.all()] == ["First", "Second"]
    assert row.changes.count() == 1


def test_scope__edited__keeps_a_change_that_can_no_longer_be_chosen(release: str, sign_in: SignIn) -> None:
    number = held(release).changes.get().number
    browser, url = sign_in("rita"), reverse("scope-edit", args=[release])
    withdraw(number)
    form = browser.get(url).context["form"]
    names = ("version", "changes", "cis", "groups")
    given = {name: form[name].value() for name in names} | {"objectives": "Another"}
    assert browser.post(url, given).status_code == 302
    assert held(release).changes.get().number == number


def withdraw(number: str) -> None:
    commands.move(actor=actor("chris"), number=number, event="withdraw")


def test_expected_states__edited__change_only_these(site: Site, sign_in: SignIn) -> None:
    url = reverse("expect", args=[site.release])
    assert (
        sign_in("ben")
        .post(url, {"version": held(site.release).version, "t01": "1.1", "t02": "1.0"})
        .status_code
        == 302
    )
    states = {one.key: one.expected["version"] for one in held(site.release).affected_cis.all()}
    assert states == {"t01": "1.1", "t02": "1.0"}


def test_roster__with_a_line_that_is_none__names_the_line(release: str, sign_in: SignIn) -> None:
    typed = "dora 2030-01-01T00:00 2030-01-02T00:00\nsomebody, some day"
    answer = sign_in("rita").post(
        reverse("roster", args=[release]), {"version": held(release).version, "roster": typed}
    )
    assert answer.status_code == 422
    assert "Line 2 is not a user name" in answer.content.decode()
    assert not held(release).roster.exists()


# --- design and plan ---


def test_design__pasted__becomes_the_design(world: World, sign_in: SignIn) -> None:
    number = world.register()
    given = {"version": held(number).version, "design": DESIGN.replace("@STEP_S@", "1")}
    assert sign_in("dora").post(reverse("design", args=[number]), given).status_code == 302
    assert held(number).design["variables"]["STEP_S"] == "1"


def test_design__sent_back_as_the_form_shows_it__is_the_same(release: str, sign_in: SignIn) -> None:
    browser, url, before = sign_in("dora"), reverse("design", args=[release]), held(release).design
    form = browser.get(url).context["form"]
    given = {"version": form["version"].value(), "design": form["design"].value()}
    assert browser.post(url, given).status_code == 302
    assert held(release).design == before


def test_design__uploaded__becomes_the_design(world: World, sign_in: SignIn) -> None:
    number = world.register()
    file = SimpleUploadedFile("design.yaml", DESIGN.encode())
    given = {"version": held(number).version, "design": "", "file": file}
    assert sign_in("dora").post(reverse("design", args=[number]), given).status_code == 302
    assert held(number).design["environment"] == "production"


def test_design__with_an_unknown_field__is_refused_with_its_line(world: World, sign_in: SignIn) -> None:
    number = world.register()
    text = DESIGN.replace("model: phased", "modell: phased")
    given = {"version": held(number).version, "design": text}
    answer = sign_in("dora").post(reverse("design", args=[number]), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<code>2:1</code>" in page
    assert "modell: phased" in page
    assert held(number).design is None


def test_compile__without_a_package__says_what_is_missing(release: str, sign_in: SignIn) -> None:
    answer = sign_in("dora").post(reverse("compile", args=[release]), {"environment": "production"})
    assert answer.status_code == 409
    assert "plan.incomplete" in answer.content.decode()


# --- moving on ---


def test_way__taken_while_things_are_missing__lists_them_all(world: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    browser.post("/releases/new/", RELEASE)
    number = ask.releases()[0].number
    url = reverse("way", args=[number, "start_planning"])
    answer = browser.post(url, {"version": held(number).version, "reason": "now"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "gate.closed" in text
    assert "The release lacks a justification." in text
    assert "The release lacks a category." in text


def test_way__abandon__asks_for_its_reason_and_comment(release: str, sign_in: SignIn) -> None:
    browser, url = sign_in("rita"), reverse("way", args=[release, "abandon"])
    version = held(release).version
    bare = browser.post(url, {"version": version, "reason": "no money"})
    assert bare.status_code == 422
    assert 'id="id_abandon_reason_error"' in bare.content.decode()
    given = {
        "version": version,
        "reason": "no money",
        "abandon_reason": "no_funding",
        "abandon_comment": "Later.",
    }
    assert browser.post(url, given).status_code == 302
    assert (held(release).phase, held(release).abandon_reason) == ("abandoned", "no_funding")


def test_task__skipped_without_a_note__is_refused_beside_the_note(site: Site, sign_in: SignIn) -> None:
    answer = sign_in("dora").post(
        reverse("task-step", args=[site.release, "rollback_rehearsal", "skip"]), {"note": ""}
    )
    assert answer.status_code == 422
    assert 'id="id_note_error"' in answer.content.decode()


# --- evidence ---


def test_report__uploaded__becomes_evidence_of_the_package(site: Site, sign_in: SignIn) -> None:
    package = held(site.release).packages.get(is_current=True)
    given = {
        "package_digest": package.digest,
        "report": SimpleUploadedFile("r.xml", JUNIT.encode()),
        "suite": "regression",
        "level": "regression",
        "is_final": "on",
    }
    assert sign_in("ben").post(reverse("report", args=[site.release]), given).status_code == 302
    assert package.test_runs.get(suite="regression").passed == 2


def test_report__that_is_no_junit__is_refused_with_its_code(site: Site, sign_in: SignIn) -> None:
    package = held(site.release).packages.get(is_current=True)
    file = SimpleUploadedFile("r.xml", b"<!DOCTYPE x><x/>")
    given = {"package_digest": package.digest, "report": file, "suite": "odd", "level": "unit"}
    answer = sign_in("ben").post(reverse("report", args=[site.release]), given)
    assert answer.status_code == 422
    assert "Code: <code>" in answer.content.decode()


# --- deployments ---


def test_command__given_twice_from_one_form__acts_once(site: Site, sign_in: SignIn) -> None:
    number = site.names["deployment"]
    browser, url = sign_in("dora"), reverse("operate", args=[number, "cancel"])
    page = browser.get(url)
    form = page.context["form"]
    given = {
        "version": form["version"].value(),
        "command_id": str(form["command_id"].value()),
        "reason": "stop",
    }
    assert [browser.post(url, given).status_code for _ in range(2)] == [302, 302]
    row = deployments.deployment(number)
    assert row is not None
    assert [one.command for one in row.commands.all()] == ["cancel"]


def test_command__that_does_not_fit_the_state__is_refused(site: Site, sign_in: SignIn) -> None:
    number = site.names["deployment"]
    browser, url = sign_in("dora"), reverse("operate", args=[number, "abort"])
    form = browser.get(url).context["form"]
    given = {
        "version": form["version"].value(),
        "command_id": str(form["command_id"].value()),
        "reason": "stop",
    }
    answer = browser.post(url, given)
    assert answer.status_code == 409
    assert "command.not_now" in answer.content.decode()


def test_command__page__shows_the_consequence_before_the_button(site: Site, sign_in: SignIn) -> None:
    url = reverse("operate", args=[site.names["deployment"], "back_out"])
    text = sign_in("dora").get(url).content.decode()
    assert "Every target that was touched goes back" in text
    assert "0 of 1 targets are done" in text


def test_attempt__in_doubt__is_decided_by_a_person(site: Site, sign_in: SignIn) -> None:
    number = site.names["deployment"]
    attempt = doubtful(number)
    browser, url = sign_in("dora"), reverse("resolve", args=[number, attempt.pk])
    home = browser.get("/").content.decode()
    assert url in home
    assert browser.post(url, {"resolution": "not_applied"}).status_code == 422
    assert browser.post(url, {"resolution": "not_applied", "reason": "No trace of it."}).status_code == 302
    attempt.refresh_from_db()
    assert (attempt.resolution, attempt.resolved_by) == ("not_applied", "dora")


def doubtful(number: str) -> Any:
    """Give an attempt whose worker was lost, made the way the engine makes one."""
    row = deployments.deployment(number)
    assert row is not None
    run = row.target_runs.get()
    run.status = "in_doubt"
    run.save()
    return run.attempts.create(
        step_key="unpack",
        direction="forward",
        attempt_no=1,
        position=0,
        operation_id="0" * 64,
        effect="E2",
        fence=1,
        status="unknown",
        worker="w",
        intended_at=row.queued_at,
    )


# --- changes ---


def test_change__authorised_by_its_requester__is_refused(world: World, sign_in: SignIn) -> None:
    browser = sign_in("chris")
    browser.post(
        "/changes/new/",
        {
            "service": "shop",
            "title": "Yen",
            "description": "d",
            "change_type": "emergency",
            "impact": 1,
            "urgency": 1,
        },
    )
    number = changes.changes()[0].number
    row = changes.change(number)
    assert row is not None
    answer = browser.post(
        reverse("change-decide", args=[number]), {"version": row.version, "decision": "approve"}
    )
    assert answer.status_code == 403
    assert "sod.self_approval" in answer.content.decode()


def test_change__moved_and_decided__goes_through_its_states(site: Site, sign_in: SignIn) -> None:
    number, browser = site.names["change"], sign_in("chris")
    for event in ("validate", "assess"):
        row = changes.change(number)
        assert row is not None
        url = reverse("change-move", args=[number, event])
        assert browser.post(url, {"version": row.version}).status_code == 302
    row = changes.change(number)
    assert row is not None
    url = reverse("change-decide", args=[number])
    refused = browser.post(url, {"version": row.version, "decision": "reject"})
    assert refused.status_code == 422
    assert browser.post(url, {"version": row.version, "decision": "approve"}).status_code == 302
    assert changes.changes()[0].state == "authorised"


# --- records and account ---


def test_incident__recorded_with_an_unknown_release__is_refused_and_kept(
    world: World, sign_in: SignIn
) -> None:
    given = {
        "service": "shop",
        "title": "Slow",
        "severity": 2,
        "release": "REL-999999",
        "description": "Typed.",
    }
    answer = sign_in("olga").post("/records/incidents/new/", given)
    assert answer.status_code == 404
    assert "Typed." in answer.content.decode()
    assert not incidents.incidents().exists()


def test_token__made__is_shown_once_and_can_be_revoked(world: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    answer = browser.post("/profile/tokens/", {"label": "laptop"})
    value = answer.context["value"]
    assert value.startswith("ra_")
    assert value in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert value not in browser.get("/profile/").content.decode()
    found = people.actor_of_token(value, "api")
    assert found is not None
    assert found.user_id is not None
    token = people.tokens(found.user_id)[0]
    assert browser.post(reverse("token-revoke", args=[token.pk])).status_code == 302
    assert people.actor_of_token(value, "api") is None


def test_token__of_somebody_else__cannot_be_revoked(world: World, sign_in: SignIn) -> None:
    sign_in("rita").post("/profile/tokens/", {"label": "laptop"})
    user = people.user("rita")
    assert user is not None
    token = people.tokens(user.pk)[0]
    assert sign_in("dora").post(reverse("token-revoke", args=[token.pk])).status_code == 404
    assert people.tokens(user.pk).count() == 1


def test_token__that_would_live_too_long__is_refused_beside_its_field(world: World, sign_in: SignIn) -> None:
    answer = sign_in("rita").post("/profile/tokens/", {"label": "laptop", "expires_at": "2099-01-01T00:00"})
    assert answer.status_code == 422
    assert 'id="id_expires_at_error"' in answer.content.decode()
