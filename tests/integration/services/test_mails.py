"""Mail through a real SMTP server: what is sent, when, once, and what becomes of what cannot be."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import ENGINE
from rightaway.queries import mails as ask
from rightaway.queries import people as ask_people
from rightaway.records.notifications.models import Mail, Notification, RaisedAlert
from rightaway.records.people.models import User
from rightaway.services import _notify, conversations, mails, notifications, people
from rightaway.web.mails import compose

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)  # a Wednesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Postbox:
    """What the mail server was given; `answer` is what it says after a message, None hangs up instead."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answer: str | None = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer is None:
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    held = settings.ENVIRONMENT
    for name, value in {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_tls": "none",
        "mail_from": "Rightaway <rightaway@example.org>",
    }.items():
        monkeypatch.setattr(held, name, value)
    yield box
    server.stop()


@pytest.fixture
def world(db: None) -> World:
    made = staged("nobody told", _untold)
    for user in User.objects.filter(kind="person"):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.org")
    return made


def _untold(folder: Path) -> World:
    world = registered(folder)
    Notification.objects.all().delete()
    RaisedAlert.objects.all().delete()
    return world


def pk(name: str) -> int:
    user = ask_people.user(name)
    assert user is not None
    return user.pk


def tell(
    world: World, kind: str = "approval_asked", name: str = "olga", key: str = "k", **facts: Any
) -> None:
    _notify.tell(
        actor=actor("rita"),
        kind=NotificationKind(kind),
        subject=_notify.found(SubjectKind.RELEASE, world.release),
        people=[pk(name)],
        key=key,
        facts=facts or {"approval": "plan_design"},
    )


def send(at: datetime) -> int:
    with time_machine.travel(at, tick=False):
        return mails.pass_by(now=at, compose=compose)


def states() -> list[str]:
    return list(Mail.objects.order_by("id").values_list("state", flat=True))


@pytest.fixture
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def test_mail__wanted_at_once__both_forms_with_a_link_to_a_page(
    world: World, postbox: Postbox, at_noon: None
):
    tell(world)
    assert send(NOON) == 1
    (message,) = postbox.messages
    assert message["To"] == "Olga <olga@example.org>"
    assert message["Subject"] == f"[Rightaway] {world.release}: rita asks for an approval: plan and design"
    page = f"{settings.ENVIRONMENT.url}/releases/{world.release}/#approvals"
    for form in ("plain", "html"):
        part = message.get_body((form,))
        assert part is not None
        assert page in part.get_content()
    assert message["List-Unsubscribe"] == f"<{settings.ENVIRONMENT.url}/profile/mail/>"
    assert states() == ["sent"]
    assert send(NOON + HOUR) == 0


def test_mail__person_reads_german__is_german(world: World, postbox: Postbox, at_noon: None):
    people.prefer(actor=actor("olga"), language="de")
    tell(world, "approval_reminded")
    send(NOON)
    assert "Ihre Stimme fehlt noch" in str(postbox.messages[0]["Subject"])


def test_mail__event_rolled_back__none(world: World, postbox: Postbox, at_noon: None):
    from django.db import transaction

    with transaction.atomic():
        tell(world)
        transaction.set_rollback(True)
    assert (send(NOON), postbox.messages) == (0, [])


def test_mail__told_twice_of_one_event__one(world: World, postbox: Postbox, at_noon: None):
    tell(world)
    tell(world)
    assert send(NOON) == 1


def test_mail__nobody_configured_a_server__nothing_is_queued(world: World, at_noon: None):
    tell(world)
    assert Notification.objects.count() == 1
    assert not Mail.objects.exists()


def test_mail__text_of_a_person_with_line_breaks__stays_text(world: World, postbox: Postbox, at_noon: None):
    from rightaway.records.releases.models import Release

    evil = "x\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script>"
    Release.objects.filter(number=world.release).update(title=evil)
    User.objects.filter(username="olga").update(name="Olga\r\nBcc: all@example.org")
    tell(world, "start_near", count=evil)
    send(NOON)
    (message,) = postbox.messages
    assert message["Bcc"] is None
    html = message.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()


