"""A small organisation made through the product's own commands: people, a service, targets, and a release on its way."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from rightaway.domain.values import SYSTEM, Actor
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.library.packages import BuiltPackage, build_file
from rightaway.queries import people as ask
from rightaway.services import (
    approvals,
    assurance,
    changes,
    cmdb,
    lifecycle,
    packages,
    people,
    plans,
    policies,
    releases,
    workflows,
)

PEOPLE = {
    "rita": "release_manager",
    "dora": "deployment_manager",
    "ben": "build_engineer",
    "olga": "service_owner",
    "oscar": "service_owner",
    "chris": "change_manager",
    "cora": "cab",
    "stan": "stakeholder",
    "ada": "auditor",
    "root": "admin",
}
SERVICE = "shop"
SCRIPTS = {
    "step": """#!/bin/sh
set -eu
mkdir -p "$TARGET_HOME"
sleep "${STEP_S:-0.1}"
printf '%s\\n' "forward $1 $PACKAGE_DIGEST" >> "$TARGET_HOME/effects"
if [ "$1" = switch ]; then cp "$TARGET_HOME/now" "$TARGET_HOME/before" 2>/dev/null || :; printf '%s' "$PACKAGE_DIGEST" > "$TARGET_HOME/now"; fi
""",
    "back_switch": """#!/bin/sh
set -eu
printf '%s\\n' "inverse switch $PACKAGE_DIGEST" >> "$TARGET_HOME/effects"
if [ -f "$TARGET_HOME/before" ]; then mv "$TARGET_HOME/before" "$TARGET_HOME/now"; else rm -f "$TARGET_HOME/now"; fi
""",
    "observe": """#!/bin/sh
if [ -f "$TARGET_HOME/now" ]; then printf '{"version": "%s", "digest": "%s"}\\n' "$PACKAGE_VERSION" "$(cat "$TARGET_HOME/now")"; else echo '{}'; fi
""",
    "check": """#!/bin/sh
test ! -e "$TARGET_HOME/sick"
""",
}
PACKAGE = """kind: package
name: shop
version: "@VERSION@"
units:
  - {name: app, type: app, ci: shop, source: {path: app}, into: app}
scripts: {step: s/step, back_switch: s/back_switch, observe: s/observe, check: s/check}
documents: {runbook: d/runbook.md, rollback_runbook: d/back.md, release_notes: d/notes.md}
"""
DESIGN = """kind: deployment-design
model: phased
environment: production
rehearsal_environment: staging
select: {service: shop}
waves: [{name: one, size: 1}, {name: rest, size: "100%"}]
observe: observe
variables: {TARGET_HOME: "${target.home}", STEP_S: "@STEP_S@"}
steps:
  - {key: unpack, script: step, arguments: [unpack], inverse: nothing}
  - {key: switch, script: step, arguments: [switch], inverse: back_switch}
checks:
  - {name: well, kind: command, script: check, consecutive: 1, every_s: 1, deadline_s: 2}
