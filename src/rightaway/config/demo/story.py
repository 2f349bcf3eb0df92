"""One release told in acts, each carried out by the people whose task it is, through the same commands as any door."""

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from rightaway.config.demo import ahead, boards, standards, suite
from rightaway.config.demo.estate import FIRST_VERSION, Estate, examples
from rightaway.config.demo.people import settle_in, voice
from rightaway.domain.deployment_states import DeploymentStatus, HoldKind, Intent
from rightaway.domain.errors import Refused, Unavailable
from rightaway.domain.values import SYSTEM
from rightaway.intake.configurations import ConfigurationFile
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.documents import Document
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.library.packages import BuiltPackage
from rightaway.queries import changes as ask_changes
from rightaway.queries import cmdb as ask_cmdb
from rightaway.queries import deployments as ask_deployments
from rightaway.queries import incidents as ask_incidents
from rightaway.queries import releases as ask_releases
from rightaway.services import (
    approvals,
    assurance,
    changes,
    closing,
    cmdb,
    configurations,
    deployments,
    incidents,
    knowledge,
    lifecycle,
    packages,
    plans,
    releases,
    reviews,
    tasks,
)

SLOW_S = 240.0
Tell = Callable[[str], None]
Watch = Callable[[str], None]
LEVELS = (("smoke", suite.SMOKE), ("regression", suite.REGRESSION))


