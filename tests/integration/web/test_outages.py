"""The pages of outages: recorded, corrected, and the third answer to an unauthorised change."""

import pytest
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.records.outages.models import Outage
from rightaway.services import unauthorised_changes

pytestmark = pytest.mark.django_db
OUTAGE = {
    "title": "Database down",
    "kind": "planned",
    "service": "shop",
    "items": ["t01"],
    "planned_start": "2026-12-01T10:00",
    "planned_end": "2026-12-01T10:45",
}


def test_outage__recorded_and_corrected__shows_planned_beside_actual_and_what_was_said(
    world: World, sign_in: SignIn
) -> None:
    olga = sign_in("olga")
    address = olga.post(reverse("outage-record"), OUTAGE)["Location"]
    assert "45 minutes" in olga.get(address).content.decode()
    assert "Database down" in olga.get(reverse("item", args=["t01"])).content.decode()
    assert "Database down" in olga.get(f"{reverse('outages')}?open=yes").content.decode()
    number = Outage.objects.get().number
    correct = reverse("outage-correct", args=[number])
    form = olga.get(correct).context["form"]
    held = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    times = {"actual_start": "2026-12-01T10:00", "actual_end": "2026-12-01T11:00"}
    sent = held | OUTAGE | times | {"because": "It took longer."}
    assert olga.post(correct, sent)["Location"] == address
    html = olga.get(address).content.decode()
    assert "60 minutes" in html
    assert "It took longer." in html
    assert correct not in sign_in("stan").get(address).content.decode()


def test_unauthorised_change__that_was_an_outage__is_converted(world: World, sign_in: SignIn) -> None:
    change = unauthorised_changes.record(
        actor=actor("stan"), service="shop", affected_cis=["t01"], evidence="Gone."
    )
    chris, convert = sign_in("chris"), reverse("change-convert", args=[change.number])
    assert convert in chris.get(reverse("change", args=[change.number])).content.decode()
    sent = {"version": change.version, "actual_start": "2026-11-01T10:00", "reason": "A power cut."}
    address = chris.post(convert, sent)["Location"]
    assert change.number in chris.get(address).content.decode()
    assert chris.get(convert).status_code == 404
