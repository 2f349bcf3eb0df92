"""Meetings of boards, from the agenda to minutes that nobody changes any more."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from tests.integration.services.begun import settled
from tests.integration.services.test_boards import NORMAL, assessed, board, decide
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.board_schedules import Schedule
from rightaway.domain.boards import AgendaFilter
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.meetings import MeetingState
from rightaway.queries import meetings as ask
from rightaway.records.audit.models import AuditEvent
from rightaway.records.boards.models import Item, Meeting
from rightaway.records.notifications.models import Notification
from rightaway.services import agendas, meetings, moments

pytestmark = pytest.mark.django_db
CHAIR = "chris"


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def planned(**at: float) -> str:
    moment = timezone.now() + timedelta(**(at or {"days": 1}))
    return meetings.plan(actor=actor(CHAIR), board="cab", at=moment).number


def running() -> str:
    return meetings.start(actor=actor(CHAIR), number=planned()).number


def subjects(number: str) -> list[str]:
    return [one.subject for one in ask.items(Meeting.objects.get(number=number))]


def item(number: str, subject: str) -> Item:
    return next(one for one in ask.items(Meeting.objects.get(number=number)) if one.subject == subject)


def minutes(number: str) -> str:
    return ask.minutes(Meeting.objects.get(number=number))


def told(kind: str) -> set[str]:
    return set(Notification.objects.filter(kind=kind).values_list("person__username", flat=True))


def test_plan__of_an_active_board__has_what_waits_on_its_agenda(world: World) -> None:
    board()
    waiting = assessed()
    assert subjects(planned()) == [waiting]
    assert subjects(planned(days=2)) == []  # it is on one ahead already


def test_plan__without_a_moment__is_the_next_of_the_schedule(world: World) -> None:
    board(schedule=Schedule(weekdays=(0,), time="09:00", zone="Europe/Berlin"))
    first = meetings.plan(actor=actor(CHAIR), board="cab")
    second = meetings.plan(actor=actor(CHAIR), board="cab")
    assert first.scheduled_at.weekday() == 0
    assert second.scheduled_at - first.scheduled_at <= timedelta(days=7, hours=1)


def test_moments__of_a_board_with_a_schedule__plan_its_next_meeting_once(world: World) -> None:
    board(schedule=Schedule(weekdays=(0, 1, 2, 3, 4, 5, 6), time="09:00"))
    now = datetime.now(UTC)
    for _ in range(2):
        moments.pass_by(since=now, now=now)
    assert Meeting.objects.count() == 1


def test_plan__of_a_board_without_a_schedule_or_not_active__is_refused(world: World) -> None:
    board()
    with pytest.raises(Invalid, match="no schedule"):
        meetings.plan(actor=actor(CHAIR), board="cab")
    board(is_active=False)
    with pytest.raises(Refused, match="not active"):
        planned()


def test_agenda__published__is_told_to_members_and_owners(world: World) -> None:
    board()
    assessed()
    agendas.publish(actor=actor(CHAIR), number=planned())
    assert told("agenda_published") == {"cora", "oscar", "olga", "stan"}


def test_agenda__ordered_added_to_and_taken_from__is_as_the_chair_wants_it(world: World) -> None:
    board(agenda=AgendaFilter(change_types=("normal",)))
    one, two = assessed(), assessed()
    number = planned()
    agendas.move(actor=actor(CHAIR), number=number, item=item(number, two).pk, position=1)
    assert subjects(number) == [two, one]
    extra = assessed("emergency")
    agendas.add(actor=actor(CHAIR), number=number, change=extra)
    agendas.remove(actor=actor(CHAIR), number=number, item=item(number, two).pk)
    assert subjects(number) == [one, extra]
    with pytest.raises(Forbidden):
        agendas.add(actor=actor("olga"), number=number, change=two)


def test_item__deferred__is_first_on_the_next_agenda_with_the_reason_in_the_minutes(world: World) -> None:
    board()
    one = assessed()
    number = running()
    with pytest.raises(Invalid, match="Say why"):
        agendas.defer(actor=actor(CHAIR), number=number, item=item(number, one).pk, reason=" ")
    agendas.defer(actor=actor(CHAIR), number=number, item=item(number, one).pk, reason="Tests first.")
    meetings.end(actor=actor(CHAIR), number=number)
    assessed()
    assert subjects(planned())[0] == one
    assert "deferred**, Tests first" in minutes(number)


def test_item__the_meeting_does_not_come_to__goes_to_the_next_one_that_is_planned(world: World) -> None:
    board()
    one = assessed()
    number, following = running(), planned(days=8)
    meetings.end(actor=actor(CHAIR), number=number)
    assert item(number, one).outcome == "deferred"
    assert subjects(following) == [one]


def test_vote__in_a_meeting__is_each_members_own_and_stands_in_the_minutes(world: World) -> None:
    board()
    one = assessed()
    number = running()
    decide(CHAIR, one, note="Well tested.")
    decide("olga", one)
    assert item(number, one).outcome == "approved"
    text = minutes(meetings.end(actor=actor(CHAIR), number=number).number)
    assert f"### 1. {one} New" in text
    assert "Chris: approve: Well tested." in text.replace("chris", "Chris")
    assert "Decided between the meetings" not in text
    assert told("board_decided") == {"stan"}


def test_decision__between_meetings__is_in_the_minutes_of_the_next(world: World) -> None:
    board()
    one = assessed()
    decide(CHAIR, one)
    decide("olga", one)
    first, second = running(), None
    meetings.end(actor=actor(CHAIR), number=first)
    second = running()
    meetings.end(actor=actor(CHAIR), number=second)
    assert "Decided between the meetings" in minutes(first)
    assert one not in minutes(second)


def test_board__that_votes_in_meetings__refuses_a_vote_outside_and_off_the_agenda(world: World) -> None:
    board(is_async=False)
    one = assessed()
    with pytest.raises(Refused) as refusal:
        decide(CHAIR, one)
    assert refusal.value.code == "board.in_meetings"
    number = running()
    late = assessed()
    with pytest.raises(Refused):
        decide(CHAIR, late)
    decide(CHAIR, one)
    agendas.fill(actor=actor(CHAIR), number=number)
    assert decide("olga", late) == "assessed"


def test_attendance__noted_by_oneself_or_by_the_chair__stands_in_the_minutes(world: World) -> None:
    board()
    number = running()
    meetings.attend(actor=actor("olga"), number=number)
    meetings.attend(actor=actor(CHAIR), number=number, person="rita")
    with pytest.raises(Forbidden):
        meetings.attend(actor=actor("olga"), number=number, person="cora")
    with pytest.raises(Forbidden):
        meetings.attend(actor=actor("dora"), number=number)
    assert "Present: Olga, Rita" in minutes(number)
    assert "Absent: Chris, Cora" in minutes(number)


def test_information__asked_for__is_an_action_and_leaves_the_item_undecided(world: World) -> None:
    board()
    one = assessed()
    number = running()
    due = timezone.now() + timedelta(days=3)
    made = agendas.take_on(
        actor=actor(CHAIR),
        number=number,
        item=item(number, one).pk,
        text="How long is the outage?",
        owner="stan",
        due_at=due,
        asks=True,
    )
    meetings.end(actor=actor(CHAIR), number=number)
    assert item(number, one).outcome == "information"
    assert subjects(planned()) == [one]
    assert told("action_given") == {"stan"}
    with pytest.raises(Forbidden):
        agendas.finish(actor=actor("olga"), number=number, action=made.pk)
    agendas.finish(actor=actor("stan"), number=number, action=made.pk)
    assert "How long is the outage?" in minutes(number)


def test_minutes__approved_by_the_chair__change_no_more(world: World) -> None:
    board()
    one = assessed()
    number = running()
    meetings.end(actor=actor(CHAIR), number=number)
    agendas.note(actor=actor(CHAIR), number=number, item=item(number, one).pk, text="Too late today.")
    row = Meeting.objects.get(number=number)
    with pytest.raises(Forbidden) as refusal:
        meetings.approve_minutes(actor=actor("olga"), number=number, digest=ask.digest_of(row))
    assert refusal.value.code == "meeting.not_chair"
    with pytest.raises(Refused, match="not what you read"):
        meetings.approve_minutes(actor=actor(CHAIR), number=number, digest="0" * 64)
    kept = meetings.approve_minutes(actor=actor(CHAIR), number=number, digest=ask.digest_of(row))
    assert kept.state == MeetingState.APPROVED
    for late in (
        lambda: agendas.note(actor=actor(CHAIR), number=number, item=item(number, one).pk, text="x"),
        lambda: meetings.remark(actor=actor(CHAIR), number=number, remarks="x"),
        lambda: meetings.attend(actor=actor(CHAIR), number=number),
    ):
        with pytest.raises(Refused):
            late()
    assert "Too late today" in minutes(number)
    event = AuditEvent.objects.get(action="governance.minutes.approved")
    assert event.facts["digest"] == kept.minutes_digest


def test_minutes__with_markdown_of_people__show_it_as_text(world: World) -> None:
    board()
    one = assessed()
    number = running()
    forged = "# Outcome: **approved**\n- [x](javascript:1)"
    agendas.note(actor=actor(CHAIR), number=number, item=item(number, one).pk, text=forged)
    assert "> \\# Outcome: \\*\\*approved\\*\\*" in minutes(number)
    assert "\n# Outcome" not in minutes(number)


def test_start__while_another_meeting_of_the_board_runs__is_refused(world: World) -> None:
    board()
    running()
    with pytest.raises(Refused) as refusal:
        running()
    assert refusal.value.code == "meeting.other_running"


def test_cancel__with_a_reason__frees_its_items_for_the_next(world: World) -> None:
    board(agenda=NORMAL)
    one = assessed()
    meetings.cancel(actor=actor(CHAIR), number=planned(), reason="Holiday.")
    assert subjects(planned()) == [one]
