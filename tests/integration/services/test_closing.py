"""From a waiver to its debt, and from the closing dialogue to the release that follows."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.integration.services.begun import built, registered
from tests.stages import staged
from tests.world import World, actor, held_to, plan_fields

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.queries import closing as ask_closing
from rightaway.queries import debts as ask_debts
from rightaway.queries import lessons as ask_lessons
from rightaway.queries import releases as ask
from rightaway.queries import review_drafts
from rightaway.records.incidents.models import Incident, Interaction, KnownError
from rightaway.records.knowledge.models import Lesson
from rightaway.records.notifications.models import Notification
from rightaway.records.releases.models import Release, Waiver
from rightaway.services import (
    assurance,
    closing,
    debts,
    follow_ups,
    incidents,
    knowledge,
    lessons,
    lifecycle,
    moments,
    releases,
    reviews,
    sign_offs,
    waivers,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> World:
    if "built_release" in request.fixturenames:
        return staged("built", built)
    return staged("registered", registered)


@pytest.fixture
def release(world: World) -> str:
    return world.release


@pytest.fixture
def built_release(world: World) -> str:
    return world.release


def waived(number: str, control: str = "test_results", **values: Any) -> Waiver:
    given = {"reason": "No time.", "expires_at": timezone.now() + 3 * DAY} | values
    return waivers.ask(actor=actor("rita"), number=number, control=control, **given)


def row(number: str) -> Release:
    found = ask.release(number)
    assert found is not None
    return found


def item(number: str, key: str) -> Any:
    return next(one for one in ask.standing(row(number)).checklist if one.key == key)


# Waivers and their debts.


def test_waiver__granted_by_the_owner_of_the_control__waives_it_and_leaves_a_debt(release: str) -> None:
    asked = waived(release, owed="Write the missing tests")
    assert item(release, "test_results").state == "pending"
    waivers.grant(actor=actor("ben"), number=release, waiver_id=asked.pk)
    assert item(release, "test_results").state == "waived"
    (debt,) = ask_debts.debts(state="open")
    assert (debt.release.number, debt.owed, debt.owner.username) == (
        release,
        "Write the missing tests",
        "rita",
    )
    assert debt.due_at == asked.expires_at


def test_waiver__decided_by_who_asked__is_refused(release: str) -> None:
    own = waivers.ask(
        actor=actor("dora"),
        number=release,
        control="backups",
        reason="No data.",
        expires_at=timezone.now() + DAY,
    )
    for decide in (waivers.grant, lambda **who: waivers.refuse(reason="No.", **who)):
        with pytest.raises(Refused) as refusal:
            decide(actor=actor("dora"), number=release, waiver_id=own.pk)
        assert refusal.value.code == "sod.self_waiver"


@pytest.mark.parametrize("name", ["rita", "dora", "ada"])
def test_waiver__decided_by_who_neither_owns_the_control_nor_waives_gates__is_forbidden(
    release: str, name: str
) -> None:
    asked = waived(release)
    with pytest.raises(Forbidden):
        waivers.refuse(actor=actor(name), number=release, waiver_id=asked.pk, reason="No.")


def test_waiver__refused__counts_for_nothing_and_is_not_granted_later(release: str) -> None:
    asked = waived(release)
    waivers.refuse(actor=actor("olga"), number=release, waiver_id=asked.pk, reason="There is time.")
    with pytest.raises(Refused) as refusal:
        waivers.grant(actor=actor("chris"), number=release, waiver_id=asked.pk)
    assert refusal.value.code == "waiver.decided"
    assert not ask_debts.debts()


def test_waiver__withdrawn_after_it_was_granted__waives_nothing_and_its_debt_stays(release: str) -> None:
    asked = waived(release)
    waivers.grant(actor=actor("olga"), number=release, waiver_id=asked.pk)
    waivers.withdraw(actor=actor("rita"), number=release, waiver_id=asked.pk)
    assert item(release, "test_results").state == "pending"
    assert ask_debts.debts(state="open").count() == 1


def test_waiver__past_its_end__counts_for_nothing_and_says_so(release: str) -> None:
    asked = waived(release)
    waivers.grant(actor=actor("olga"), number=release, waiver_id=asked.pk)
    with time_machine.travel(asked.expires_at + DAY):
        found = item(release, "test_results")
    assert found.state == "pending"
    assert "waiver.expired" in {one.code for one in found.unmet}


def test_waiver__longer_than_the_policy_of_the_service__is_refused(release: str) -> None:
    held_to(row(release).service.key, longest_waiver_days=2)
    with pytest.raises(Invalid) as refusal:
        waived(release)
    assert refusal.value.at == "expires_at"


def test_debt__of_a_control_that_is_met_afterwards__settles_itself(built_release: str) -> None:
    defect = assurance.record_defect(
        actor=actor("ben"), number=built_release, title="Wrong sum", severity="critical"
    )
    asked = waived(built_release)
    waivers.grant(actor=actor("olga"), number=built_release, waiver_id=asked.pk)
    assert ask_debts.debts(state="open").count() == 1
    assurance.close_defect(
        actor=actor("ben"), number=built_release, defect_id=defect.pk, resolution="Mended."
    )
    (debt,) = ask_debts.debts()
    assert (debt.state, debt.settled_by) == ("settled", None)
    assert "test_results" in debt.settlement


def test_debt__settled_by_its_owner__names_who_and_what_and_is_not_settled_twice(release: str) -> None:
    made = debts.add(
        actor=actor("rita"), number=release, owed="Buy disks", owner="ben", due_at=timezone.now() + DAY
    )
    with pytest.raises(Invalid):
        debts.settle(actor=actor("ben"), number=made.number, note=" ")
    with pytest.raises(Forbidden):
        debts.settle(actor=actor("ada"), number=made.number, note="Bought.")
    done = debts.settle(actor=actor("ben"), number=made.number, note="Bought.")
    assert (done.state, done.settled_by, done.settlement) == ("settled", done.owner, "Bought.")
    with pytest.raises(Refused):
        debts.settle(actor=actor("rita"), number=made.number, note="Again.")


def test_debt__due_within_a_week_and_overdue__its_owner_is_told_once_each(release: str) -> None:
    now = timezone.now()
    debts.add(actor=actor("rita"), number=release, owed="Buy disks", owner="ben", due_at=now + 10 * DAY)
    for days in (2, 4, 4, 11):
        with time_machine.travel(now + days * DAY):
            moments.pass_by(since=now + (days - 2) * DAY, now=now + days * DAY)
    told = Notification.objects.filter(person=actor("ben").user_id, kind__startswith="debt")
    assert sorted(told.values_list("kind", flat=True)) == ["debt_due", "debt_overdue"]


def test_debts__of_earlier_releases__are_inherited_by_the_next_of_the_service(
    world: World, release: str
) -> None:
    made = debts.add(
        actor=actor("rita"), number=release, owed="Buy disks", owner="ben", due_at=timezone.now() + DAY
    )
    following = world.register()
    assert list(ask_debts.inherited(row(following))) == [made]
    assert not ask_debts.inherited(row(release))


# The closing dialogue.


@pytest.fixture
def linked(release: str) -> dict[str, str]:
    """One record of each kind, open and linked."""
    rita, olga, service = actor("rita"), actor("olga"), row(release).service.key
    fixed = incidents.record_incident(
        actor=olga, title="Wrong", service=service, severity=3, release=release, link="resolved_by_release"
    )
    down = incidents.record_incident(
        actor=olga, title="Down", service=service, severity=2, release=release, link="caused_by_release"
    )
    error = incidents.record_known_error(
        actor=olga, title="Slow", root_cause="x", workaround="Wait.", service=service
    )
    incidents.link_known_error(actor=rita, release=release, known_error=error.number, effect="fixes")
    contact = incidents.record_interaction(
        actor=olga, contact="Mr X", channel="mail", summary="Slow", release=release
    )
    return {"fixed": fixed.number, "down": down.number, "error": error.number, "contact": contact.number}


def confirm(release: str, **vetoes: closing.Veto) -> None:
    seen = ask_closing.digest(ask_closing.proposals(row(release)))
    closing.close_linked(actor=actor("rita"), release=release, seen=seen, vetoes=vetoes)


def test_dialogue__confirmed__closes_what_is_over_and_keeps_the_rest_with_an_owner(
    release: str, linked: dict[str, str]
) -> None:
    confirm(release)
    closed = {
        one.number: one.state
        for model in (Incident, KnownError, Interaction)
        for one in model.objects.all()  # type: ignore[attr-defined]
    }
    assert closed == {
        linked["fixed"]: "closed",
        linked["down"]: "open",
        linked["error"]: "closed",
        linked["contact"]: "closed",
    }
    down = Incident.objects.get(number=linked["down"])
    assert (down.disposition, down.disposition_reason) == ("keep_open", "the service is not restored")
    assert down.kept_by == ask_closing.keeper(row(release))
    assert ask_closing.proposals(row(release)) == []


def test_dialogue__with_a_veto__keeps_that_record_open_for_who_is_named(
    release: str, linked: dict[str, str]
) -> None:
    confirm(release, **{linked["fixed"]: closing.Veto("It came again.", "ben")})
    kept = Incident.objects.get(number=linked["fixed"])
    assert (kept.state, kept.disposition_reason) == ("open", "It came again.")
    assert kept.kept_by is not None
    assert kept.kept_by.username == "ben"


def test_dialogue__with_a_veto_that_fails__carries_nothing_out(release: str, linked: dict[str, str]) -> None:
    with pytest.raises(Refused):
        confirm(release, **{linked["contact"]: closing.Veto(" ")})
    assert Incident.objects.get(number=linked["fixed"]).state == "open"


def test_dialogue__of_what_was_not_seen__is_refused(release: str, linked: dict[str, str]) -> None:
    seen = ask_closing.digest(ask_closing.proposals(row(release)))
    incidents.record_interaction(
        actor=actor("olga"), contact="Mrs Y", channel="mail", summary="Slow", release=release
    )
    with pytest.raises(Refused) as refusal:
        closing.close_linked(actor=actor("rita"), release=release, seen=seen, vetoes={})
    assert refusal.value.code == "closing.changed"


def test_dialogue__veto_of_a_stranger__is_refused(release: str, linked: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        confirm(release, **{"INC-999999": closing.Veto("No.")})
    assert refusal.value.code == "closing.unknown"


def test_dialogue__record_whose_own_test_failed__stays_open(built_release: str) -> None:
    fixed = incidents.record_incident(
        actor=actor("olga"),
        title="Wrong",
        service="shop",
        severity=3,
        release=built_release,
        link="resolved_by_release",
    )
    report = (
        f'<testsuite name="r" tests="1"><testcase classname="c" name="{fixed.number} sum">'
        '<failure message="no"/></testcase></testsuite>'
    )
    package = row(built_release).packages.get(is_current=True)
    assurance.import_junit(
        actor=actor("ben"),
        number=built_release,
        data=report.encode(),
        suite="fixes",
        level="system",
        package_digest=package.digest,
        is_final=False,
    )
    confirm(built_release)
    fixed.refresh_from_db()
    assert (fixed.state, fixed.disposition_reason) == ("open", "its own test failed")
    with pytest.raises(Refused):
        closing.set_disposition(
            actor=actor("rita"), release=built_release, record=fixed.number, disposition="close"
        )


# Codes, objectives, sign-off.


def test_edit__code_that_does_not_fit_the_outcome__is_refused(release: str) -> None:
    rita = actor("rita")
    releases.edit(actor=rita, number=release, fields={"outcome": "success"})
    with pytest.raises(Refused) as refusal:
        releases.edit(actor=rita, number=release, fields={"closure_code": "failed_backed_out"})
    assert refusal.value.code == "closure_code.unfit"
    fields = {"outcome": "backed_out", "closure_code": "failed_backed_out"}
    assert releases.edit(actor=rita, number=release, fields=fields).closure_code == "failed_backed_out"


def test_target__of_a_measured_objective__stays(release: str) -> None:
    rita, text = actor("rita"), "It is better"
    reviews.set_targets(actor=rita, number=release, targets={text: "100 ms"})
    reviews.measure_objectives(actor=rita, number=release, results={text: ("met", "80 ms")})
    with pytest.raises(Refused) as refusal:
        reviews.set_targets(actor=rita, number=release, targets={text: "200 ms"})
    assert refusal.value.code == "objective.measured"


def test_target__of_an_objective_that_stays_in_the_scope__is_kept(release: str) -> None:
    rita, text = actor("rita"), "It is better"
    reviews.set_targets(actor=rita, number=release, targets={text: "100 ms"})
    releases.set_scope(actor=rita, number=release, objectives=[text, "It is cheaper"])
    assert dict(row(release).objectives.values_list("text", "target")) == {
        text: "100 ms",
        "It is cheaper": "",
    }


def test_sign_off__said_anew__replaces_the_word_and_its_answer(release: str) -> None:
    sign_offs.sign_off(actor=actor("stan"), number=release, decision="rejected", reason="Slow.")
    sign_offs.answer(actor=actor("rita"), number=release, person="stan", text="It is faster now.")
    sign_offs.sign_off(actor=actor("stan"), number=release, decision="rejected", reason="Still slow.")
    (held,) = row(release).sign_offs.all()
    assert (held.reason, held.answer, held.answered_by) == ("Still slow.", "", None)


# Lessons, the draft, the follow-up.


@pytest.fixture
def lesson(release: str) -> str:
    return knowledge.write(
        actor=actor("rita"),
        kind="lesson_learnt",
        title="Warm the cache",
        body="Before the second wave.",
        service="shop",
        release=release,
        owner="ben",
        due_at=timezone.now() + DAY,
    ).number


def unanswered(number: str) -> list[str]:
    codes = [one.code for way in ask.standing(row(number)).ways for one in way.unmet]
    return [code for code in codes if code == "G10.lesson_unanswered"]


def test_lesson__open__is_asked_of_the_next_plan_until_it_is_answered(world: World, lesson: str) -> None:
    following = world.register()
    rita = actor("rita")
    lifecycle.fire(actor=rita, number=following, event="start_planning")
    releases.edit(actor=rita, number=following, fields=plan_fields(timezone.now()))
    assert unanswered(following)
    lessons.answer(
        actor=rita, number=following, lesson=lesson, answer="not_applicable", reason="There is no cache."
    )
    assert not unanswered(following)
    assert Lesson.objects.get().state == "open"


def test_lesson__applied_by_a_release__is_not_asked_of_a_later_one(world: World, lesson: str) -> None:
    second, third = world.register(), world.register()
    lessons.answer(actor=actor("rita"), number=second, lesson=lesson, answer="applied")
    assert Lesson.objects.get().state == "applied"
    assert not ask_lessons.facts(row(third))
    assert [one.answer for one in ask_lessons.facts(row(second))] == ["applied"]


def test_lesson__declined_by_its_owner__is_asked_of_nobody(world: World, lesson: str) -> None:
    following = world.register()
    with pytest.raises(Forbidden):
        lessons.decide(actor=actor("ada"), number=lesson, state="declined", reason="No.")
    lessons.decide(actor=actor("ben"), number=lesson, state="declined", reason="There is no cache.")
    assert not ask_lessons.facts(row(following))


def test_lesson__of_another_model__is_not_asked(world: World, release: str, lesson: str) -> None:
    Lesson.objects.update(release_model="big_bang")
    assert not ask_lessons.facts(row(world.register()))


def test_draft__of_a_review__is_filled_from_what_is_recorded(release: str, linked: dict[str, str]) -> None:
    asked = waived(release)
    waivers.grant(actor=actor("olga"), number=release, waiver_id=asked.pk)
    confirm(release)
    found = review_drafts.draft(row(release), timezone.now())
    assert f"Incident {linked['down']} Down" in found.deviations
    assert "Waived test_results: No time." in found.deviations
    assert f"Kept open: {linked['down']}" in found.deviations
    assert linked["down"] in str(found.why)


def test_follow_up__of_an_abandoned_release__takes_its_scope_and_its_changes(world: World) -> None:
    rita, number = actor("rita"), world.release
    with pytest.raises(Refused) as refusal:
        follow_ups.create(actor=rita, number=number)
    assert refusal.value.code == "follow_up.not_over"
    fields = {"abandon_reason": "not_needed", "abandon_comment": "Another way."}
    ended = lifecycle.fire(actor=rita, number=number, event="abandon", reason="No.", fields=fields)
    assert ended.closure_code == "withdrawn"
    made = follow_ups.create(actor=rita, number=number, title="Once more")
    assert (made.title, made.phase) == ("Once more", "assess")
    assert [(one.kind, one.target) for one in made.relations.all()] == [("follows", ended)]
    assert [one.number for one in made.changes.all()] == world.changes
    assert [one.key for one in made.affected_cis.all()] == world.keys()
    assert [one.text for one in made.objectives.all()] == ["It is better"]
