"""The risk of a change and of a release on their pages, and the questionnaire."""

import pytest
from django.urls import reverse
from tests.integration.web.conftest import SignIn, Site

from rightaway.queries import changes

pytestmark = pytest.mark.django_db


def test_risk__of_a_change_and_a_release__explained_and_answered(site: Site, sign_in: SignIn) -> None:
    number, stan = site.names["change"], sign_in("stan")
    page, answering = reverse("change", args=[number]), reverse("change-risk", args=[number])
    text = stan.get(page).content.decode()
    assert "none yet, which counts as one in two" in text
    assert f'href="{answering}"' in text
    assert answering not in sign_in("ada").get(page).content.decode()
    assert sign_in("ada").get(answering).status_code == 403
    version = stan.get(answering).context["form"]["version"].value()
    answers = {"answer_data": "lost", "answer_novelty": "something"}
    refused = stan.post(answering, {"version": version, "risk_level": 1, **answers})
    assert (refused.status_code, "a person may lower it by one" in refused.content.decode()) == (422, True)
    assert stan.post(answering, {"version": version, **answers})["Location"] == page
    row = changes.change(number)
    assert row is not None
    assert row.risk_answers == {"data": "lost", "novelty": "something"}
    text = stan.get(page).content.decode()
    assert "Data can be lost, so the level is 4 at least." in text
    assert "Level 4 of 5, high" in text
    release = sign_in("rita").get(reverse("release", args=[site.release])).content.decode()
    assert "How the risk is counted" in release


def test_unauthorised__recorded_and_taken_back__the_pages_lead(site: Site, sign_in: SignIn) -> None:
    stan, chris = sign_in("stan"), sign_in("chris")
    assert reverse("change-unauthorised") in stan.get(reverse("changes")).content.decode()
    sent = {"service": "shop", "affected_cis": ["t01"], "evidence": "The log names root."}
    page = stan.post(reverse("change-unauthorised"), sent)["Location"]
    number = changes.changes()[0].number
    text = stan.get(page).content.decode()
    assert "The log names root." in text
    assert reverse("change-revert", args=[number]) not in text
    assert reverse("change-revert", args=[number]) in chris.get(page).content.decode()
    version = chris.get(reverse("change-revert", args=[number])).context["form"]["version"].value()
    done = chris.post(reverse("change-revert", args=[number]), {"version": version, "reason": "Not ours."})
    assert f"Take back {number}" in chris.get(done["Location"]).content.decode()
    assert chris.get(reverse("change-revert", args=[number])).status_code == 404
