import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.stages import staged
from tests.world import SERVICE, World, actor

from rightaway.config import assets
from rightaway.domain.deployment_states import Intent
from rightaway.domain.permissions import Role
from rightaway.domain.values import SYSTEM
from rightaway.queries import people as ask
from rightaway.queries import releases as ask_releases
from rightaway.services import approvals, changes, deployments, incidents, knowledge, lifecycle, people

SignIn = Callable[[str], Client]


@dataclass
class Site:
    """A world with one of everything the pages show, by the name of the page's parameter."""

    world: World
    release: str
    names: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="session", autouse=True)
def static_folder() -> None:
    """The static files under their hashed names, without which no page can name them."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    assets.collect()


@pytest.fixture
def stage(request: pytest.FixtureRequest, db: None) -> Site:
    """The world at the stage that the test asks for: `site`, `release`, or `world` with nothing on its way."""
    name = next(one for one in STAGES if one in request.fixturenames)
    return staged(f"web-{name}", STAGES[name])


@pytest.fixture
def world(stage: Site) -> World:
    return stage.world


@pytest.fixture
def sign_in(world: World) -> SignIn:
    def client(name: str) -> Client:
        found = ask.user(name)
        assert found is not None
        browser = Client()
        browser.force_login(found, backend="django.contrib.auth.backends.ModelBackend")
        session = browser.session
        typed = {"method": "password", "at": time.time()}
        session["account_authentication_methods"] = [typed]  # as allauth records it
        session["account_authentication_methods_user"] = str(found.pk)
        session.save()
        return browser

    return client


@pytest.fixture
def everyone(world: World) -> str:
    """A person with every role that goes together."""
    user = people.create(actor=SYSTEM, username="eve", name="Eve Every")
    for role in Role:
        if role not in {Role.AUDITOR, Role.SERVICE_ACCOUNT}:
            people.grant(actor=SYSTEM, user=user, role=role)
    return user.username


@pytest.fixture
def release(stage: Site) -> str:
    """A release in planning, with a design, whose approval is waited for."""
    return stage.release


@pytest.fixture
def site(stage: Site) -> Site:
    """A release in build and test with a rehearsal that waits for a worker, and records of every kind beside it."""
    return stage


def _settled(folder: Path) -> Site:
    return Site(World(folder).settle(), "")


def _waiting(folder: Path) -> Site:
    world = _settled(folder).world
    world.register()
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    world.set_design()
    approvals.request(actor=actor("rita"), number=world.release, kind="plan_design")
    return Site(world, world.release)


def _built(folder: Path) -> Site:
    world = _settled(folder).world
    world.register()
    world.plan()
    world.build()
    row = ask_releases.release(world.release)
    assert row is not None
    launched = deployments.launch(
        actor=actor("dora"), release=row, environment="staging", intent=Intent.DRILL
    )
    incident = incidents.record_incident(
        actor=actor("olga"), title="Shop is slow", service=SERVICE, severity=2, release=world.release
    )
    error = incidents.record_known_error(
        actor=actor("olga"), title="Slow", root_cause="x", workaround="Wait.", service=SERVICE
    )
    incidents.record_interaction(
        actor=actor("stan"), contact="Mr X", channel="phone", summary="Slow", release=world.release
    )
    article = knowledge.write(
        actor=actor("rita"), kind="faq", title="Why slow", body="# Why\n\ntext", service=SERVICE
    )
    waiting = changes.register(
        actor=actor("stan"), title="Faster", description="d", change_type="normal", service=SERVICE
    )
    names = {
        "deployment": launched.number,
        "incident": incident.number,
        "known_error": error.number,
        "article": article.number,
        "change": waiting.number,
    }
    return Site(world, world.release, names)


STAGES: dict[str, Callable[[Path], Site]] = {"site": _built, "release": _waiting, "world": _settled}
