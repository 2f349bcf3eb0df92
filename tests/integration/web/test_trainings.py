"""The training page: planned, taught, and who came, through its forms."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.domain.values import SYSTEM
from rightaway.records.assurance.models import Attendee, Session, Training
from rightaway.records.incidents.models import Incident
from rightaway.records.releases.models import Release
from rightaway.services import incidents, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world: World) -> World:
    world.register()
    return world


@pytest.fixture
def tara(world: World) -> str:
    user = people.create(actor=SYSTEM, username="tara", name="Tara")
    people.grant(actor=SYSTEM, user=user, role="training_manager")
    return "tara"


def test_training__from_the_plan_to_who_came__by_its_forms(world: World, sign_in: SignIn, tara: str) -> None:
    browser, page = sign_in(tara), reverse("release-training", args=[world.release])
    assert "No training is planned." in browser.get(page).content.decode()
    sent = {"audience": "Desk", "kind": "service_desk", "mode": "workshop", "pass_mark": "70"}
    assert browser.post(reverse("training-plan", args=[world.release]), sent)["Location"] == page
    row = Training.objects.get(audience="Desk")
    assert "Nobody is named yet" in browser.get(page).content.decode()

    def at(name: str, *more: int) -> str:
        return reverse(name, args=[world.release, row.pk, *more])

    browser.post(at("training-invite"), {"names": "dora\nMr X"})
    times = {"starts_at": "2026-01-01T10:00", "ends_at": "2026-01-01T11:00", "seats": "5"}
    browser.post(at("training-session"), times)
    session, person = Session.objects.get(), Attendee.objects.get(name="dora")
    assert person.person is not None
    came = {"has_attended": "on", "session": str(session.pk), "score": "80", "source": "trainer"}
    assert browser.post(at("training-attend", person.pk), came).status_code == 302
    html = browser.get(page).content.decode()
    assert "1 of 2 are trained, 50 %; 100 % must be." in html
    assert "80 % in the quiz" in html


def test_training__refused__keeps_what_was_typed(world: World, sign_in: SignIn, tara: str) -> None:
    browser = sign_in(tara)
    sent = {
        "audience": "Desk",
        "kind": "users",
        "mode": "class",
        "article": "KB-999999",
        "provider": "Academy",
    }
    answer = browser.post(reverse("training-plan", args=[world.release]), sent)
    assert answer.status_code == 404
    assert "Academy" in answer.content.decode()
    assert not Training.objects.filter(audience="Desk").exists()


def test_training__auditor_reads__and_is_offered_nothing(world: World, sign_in: SignIn, tara: str) -> None:
    sign_in(tara).post(
        reverse("training-plan", args=[world.release]), {"audience": "Desk", "kind": "users", "mode": "class"}
    )
    page, ada = reverse("release-training", args=[world.release]), sign_in("ada")
    html = ada.get(page).content.decode()
    assert "Desk" in html
    assert reverse("training-plan", args=[world.release]) not in html
    assert ada.get(reverse("training-plan", args=[world.release])).status_code == 403


def test_waiver__of_an_audience__is_decided_by_the_training_manager(
    world: World, sign_in: SignIn, tara: str
) -> None:
    sign_in(tara).post(
        reverse("training-plan", args=[world.release]), {"audience": "Desk", "kind": "users", "mode": "class"}
    )
    page = reverse("release-training", args=[world.release])
    ask = f"{reverse('waiver', args=[world.release])}?control=training&part=Desk"
    rita = sign_in("rita")
    assert ask.replace("&", "&amp;") in rita.get(page).content.decode()
    form = rita.get(ask).context["form"]
    assert (form["control"].value(), form["part"].value()) == ("training", "Desk")
    sent = {"control": "training", "part": "Desk", "reason": "They know.", "expires_at": _soon()}
    assert rita.post(ask, sent).status_code == 302
    waiver = Release.objects.get(number=world.release).waivers.get()
    evidence, grant = (
        reverse("evidence", args=[world.release]),
        reverse("grant-waiver", args=[world.release, waiver.pk]),
    )
    assert f'href="{grant}"' not in sign_in("rita").get(evidence).content.decode()
    browser = sign_in(tara)
    assert grant in browser.get(evidence).content.decode()
    assert browser.post(grant, {"owner": "rita", "due_at": _soon()}).status_code == 302
    assert "waived" in browser.get(page).content.decode().lower()


def _soon() -> str:
    return f"{timezone.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"


def test_incident__marked_as_misuse__says_what_was_misunderstood(world: World, sign_in: SignIn) -> None:
    row = incidents.record_incident(actor=actor("olga"), title="Wrong button", service="shop", severity=3)
    olga, page = sign_in("olga"), reverse("incident", args=[row.number])
    mark = reverse("incident-misuse", args=[row.number])
    assert mark in olga.get(page).content.decode()
    sent = {"version": row.version, "is_misuse": "on", "misunderstood": ""}
    assert olga.post(mark, sent).status_code == 422
    assert olga.post(mark, {**sent, "misunderstood": "Which button pays."}).status_code == 302
    assert "Which button pays." in olga.get(page).content.decode()
    assert Incident.objects.get(pk=row.pk).is_misuse