def test_mail__server_says_later__is_tried_again_with_longer_pauses(
    world: World, postbox: Postbox, at_noon: None
):
    postbox.answer = "451 Try again later"
    tell(world)
    assert send(NOON) == 0
    row = Mail.objects.get()
    assert (row.state, row.attempts, row.next_at) == ("queued", 1, NOON + timedelta(minutes=1))
    assert send(NOON + timedelta(seconds=30)) == 0
    assert send(NOON + timedelta(minutes=1)) == 0
    row.refresh_from_db()
    assert row.next_at == NOON + timedelta(minutes=6)
    postbox.answer = "250 OK"
    assert send(NOON + timedelta(minutes=6)) == 1


def test_mail__server_refuses_for_good__failed_and_seen(world: World, postbox: Postbox, at_noon: None):
    postbox.answer = "550 No such person"
    tell(world)
    send(NOON)
    row = Mail.objects.get()
    assert (row.state, row.error) == ("failed", "550 No such person")


def test_mail__connection_lost_after_the_message_left__unknown_and_not_sent_again_by_itself(
    world: World, postbox: Postbox, at_noon: None
):
    postbox.answer = None
    tell(world)
    send(NOON)
    assert states() == ["unknown"]
    postbox.answer = "250 OK"
    assert send(NOON + DAY) == 0
    mails.send_again(actor=actor("root"), mail_id=Mail.objects.get().pk)
    assert send(NOON + DAY) == 1


def test_mail__worker_died_while_sending__unknown(world: World, postbox: Postbox, at_noon: None):
    tell(world)
    Mail.objects.update(state="sending", began_at=NOON)
    send(NOON + timedelta(minutes=9))
    assert states() == ["sending"]
    send(NOON + timedelta(minutes=11))
    assert states() == ["unknown"]
    assert postbox.messages == []


def test_mail__server_is_down__is_kept(world: World, postbox: Postbox, at_noon: None, monkeypatch: Any):
    tell(world)
    monkeypatch.setattr(settings.ENVIRONMENT, "smtp_port", 9)
    send(NOON)
    assert states() == ["queued"]


def test_send_again__of_what_was_sent__refused(world: World, postbox: Postbox, at_noon: None):
    tell(world)
    send(NOON)
    with pytest.raises(Refused, match="waits or was sent"):
        mails.send_again(actor=actor("root"), mail_id=Mail.objects.get().pk)


def test_quiet_hours__over_midnight__mail_waits_for_their_end(world: World, postbox: Postbox):
    night = NOON.replace(hour=22)
    mails.prefer(actor=actor("olga"), quiet_from=time(21), quiet_until=time(7), time_zone="Europe/Berlin")
    with time_machine.travel(night, tick=False):
        tell(world)
    assert send(night) == 0
    assert send(night + timedelta(hours=7)) == 0  # 5:00 UTC is 6:00 in Berlin
    assert send(night + timedelta(hours=8)) == 1


def test_page__in_quiet_hours_of_somebody_who_wants_no_mail__at_once(world: World, postbox: Postbox):
    night = NOON.replace(hour=23)
    mails.prefer(
        actor=actor("olga"), channels={"deployments": "never"}, quiet_from=time(21), quiet_until=time(7)
    )
    with time_machine.travel(night, tick=False):
        tell(world, "window_exceeded")
    assert send(night) == 1


def test_page__of_a_rehearsal__waits_for_the_digest(world: World, postbox: Postbox, at_noon: None):
    tell(world, "deployment_backing_out", is_rehearsal=True)
    assert send(NOON) == 0
    assert send(NOON + DAY) == 1


