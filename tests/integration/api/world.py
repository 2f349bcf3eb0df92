"""A small organisation, made with the same commands that everybody uses."""

import io
import textwrap
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone

from rightaway.domain.deployment_states import Intent
from rightaway.domain.priorities import RISK_QUESTIONS
from rightaway.domain.values import SYSTEM, Actor
from rightaway.intake.configurations import ConfigurationFile
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.library.packages import BuiltPackage, build_file
from rightaway.queries import people as ask
from rightaway.queries import releases as ask_releases
from rightaway.services import (
    approvals,
    changes,
    configurations,
    deployments,
    lifecycle,
    packages,
    people,
    plans,
    releases,
    workflows,
)

PEOPLE = {
    "anna": "release_manager",
    "dirk": "deployment_manager",
    "bea": "build_engineer",
    "sofia": "service_owner",
    "carl": "change_manager",
    "cara": "cab",
    "stella": "stakeholder",
    "audrey": "auditor",
    "adam": "admin",
}
CONFIGURATION = """
    kind: configuration
    environments:
      - {key: production, name: Production, tier: production}
      - {key: staging, name: Staging, tier: staging}
    services:
      - {key: shop, name: Shop}
      - {key: bank, name: Bank}
    cis:
      - {key: web-01, name: Web 1, class: server, service: shop, environment: production}
      - {key: web-02, name: Web 2, class: server, service: shop, environment: production}
      - {key: test-01, name: Test 1, class: server, service: shop, environment: staging}
    groups:
      - {key: webs, name: All webs, members: [web-01, web-02]}
    relations:
      - {source: web-01, kind: depends_on, target: web-02}
    targets:
      - {key: web-01, ci: web-01, environment: production, driver: local, config: {state_dir: /srv/web-01}}
      - {key: web-02, ci: web-02, environment: production, driver: local, config: {state_dir: /srv/web-02}}
      - {key: test-01, ci: test-01, environment: staging, driver: local, config: {state_dir: /srv/test-01}}
"""
DESIGN = """
    kind: deployment-design
    model: phased
    environment: production
    rehearsal_environment: staging
    select: {service: shop}
    waves: [1, 100%]
    steps:
      - {key: switch, script: switch, inverse: unswitch}
    success_criteria: [it answers]
    rollback_criteria: [it does not]
"""
RELEASE = """
    kind: release
    title: Shop 2.0
    description: Prices in yen.
    release_type: minor
    service: shop
    affected_cis: [web-01]
    ci_groups: [webs]
    objectives: [It answers in yen]
    stakeholders: [{person: stella, part: accept}]
"""
REGISTERED = {
    "release_kind": "software",
    "reason": "business_requirement",
    "category": "feature",
    "owning_group": "shop team",
    "model": "phased",
    "justification": "Visitors leave at a price in a currency they do not use.",
    "value_statement": "Visitors from Japan see what they will pay, which halves lost baskets.",
    "coordinator": "anna",
    "impact": 3,
    "urgency": 3,
    "impact_assessment": 3,
    "risk_level": 2,
    "risk_answers": dict.fromkeys(RISK_QUESTIONS, "No."),
}
PLANNED = {
    "cost_estimate": 100,
    "communication_plan": "Customers are told by the page.",
    "communication_approved_by": "sofia",
    "els_exit_criteria": "No major incident.",
    "on_call": "Dirk",
    "deployment_manager": "dirk",
    "service_owner": "sofia",
    "manager": "anna",
    "els_lead": "dirk",
}
PACKAGE = """
    kind: package
    name: shop
    version: "2.0"
    units: [{name: app, type: app, source: {path: app}}]
    scripts: {switch: switch.sh, unswitch: unswitch.sh}
    documents: {runbook: runbook.md}
"""


def yaml(text: str) -> str:
    return textwrap.dedent(text).strip() + "\n"


