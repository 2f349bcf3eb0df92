"""The approvals page: what waits with what is new, votes on several, delegations, questions, groups."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.queries import people
from rightaway.records.approvals.models import Approval
from rightaway.services import approvals, releases

pytestmark = pytest.mark.django_db
KIND = "plan_design"


def row() -> Approval:
    return Approval.objects.filter(kind=KIND).latest("id")


def test_approvals__after_a_vote_and_an_edit__say_what_is_new_since_then(
    release: str, sign_in: SignIn
) -> None:
    browser = sign_in("olga")
    assert "Nobody has decided on it before." in browser.get("/approvals/").content.decode()
    approvals.vote(actor=actor("olga"), number=release, kind=KIND, decision="approve", digest=row().digest)
    assert "No approval waits for your vote." in browser.get("/approvals/").content.decode()
    releases.edit(actor=actor("rita"), number=release, fields={"cost_estimate": 7})
    approvals.request(actor=actor("rita"), number=release, kind=KIND)
    for path in ("/approvals/", reverse("vote", args=[release, KIND])):
        page = browser.get(path).content.decode()
        assert "Since you voted" in page
        assert "Plan: cost estimate is 7 instead of nothing." in page
    assert "Since Olga approved it" in sign_in("oscar").get("/approvals/").content.decode()
    assert release in browser.get("/approvals/?show=decided").content.decode()
    assert release not in browser.get("/approvals/?text=elsewhere").content.decode()


def test_votes__on_several__list_each_digest_and_refuse_what_changed(release: str, sign_in: SignIn) -> None:
    browser, asked = sign_in("olga"), row()
    page = browser.get(reverse("votes"), {"vote": asked.pk}).content.decode()
    assert asked.digest in page
    sent = dict(re.findall(r'name="(digest_\d+)" value="([0-9a-f]{64})"', page))
    assert list(sent.values()) == [asked.digest]
    name = next(iter(sent))
    wrong = browser.post(reverse("votes"), {"vote": asked.pk, "decision": "approve", name: "0" * 64})
    assert (wrong.status_code, "0 of 1 votes are recorded" in wrong.content.decode()) == (409, True)
    assert (
        browser.post(reverse("votes"), {"vote": asked.pk, "decision": "approve", **sent}).status_code == 302
    )
    assert [vote.voter.username for vote in row().votes.all()] == ["olga"]
    again = browser.get(reverse("votes"), {"vote": asked.pk}, follow=True).content.decode()
    assert "None is chosen that waits for you" in again


def test_delegation__made_on_the_page__is_shown_on_the_release_and_ended(
    release: str, sign_in: SignIn
) -> None:
    browser = sign_in("olga")
    dates = {"starts_at": "2020-01-01T00:00", "ends_at": "2020-02-01T00:00"}
    path = reverse("approval-delegate", args=[release, KIND])
    assert browser.post(path, {"to": "stan", **dates}).status_code == 422
    form = browser.get(path).context["form"]
    dates = {key: form[key].value().strftime("%Y-%m-%dT%H:%M") for key in dates}
    assert browser.post(path, {"to": "stan", **dates}).status_code == 302
    assert "Stan may vote in place of Olga" in browser.get(f"/releases/{release}/").content.decode()
    stan = sign_in("stan")
    assert "You vote in place of Olga" in stan.get(reverse("delegations")).content.decode()
    voted = {"decision": "approve", "digest": row().digest}
    assert stan.post(reverse("vote", args=[release, KIND]), voted).status_code == 302
    assert "in place of olga" in browser.get(f"/releases/{release}/").content.decode()
    page = browser.get(reverse("delegations")).content.decode()
    end = re.search(r'href="(/approvals/delegations/\d+/end/)"', page)
    assert end is not None
    assert stan.post(end.group(1)).status_code == 404
    assert browser.post(end.group(1)).status_code == 302
    assert "Nobody votes in your place" in browser.get(reverse("delegations")).content.decode()


def test_question__asked_and_answered__stands_beside_the_approval(release: str, sign_in: SignIn) -> None:
    browser = sign_in("olga")
    ask = reverse("approval-question", args=[release, KIND])
    assert browser.post(ask, {"text": "Which wave first?"}).status_code == 302
    page = sign_in("dora").get(f"/releases/{release}/").content.decode()
    answer = re.search(rf'href="(/releases/{release}/questions/\d+/)"', page)
    assert answer is not None
    assert sign_in("dora").post(answer.group(1), {"text": "The small one."}).status_code == 302
    page = browser.get(f"/releases/{release}/").content.decode()
    assert "The small one." in page
    assert "Which wave first?" in page


def test_groups__made_and_changed_by_an_admin_alone(world: World, sign_in: SignIn) -> None:
    root = sign_in("root")
    made = {"key": "dcab", "name": "Deployment board", "members": ["cora", "olga"]}
    assert root.post(reverse("group-define"), made).status_code == 302
    assert "Cora, Olga" in root.get(reverse("groups")).content.decode()
    assert (
        root.post(reverse("group-edit", args=["dcab"]), {"name": "Board", "members": ["cora"]}).status_code
        == 302
    )
    assert "Olga" not in root.get(reverse("groups")).content.decode()
    assert sign_in("rita").get(reverse("groups")).status_code == 403


@pytest.fixture
def signed_in_by_form(release: str) -> Client:
    olga, password = people.user("olga"), "a long enough secret"
    assert olga is not None
    olga.set_password(password)
    olga.save()
    browser = Client()
    browser.post(reverse("account_login"), {"login": "olga", "password": password})
    return browser


def vote_of(browser: Client, release: str) -> str:
    """Approve, and give where that leads."""
    answer = browser.post(
        reverse("vote", args=[release, KIND]), {"decision": "approve", "digest": row().digest}
    )
    assert answer.status_code == 302
    return answer["Location"].split("?")[0]


def test_vote__right_after_the_sign_in__is_taken(release: str, signed_in_by_form: Client) -> None:
    assert vote_of(signed_in_by_form, release).startswith(f"/releases/{release}/")
    assert row().votes.count() == 1


def test_vote__long_after_the_sign_in__asks_for_the_password_again(
    release: str, signed_in_by_form: Client
) -> None:
    with time_machine.travel(timedelta(minutes=5), tick=True):
        assert vote_of(signed_in_by_form, release) == "/accounts/confirm/"
    assert not row().votes.exists()
