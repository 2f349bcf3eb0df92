"""Fifty at once edit, vote and launch on one release: what comes of it is what some order one by one would give."""

import os
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.deployment_states import DeploymentStatus, Intent
from rightaway.domain.errors import RightawayError
from rightaway.domain.values import Actor
from rightaway.records.approvals.models import Approval
from rightaway.records.audit.models import AuditEvent
from rightaway.records.deployments.models import Deployment
from rightaway.records.releases.models import Release
from rightaway.services import approvals, deployments, releases

pytestmark = pytest.mark.django_db(transaction=True)
KIND, THREADS = "deployment", 50
ROUNDS = int(os.environ.get("RIGHTAWAY_TESTS_ROUNDS", "3"))
"""200 in the slow lane: RIGHTAWAY_TESTS_ROUNDS=200."""
REFUSALS = {
    "approval.content_changed",
    "approval.void",
    "approval.not_open",
    "deployment.busy",
    "sod.no_independent_approver",
    "sod.second_vote",
}
VOTERS = ("olga", "oscar", "chris", "cora")


def _ready(folder: Path) -> World:
    world = World(folder).settle()
    world.register()
    world.plan()
    world.build()
    world.approve("build_test", "olga")
    Release.objects.filter(number=world.release).update(phase="deployment")
    return world


def attempt(deed: Callable[[], object]) -> str:
    """Do it as one thread of fifty, and give how it ended."""
    try:
        deed()
    except RightawayError as error:
        return error.code
    finally:
        connection.close()
    return "done"


class Race:
    def __init__(self, world: World) -> None:
        self.number = world.release
        self.release = Release.objects.get(number=world.release)
        self.actors: dict[str, Actor] = {name: actor(name) for name in (*VOTERS, "rita", "dora")}
        self.random = random.Random(7)

    def run(self) -> Counter[str]:
        """Ask, then let fifty loose; give how their deeds ended."""
        self.end_deployments()
        if not Approval.objects.filter(
            release=self.release, kind=KIND, state__in=("pending", "approved")
        ).exists():
            approvals.request(actor=self.actors["rita"], number=self.number, kind=KIND)
        digest = Approval.objects.filter(release=self.release, kind=KIND).latest("id").digest
        deeds = [self.vote(VOTERS[place % len(VOTERS)], digest) for place in range(30)]
        deeds += [self.launch for _ in range(16)] + [self.edit for _ in range(4)]
        self.random.shuffle(deeds)
        with ThreadPoolExecutor(THREADS) as pool:
            return Counter(pool.map(attempt, deeds))

    def vote(self, name: str, digest: str) -> Callable[[], object]:
        return lambda: approvals.vote(
            actor=self.actors[name], number=self.number, kind=KIND, decision="approve", digest=digest
        )

    def edit(self) -> None:
        end = Release.objects.get(pk=self.release.pk).planned_end + timedelta(seconds=1)
        releases.edit(actor=self.actors["rita"], number=self.number, fields={"planned_end": end})

    def launch(self) -> None:
        deployments.launch(
            actor=self.actors["dora"],
            release=self.release,
            environment="production",
            intent=Intent.PLANNED,
            reason="",
        )

    def end_deployments(self) -> None:
        open_ = Deployment.objects.filter(release=self.release, status=DeploymentStatus.QUEUED)
        for number in open_.values_list("number", flat=True):
            deployments.command(actor=self.actors["dora"], number=number, name="cancel")


def replayed(number: str) -> Counter[str]:
    """Go through what happened in the order in which it was committed; every deed must have been allowed then."""
    state, voters, seen = "", set(), Counter()
    events = AuditEvent.objects.filter(stream=number).order_by("number")
    for event in events:
        is_ours = event.facts.get("approval") == KIND
        match event.action:
            case "release.approval.requested" if is_ours:
                state, voters = "pending", set()
            case "release.approval.voted" if is_ours:
                assert state in {"pending", "approved"}, event
                assert event.actor not in voters, event
                voters.add(event.actor)
            case "release.approval.granted" if is_ours:
                assert len(voters) >= 2, event
                state = "approved"
            case "release.approval.voided" if is_ours:
                state = "void"
            case "deployment.run.launched":
                assert state == "approved", event
        seen[event.action] += 1
    return seen


def test_race__edit_vote_and_launch__as_if_one_by_one_and_never_on_a_void_approval(db: None) -> None:
    race = Race(staged("race", _ready))
    ended: Counter[str] = Counter()
    for _ in range(ROUNDS):
        ended += race.run()
    seen = replayed(race.number)
    assert set(ended) <= {"done", *REFUSALS}, ended
    assert seen["release.approval.granted"] > 0
    assert seen["release.approval.voided"] > 0