def test_digest__of_a_day__one_mail_with_what_is_new_and_then_none(
    world: World, postbox: Postbox, at_noon: None
):
    tell(world, "release_moved", key="a", to="build_test")
    tell(world, "release_moved", key="b", to="deployment")
    tell(world, "commented", key="c")
    assert send(NOON + HOUR) == 0
    assert send(NOON + 20 * HOUR) == 1  # 8:00
    assert "3 things are new" in str(postbox.messages[0]["Subject"])
    assert send(NOON + DAY + 20 * HOUR) == 0


def test_digest__everything_was_read__none(world: World, postbox: Postbox, at_noon: None):
    tell(world, "release_moved", to="build_test")
    notifications.mark_read(actor=actor("olga"))
    assert send(NOON + 20 * HOUR) == 0


def test_digest__of_a_week__on_its_day(world: World, postbox: Postbox, at_noon: None):
    mails.prefer(actor=actor("olga"), digest_every="week", digest_weekday=4, digest_at=time(9))
    tell(world, "release_moved", to="build_test")
    assert send(NOON + DAY) == 0
    assert send(NOON + 2 * DAY) == 1  # Friday


def test_group__never__nothing_but_the_inbox(world: World, postbox: Postbox, at_noon: None):
    mails.prefer(actor=actor("olga"), channels={"approvals": "never"})
    tell(world)
    assert send(NOON + 7 * DAY) == 0
    assert Notification.objects.filter(person=pk("olga")).count() == 1


def test_many_in_an_hour__the_rest_comes_as_one_summary(world: World, postbox: Postbox, at_noon: None):
    for number in range(25):
        tell(world, key=f"k{number}")
    assert send(NOON) == 20
    assert send(NOON + HOUR) == 1
    assert "5 things are new" in str(postbox.messages[-1]["Subject"])


def test_mail__of_somebody_who_was_disabled_meanwhile__is_dropped(
    world: World, postbox: Postbox, at_noon: None
):
    tell(world)
    User.objects.filter(username="olga").update(is_active=False)
    assert send(NOON) == 0
    assert states() == ["dropped"]


def test_links__of_every_kind_of_notification__lead_to_pages_that_change_nothing(
    world: World, postbox: Postbox, at_noon: None
):
    from django.urls import resolve

    rows = [
        Notification(
            person_id=pk("olga"),
            kind=kind,
            key=f"{kind}",
            subject_kind="release",
            subject_key=world.release,
            title="t",
            by=ENGINE.name,
            facts={},
            at=NOON,
        )
        for kind in NotificationKind
    ]
    message = compose(User.objects.get(username="olga"), "digest", rows)
    text = message.get_body(("plain",))
    assert text is not None
    links = {word for word in text.get_content().split() if word.startswith("http")}
    names = {
        resolve(link.removeprefix(settings.ENVIRONMENT.url).partition("#")[0]).url_name for link in links
    }
    assert names == {"release", "mail-preferences"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"channels": {"pages": "never"}}, "mail.page"),
        ({"channels": {"nothing": "never"}}, "mail.group"),
        ({"channels": {"tasks": "pigeon"}}, "mail.channel"),
        ({"quiet_from": time(21)}, "mail.quiet_hours"),
        ({"time_zone": "Mars/Base"}, "mail.zone"),
        ({"digest_every": "year"}, "mail.digest"),
    ],
)
def test_choice__that_cannot_be_kept__refused(world: World, given: dict[str, Any], code: str):
    with pytest.raises(Invalid) as caught:
        mails.prefer(actor=actor("olga"), **given)
    assert caught.value.code == code
    assert ask.preferences(pk("olga")).channels == {}


def test_comment__mentions_somebody_who_wants_that_at_once__is_sent(
    world: World, postbox: Postbox, at_noon: None
):
    mails.prefer(actor=actor("olga"), channels={"conversations": "at_once"})
    conversations.comment(actor=actor("rita"), kind="release", key=world.release, text="Look, @olga.")
    assert send(NOON) == 1
    assert "rita mentioned you" in str(postbox.messages[0]["Subject"])
