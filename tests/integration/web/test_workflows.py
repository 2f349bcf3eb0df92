"""The pages of workflows: a draft written by one, activated by another, tried and given to releases that run."""

import pytest
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.queries import releases as ask_releases
from rightaway.queries import templates
from rightaway.queries import workflows as ask
from rightaway.services import workflow_drafts

pytestmark = pytest.mark.django_db
TASK = {
    "title": "Look at privacy",
    "key": "",
    "phase": "plan_design",
    "owner": "release_manager",
    "category": "review",
    "mandatory": "on",
}
APPROVAL = {
    "title": "Security",
    "key": "security",
    "ways": ["T07", "T08"],
    "rule": "all",
    "roles": ["cab"],
    "bound": ["package"],
    "ttl_days": 7,
}


@pytest.fixture
def draft(world: World) -> str:
    return workflow_drafts.begin(actor=actor("root"), base="seven_phases", note="Privacy").number


def add(browser, draft: str, kind: str, sent: dict, **query: str):
    address = reverse("workflow-draft-add", args=[draft, kind], query=query)
    version = browser.get(address).context["form"]["version"].value()
    return browser.post(address, sent | {"version": version})


def activate(browser, draft: str, **sent: str):
    address = reverse("workflow-draft-activate", args=[draft])
    form = browser.get(address).context["form"]
    return browser.post(address, {name: form[name].value() for name in ("version", "digest")} | sent)


def test_draft__added_to_by_forms__activated_by_a_second_person(draft: str, sign_in: SignIn) -> None:
    root, chris = sign_in("root"), sign_in("chris")
    page = reverse("workflow-draft", args=[draft])
    assert add(root, draft, "task", TASK, phase="plan_design")["Location"] == f"{page}#phase-plan_design"
    assert add(root, draft, "approval", APPROVAL)["Location"] == page
    assert add(root, draft, "guard", {"way": "T13", "guard": "G11"})["Location"] == page
    shown = root.get(page).content.decode()
    assert "look_at_privacy" in shown
    assert "somebody else activates it" in shown
    assert reverse("workflow-draft-activate", args=[draft]) not in shown
    assert activate(chris, draft)["Location"] == reverse("workflow", args=["seven_phases", 2])
    held = templates.parsed(ask.version("seven_phases").pk)
    assert held.approval("security").phase == "build_test"
    assert "look_at_privacy" in {task.key for task in held.tasks}


def test_draft__text_with_a_mistake__kept_and_named_by_its_line(draft: str, sign_in: SignIn) -> None:
    root = sign_in("root")
    address = reverse("workflow-draft-text", args=[draft])
    form = root.get(address).context["form"]
    text = form["source"].value().replace("guards: [G90]", "guards: [G99]", 1)
    sent = {"version": form["version"].value(), "note": "", "source": text.replace("\n", "\r\n")}
    assert root.post(address, sent).status_code == 302
    row = ask.draft(draft)
    assert row is not None
    assert row.source == text
    ((problem, line),) = root.get(reverse("workflow-draft", args=[draft])).context["problems"]
    place = text[: text.index("G99")].count("\n") + 1
    assert (problem.place.split(":")[0], line) == (str(place), "guards: [G99]")


def test_form__of_something_that_would_be_wrong__says_so_beside_the_field(
    draft: str, sign_in: SignIn
) -> None:
    root = sign_in("root")
    add(root, draft, "task", TASK | {"key": "twice"})
    answer = add(root, draft, "task", TASK | {"key": "twice"})
    assert answer.status_code == 422
    assert "is there 2 times" in answer.content.decode()


def test_trial__of_a_release__shows_what_only_the_draft_asks(
    draft: str, sign_in: SignIn, world: World
) -> None:
    number = world.register()
    workflow_drafts.extend(
        actor=actor("root"), number=draft, addition="guard", fields={"way": "T02", "guard": "G10"}
    )
    address = reverse("workflow-draft-trial", args=[draft], query={"release": number})
    phases = sign_in("chris").get(address).context["phases"]
    way = next(one for one in phases[0].ways if one.event == "start_planning")
    assert {one.rule for one in way.more} == {"G10"}
    assert sign_in("root").get(address).status_code == 404  # an administrator sees no releases


def test_migration__chosen_releases__moved_and_the_refused_named(
    draft: str, sign_in: SignIn, world: World
) -> None:
    number = world.register()
    root, chris = sign_in("root"), sign_in("chris")
    add(root, draft, "task", TASK | {"phase": "assess"})
    activate(chris, draft)
    address = reverse("workflow-migration", args=["seven_phases"])
    page = root.get(address)
    assert "Look at privacy" in page.content.decode()
    seen = page.context["rows"][0][0]
    nothing = root.post(address, {"version": 2})
    assert nothing.status_code == 422
    assert "Choose at least one release" in nothing.content.decode()
    assert root.post(address, {"version": 2, "releases": [f"{number}:{seen.version}"]})["Location"] == address
    row = ask_releases.release(number)
    assert row is not None
    assert (row.workflow.version, row.tasks.filter(key="look_at_privacy").count()) == (2, 1)
    assert "Every open release follows" in root.get(address).content.decode()


def test_register__with_the_other_workflow__follows_it(world: World, sign_in: SignIn) -> None:
    sent = {"service": "shop", "title": "Fast", "description": "d", "release_type": "minor"}
    done = sign_in("rita").post(reverse("release-register"), sent | {"workflow": "standard_change"})
    row = ask_releases.release(done["Location"].rstrip("/").split("/")[-1])
    assert row is not None
    assert row.workflow.key == "standard_change"
