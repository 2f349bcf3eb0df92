"""A small organisation, made with the same commands that everybody uses."""

import io
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from rightaway.domain.values import SYSTEM, Actor
from rightaway.intake.configurations import ConfigurationFile
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.library.packages import BuiltPackage, build_file
from rightaway.queries import people as ask
from rightaway.services import changes, configurations, packages, people, plans, releases, workflows

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
        design = read(load_yaml(yaml(DESIGN)), DeploymentDesign).model_dump(mode="json", exclude_none=True)
        releases.set_design(actor=self.voice(author), number=number, design=design)
        return number

    def packed(self, folder: Path) -> str:
        """Give a release with a design, a package, and plans for both environments."""
        number = self.designed()
        built = build(folder)
        packages.admit(
            actor=self.voice("bea"),
            number=number,
            manifest=built.manifest_path.read_bytes(),
            archive=built.archive_path,
        )
        for environment in ("production", "staging"):
            plans.compile(actor=self.voice("dirk"), number=number, environment=environment)
        return number


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


def make() -> World:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    workflows.install_default()
    world = World()
    for name, role in PEOPLE.items():
        world.person(name, role)
    file = read(load_yaml(yaml(CONFIGURATION)), ConfigurationFile)
    configurations.apply(actor=SYSTEM, file=file)
    return world