@dataclass
class World:
    tokens: dict[str, str] = field(default_factory=dict)

    def voice(self, name: str) -> Actor:
        user = ask.user(name)
        assert user is not None
        return ask.actor_for(user, "api")

    def token(self, name: str) -> str:
        if name not in self.tokens:
            user = ask.user(name)
            assert user is not None
            self.tokens[name] = people.create_token(actor=SYSTEM, user=user, label="tests")
        return self.tokens[name]

    def person(self, name: str, *roles: str, scope: str = "*") -> str:
        user = people.create(actor=SYSTEM, username=name, name=name.title())
        for role in roles:
            people.grant(actor=SYSTEM, user=user, role=role, scope=scope)
        return name

    def caller(self, name: str) -> "Caller":
        return Caller(self.token(name))

    def change(
        self, title: str = "Prices in yen", *, requester: str = "stella", service: str = "shop"
    ) -> str:
        row = changes.register(
            actor=self.voice(requester),
            title=title,
            description=f"{title}.",
            change_type="normal",
            service=service,
            fields={"implementation_plan": "by the release"},
        )
        return row.number

    def release(self, *, author: str = "anna", service: str = "shop", title: str = "Shop 2.0") -> str:
        fields = {"title": title, "description": "Prices in yen.", "release_type": "minor"}
        return releases.register(actor=self.voice(author), service=service, fields=fields).number

    def designed(self, *, author: str = "dirk") -> str:
        number = self.release()
        self.design(number, author=author)
        return number

    def design(self, number: str, *, author: str = "dirk") -> None:
        design = read(load_yaml(yaml(DESIGN)), DeploymentDesign).model_dump(mode="json", exclude_none=True)
        releases.set_design(actor=self.voice(author), number=number, design=design)

    def planned(self) -> str:
        """Give a release whose plan and design are approved: it has entered build and test by itself."""
        anna, now = self.voice("anna"), timezone.now()
        change = self.change()
        for event in ("validate", "assess"):
            changes.move(actor=self.voice("carl"), number=change, event=event)
        changes.authorise(actor=self.voice("carl"), number=change, decision="approve")
        number = self.release()
        releases.set_scope(
            actor=anna, number=number, changes=[change], groups=["webs"], objectives=["It answers in yen"]
        )
        releases.edit(
            actor=anna, number=number, fields=REGISTERED | {"requested_end": now + timedelta(days=3)}
        )
        lifecycle.fire(actor=anna, number=number, event="start_planning")
        self.design(number)
        times = {
            "planned_start": now + timedelta(seconds=1),
            "planned_end": now + timedelta(hours=6),
            "els_starts_at": now,
            "els_ends_at": now + timedelta(days=3),
        }
        releases.edit(actor=anna, number=number, fields=PLANNED | times)
        shift = ("dirk", now - timedelta(minutes=1), now + timedelta(days=4))
        releases.set_people(actor=anna, number=number, stakeholders={"stella": "accept"}, roster=[shift])
        states = {key: {"version": "2.0"} for key in ("web-01", "web-02")}
        releases.expect(actor=self.voice("bea"), number=number, states=states)
        approval = approvals.request(actor=anna, number=number, kind="plan_design")
        for name in ("sofia", "carl"):
            approvals.vote(
                actor=self.voice(name),
                number=number,
                kind="plan_design",
                decision="approve",
                digest=approval.digest,
            )
        return number

    def packed(self, folder: Path) -> str:
        """Give a release in build and test with a package, and plans for both environments."""
        number, built = self.planned(), build(folder)
        packages.admit(
            actor=self.voice("bea"),
            number=number,
            manifest=built.manifest_path.read_bytes(),
            archive=built.archive_path,
        )
        for environment in ("production", "staging"):
            plans.compile(actor=self.voice("dirk"), number=number, environment=environment)
        return number

    def launched(self, folder: Path) -> str:
        """Give a deployment that waits for a worker: a rehearsal in staging."""
        release = ask_releases.release(self.packed(folder))
        assert release is not None
        row = deployments.launch(
            actor=self.voice("dirk"), release=release, environment="staging", intent=Intent.DRILL
        )
        return row.number


def build(folder: Path, *, version: str = "2.0") -> BuiltPackage:
    source = folder / f"source-{version}"
    (source / "app").mkdir(parents=True)
    (source / "app" / "main.txt").write_text(f"shop {version}\n")
    (source / "runbook.md").write_text("# Runbook\n")
    for name in ("switch", "unswitch"):
        (source / f"{name}.sh").write_text(f"#!/bin/sh\necho {name}\n")
    (source / "package.yaml").write_text(yaml(PACKAGE).replace('"2.0"', f'"{version}"'))
    return build_file(source / "package.yaml", out=folder / f"built-{version}")


class Caller:
    """Talks to the API as a program does."""

    def __init__(self, token: str | None = None) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()} | self.headers
        if body is None:
            return self.client.generic(method, f"/api/v1{path}", headers=given)
        media_type = given.pop("Content-Type", "application/json")
        if isinstance(body, str | bytes):
            return self.client.generic(method, f"/api/v1{path}", body, content_type=media_type, headers=given)
        return self.client.generic(
            method, f"/api/v1{path}", _json(body), content_type=media_type, headers=given
        )

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def yaml(self, method: str, path: str, text: str, **headers: str) -> Any:
        return self(method, path, yaml(text), Content_Type="application/yaml", **headers)

    def upload(self, path: str, parts: dict[str, bytes]) -> Any:
        files = {}
        for name, data in parts.items():
            files[name] = io.BytesIO(data)
            files[name].name = name
        return self.client.post(f"/api/v1{path}", files, headers=self.headers)


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


def make() -> None:
    workflows.install_default()
    world = World()
    for name, role in PEOPLE.items():
        world.person(name, role)
    file = read(load_yaml(yaml(CONFIGURATION)), ConfigurationFile)
    configurations.apply(actor=SYSTEM, file=file)
