"""Notices: whom they reach, when they go out, what became of their mail, who acknowledged them."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World, actor, held_to

from rightaway.domain.errors import Forbidden, Invalid, NotFound, Refused
from rightaway.domain.guards import PERMIT_GUARDS
from rightaway.domain.values import SYSTEM
from rightaway.queries import notices as ask
from rightaway.queries import people as ask_people
from rightaway.queries import release_facts
from rightaway.records.assurance.models import Notice, Recipient
from rightaway.records.notifications.models import Mail, Notification
from rightaway.records.outages.models import Outage
from rightaway.records.people.models import Group, User
from rightaway.records.releases.models import Release
from rightaway.services import assurance, moments, notices, outages, people, releases

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    made = staged("registered", registered)
    releases.set_people(
        actor=actor("rita"), number=made.release, stakeholders={"stan": "accept", "cora": "inform"}
    )
    now = timezone.now()
    fields = {"planned_start": now + 10 * DAY, "planned_end": now + 10 * DAY + HOUR}
    releases.edit(actor=actor("rita"), number=made.release, fields=fields)
    return made


@pytest.fixture
def mailed(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Let everybody have an address, and write mail down that no server takes."""
    monkeypatch.setattr(settings.ENVIRONMENT, "smtp_host", "mail.example.org")
    monkeypatch.setattr(settings.ENVIRONMENT, "mail_from", "rightaway@example.org")
    for name in ("stan", "cora"):
        User.objects.filter(username=name).update(email=f"{name}@example.org")
    return world


def planned(world: World, to: str = "stakeholders", **fields: object) -> Notice:
    named = {key: fields.pop(key) for key in ("audience", "moment", "people", "groups") if key in fields}
    fields = {"text": "{service} gets better.", **fields}
    return notices.plan(actor=actor("rita"), number=world.release, to=to, fields=fields, **named)  # type: ignore[arg-type]


def sent(world: World, **fields: object) -> Notice:
    row = planned(world, **fields)  # type: ignore[arg-type]
    return notices.send(actor=actor("rita"), number=world.release, notice=row.pk)


def told(row: Notice) -> list[str]:
    return sorted(Recipient.objects.filter(notice=row).values_list("person__username", flat=True))


def lacks(world: World) -> list[str]:
    now = timezone.now()
    facts = release_facts.facts(Release.objects.get(number=world.release), now)
    found = [one.code for one in PERMIT_GUARDS["G31"](facts, now)]
    return [one for one in found if one.startswith("communication_plan.")]


def test_plan__audience_that_is_empty__is_refused_with_where_it_is_named(world: World) -> None:
    releases.set_people(actor=actor("rita"), number=world.release, stakeholders={})
    for to in ("stakeholders", "service_desk", "named"):
        with pytest.raises(Refused) as refusal:
            planned(world, to)
        assert refusal.value.code == "notice.audience_empty"
        assert refusal.value.hint
    assert not Notice.objects.exists()


def test_plan__each_audience__reaches_who_belongs_to_it_and_may_see_the_release(world: World) -> None:
    desk = Group.objects.create(key="service-desk", name="Service desk")
    desk.members.set(User.objects.filter(username__in=["ben", "root"]))
    people.create(actor=SYSTEM, username="nobody", name="Nobody")
    assert told(sent(world)) == ["cora", "stan"]
    assert told(sent(world, part="inform", audience="informed")) == ["cora"]
    assert told(sent(world, to="service_desk")) == ["ben"]
    assert told(sent(world, to="named", people=["dora", "nobody"], groups=["service-desk"])) == [
        "ben",
        "dora",
    ]
    assert "stan" in told(sent(world, to="users"))


def test_plan__without_a_text__says_of_an_outage_only_where_one_is_planned(world: World) -> None:
    row = notices.plan(actor=actor("rita"), number=world.release, to="named", people=["dora"])
    assert "{down_from}" not in row.text
    assert "{" not in sent_text(world, row)

    start = timezone.now() + 3 * DAY
    times = {"planned_start": start, "planned_end": start + DAY / 24}
    fields = {"title": "Down", "kind": "planned", **times}
    outages.record(
        actor=actor("olga"), service=world.service, fields=fields, source={"release": world.release}
    )
    row = notices.plan(
        actor=actor("rita"), number=world.release, to="named", audience="others", people=["dora"]
    )
    assert "{down_from}" in row.text
    assert "60 minutes" in sent_text(world, row)