on_failure: back_out_wave
success_criteria: [all targets report the new digest]
rollback_criteria: [one target is not well]
"""
JUNIT = """<testsuite name="s" tests="2"><testcase classname="c" name="a"/><testcase classname="c" name="b"/></testsuite>"""


def held_to(service: str, **content: object) -> str:
    """Have two people agree on another policy of a service; gives the number of its version."""
    row = policies.propose(actor=actor("rita"), service=service, content=content)
    return policies.confirm(actor=actor("chris"), number=row.number, digest=row.digest).number


def actor(name: str, door: str = "api") -> Actor:
    user = ask.user(name)
    assert user is not None
    return ask.actor_for(user, door)


@dataclass
class World:
    """One service with targets of kind `local` below `folder`, and at most one release on its way."""

    folder: Path
    targets: int = 2
    step_s: str = "0"
    service: str = SERVICE
    prefix: str = "t"
    staging: str = "s01"
    release: str = ""
    changes: list[str] = field(default_factory=list)

    def settle(self) -> "World":
        """Make people, environments, the service and its targets."""
        workflows.install_default()
        for name, role in PEOPLE.items():
            if ask.user(name) is None:
                user = people.create(actor=SYSTEM, username=name, name=name.title())
                people.grant(actor=SYSTEM, user=user, role=role)
        cmdb.define_environment(actor=SYSTEM, key="staging", name="Staging", tier="staging")
        cmdb.define_environment(actor=SYSTEM, key="production", name="Production", tier="production")
        policy = {"notice_lead_s": 0, "early_life_s": 0, "mandatory_test_levels": ["smoke"]}
        service = {"name": self.service.title(), "ci_class": "service"}
        cmdb.define_item(actor=SYSTEM, key=self.service, fields=service)
        policies.establish(actor=SYSTEM, service=self.service, content=policy)
        for key in self.keys():
            self._target(key, "production")
        self._target(self.staging, "staging")
        return self

    def _target(self, key: str, environment: str) -> None:
        home = self.folder / key
        fields = {"name": key, "ci_class": "application", "service": self.service, "environment": environment}
        cmdb.define_item(actor=SYSTEM, key=key, fields={**fields, "attributes": {"home": str(home)}})
        config = {"state_dir": str(home / "state")}
        target = {"ci": key, "environment": environment, "driver": "local", "config": config}
        cmdb.define_target(actor=SYSTEM, key=key, fields=target)

    def home(self, key: str) -> Path:
        return self.folder / key

    def keys(self) -> list[str]:
        return [f"{self.prefix}{number:02}" for number in range(1, self.targets + 1)]

    def register(self) -> str:
        """Register a release from one authorised change, and take it to planning."""
        change = changes.register(
            actor=actor("stan"), title="Better", description="d", change_type="normal", service=self.service
        )
        for event in ("validate", "assess"):
            changes.move(actor=actor("chris"), number=change.number, event=event)
        changes.authorise(actor=actor("chris"), number=change.number, decision="approve")
        self.changes = [change.number]
        release = releases.register(
            actor=actor("rita"), service=self.service, changes=self.changes, fields=registration()
        )
        self.release = release.number
        releases.set_scope(
            actor=actor("rita"), number=self.release, cis=self.keys(), objectives=["It is better"]
        )
        return self.release

    def plan(self) -> None:
        """Give the release all that planning asks for, and have the plan approved."""
        lifecycle.fire(actor=actor("rita"), number=self.release, event="start_planning")
        self.set_design()
        rita, begun = actor("rita"), timezone.now()
        assurance.schedule_notice(actor=rita, number=self.release, audience="all", text="x", due_at=begun)
        assurance.mark_notice_sent(actor=rita, number=self.release, audience="all")
        now = timezone.now()
        releases.edit(actor=rita, number=self.release, fields=plan_fields(now))
        shift = ("dora", now - timedelta(hours=1), now + timedelta(days=8))
        releases.set_people(
            actor=actor("rita"), number=self.release, stakeholders={"stan": "accept"}, roster=[shift]
        )
        states = {key: {"version": "1.0"} for key in self.keys()}
        releases.expect(actor=actor("ben"), number=self.release, states=states)
        assurance.schedule_notice(
            actor=actor("rita"), number=self.release, audience="all", text="x", due_at=now
        )
        assurance.mark_notice_sent(actor=actor("rita"), number=self.release, audience="all")
        self.approve("plan_design", "olga", "chris")

    def set_design(self, **changed: str) -> None:
        text = DESIGN.replace("@STEP_S@", self.step_s).replace("service: shop", f"service: {self.service}")
        for old, new in changed.items():
            text = text.replace(old, new)
        releases.set_design(actor=actor("dora"), number=self.release, design=design(text))

    def package(self, version: str = "1.0", **scripts: str) -> BuiltPackage:
        """Build a package whose scripts write what they did into `effects` on the target."""
        folder = self.folder / f"source-{version}-{abs(hash(frozenset(scripts.items()))) % 10**8}"
        for name, text in {**SCRIPTS, **scripts}.items():
            path = folder / "s" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for name in ("runbook", "back", "notes"):
            (folder / "d").mkdir(exist_ok=True)
            (folder / "d" / f"{name}.md").write_text(f"# {name}\n")
        (folder / "app").mkdir(exist_ok=True)
        (folder / "app" / "VERSION").write_text(version)
        (folder / "package.yaml").write_text(PACKAGE.replace("@VERSION@", version))
        return build_file(folder / "package.yaml", out=self.folder / f"{folder.name}-built")

    def admit(self, built: BuiltPackage) -> Any:
        return packages.admit(
            actor=actor("ben"),
            number=self.release,
            manifest=built.manifest_path.read_bytes(),
            archive=built.archive_path,
        )

    def build(self, version: str = "1.0") -> Any:
        """Build, test and plan; what a rehearsal would prove is left to the test."""
        package = self.admit(self.package(version))
        assurance.import_junit(
            actor=actor("ben"),
            number=self.release,
            data=JUNIT.encode(),
            suite="smoke",
            level="smoke",
            package_digest=package.digest,
            is_final=True,
        )
        plans.compile(actor=actor("dora"), number=self.release, environment="staging")
        plans.compile(actor=actor("dora"), number=self.release)
        return package

    def approve(self, kind: str, *voters: str) -> None:
        row = approvals.request(actor=actor("rita"), number=self.release, kind=kind)
        for name in voters:
            approvals.vote(
                actor=actor(name), number=self.release, kind=kind, decision="approve", digest=row.digest
            )


def registration() -> dict[str, Any]:
    return {
        "title": "Shop 1.0",
        "description": "A better shop.",
        "release_type": "minor",
        "release_kind": "software",
        "reason": "business_requirement",
        "category": "feature",
        "owning_group": "team",
        "model": "phased",
        "justification": "It is needed.",
        "value_statement": "Customers find what they look for in half of the time they need today.",
        "coordinator": "rita",
        "impact": 3,
        "urgency": 3,
        "impact_assessment": 3,
        "requested_end": timezone.now() + timedelta(days=9),
        "risk_answers": dict.fromkeys(("outage", "data", "novelty", "reversal", "timing"), "no"),
    }


def plan_fields(now: Any) -> dict[str, Any]:
    return {
        "planned_start": now,
        "planned_end": now + timedelta(hours=6),
        "cost_estimate": 100,
        "communication_plan": "By mail.",
        "communication_approved_by": "olga",
        "els_starts_at": now,
        "els_ends_at": now + timedelta(seconds=1),
        "els_exit_criteria": "Nothing is broken.",
        "on_call": "Dora",
    }


def design(text: str) -> dict[str, Any]:
    return read(load_yaml(text), DeploymentDesign).model_dump(mode="json", exclude_none=True)
