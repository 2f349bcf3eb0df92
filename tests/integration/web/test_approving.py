"""Approvals by the web: bound to what was seen, and never given by an author."""

import re

import pytest
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.domain.permissions import Role
from rightaway.domain.values import SYSTEM
from rightaway.queries import people as ask
from rightaway.queries import releases as ask_releases
from rightaway.services import people, releases

pytestmark = pytest.mark.django_db
KIND = "plan_design"


def digest(number: str) -> str:
    row = ask_releases.release(number)
    assert row is not None
    return next(one.current_digest for one in ask_releases.standing(row).approvals if one.key == KIND)


def state(number: str) -> str:
    row = ask_releases.release(number)
    assert row is not None
    return next(one.state for one in ask_releases.standing(row).approvals if one.key == KIND)


def votes(number: str) -> list[str]:
    row = ask_releases.release(number)
    assert row is not None
    approval = row.approvals.get(kind=KIND)
    return [vote["voter"] for vote in ask_releases.votes(approval)]


def vote_url(number: str) -> str:
    return reverse("vote", args=[number, KIND])


def test_approval__voted_on_by_those_it_is_for__is_granted(release: str, sign_in: SignIn) -> None:
    for name in ("olga", "chris"):
        browser = sign_in(name)
        page = browser.get(f"/releases/{release}/").content.decode()
        shown = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
        assert shown is not None
        answer = browser.post(vote_url(release), {"decision": "approve", "digest": shown.group(1)})
        assert answer.status_code == 302
    assert votes(release) == ["olga", "chris"]
    assert state(release) == "approved"


def test_approval__of_each_role_and_voted_on_by_one__waits_for_the_others_alone(
    release: str, sign_in: SignIn
) -> None:
    sign_in("olga").post(vote_url(release), {"decision": "approve", "digest": digest(release)})
    page = sign_in("rita").get(f"/releases/{release}/").content.decode()
    assert "Remind those who may still vote: change manager." in page


def test_vote__of_the_plans_author__is_refused_with_its_reason(
    world: World, release: str, sign_in: SignIn
) -> None:
    author = ask.user("dora")
    assert author is not None
    people.grant(actor=SYSTEM, user=author, role=Role.SERVICE_OWNER)
    answer = sign_in("dora").post(vote_url(release), {"decision": "approve", "digest": digest(release)})
    assert answer.status_code == 403
    assert "sod.self_approval" in answer.content.decode()
    assert votes(release) == []


def test_release_page__for_the_plans_author__offers_no_vote_and_says_why(
    release: str, sign_in: SignIn
) -> None:
    author = ask.user("dora")
    assert author is not None
    people.grant(actor=SYSTEM, user=author, role=Role.SERVICE_OWNER)
    browser = sign_in("dora")
    page = browser.get(f"/releases/{release}/").content.decode()
    assert 'name="decision"' not in page
    assert "so other people approve it" in page
    assert 'name="decision"' not in browser.get(vote_url(release)).content.decode()


def test_vote__with_a_digest_seen_before_an_edit__is_refused(release: str, sign_in: SignIn) -> None:
    seen = digest(release)
    releases.edit(actor=actor("rita"), number=release, fields={"cost_estimate": 7})
    answer = sign_in("olga").post(
        vote_url(release), {"decision": "approve", "digest": seen, "reason": "looks good"}
    )
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "approval.content_changed" in text
    assert "looks good" in text
    assert votes(release) == []


def test_release_page__after_an_edit__shows_what_voided_the_approval(release: str, sign_in: SignIn) -> None:
    releases.edit(actor=actor("rita"), number=release, fields={"cost_estimate": 7})
    page = sign_in("olga").get(f"/releases/{release}/").content.decode()
    assert "What changed since it was asked for" in page
    assert "plan/cost_estimate" in page


def test_denial__without_a_reason__is_shown_beside_the_field(release: str, sign_in: SignIn) -> None:
    answer = sign_in("olga").post(vote_url(release), {"decision": "deny", "digest": digest(release)})
    assert answer.status_code == 422
    assert 'id="id_reason_error"' in answer.content.decode()


def test_vote__of_somebody_without_the_role__is_refused(release: str, sign_in: SignIn) -> None:
    answer = sign_in("ben").post(vote_url(release), {"decision": "approve", "digest": digest(release)})
    assert answer.status_code == 403
    assert votes(release) == []


def test_approval__asked_for_twice__is_refused(release: str, sign_in: SignIn) -> None:
    answer = sign_in("rita").post(reverse("approval-request", args=[release, KIND]))
    assert answer.status_code == 409
    assert "approval.stands" in answer.content.decode()


def test_home__of_a_voter__names_the_approval_until_they_voted(release: str, sign_in: SignIn) -> None:
    browser = sign_in("olga")
    assert vote_url(release) in browser.get("/").content.decode()
    browser.post(vote_url(release), {"decision": "approve", "digest": digest(release)})
    assert vote_url(release) not in browser.get("/").content.decode()
