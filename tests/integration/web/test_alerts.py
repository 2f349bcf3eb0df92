"""The pages of alerts, the outbox, and how one is told."""

import pytest
from django.conf import settings
from django.utils import timezone
from tests.integration.web.conftest import SignIn, Site

from rightaway.queries import mails, people
from rightaway.records.notifications.models import Mail

pytestmark = pytest.mark.django_db
CHOICES = {
    **dict.fromkeys(("approvals", "tasks", "notices", "deadlines", "changes"), "at_once"),
    **dict.fromkeys(("releases", "deployments", "boards", "conversations"), "never"),
    "quiet_from": "20:00",
    "quiet_until": "07:00",
    "time_zone": "Europe/Berlin",
    "digest_every": "week",
    "digest_at": "09:30",
    "digest_weekday": "4",
}


def mail(state: str, name: str = "olga") -> Mail:
    now = timezone.now()
    return Mail.objects.create(
        person=people.user(name),
        kind="notice",
        state=state,
        subject="<b>Bold</b>",
        error="550 No",
        queued_at=now,
        next_at=now,
    )


def test_mail_preferences__chosen_on_the_page__are_kept_and_shown_again(site: Site, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    assert 'href="/profile/mail/"' in browser.get("/profile/").content.decode()
    page = browser.get("/profile/mail/").content.decode()
    assert "No mail server is configured" in page
    assert browser.post("/profile/mail/", CHOICES)["Location"] == "/profile/"
    wishes = mails.wishes(people.user("rita").pk)
    assert (wishes.channels["changes"], wishes.channels["releases"]) == ("at_once", "never")
    assert (str(wishes.quiet_from), wishes.zone, wishes.every, wishes.weekday) == (
        "20:00:00",
        "Europe/Berlin",
        "week",
        4,
    )
    shown = browser.get("/profile/mail/").context["form"].initial
    assert (shown["releases"], shown["digest_weekday"]) == ("never", 4)


def test_mail_preferences__half_of_the_quiet_hours__said_beside_the_field(
    site: Site, sign_in: SignIn
) -> None:
    answer = sign_in("rita").post("/profile/mail/", {**CHOICES, "quiet_until": ""})
    assert answer.status_code == 422
    assert "quiet_until" in answer.context["form"].errors


def test_mail_preferences__server_but_no_address__says_so(
    site: Site, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.ENVIRONMENT, "smtp_host", "mail.example.org")
    monkeypatch.setattr(settings.ENVIRONMENT, "mail_from", "r@example.org")
    assert "has no mail address" in sign_in("rita").get("/profile/mail/").content.decode()


def test_alerts__as_administrator__each_with_what_raises_it(site: Site, sign_in: SignIn) -> None:
    page = sign_in("root").get("/administration/alerts/").content.decode()
    assert all(f"A{number:02}" in page for number in range(1, 25))


@pytest.mark.parametrize("path", ["alerts/", "outbox/"])
def test_administration__of_alerts__not_for_others(site: Site, sign_in: SignIn, path: str) -> None:
    assert sign_in("rita").get(f"/administration/{path}").status_code == 403


def test_outbox__with_failures__shows_them_and_sends_again(site: Site, sign_in: SignIn) -> None:
    failed, sent = mail("failed"), mail("sent")
    browser = sign_in("root")
    page = browser.get("/administration/outbox/").content.decode()
    assert "&lt;b&gt;Bold" in page
    again = f"/administration/outbox/{failed.pk}/again/"
    assert again in page
    assert f"/administration/outbox/{sent.pk}/again/" not in page
    narrowed = browser.get("/administration/outbox/?state=sent").content.decode()
    assert again not in narrowed
    assert browser.post(again, {})["Location"] == "/administration/outbox/"
    failed.refresh_from_db()
    assert failed.state == "queued"
    assert browser.post(again, {}).status_code == 409


def test_outbox__empty__says_so(site: Site, sign_in: SignIn) -> None:
    assert "No message matches." in sign_in("root").get("/administration/outbox/").content.decode()
