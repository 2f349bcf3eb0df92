"""The pages of deployments: found in the list, seen at a glance, read by target, and steered with open eyes."""

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.integration.web.conftest import SignIn, Site
from tests.world import actor

from rightaway.domain.deployment_states import Intent
from rightaway.domain.values import SYSTEM
from rightaway.queries import deployments as ask
from rightaway.queries import releases
from rightaway.services import cmdb, deployments, people
from rightaway.services import deployment_progress as progress

pytestmark = pytest.mark.django_db


@pytest.fixture
def underway(site: Site) -> str:
    """A rehearsal whose one target is worked on, with output of two of its steps."""
    number = site.names["deployment"]
    progress.start(number=number)
    progress.reach(number=number, ordinal=1)
    row = ask.deployment(number)
    assert row is not None
    run = row.target_runs.get()
    run.status, run.is_touched, run.started_at = "applying", True, timezone.now()
    run.save()
    for place, (step, text) in enumerate([("unpack", "first line\nsecond"), ("switch", "third")]):
        attempt = run.attempts.create(
            step_key=step,
            direction="forward",
            attempt_no=1,
            position=place,
            operation_id=str(place) * 64,
            effect="E2",
            fence=1,
            status="intent",
            worker="w",
            intended_at=timezone.now(),
            log_bytes=len(text),
        )
        row.log.create(
            attempt=attempt, sequence=0, offset=0, at=timezone.now(), data=text.encode(), chain="x"
        )
    return number


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_page__of_a_running_deployment__says_the_step_the_estimate_and_the_legend(
    underway: str, sign_in: SignIn
) -> None:
    text = text_of(sign_in("dora"), f"/deployments/{underway}/")
    assert "switch" in text
    assert "2/2" in text
    assert "no estimate yet: nothing like it ran before" in text
    assert "1 applying" in text


def test_confirmation__of_each_command__names_the_targets_and_their_fate(
    underway: str, sign_in: SignIn
) -> None:
    browser = sign_in("dora")
    said = {
        name: text_of(browser, reverse("operate", args=[underway, name]))
        for name in ("back_out", "pause", "resume")
    }
    assert "Goes back to its state of before" in said["back_out"]
    assert "Finishes what was sent to it first" in said["pause"]
    assert "stopping is never refused" in said["pause"]
    assert "you are told first" in said["resume"]
    assert all("s01" in text for text in said.values())


def test_confirmation__of_a_command_that_goes_on__is_refused_when_the_state_has_changed(
    underway: str, sign_in: SignIn
) -> None:
    browser = sign_in("dora")
    url = reverse("operate", args=[underway, "resume"])
    form = browser.get(url).context["form"]
    given = {"version": form["version"].value(), "command_id": str(form["command_id"].value())}
    progress.hold(number=underway, ordinal=1, kind="decision", reason="look")
    answer = browser.post(url, given)
    assert answer.status_code == 412
    assert "look" not in [one.reason for one in ask.deployment(underway).commands.all()]


def test_log__narrowed__shows_and_gives_only_that(underway: str, sign_in: SignIn) -> None:
    browser = sign_in("dora")
    whole, part = (
        browser.get(f"/deployments/{underway}/log/"),
        browser.get(f"/deployments/{underway}/log/?step=switch"),
    )
    assert isinstance(whole, StreamingHttpResponse)
    lines = whole.getvalue().decode().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == [
        "s01 unpack first line",
        "s01 unpack second",
        "s01 switch third",
    ]
    assert part.getvalue().decode().splitlines() == lines[2:]
    assert whole["Content-Disposition"] == f'attachment; filename="{underway}.log"'
    page = browser.get(f"/deployments/{underway}/?target=s01&step=switch")
    assert [line["text"] for line in page.context["log"]] == ["third"]
    assert page.content.decode().count("<option selected>") == 2
    assert browser.get(f"/deployments/{underway}/?target=none").context["log"] == []


def test_log__longer_than_a_page__shows_its_end_and_says_so(
    underway: str, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightaway.web.deployment_logs.PIECES", 1)
    browser = sign_in("dora")
    page = browser.get(f"/deployments/{underway}/")
    assert [line["text"] for line in page.context["log"]] == ["third"]
    assert '<p class="small inset" id="log-cut" >' in page.content.decode()
    begin = browser.get(f"/deployments/{underway}/?after=0")
    assert [line["text"] for line in begin.context["log"]] == ["first line\nsecond"]
    assert "Next part" in begin.content.decode()


def test_log__of_another_service__is_no_page(underway: str, sign_in: SignIn) -> None:
    cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
    other = people.create(actor=SYSTEM, username="otto", name="Otto")
    people.grant(actor=SYSTEM, user=other, role="deployment_manager", scope="bank")
    assert sign_in("otto").get(f"/deployments/{underway}/log/").status_code == 404


def test_grid__only_what_needs_attention__leaves_the_rest_out(underway: str, sign_in: SignIn) -> None:
    browser = sign_in("dora")
    address = f"/deployments/{underway}/?only=attention"
    assert "Nothing needs attention now." in text_of(browser, address)
    ask.deployment(underway).target_runs.update(status="failed")
    assert "Only what needs attention (1)" in text_of(browser, f"/deployments/{underway}/")
    assert 'title="s01: Failed"' in text_of(browser, address)


def test_list__shows_what_runs_first__and_what_is_chosen(site: Site, sign_in: SignIn) -> None:
    first = site.names["deployment"]
    deployments.command(actor=actor("dora"), number=first, name="cancel")
    progress.change(number=first, event="cancel", reason="")
    row = releases.release(site.release)
    second = deployments.launch(actor=actor("dora"), release=row, environment="staging", intent=Intent.DRILL)
    deployments.command(actor=actor("dora"), number=second.number, name="cancel")
    progress.change(number=second.number, event="cancel", reason="")
    third = deployments.launch(actor=actor("dora"), release=row, environment="staging", intent=Intent.DRILL)
    ask.deployments().filter(number=third.number).update(status="cancelled")
    ask.deployments().filter(number=first).update(status="queued", finished_at=None)
    browser = sign_in("dora")

    def numbers(query: str) -> list[str]:
        return [one.number for one in browser.get(f"/deployments/{query}").context["rows"]]

    assert numbers("") == [first, third.number, second.number]
    assert numbers("?sort=number") == [first, second.number, third.number]
    assert numbers("?status=open&environment=staging&service=shop") == [first]
    assert numbers("?status=cancelled") == [third.number, second.number]
    assert "No deployment matches." in text_of(browser, "/deployments/?environment=production")
