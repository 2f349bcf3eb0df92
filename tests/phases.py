"""Releases of several services in every phase a release can be in, made through the product's own commands."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.prepared import prepared
from tests.together import together
from tests.world import World, actor

from rightaway.domain import boards as boards_of
from rightaway.domain.deployment_states import Intent
from rightaway.domain.guards_registration import ABANDON_REASONS
from rightaway.domain.permissions import Role
from rightaway.domain.values import SYSTEM
from rightaway.drivers.fake_world import Fault
from rightaway.queries import boards as ask_boards
from rightaway.queries import change_models as ask_models
from rightaway.queries import imports as ask_imports
from rightaway.queries import people as ask_people
from rightaway.queries import releases as ask
from rightaway.queries import workflows as ask_workflows
from rightaway.services import (
    agendas,
    approval_questions,
    approvals,
    assurance,
    boards,
    change_models,
    changes,
    cmdb,
    conversations,
    debts,
    delegations,
    deployments,
    imports,
    incidents,
    knowledge,
    lifecycle,
    meetings,
    outages,
    people,
    policies,
    release_holds,
    releases,
    saved_views,
    sign_offs,
    task_plans,
    tasks,
    unauthorised_changes,
    waivers,
    workflow_drafts,
)

OUTSIDER, NOBODY = "otto", "nina"


class FakeTargets(World):
    """A world whose targets are in memory."""

    def _target(self, key: str, environment: str) -> None:
        super()._target(key, environment)
        from rightaway.records.cmdb.models import Target

        Target.objects.filter(key=key).update(driver="fake", config={})


class Phases:
    """
    Fills one database; every method takes one service's release into another phase.

    Those with most to do come last, so that lists, which show the newest first, begin with them.
    """

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        self.folder, self.fleet = folder, fleet

    def fill(self) -> dict[str, str]:
        """Give the number of the release in each phase."""
        makers: list[Callable[[], str]] = [
            *(self.assessed, self.held, self.abandoned, self.waiting, self.stuck),
            *(self.doubtful, self.supported, self.rehearsing),
        ]
        found = {make.__name__: make() for make in makers}
        self.records(found["supported"])
        self.talk(found["rehearsing"])
        self.voting(found["waiting"])
        self.boards("iota", "cora", "olga")
        self._strangers()
        self.refused_mail()
        self.workflows()
        return found

    # Not yet deployed.

    def assessed(self) -> str:
        number = self._world("alpha").register()
        policies.propose(actor=actor("rita"), service="alpha", content={"lead_time_d": {"major": 5}})
        return number

    def held(self) -> str:
        """Put on hold before it was planned."""
        number, until = self._world("kappa").register(), timezone.now() + timedelta(days=9)
        release_holds.hold(actor=actor("rita"), number=number, reason="Nobody has time.", until=until)
        return number

    def waiting(self) -> str:
        """In planning; its plan waits to be approved."""
        world = self._world("beta")
        world.register()
        lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
        world.set_design()
        approvals.request(actor=actor("rita"), number=world.release, kind="plan_design")
        self.tasks(world.release)
        return world.release

    def tasks(self, number: str) -> None:
        """Give the release tasks of its own: one of each kind, one in review, and one that waits for another."""
        rita, ways = actor("rita"), [{"key": key, "title": key.title(), "skips": []} for key in ("yes", "no")]
        kinds: dict[str, dict[str, object]] = {
            "Call the bank": {"needs_review": True},
            "Buy or build": {"kind": "decision", "outcomes": ways},
            "Ready to go": {"kind": "checkpoint", "voter_roles": list(Role), "quorum": 2},
            "Wait for the plan": {"kind": "approval", "approval": "plan_design"},
            "See it proved": {"kind": "automated", "proof": ["G10"]},
        }
        for title, fields in kinds.items():
            task_plans.add(actor=rita, number=number, title=title, fields=fields)
        tasks.finish(actor=actor("dora"), number=number, key="call_the_bank", note="It agrees.")
        before = task_plans.After("buy_or_build", "finish_start", 30)
        task_plans.add(actor=rita, number=number, title="Sign", fields={"duration_min": 60}, after=[before])
        task_plans.add(actor=rita, number=number, title="Fails", fields={})
        tasks.finish(actor=rita, number=number, key="fails", state="failed", note="No line.")

    def rehearsing(self) -> str:
        """Built; one rehearsal is done, one waits for a worker, and evidence of every kind hangs on it."""
        world = self._built("gamma")
        drive(self._launch(world, "staging", Intent.PLANNED))
        self._launch(world, "staging", Intent.DRILL)
        self.evidence(world.release)
        approvals.request(actor=actor("rita"), number=world.release, kind="build_test")
        return world.release

    def abandoned(self) -> str:
        number = self._world("lambda").register()
        fields = {"abandon_reason": ABANDON_REASONS[0], "abandon_comment": "No money."}
        lifecycle.fire(actor=actor("rita"), number=number, event="abandon", reason="No.", fields=fields)
        return number

    # Being deployed.

    def doubtful(self) -> str:
        """In deployment: nobody knows what became of a step; in staging a rehearsal is paused."""
        world = self._ready("zeta")
        self.fleet.world.inject(Fault.LOSE_PROCESS, target=world.keys()[0], step="unpack")
        drive(self._launch(world))
        paused = self._launch(world, "staging", Intent.DRILL)
        drive(paused, until=lambda move: move["act"] == "reach")
        deployments.command(actor=actor("dora"), number=paused, name="pause")
        return world.release

    def stuck(self) -> str:
        """A wave went bad, which opened an incident and a problem, and backing out failed on a target."""
        world = self._ready("theta")
        first, second = world.keys()
        self.fleet.world.inject(Fault.FAIL, target=second, step="switch")
        number = self._launch(world)
        drive(number)
        lifecycle.fire(
            actor=actor("rita"),
            number=world.release,
            event="back_out",
            reason="bad",
            fields={"back_out_reason": "health_failed"},
        )
        self.fleet.world.inject(Fault.FAIL, target=first, step="switch", times=9)
        drive(number)
        return world.release

    # Deployed.

    def supported(self) -> str:
        """In early life support."""
        world = self._ready("iota")
        drive(self._launch(world))
        return world.release

    # How far a release of a service is taken.

    def _world(self, service: str) -> World:
        found = FakeTargets(self.folder / service, service=service, prefix=service, staging=f"s-{service}")
        (self.folder / service).mkdir()
        return found.settle()

    def _built(self, service: str) -> World:
        world = self._world(service)
        world.register()
        world.plan()
        world.build()
        return world

    def _ready(self, service: str) -> World:
        world = self._built(service)
        drive(self._launch(world, "staging", Intent.DRILL))
        world.approve("build_test", "olga")
        world.approve("deployment", "chris", "cora")
        return world

    def _launch(self, world: World, environment: str = "production", intent: Intent = Intent.PLANNED) -> str:
        row = ask.release(world.release)
        return deployments.launch(
            actor=actor("dora"), release=row, environment=environment, intent=intent
        ).number

    # What hangs on a release, and what stands beside them.

    @staticmethod
    def evidence(number: str) -> None:
        """Everything that can hang on a release, one of each and not settled."""
        row = ask.release(number)
        assert row is not None
        rita, later, key = actor("rita"), timezone.now() + timedelta(days=1), f"{row.service.key}-db"
        fields = {"name": "Orders", "ci_class": "database", "service": row.service.key, "is_stateful": True}
        cmdb.define_item(actor=SYSTEM, key=key, fields={**fields, "environment": "production"})
        held = row.affected_cis.values_list("key", flat=True)
        releases.set_scope(actor=rita, number=number, cis=[*held, key])
        due = timezone.now() + timedelta(days=9)
        lesson = {"title": "Warm up", "body": "First.", "owner": "ben", "due_at": due}
        knowledge.write(actor=rita, kind="lesson_learnt", service=row.service.key, **lesson)
        assurance.record_defect(actor=actor("ben"), number=number, title="Slow", severity="minor")
        assurance.schedule_notice(actor=rita, number=number, audience="staff", text="Soon.", due_at=later)
        waivers.ask(actor=rita, number=number, control="backups", reason="No data.", expires_at=later)
        prepared(number, "olga")

    def records(self, release: str) -> None:
        """Records of every kind, linked to a release, and changes on their way."""
        olga, stan, service = actor("olga"), actor("stan"), "iota"
        incidents.record_incident(
            actor=olga, title="Slow", service=service, severity=2, release=release, link="caused_by_release"
        )
        error = incidents.record_known_error(
            actor=olga, title="Slow", root_cause="x", workaround="Wait.", service=service
        )
        incidents.link_known_error(
            actor=actor("rita"), release=release, known_error=error.number, effect="introduces"
        )
        incidents.record_interaction(
            actor=stan, contact="Mr X", channel="phone", summary="Slow", release=release
        )
        for title, steps in (("New", ()), ("Valid", ("validate",)), ("Assessed", ("validate", "assess"))):
            row = changes.register(
                actor=stan, title=title, description="d", change_type="normal", service=service
            )
            for event in steps:
                changes.move(actor=actor("chris"), number=row.number, event=event)
        sign_offs.sign_off(actor=stan, number=release, decision="rejected", reason="It is slow.")
        debts.add(
            actor=actor("rita"),
            number=release,
            owed="Measure it",
            owner="dora",
            due_at=timezone.now() + timedelta(days=3),
        )
        self.models(service)
        now = timezone.now()
        planned = {"planned_start": now, "planned_end": now + timedelta(hours=1)}
        for title in ("Short", "Other"):
            made = outages.record(
                actor=olga,
                service=service,
                fields={"title": title, "kind": "planned", **planned},
                source={"release": release},
            )
        outages.correct(actor=olga, number=made.number, fields={"title": "Long"}, reason="A slip.")
        together(release)
        self.imported(service)
        knowledge.write(actor=actor("rita"), kind="faq", title="Why slow", body="# Why", service=service)

    @staticmethod
    def voting(waiting: str) -> None:
        """Around an approval that waits: a group, a question, and somebody who votes for another."""
        people.define_group(actor=actor("root"), key="night", name="Night shift", members=["olga", "oscar"])
        approval_questions.ask(actor=actor("olga"), number=waiting, kind="plan_design", text="How long?")
        now = timezone.now()
        delegations.delegate(
            actor=actor("oscar"), to="olga", starts_at=now, ends_at=now + timedelta(days=2), reason="Away."
        )

    @staticmethod
    def boards(service: str, chair: str, member: str) -> None:
        """A board whose last meeting has minutes, with one that runs and one to come, and a proposal that waits."""
        held = boards_of.Definition(
            title="CAB",
            kind="cab",
            chair=chair,
            members=(boards_of.Member(chair), boards_of.Member(member, "oscar")),
            quorum=2,
            agenda=boards_of.AgendaFilter(services=(service,), change_types=("normal",)),
        )
        row = boards.propose(actor=actor("root"), key="cab", definition=held)
        boards.confirm(actor=actor("chris"), key="cab", digest=boards_of.definition_digest(row.proposed))
        boards.propose(actor=actor("root"), key="cab", definition=held)
        boards.propose(actor=actor("chris"), key="tcab", definition=held)
        chris, now = actor("chris"), timezone.now()
        past, running, coming = (
            meetings.plan(actor=chris, board="cab", at=now + timedelta(days=day)).number for day in (0, 1, 2)
        )
        meetings.start(actor=chris, number=past)
        agendas.take_on(actor=chris, number=past, text="Look.", owner="stan", due_at=now)
        meetings.end(actor=chris, number=past)
        agendas.fill(actor=chris, number=running)
        meetings.start(actor=chris, number=running)
        asked = ask_boards.pending_approvals()[0]
        agendas.add(actor=chris, number=coming, release=asked.release.number, kind=asked.kind)

    @staticmethod
    def models(service: str) -> None:
        """A model of standard changes that is used, and one that waits for its second person."""
        fields = dict.fromkeys(("title", "implementation_plan", "test_plan", "remediation_plan"), "Logs")
        fields |= {"ci_classes": ["service"], "max_items": 9}
        for name in ("chris", "cora"):
            change_models.define(actor=actor(name), services=[service], fields=fields)
        used = change_models.define(actor=actor("cora"), services=[service], fields=fields)
        digest = ask_models.current_digest(used)
        change_models.authorise(actor=actor("chris"), number=used.number, digest=digest)
        unauthorised_changes.record(
            actor=actor("stan"), service=service, affected_cis=[service], evidence="The file is another."
        )
        changes.register(
            actor=actor("stan"),
            title="Logs",
            description="d",
            change_type="standard",
            service=service,
            affected_cis=[service],
            model=used.number,
        )

    @staticmethod
    def workflows() -> None:
        """A newer version of the workflow than the releases follow, one that waits for its moment, and drafts."""
        root, chris = actor("root"), actor("chris")
        task = {"key": "dpia", "phase": "assess", "category": "review", "title": "Look at privacy"}
        for later in (None, timezone.now() + timedelta(days=3)):
            row = workflow_drafts.begin(actor=root, base="seven_phases", note="Privacy")
            task = {**task, "key": f"{task['key']}_x", "owner": "release_manager"}
            workflow_drafts.extend(actor=root, number=row.number, addition="task", fields=task)
            held = ask_workflows.draft(row.number)
            digest = ask_workflows.look(held).digest
            workflow_drafts.activate(actor=chris, number=row.number, digest=digest, effective_at=later)
        for one in (root, chris):
            row = workflow_drafts.begin(actor=one, base="standard_change", note="Faster")
        source = row.source.replace("guards: [G50]", "guards: [G05O]")
        workflow_drafts.save(actor=chris, number=row.number, source=source)
        workflow_drafts.begin(actor=root, base="standard_change", note="Shorter")

    @staticmethod
    def imported(service: str, by: Iterable[str] = ("rita", "chris"), title: str = "Odd") -> None:
        """An import with a row that is refused, by each of those who may."""
        shipped = ask_imports.mapping("jira-changes-csv")
        assert shipped is not None
        for name in by:
            rows = io.StringIO()
            table = csv.writer(rows)
            table.writerow(["Issue key", "Summary", "Description", "Status", "Reporter"])
            for number, state in enumerate(("Done", "Open", title), 1):
                table.writerow([f"{name}-{number}", f"{title} {number}", title, state, f"nobody {title}"])
            sent = imports.Sent(
                rows.getvalue().encode(), shipped.source.encode(), f"{title}.csv", service=service
            )
            imports.run(actor=actor(name), sent=sent)

    @staticmethod
    def talk(release: str) -> None:
        """Comments, one of them withdrawn just now, and a saved view."""
        for name, text in (("rita", "Look at this, @dora."), ("dora", "Never mind.")):
            said = conversations.comment(
                actor=actor(name), kind="release", key=release, text=text, files=[("notes.txt", b"Notes.")]
            )
        conversations.withdraw(actor=actor("dora"), comment_id=said.pk)
        saved_views.save(actor=actor("rita"), page="changes", name="New", query={"state": "registered"})

    @staticmethod
    def refused_mail(name: str = "olga") -> int:
        """A message that the mail server refused; no other is written where none is configured."""
        from rightaway.records.notifications.models import Mail

        now = timezone.now()
        row = Mail.objects.create(
            person=ask_people.user(name),
            kind="notice",
            state="failed",
            subject="REL-000001: moved on",
            queued_at=now,
            next_at=now,
            attempts=1,
            error="550 No such person",
        )
        return row.pk

    @staticmethod
    def _strangers() -> None:
        """Somebody without any role, and somebody whose role is in a service of its own."""
        cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
        people.create(actor=SYSTEM, username=NOBODY, name="Nina New")
        people.create_token(actor=actor("rita"), user=ask_people.user("rita"), label="laptop")
        people.disable(actor=SYSTEM, user=people.create(actor=SYSTEM, username="gone", name="Gone"))
        user = people.create(actor=SYSTEM, username=OUTSIDER, name="Otto Out")
        people.grant(actor=SYSTEM, user=user, role="release_manager", scope="bank")
