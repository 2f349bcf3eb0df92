"""The pages of standard change models: written by one, authorised by another, named by a change."""

import pytest
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.world import World

from rightaway.queries import change_models, changes

pytestmark = pytest.mark.django_db
MODEL = {
    "title": "Rotate logs",
    "services": ["shop"],
    "owner": "olga",
    "ci_classes": ["application"],
    "max_items": 1,
    "implementation_plan": "Set it.",
    "test_plan": "Look.",
    "remediation_plan": "Set it back.",
}
CHANGE = {
    "service": "shop",
    "title": "Logs",
    "description": "d",
    "change_type": "standard",
    "impact": 3,
    "urgency": 3,
}


def test_model__from_draft_to_a_change_under_it__the_pages_lead(world: World, sign_in: SignIn) -> None:
    chris, cora, stan = sign_in("chris"), sign_in("cora"), sign_in("stan")
    address = chris.post(reverse("change-model-define"), MODEL)["Location"]
    number = change_models.models()[0].number
    approve = reverse("change-model-authorise", args=[number])
    assert approve not in chris.get(address).content.decode()
    assert "somebody else authorises it" in chris.get(address).content.decode()
    assert approve in cora.get(address).content.decode()
    form = cora.get(approve).context["form"]
    sent = {name: form[name].value() for name in ("version", "digest")}
    assert cora.post(approve, sent)["Location"] == address
    misfit = stan.post(reverse("change-register"), CHANGE | {"model": number, "affected_cis": ["shop"]})
    assert misfit.status_code == 422
    assert "not shop (service)" in misfit.content.decode()
    done = stan.post(reverse("change-register"), CHANGE | {"model": number, "affected_cis": ["t01"]})
    assert address in stan.get(done["Location"]).content.decode()
    assert changes.changes()[0].number in stan.get(address).content.decode()
    assert number in stan.get(f"{reverse('change-models')}?state=active").content.decode()


def test_model__edited_and_suspended__the_page_says_what_is_missing(world: World, sign_in: SignIn) -> None:
    chris = sign_in("chris")
    address = chris.post(reverse("change-model-define"), MODEL)["Location"]
    number = change_models.models()[0].number
    edit = reverse("change-model-edit", args=[number])
    version = chris.get(edit).context["form"]["version"].value()
    assert chris.post(edit, MODEL | {"max_items": 7, "version": version})["Location"] == address
    assert change_models.models()[0].max_items == 7
    step = reverse("change-model-step", args=[number, "retire"])
    refused = chris.post(step, {"version": version + 1, "reason": ""})
    assert refused.status_code == 422
    chris.post(step, {"version": version + 1, "reason": "Not needed."})
    assert "Not needed." in chris.get(address).content.decode()
    assert sign_in("stan").get(edit).status_code == 403