def sent_text(world: World, row: Notice) -> str:
    return notices.send(actor=actor("rita"), number=world.release, notice=row.pk).sent_text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": "At {tea_time}."}, "notice.text"),
        ({"acknowledge_pct": 101}, "notice.acknowledge"),
        ({"part": "dance"}, "notice.part"),
        ({"colour": "red"}, "field.unknown"),
        ({"moment": "never"}, "notice.moment"),
    ],
)
def test_plan__what_cannot_be__is_refused(world: World, fields: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        planned(world, **fields)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert not Notice.objects.exists()


def test_plan__by_who_may_not_edit__is_forbidden(world: World) -> None:
    with pytest.raises(Forbidden):
        notices.plan(actor=actor("stan"), number=world.release, to="stakeholders")


def test_plan__without_a_time__is_due_by_the_lead_of_the_release_and_follows_its_start(world: World) -> None:
    row, release = planned(world), Release.objects.get(number=world.release)
    held_to(world.service, notice_lead_s=None)
    leads = {}
    for kind in ("major", "minor", "emergency"):
        release = Release.objects.get(number=world.release)
        release.release_type = kind
        assert release.planned_start is not None
        leads[kind] = release.planned_start - (ask.due(row, release) or release.planned_start)
    assert leads == {"major": 5 * DAY, "minor": 2 * DAY, "emergency": 0 * DAY}
    Release.objects.filter(pk=release.pk).update(planned_start=None)
    with pytest.raises(Invalid) as refusal:
        planned(world, audience="others")
    assert refusal.value.code == "notice.due"


def test_send__text__is_filled_with_what_the_release_says_then(world: World) -> None:
    text = "{service} is down from {down_from} for {down_minutes} minutes: {release} {title}, ask {manager}."
    row = planned(world, text=text)
    with pytest.raises(Refused) as refusal:
        notices.send(actor=actor("rita"), number=world.release, notice=row.pk)
    assert refusal.value.code == "notice.facts_missing"
    assert not Recipient.objects.exists()

    release = Release.objects.get(number=world.release)
    assert release.planned_start is not None
    outage(world, planned_start=release.planned_start, planned_end=release.planned_start + HOUR)
    row = notices.send(actor=actor("rita"), number=world.release, notice=row.pk)

    start = f"{release.planned_start:%Y-%m-%d %H:%M} UTC"
    assert row.sent_text == (
        f"Shop is down from {start} for 60 minutes: {world.release} {release.title}, ask Rita."
    )
    assert Notification.objects.filter(kind="notice", facts__text=row.sent_text).count() == 2


def outage(world: World, **times: object) -> Outage:
    fields = {"title": "Down", "kind": "planned", **times}
    return outages.record(
        actor=actor("olga"), service="shop", fields=fields, source={"release": world.release}
    )


def test_send__again__is_refused(world: World) -> None:
    row = sent(world)
    with pytest.raises(Refused) as refusal:
        notices.send(actor=actor("rita"), number=world.release, notice=row.pk)
    assert refusal.value.code == "notice.sent"
    with pytest.raises(Refused):
        planned(world)


def test_mark_sent__what_rightaway_sends__is_not_ticked_by_hand(world: World) -> None:
    row = planned(world)
    with pytest.raises(Refused) as refusal:
        assurance.mark_notice_sent(actor=actor("rita"), number=world.release, audience=row.audience)
    assert refusal.value.code == "notice.by_rightaway"
    assert lacks(world) == ["communication_plan.notice_undelivered"]


def test_gate__mail_waits_fails_and_arrives__reads_it_from_the_outbox(mailed: World) -> None:
    row = sent(mailed)
    assert lacks(mailed) == ["communication_plan.notice_on_its_way"]

    mine, others = Mail.objects.order_by("id")
    mine.state, mine.sent_at = "sent", timezone.now()
    mine.save()
    others.state = "failed"
    others.save()
    assert lacks(mailed) == ["communication_plan.notice_on_its_way"]
    found = {line.row.person.username: line.told.delivery for line in ask.lines([row])[row.pk]}
    assert sorted(found.values()) == ["delivered", "failed"]

    notices.acknowledge(actor=actor(others.person.username), notice=row.pk)
    assert lacks(mailed) == []


def test_gate__lead_time__counts_from_when_the_last_mail_arrived(mailed: World) -> None:
    held_to(mailed.service, notice_lead_s=9 * 86_400)
    sent(mailed)
    release = Release.objects.get(number=mailed.release)
    assert release.planned_start is not None
    Mail.objects.update(state="sent", sent_at=timezone.now() - 2 * DAY)
    assert lacks(mailed) == []
    late = Mail.objects.latest("id")
    late.sent_at = release.planned_start - 8 * DAY
    late.save()
    Release.objects.filter(pk=release.pk).update(planned_start=timezone.now() + 8 * DAY)
    Mail.objects.update(sent_at=timezone.now())
    assert lacks(mailed) == ["communication_plan.notice_late"]


def test_gate__acknowledgement_asked_for__is_needed_from_that_share(world: World) -> None:
    row = sent(world, acknowledge_pct=100)
    assert lacks(world) == ["communication_plan.notice_unacknowledged"]
    notices.acknowledge(actor=actor("stan"), notice=row.pk)
    notices.acknowledge(actor=actor("stan"), notice=row.pk)
    assert lacks(world) == ["communication_plan.notice_unacknowledged"]
    notices.acknowledge(actor=actor("cora"), notice=row.pk)
    assert lacks(world) == []


def test_acknowledge__by_somebody_it_was_not_sent_to__is_not_found(world: World) -> None:
    row = sent(world)
    with pytest.raises(NotFound):
        notices.acknowledge(actor=actor("rita"), notice=row.pk)


def test_remind__who_has_not_acknowledged__once(world: World) -> None:
    row = sent(world, acknowledge_pct=50)
    notices.acknowledge(actor=actor("stan"), notice=row.pk)
    assert notices.remind(actor=actor("rita"), number=world.release, notice=row.pk) == 1
    assert Notification.objects.get(kind="notice_reminded").person.username == "cora"
    with pytest.raises(Refused):
        notices.remind(actor=actor("rita"), number=world.release, notice=row.pk)


def test_moments__day_after_without_acknowledgement__remind_once(world: World) -> None:
    row = sent(world, acknowledge_pct=50)
    sent(world, audience="quiet")
    now = timezone.now()
    notices.pass_by(now=now + DAY - HOUR)
    assert not Notification.objects.filter(kind="notice_reminded").exists()
    for hours in (1, 2):
        notices.pass_by(now=now + DAY + hours * HOUR)
    assert Notification.objects.filter(kind="notice_reminded").count() == 2
    assert Recipient.objects.filter(notice=row, reminded_at=None).count() == 0


def test_moments__due__are_sent_once_and_not_before_nor_on_hold(world: World) -> None:
    now = timezone.now()
    row = planned(world, due_at=now + HOUR)
    notices.pass_by(now=now)
    assert Notice.objects.get(pk=row.pk).sent_at is None
    releases_on_hold = Release.objects.filter(number=world.release)
    before = releases_on_hold.get().phase_status
    releases_on_hold.update(phase_status="on_hold")
    notices.pass_by(now=now + HOUR)
    assert Notice.objects.get(pk=row.pk).sent_at is None
    releases_on_hold.update(phase_status=before)

    moments.pass_by(since=now, now=now + HOUR)
    moments.pass_by(since=now, now=now + 2 * HOUR)

    assert told(row) == ["cora", "stan"]
    assert Notice.objects.get(pk=row.pk).sent_by is None


def test_moments__audience_has_become_empty__stays_unsent_and_says_why(world: World) -> None:
    row = planned(world, due_at=timezone.now())
    releases.set_people(actor=actor("rita"), number=world.release, stakeholders={})
    for _ in range(2):
        notices.pass_by(now=timezone.now() + HOUR)

    row.refresh_from_db()
    assert (row.sent_at, row.obstacle) == (None, "audience_empty")
    assert lacks(world) == ["communication_plan.audience_empty"]
    releases.set_people(actor=actor("rita"), number=world.release, stakeholders={"stan": "inform"})
    notices.pass_by(now=timezone.now() + HOUR)
    assert told(row) == ["stan"]
    assert lacks(world) == []


def test_moments__downtime_begins_overruns_and_ends__tell_each_once_and_keep_no_gate_shut(
    world: World,
) -> None:
    now = timezone.now()
    rows = {
        moment: planned(world, moment=moment, text=f"{moment} {{down_until}}")
        for moment in ("start", "extended", "end")
    }
    assert lacks(world) == ["communication_plan.notices_missing"]
    down = outage(world, planned_start=now - 2 * HOUR, planned_end=now - HOUR)

    def gone() -> list[str]:
        notices.pass_by(now=now)
        return [key for key, row in rows.items() if Notice.objects.get(pk=row.pk).sent_at]

    assert gone() == []
    Outage.objects.filter(pk=down.pk).update(actual_start=now - 2 * HOUR)
    assert gone() == ["start", "extended"]
    Outage.objects.filter(pk=down.pk).update(actual_end=now)
    assert gone() == ["start", "extended", "end"]
    assert ask_people.user("stan") is not None
    assert Notification.objects.filter(kind="notice", person__username="stan").count() == 3


def test_withdraw__sent__is_refused_and_waiting_is_gone(world: World) -> None:
    row, other = sent(world), planned(world, audience="others")
    with pytest.raises(Refused):
        notices.withdraw(actor=actor("rita"), number=world.release, notice=row.pk)
    notices.withdraw(actor=actor("rita"), number=world.release, notice=other.pk)
    assert Notice.objects.get().pk == row.pk
