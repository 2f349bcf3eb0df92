"""Training: planned, held in sessions, attended by name or as a count, waived by another, learnt from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.integration.services.begun import settled
from tests.phases import Phases
from tests.stages import staged
from tests.world import SCRIPTS, World, actor

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.guards import GUARDS
from rightaway.domain.trainings import Count
from rightaway.domain.values import SYSTEM
from rightaway.queries import people as ask_people
from rightaway.queries import release_facts
from rightaway.queries import trainings as ask
from rightaway.records.assurance.models import Session, Training
from rightaway.records.audit.models import AuditEvent
from rightaway.records.incidents.models import Incident
from rightaway.records.releases.models import Release
from rightaway.records.reviews.models import Debt
from rightaway.services import assurance, incidents, people, releases, trainings, waivers

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    made = staged("settled", settled)
    if not made.release:
        made.register()
    user = people.create(actor=SYSTEM, username="tara", name="Tara")
    people.grant(actor=SYSTEM, user=user, role="training_manager")
    return made


def planned(world: World, audience: str = "desk", **fields: object) -> Training:
    return trainings.plan(actor=actor("tara"), number=world.release, audience=audience, fields=fields)


def held(world: World, audience: str = "desk", *, ago: timedelta = HOUR, seats: int | None = None) -> Session:
    """Give a session that began some time ago, or will begin when `ago` is negative."""
    start = timezone.now() - ago
    return trainings.add_session(
        actor=actor("tara"),
        number=world.release,
        audience=audience,
        starts_at=start,
        ends_at=start + HOUR / 2,
        seats=seats,
    )


def invited(world: World, *names: str, audience: str = "desk") -> None:
    trainings.invite(actor=actor("tara"), number=world.release, audience=audience, names=names)


def came(world: World, name: str, *, audience: str = "desk", **more: object) -> None:
    trainings.attend(
        actor=actor("tara"), number=world.release, audience=audience, name=name, source="trainer", **more
    )


def codes(world: World) -> list[str]:
    """Give what the guard on training lacks, but for the article about it."""
    now = timezone.now()
    facts = release_facts.facts(Release.objects.get(number=world.release), now)
    found = [one.code for one in GUARDS["G25"](facts, now)]
    return [one for one in found if one != "G25.article_unpublished"]


def test_plan__changed_in_part__keeps_the_rest(world: World) -> None:
    planned(world, kind="service_desk", mode="workshop", provider="Academy", cost_estimate=900, pass_mark=70)
    planned(world, cost_actual=800)

    row = Training.objects.get()
    assert (row.audience_kind, row.mode, row.provider) == ("service_desk", "workshop", "Academy")
    assert (row.cost_estimate, row.cost_actual, row.pass_mark) == (900, 800, 70)
    assert AuditEvent.objects.filter(action="release.training.planned").count() == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"mode": "opera"}, "training.mode"),
        ({"kind": "cats"}, "training.kind"),
        ({"pass_mark": 101}, "training.pass_mark"),
        ({"colour": "red"}, "field.unknown"),
        ({"article": "KB-999999"}, "not_found"),
    ],
)
def test_plan__what_cannot_be__is_refused(world: World, fields: dict[str, object], code: str) -> None:
    with pytest.raises((Invalid, Refused, Exception)) as refusal:
        planned(world, **fields)
    assert refusal.value.code == code  # type: ignore[attr-defined]
    assert not Training.objects.exists()


def test_plan__by_who_only_takes_part__is_forbidden(world: World) -> None:
    for name in ("stan", "ada", "ben"):
        with pytest.raises(Forbidden):
            trainings.plan(actor=actor(name), number=world.release, audience="desk", fields={})


def test_guard__audience_without_anybody_named__says_so(world: World) -> None:
    assert codes(world) == ["G25.audience_missing"]
    planned(world)
    assert codes(world) == ["G25.attendance"]


def test_guard__session_ahead_with_too_few_seats__names_both(world: World) -> None:
    planned(world, kind="support")
    invited(world, "dora", "ben", "Mr X")
    held(world, ago=-DAY, seats=2)

    assert codes(world) == ["G25.seats", "G25.session_ahead", "G25.attendance"]


def test_guard__support_staff__all_must_come_but_of_users_four_in_five(world: World) -> None:
    names = ["a", "b", "c", "d", "e"]
    for audience, kind in (("desk", "service_desk"), ("staff", "users")):
        planned(world, audience, kind=kind)
        invited(world, *names, audience=audience)
        for name in names[:4]:
            came(world, name, audience=audience)

    assert codes(world) == ["G25.attendance"]
    came(world, "e")
    assert codes(world) == []


def test_guard__quiz_failed__does_not_count_as_trained(world: World) -> None:
    planned(world, kind="support", pass_mark=70)
    invited(world, "dora", "ben")
    came(world, "dora", score=70)
    came(world, "ben", score=69)

    assert codes(world) == ["G25.quiz"]
    came(world, "ben", score=90)
    assert codes(world) == []


def test_attendance__of_a_session_that_is_ahead__is_refused(world: World) -> None:
    planned(world)
    invited(world, "dora")
    session = held(world, ago=-DAY)

    for more in ({"session": session.pk}, {}):
        with pytest.raises(Refused) as refusal:
            came(world, "dora", **more)
        assert refusal.value.code == "training.session_ahead"
    with pytest.raises(Refused):
        assurance.record_training(
            actor=actor("stan"), number=world.release, audience="desk", mode="class", invited=9, attended=9
        )


def test_attendance__beyond_the_seats__is_refused_and_again_for_the_same_person_is_not(world: World) -> None:
    planned(world)
    invited(world, "dora", "ben")
    session = held(world, seats=1)
    came(world, "dora", session=session.pk)
    came(world, "dora", session=session.pk)

    with pytest.raises(Refused) as refusal:
        came(world, "ben", session=session.pk)
    assert refusal.value.code == "training.seats_taken"


def test_attendance__of_who_is_not_named_or_without_a_quiz__is_refused(world: World) -> None:
    planned(world)
    invited(world, "dora")
    for name, more, code in (
        ("ben", {}, "training.not_named"),
        ("dora", {"score": 90}, "training.quiz_result"),
        ("dora", {"has_attended": False, "score": 90}, "training.quiz_result"),
    ):
        with pytest.raises(Invalid) as refusal:
            came(world, name, **more)  # type: ignore[arg-type]
        assert refusal.value.code == code


def test_count__beside_names__is_refused(world: World) -> None:
    planned(world)
    trainings.count(
        actor=actor("tara"), number=world.release, audience="desk", count=Count(10, 9), source="sign_in_sheet"
    )
    assert codes(world) == []
    invited(world, "dora")
    assert codes(world) == ["G25.attendance"]
    with pytest.raises(Refused) as refusal:
        assurance.record_training(
            actor=actor("stan"), number=world.release, audience="desk", mode="class", invited=9, attended=9
        )
    assert refusal.value.code == "training.by_name"


@pytest.mark.parametrize(
    ("mark", "count", "code"),
    [
        (None, Count(3, 4), "training.attendance"),
        (None, Count(3, 3, 3), "training.quiz_result"),
        (50, Count(3, 3), "training.quiz_result"),
        (50, Count(3, 2, 3), "training.quiz_result"),
    ],
)
def test_count__that_cannot_be__is_refused(world: World, mark: int | None, count: Count, code: str) -> None:
    planned(world, pass_mark=mark)
    with pytest.raises(Invalid) as refusal:
        trainings.count(
            actor=actor("tara"), number=world.release, audience="desk", count=count, source="trainer"
        )
    assert refusal.value.code == code


def test_count__recorded_by_somebody_else__does_not_lower_what_the_plan_asks(world: World) -> None:
    planned(world, kind="support")
    assurance.record_training(
        actor=actor("stan"), number=world.release, audience="desk", mode="video", invited=10, attended=8
    )

    assert Training.objects.get().audience_kind == "support"
    assert codes(world) == ["G25.attendance"]


def test_drop__once_somebody_came__is_refused(world: World) -> None:
    planned(world)
    invited(world, "dora")
    came(world, "dora")
    with pytest.raises(Refused):
        trainings.drop(actor=actor("tara"), number=world.release, audience="desk")
    came(world, "dora", has_attended=False)
    trainings.drop(actor=actor("tara"), number=world.release, audience="desk")
    assert not Training.objects.exists()


def waived(world: World, part: str = "", by: str = "rita") -> int:
    row = waivers.ask(
        actor=actor(by),
        number=world.release,
        control="training",
        reason="They know it.",
        expires_at=timezone.now() + DAY,
        part=part,
    )
    return row.pk


def test_waiver__of_one_audience__leaves_the_others_and_a_debt(world: World) -> None:
    for audience in ("desk", "staff"):
        planned(world, audience)
    waiver = waived(world, "desk")
    assert codes(world) == ["G25.attendance"] * 2

    waivers.grant(actor=actor("tara"), number=world.release, waiver_id=waiver)

    assert codes(world) == ["G25.attendance"]
    assert Debt.objects.get().owed == "training: desk"


def test_waiver__decided_by_the_author_of_the_release_or_who_asked__is_forbidden(world: World) -> None:
    planned(world)
    for name in ("rita", "dora"):
        people.grant(actor=SYSTEM, user=ask_people.user(name), role="training_manager")
    waiver = waived(world, by="dora")

    for name, code in (
        ("rita", "sod.author_waiver"),
        ("stan", "permission.denied"),
        ("dora", "sod.self_waiver"),
    ):
        with pytest.raises((Forbidden, Refused)) as refusal:
            waivers.grant(actor=actor(name), number=world.release, waiver_id=waiver)
        assert refusal.value.code == code
    waivers.grant(actor=actor("olga"), number=world.release, waiver_id=waiver)


def test_waiver__of_an_audience_that_is_not_planned__is_not_found(world: World) -> None:
    with pytest.raises(Exception, match="There is no training"):
        waived(world, "nobody")


def removed(world: World) -> None:
    releases.edit(actor=actor("rita"), number=world.release, fields={"training_required": False})


def test_training__added_freely__is_removed_only_with_a_waiver(world: World) -> None:
    releases.edit(actor=actor("rita"), number=world.release, fields={"training_required": True})
    removed(world)
    releases.edit(actor=actor("rita"), number=world.release, fields={"training_required": True})
    Release.objects.filter(number=world.release).update(phase="plan_design")

    with pytest.raises(Refused) as refusal:
        removed(world)
    assert refusal.value.code == "training.removal_needs_waiver"

    waivers.grant(actor=actor("tara"), number=world.release, waiver_id=waived(world))
    removed(world)
    assert Release.objects.get(number=world.release).training_required is False


def misuse(detected_at: datetime) -> Incident:
    row = incidents.record_incident(
        actor=actor("olga"), title="Wrong button", service="shop", severity=3, detected_at=detected_at
    )
    return incidents.mark_misuse(actor=actor("olga"), number=row.number, misunderstood="Which button pays.")


def test_misuse__within_thirty_days__is_put_down_to_the_release_and_asked_of_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, now = Release.objects.get(number=world.release), timezone.now()
    monkeypatch.setattr(incidents, "deployed", lambda _service, _until: [(first.pk, now - 30 * DAY)])
    late, row = misuse(now + HOUR), misuse(now)
    world.register()
    following = Release.objects.get(number=world.release)

    assert (late.taught_in, row.taught_in) == (None, first)
    assert [one.number for one in ask.gaps(following)] == [row.number]
    assert not ask.gaps(first).exists()
    trainings.plan(
        actor=actor("tara"), number=world.release, audience="staff", fields={}, answers=[row.number]
    )
    assert Incident.objects.get(pk=row.pk).answered_by == Training.objects.get()
    world.register()
    assert not ask.gaps(Release.objects.get(number=world.release)).exists()


def test_misuse__taken_back__is_asked_of_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, now = Release.objects.get(number=world.release), timezone.now()
    monkeypatch.setattr(incidents, "deployed", lambda _service, _until: [(first.pk, now - DAY)])
    row = misuse(now)
    incidents.mark_misuse(actor=actor("olga"), number=row.number, misunderstood="", is_misuse=False)
    world.register()

    assert not ask.gaps(Release.objects.get(number=world.release)).exists()
    with pytest.raises(Invalid):
        incidents.mark_misuse(actor=actor("olga"), number=row.number, misunderstood=" ")


@pytest.mark.django_db(transaction=True)
def test_misuse__after_a_deployment_to_production__is_put_down_to_its_release(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, make_folder: Callable[[], Path]
) -> None:
    phases = Phases(make_folder(), Fleet(monkeypatch, SCRIPTS))
    ready = phases._ready("iota")
    before = timezone.now() - 100 * DAY
    drive(phases._launch(ready))

    def marked(at: datetime) -> Release | None:
        row = incidents.record_incident(
            actor=actor("olga"), title="Wrong", service="iota", severity=3, detected_at=at
        )
        done = incidents.mark_misuse(actor=actor("olga"), number=row.number, misunderstood="The date.")
        return done.taught_in

    found = marked(timezone.now())
    assert found is not None
    assert found.number == ready.release
    assert marked(before) is None
    assert marked(timezone.now() + 31 * DAY) is None
