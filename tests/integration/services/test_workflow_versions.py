"""Versions of workflows: a draft by one, in force by another, from a moment on; running releases follow on demand."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.integration.services.begun import registered, settled
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.errors import Forbidden, Invalid, Refused, Stale
from rightaway.domain.values import SYSTEM
from rightaway.intake.workflows import shipped
from rightaway.queries import releases as ask_releases
from rightaway.queries import templates
from rightaway.queries import workflows as ask
from rightaway.records.audit.models import AuditEvent
from rightaway.records.releases.models import Release
from rightaway.records.workflows.models import WorkflowDraft
from rightaway.services import (
    approvals,
    lifecycle,
    moments,
    releases,
    tasks,
    workflow_drafts,
    workflow_migrations,
    workflows,
)

pytestmark = pytest.mark.django_db
KEY = "seven_phases"
TASK = {"key": "look", "phase": "assess", "category": "review", "title": "Look", "owner": "release_manager"}


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


@pytest.fixture
def running(db: None) -> World:
    """A world with a release in assess, which follows the first version."""
    return staged("registered", registered)


def begin(**fields: str) -> str:
    return workflow_drafts.begin(actor=actor("root"), base=KEY, **fields).number


def changed(addition: str = "task", **fields: object) -> str:
    number = begin()
    workflow_drafts.extend(actor=actor("root"), number=number, addition=addition, fields=fields or TASK)
    return number


def activate(number: str, by: str = "chris", **sent: object) -> int:
    row = ask.draft(number)
    assert row is not None
    sent = {"digest": ask.look(row).digest, **sent}
    return workflow_drafts.activate(actor=actor(by), number=number, **sent).version


def rewritten(before: str, after: str) -> str:
    number = begin()
    row = WorkflowDraft.objects.get(number=number)
    assert before in row.source
    workflow_drafts.save(actor=actor("root"), number=number, source=row.source.replace(before, after))
    return number


def in_force() -> int:
    row = ask.version(KEY)
    assert row is not None
    return row.version


def release(world: World) -> Release:
    found = ask_releases.release(world.release)
    assert found is not None
    return found


def migrate(world: World, version: int, by: str = "root", expected: int | None = None) -> Release:
    return workflow_migrations.migrate(
        actor=actor(by), number=world.release, version=version, expected_version=expected
    )


def test_activate__by_whoever_wrote_it__refused(world: World):
    number = changed()
    workflow_drafts.save(actor=actor("chris"), number=number, note="Mine too.")
    for name in ("root", "chris"):
        with pytest.raises(Forbidden) as refusal:
            activate(number, by=name)
        assert refusal.value.code == "sod.self_approval"
    with pytest.raises(Forbidden) as other:
        activate(number, by="olga")
    assert other.value.code == "permission.denied"
    assert in_force() == 1


def test_activate__content_that_was_not_looked_at__refused(world: World):
    with pytest.raises(Refused) as refusal:
        activate(changed(), digest="0" * 64)
    assert refusal.value.code == "workflow.other_content"
    with pytest.raises(Refused) as same:
        activate(begin())
    assert same.value.code == "workflow.unchanged"


def test_activate__with_problems__refused_with_all_and_the_draft_stays(world: World):
    number = rewritten("G90", "G99")
    with pytest.raises(Invalid) as refusal:
        activate(number)
    assert refusal.value.code == "workflow.invalid"
    assert {one.code for one in refusal.value.errors} == {"workflow.unknown_guard"}
    assert all(":" in one.at for one in refusal.value.errors)
    assert WorkflowDraft.objects.get(number=number).state == "draft"


def test_activate__now__new_releases_get_it_and_running_ones_keep_theirs(running: World):
    assert activate(changed()) == 2
    assert release(running).workflow.version == 1
    fields = {"title": "R", "description": "d", "release_type": "minor"}
    new = releases.register(actor=actor("rita"), service="shop", fields=fields)
    assert new.workflow.version == 2
    assert new.tasks.filter(key="look").exists()


def test_activate__from_a_moment_on__in_force_when_it_comes(world: World):
    later = timezone.now() + timedelta(days=1)
    activate(changed(), effective_at=later)
    assert in_force() == 1
    assert [ask.version_state(row) for row in ask.versions(key=KEY)] == ["scheduled", "in_force"]
    with time_machine.travel(later + timedelta(minutes=1)):
        moments.pass_by(since=later, now=timezone.now())
        assert in_force() == 2
    assert [ask.version_state(row) for row in ask.versions(key=KEY)] == ["in_force", "superseded"]
    with pytest.raises(Invalid) as refusal:
        activate(changed(**{**TASK, "key": "again"}), effective_at=later - timedelta(days=2))
    assert refusal.value.code == "workflow.moment_past"


def test_withdraw__before_its_moment__never_in_force(world: World):
    later = timezone.now() + timedelta(days=1)
    version = activate(changed(), effective_at=later)
    workflows.withdraw(actor=actor("chris"), key=KEY, version=version, reason="Not yet.")
    with time_machine.travel(later + timedelta(minutes=1)):
        assert workflows.pass_by(now=timezone.now()) == 0
    assert [ask.version_state(row) for row in ask.versions(key=KEY)] == ["withdrawn", "in_force"]
    with pytest.raises(Refused) as refusal:
        workflows.withdraw(actor=actor("chris"), key=KEY, version=1, reason="No.")
    assert refusal.value.code == "workflow.not_scheduled"


def test_draft__edited_meanwhile_or_over__refused(world: World):
    number = begin()
    workflow_drafts.save(actor=actor("root"), number=number, note="First.", expected_version=1)
    with pytest.raises(Stale):
        workflow_drafts.save(actor=actor("chris"), number=number, note="Second.", expected_version=1)
    workflow_drafts.discard(actor=actor("chris"), number=number, reason="Old.")
    with pytest.raises(Refused) as refusal:
        workflow_drafts.save(actor=actor("root"), number=number, note="Third.")
    assert refusal.value.code == "workflow.draft_over"
    told = AuditEvent.objects.filter(stream=number).order_by("id").values_list("action", flat=True)
    assert list(told) == ["workflow.draft.begun", "workflow.draft.edited", "workflow.draft.discarded"]


def test_extend__something_wrong_or_incomplete__refused_and_nothing_kept(world: World):
    number = begin()
    before = WorkflowDraft.objects.get(number=number).source
    for fields, at in (({**TASK, "owner": "builder"}, "owner"), ({"key": "x"}, "phase")):
        with pytest.raises(Invalid) as refusal:
            workflow_drafts.extend(actor=actor("root"), number=number, addition="task", fields=fields)
        assert refusal.value.at == at
    assert WorkflowDraft.objects.get(number=number).source == before


def test_begin__another_workflow__new_key_and_the_same_prohibitions(world: World):
    number = begin(key="own", title="Our own")
    activate(number)
    held = templates.parsed(ask.version("own").pk)
    assert (held.key, held.title, held.extends) == ("own", "Our own", KEY)
    with pytest.raises(Invalid) as refusal:
        begin(key="own")
    assert refusal.value.code == "workflow.key_taken"


def test_install__while_our_own_version_is_in_force__leaves_a_draft(world: World):
    activate(changed())
    workflows.install_default()
    assert in_force() == 2
    assert not ask.drafts(state="draft").exists()
    newer = shipped(KEY).replace("title: Start planning", "title: Plan it")
    for _ in range(2):
        assert workflows.install(actor=SYSTEM, source=newer).version == 2
    left = ask.drafts(state="draft").get()
    assert (left.source, left.authors.count()) == (newer, 0)


def test_trial__of_an_added_task_and_approval__says_what_only_it_asks(running: World):
    approval = {"key": "dpo", "title": "Privacy", "rule": "all", "roles": ["cab"], "bound": ["scope"]}
    number = changed()
    workflow_drafts.extend(
        actor=actor("root"), number=number, addition="approval", fields={**approval, "ways": ["T02"]}
    )
    before = AuditEvent.objects.count()
    (phase,) = ask.tried(ask.sound(ask.draft(number)), release(running))
    way = next(one for one in phase.ways if one.event == "start_planning")
    assert {one.code for one in way.more} == {"G05.task_open", "T02.approval_not_requested"}
    assert not next(one for one in phase.ways if one.event == "abandon").differs
    assert AuditEvent.objects.count() == before


def test_migrate__to_a_version_with_more__gets_the_tasks_and_keeps_what_was_done(running: World):
    version = activate(changed())
    foreseen = ask.foreseen(ask.behind(ask.version(KEY)).get(), ask.version(KEY))
    assert [one.key for one in foreseen.tasks] == ["look"]
    moved = migrate(running, version, expected=release(running).version)
    assert (moved.workflow.version, moved.phase) == (version, "assess")
    assert list(moved.tasks.values_list("key", flat=True)) == ["look"]
    tasks.finish(actor=actor("rita"), number=running.release, key="look", state="done")
    lifecycle.fire(actor=actor("rita"), number=running.release, event="start_planning")
    told = AuditEvent.objects.get(action="release.workflow.migrated")
    assert told.facts["tasks"] == ["look"]
    with pytest.raises(Refused) as refusal:
        migrate(running, version)
    assert refusal.value.code == "workflow.nothing_to_migrate"


def test_migrate__approval_that_needs_others_now__void_and_another_kept(running: World):
    lifecycle.fire(actor=actor("rita"), number=running.release, event="start_planning")
    running.set_design()
    approvals.request(actor=actor("rita"), number=running.release, kind="plan_design")
    activate(rewritten("roles: [service_owner, stakeholder]", "roles: [service_owner]"))
    migrate(running, 2)
    assert release(running).approvals.get().state == "pending"
    activate(rewritten("roles: [service_owner, change_manager]\n", "roles: [service_owner]\n"))
    foreseen = ask.foreseen(ask.behind(ask.version(KEY)).get(), ask.version(KEY))
    assert foreseen.voided == ("plan_design",)
    migrate(running, 3)
    assert release(running).approvals.get().state == "void"
    assert ask_releases.standing(release(running)).approvals[0].state == "void"


def test_migrate__phase_that_is_gone_there__refused_with_its_title(running: World):
    lifecycle.fire(actor=actor("rita"), number=running.release, event="start_planning")
    text = shipped(KEY).replace("plan_design, title", "planning, title")
    for before, after in (("from: plan_design", "from: planning"), ("to: plan_design", "to: planning")):
        text = text.replace(before, after)
    number = begin()
    text = text.replace("phase: plan_design", "phase: planning")
    workflow_drafts.save(actor=actor("root"), number=number, source=text)
    with pytest.raises(Refused) as refusal:
        migrate(running, activate(number))
    assert refusal.value.code == "workflow.cannot_migrate"
    assert "There is no phase “Plan and Design” there." in str(refusal.value.message)


def test_migrate__by_who_wrote_the_release_or_to_another_version__refused(running: World):
    version = activate(changed())
    with pytest.raises(Refused) as other:
        migrate(running, version + 1)
    assert other.value.code == "workflow.not_in_force"
    with pytest.raises(Stale):
        migrate(running, version, expected=1000)
    Release.objects.filter(number=running.release).update(initiated_by=actor("chris").user_id)
    with pytest.raises(Forbidden) as own:
        migrate(running, version, by="chris")
    assert own.value.code == "sod.own_release"