@dataclass
class Story:
    """
    The run of the story.

    Args:
        tell: Hears one line for each thing that happens.
        watch: Hears the number of each deployment that starts, to show its progress.
    """

    estate: Estate
    tell: Tell
    watch: Watch
    release: str = ""
    changes: list[str] = field(default_factory=list)
    known_error: str = ""
    interactions: list[str] = field(default_factory=list)
    deployments: list[str] = field(default_factory=list)

    def acts(self) -> list[tuple[str, Callable[[], None]]]:
        """Give the acts in order, each with its title."""
        return [
            ("The shop and its people", self.organise),
            ("Changes are registered and authorised", self.request_changes),
            ("Release 2.4.0 is registered and assessed", self.register),
            ("It is planned, and the plan approved", self.plan),
            ("It is built, tested and its way back rehearsed", lambda: self.build("2.4.0", yen=False)),
            ("Go: the deployment is approved", self.go),
            ("It is deployed in waves, until a wave goes bad", self.deploy_and_fail),
            ("The release is backed out", self.back_out),
            ("2.4.1 is planned again with what was learnt", self.plan_again),
            ("2.4.1 is built, tested and rehearsed", lambda: self.build("2.4.1", yen=True)),
            ("Go, after training", self.train),
            ("2.4.1 is deployed to every target", self.deploy),
            ("Early life is supported, records are closed", self.support),
            ("The release is reviewed and closed", self.close),
            ("Meanwhile, the next releases are on their way", self.look_ahead),
        ]

    # The organisation.

    def organise(self) -> None:
        settle_in()
        file = read(Document(self.estate.document()), ConfigurationFile)
        counts = configurations.apply(actor=SYSTEM, file=file)
        self.tell(
            f"{counts['cis']} configuration items, {counts['targets']} targets, {counts['relations']} relations"
        )
        first = self.estate.build(FIRST_VERSION)
        self.estate.install_first(first)
        self._discover(first)
        over = "4 of them over SSH" if self.estate.ssh else "all local: no SSH server is installed"
        self.tell(f"{FIRST_VERSION} runs on {len(self.estate.keys)} targets, {over}")

    def _discover(self, first: BuiltPackage) -> None:
        states = {
            target.ci_id: {"version": self.estate.reported(target.key), "digest": first.digest}
            for target in ask_cmdb.targets()
        }
        cmdb.observe(actor=SYSTEM, states=states, source="discovery")

    def request_changes(self) -> None:
        stella, carl = voice("stella"), voice("carl")
        wanted = [
            ("Show prices in the customer's currency", "normal", ["storefront"]),
            ("Keep the currency of every order", "normal", ["shop-database"]),
            ("Rotate the storefront's log daily", "standard", ["storefront"]),
        ]
        committed, model = timezone.now() - timedelta(hours=6), standards.agree()
        for title, kind, cis in wanted:
            plans = {
                "implementation_plan": "Carried out by the release that contains it.",
                "test_plan": "Regression suite of the storefront.",
                "remediation_plan": "The back-out plan of the release.",
            }
            standard = kind == "standard"
            change = changes.register(
                actor=stella,
                title=title,
                description=title + ".",
                change_type=kind,
                service="storefront",
                affected_cis=cis,
                model=model if standard else "",
                fields={"committed_at": committed, **({} if standard else plans)},
            )
            self.changes.append(change.number)
            if kind == "normal":
                for event in ("validate", "assess"):
                    changes.move(actor=carl, number=change.number, event=event)
                changes.authorise(
                    actor=carl, number=change.number, decision="approve", note="Wanted by sales."
                )
        error = incidents.record_known_error(
            actor=voice("sofia"),
            title="Prices are shown in euro only",
            root_cause="The storefront knows one currency.",
            workaround="The service desk converts on request.",
            service="storefront",
        )
        self.known_error = error.number
        self.tell(f"{', '.join(self.changes)} authorised; known error {error.number}")

    # Planning.

    def register(self) -> None:
        anna = voice("anna")
        file = load_yaml((examples() / "release.yaml").read_bytes()).value
        fields: dict[str, Any] = {**file["fields"], **{name: int(v) for name, v in file["scales"].items()}}
        fields |= {"requested_end": timezone.now() + timedelta(days=2), "risk_answers": file["risk_answers"]}
        release = releases.register(actor=anna, service="storefront", changes=self.changes, fields=fields)
        self.release = release.number
        releases.set_scope(
            actor=anna,
            number=self.release,
            groups=["storefronts"],
            cis=["shop-database"],
            objectives=file["objectives"],
        )
        incidents.link_known_error(
            actor=anna, release=self.release, known_error=self.known_error, effect="fixes"
        )
        for contact in ("Mr Tanaka", "Ms Weber"):
            interaction = incidents.record_interaction(
                actor=voice("stella"),
                contact=contact,
                channel="phone",
                summary="Asks for prices in yen.",
                release=self.release,
            )
            self.interactions.append(interaction.number)
        lifecycle.fire(actor=anna, number=self.release, event="start_planning")
        self.tell(f"{self.release} entered planning with {len(self.changes)} changes")

    def plan(self) -> None:
        anna = voice("anna")
        design = read(load_yaml((examples() / "design.yaml").read_bytes()), DeploymentDesign)
        releases.set_design(
            actor=voice("dirk"), number=self.release, design=design.model_dump(mode="json", exclude_none=True)
        )
        text = "Prices in your currency."
        assurance.schedule_notice(
            actor=anna, number=self.release, audience="customers", text=text, due_at=timezone.now()
        )
        assurance.mark_notice_sent(actor=anna, number=self.release, audience="customers")
        now = timezone.now()
        releases.edit(actor=anna, number=self.release, fields=self._plan_fields(now))
        self._roster(now)
        self._expect("2.4.0")
        self._approve("plan_design", "sofia", "carl")

    def _plan_fields(self, now: datetime) -> dict[str, Any]:
        start = now
        return {
            "planned_start": start,
            "planned_end": start + timedelta(hours=4),
            "cost_estimate": 2400,
            "communication_plan": "Customers are told by the page, the service desk by mail.",
            "communication_approved_by": "sofia",
            "els_starts_at": start,
            "els_ends_at": start + timedelta(seconds=3),
            "els_exit_criteria": "No major incident, service level met, operations accept.",
            "on_call": "Dirk Bauer",
            "deployment_manager": "dirk",
            "service_owner": "sofia",
            "manager": "anna",
            "els_lead": "dirk",
        }

    def _roster(self, now: datetime) -> None:
        shift = ("dirk", now - timedelta(minutes=1), now + timedelta(hours=8))
        stakeholders = {"stella": "accept", "sofia": "approve"}
        releases.set_people(
            actor=voice("anna"), number=self.release, stakeholders=stakeholders, roster=[shift]
        )

    def _expect(self, version: str) -> None:
        states = {
            target.ci.key: {"version": version} for target in ask_cmdb.targets(environment="production")
        }
        states["shop-database"] = {"version": version}
        releases.expect(actor=voice("bea"), number=self.release, states=states)

    def _approve(self, kind: str, *voters: str) -> None:
        approval = approvals.request(actor=voice("anna"), number=self.release, kind=kind)
        for name in voters:
            approvals.vote(
                actor=voice(name), number=self.release, kind=kind, decision="approve", digest=approval.digest
            )
        self.tell(
            f"{kind.replace('_', ' ')} approved by {' and '.join(voters)}, bound to {approval.digest[:12]}"
        )

    # Building.

    def build(self, version: str, *, yen: bool) -> None:
        bea, dirk = voice("bea"), voice("dirk")
        built = self.estate.build(version)
        package = packages.admit(
            actor=bea,
            number=self.release,
            manifest=built.manifest_path.read_bytes(),
            archive=built.archive_path,
        )
        self.tell(f"package {package} is {package.digest[:12]}, {package.size} bytes")
        for level, cases in LEVELS:
            chosen = (*cases, suite.YEN) if yen and level == "regression" else cases
            report = suite.run(self.estate.sources / version, level, chosen, package.digest)
            assurance.import_junit(
                actor=bea,
                number=self.release,
                data=report,
                suite=level,
                level=level,
                package_digest=package.digest,
                is_final=True,
            )
        plans.compile(actor=dirk, number=self.release, environment="staging")
        drill = self._run("staging", Intent.DRILL, until={DeploymentStatus.BACKED_OUT})
        self.tell(f"the way back was rehearsed in staging ({drill})")
        plans.compile(actor=dirk, number=self.release)
        self._back_up_database()
        self._approve("build_test", "sofia")

    def _back_up_database(self) -> None:
        source = self.estate.folder("web-01") / "shop.db"
        copy = self.estate.home / "backups" / f"shop-{int(time.time())}.db"
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(source, copy)
        sha256 = hashlib.sha256(copy.read_bytes()).hexdigest()
        assurance.record_backup(
            actor=voice("dirk"),
            ci="shop-database",
            reference=str(copy),
            taken_at=timezone.now(),
            sha256=sha256,
            is_verified=hashlib.sha256(Path(source).read_bytes()).hexdigest() == sha256,
        )

    # Deploying.

    def go(self) -> None:
        self._approve("deployment", "carl", "cara")

    def deploy_and_fail(self) -> None:
        number = self._run("production", Intent.PLANNED, until=set(), or_hold=HoldKind.DECISION)
        found = ask_incidents.incidents(release=self.release).first()
        if found is None:
            raise Unavailable("story.no_incident", "The wave went bad and no incident was opened.")
        self.tell(
            f"{number}: the second wave failed its checks and went back by itself; {found.number} was opened"
        )

    def back_out(self) -> None:
        lifecycle.fire(
            actor=voice("anna"),
            number=self.release,
            event="back_out",
            reason="Prices in yen fail.",
            fields={"back_out_reason": "health_failed"},
        )
        self._wait(self.deployments[-1], {DeploymentStatus.BACKED_OUT}, None)
        bad = [key for key in self.estate.keys if self.estate.reported(key) == "2.4.0"]
        if bad:
            raise Refused("story.bad_version_left", f"2.4.0 is still on {', '.join(bad)}.")
        self.tell("no target is on 2.4.0 any more")
        lifecycle.fire(
            actor=voice("anna"),
            number=self.release,
            event="rework_plan",
            reason="Yen has no cents; fix and retry.",
        )

    def plan_again(self) -> None:
        anna, carl, now = voice("anna"), voice("carl"), timezone.now()
        incident = ask_incidents.incidents(release=self.release)[0]
        incidents.confirm_cause(actor=voice("sofia"), number=incident.number)
        incidents.resolve_incident(
            actor=voice("sofia"), number=incident.number, resolution="Backed out; fixed in 2.4.1."
        )
        problem = ask_incidents.problems(release=self.release)[0]
        incidents.edit_problem(
            actor=voice("sofia"),
            number=problem.number,
            root_cause="Amounts in yen were rounded with an unknown number of digits; no test asked for yen.",
            category="test_gap",
            is_closed=True,
        )
        for number in self.changes:
            changes.move(actor=carl, number=number, event="replan")
            if ask_type(number) == "normal":
                changes.authorise(actor=carl, number=number, decision="approve", note="Again, with the fix.")
        releases.edit(
            actor=anna,
            number=self.release,
            fields={
                **self._plan_fields(now),
                "title": "Storefront 2.4.1",
                "impact_assessment": 2,
                "urgency": 2,
                "root_cause": "A test gap: no test asked for yen.",
            },
        )
        self._roster(now)
        self._expect("2.4.1")
        self._approve("plan_design", "sofia", "carl")

    def train(self) -> None:
        self._approve("deployment", "carl", "cara")
        article = knowledge.write(
            actor=voice("anna"),
            kind="training_material",
            title="Prices in many currencies: what staff tells customers",
            body="The page shows the customer's currency; the receipt is in the same one.",
            service="storefront",
            release=self.release,
        )
        knowledge.publish(actor=voice("anna"), number=article.number)
        for audience, kind, count in (("Shop staff", "users", 20), ("Service desk", "support", 6)):
            assurance.record_training(
                actor=voice("stella"),
                number=self.release,
                audience=audience,
                mode="class",
                invited=count,
                attended=count,
                kind=kind,
            )
        tasks.finish(actor=voice("anna"), number=self.release, key="training_deliver", note="Both audiences.")

    def deploy(self) -> None:
        number = self._run("production", Intent.PLANNED, until={DeploymentStatus.SUCCEEDED})
        self.tell(f"{number}: 2.4.1 is on every target")

    def _run(
        self,
        environment: str,
        intent: Intent,
        *,
        until: set[DeploymentStatus],
        or_hold: HoldKind | None = None,
    ) -> str:
        release = ask_releases.release(self.release)
        assert release is not None
        row = deployments.launch(actor=voice("dirk"), release=release, environment=environment, intent=intent)
        self.deployments.append(row.number)
        self.watch(row.number)
        self._wait(row.number, until, or_hold)
        return row.number

    def _wait(self, number: str, until: set[DeploymentStatus], or_hold: HoldKind | None) -> None:
        deadline = time.monotonic() + SLOW_S
        while True:
            row = ask_deployments.deployment(number)
            assert row is not None
            status = DeploymentStatus(row.status)
            held = set(row.holds.filter(cleared_at__isnull=True).values_list("kind", flat=True))
            if status in until or (or_hold is not None and or_hold in held):
                return
            if status.complete or HoldKind.ENGINE in held or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        why = [
            row.outcome_reason,
            *row.holds.filter(cleared_at__isnull=True).values_list("reason", flat=True),
        ]
        why += [f"{one.key} is {one.status}" for one in ask_deployments.standings(row)]
        why += [f"{one} is {one.status} {one.message}" for one in ask_deployments.attempts(row)]
        raise Unavailable("story.deployment", f"{number} is {row.status}: {'; '.join(filter(None, why))}")

    # Afterwards.

    def support(self) -> None:
        sofia, carl, anna = voice("sofia"), voice("carl"), voice("anna")
        self._expect_database_seen()
        time.sleep(3.5)
        reviews.accept_operations(actor=voice("dirk"), number=self.release, service_level_met=True)
        for number in (self.known_error, *self.interactions):
            closing.set_disposition(
                actor=sofia,
                release=self.release,
                record=number,
                disposition="close",
                reason="Fixed in 2.4.1.",
            )
        for number in self.changes:
            events = ("close",) if ask_type(number) == "standard" else ("review", "update_cmdb", "close")
            for event in events:
                changes.move(actor=carl, number=number, event=event)
        releases.edit(actor=anna, number=self.release, fields={"closure_code": "successful_with_problems"})
        self.tell(
            f"{self.known_error} and {len(self.interactions)} interactions closed, changes reviewed and closed"
        )

    def _expect_database_seen(self) -> None:
        item = ask_cmdb.item("shop-database")
        assert item is not None
        cmdb.observe(actor=SYSTEM, states={item.pk: {"version": "2.4.1"}}, source="discovery")

    def close(self) -> None:
        anna = voice("anna")
        release = ask_releases.release(self.release)
        assert release is not None
        results = {one.text: ("met", "measured on all targets") for one in release.objectives.all()}
        reviews.measure_objectives(actor=anna, number=self.release, results=results)
        reviews.rate(actor=voice("stella"), number=self.release, rating=4, comment="Good, at the second try.")
        reviews.complete(
            actor=anna,
            number=self.release,
            went_well="The bad wave went back by itself within seconds.",
            to_change="Every currency on offer gets a regression test.",
        )
        knowledge.write(
            actor=anna,
            kind="lesson_learnt",
            title="Test every currency that is offered",
            body="Yen has no cents. The regression suite asks for each currency in the feature file.",
            service="storefront",
            release=self.release,
            owner="bea",
            due_at=timezone.now() + timedelta(days=14),
        )
        tasks.finish(actor=anna, number=self.release, key="review", note="Held with Stella and Sofia.")
        self._approve("verification", "sofia", "stella")
        closed = ask_releases.release(self.release)
        assert closed is not None
        if closed.closed_at is None:
            missing = [u.message for way in ask_releases.standing(closed).ways for u in way.unmet if u.blocks]
            raise Refused("story.not_closed", f"{self.release} is not closed: {missing[:5]}")
        self.tell(f"{self.release} is closed as {closed.closure_code.replace('_', ' ')}")

    def look_ahead(self) -> None:
        self.tell(f"{ahead.begin()} more releases, and changes that wait for somebody")
        self.tell(f"{boards.meet()} boards, with the minutes of one meeting and the agenda of the next")


def ask_type(number: str) -> str:
    change = ask_changes.change(number)
    assert change is not None
    return change.change_type
