"""A release goes on by itself when the moment comes that it waited for."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from tests.engine_loop import Fleet
from tests.integration.services.begun import registered
from tests.phases import Phases
from tests.stages import staged
from tests.world import SCRIPTS, actor

from rightaway.domain.values import TaskState
from rightaway.records.releases.models import PhaseVisit, Release
from rightaway.services import approvals, changes, moments, releases, reviews, tasks

MINUTE = timedelta(minutes=1)


def finish(number: str) -> None:
    """Do all that the closure asks for, but for the time it takes."""
    rita, row = actor("rita"), Release.objects.get(number=number)
    reviews.accept_operations(actor=actor("dora"), number=number, service_level_met=True)
    for change in row.changes.all():
        for event in ("review", "update_cmdb", "close"):
            changes.move(actor=actor("chris"), number=change.number, event=event)
    closure = {"closure_code": "successful", "no_lessons_reason": "Nothing was new."}
    releases.edit(actor=rita, number=number, fields=closure)
    results = {one.text: ("met", "seen") for one in row.objectives.all()}
    reviews.measure_objectives(actor=rita, number=number, results=results)
    reviews.rate(actor=actor("stan"), number=number, rating=5)
    reviews.complete(actor=rita, number=number, went_well="All.", to_change="Nothing.")
    for task in row.tasks.filter(phase="verification", state=TaskState.READY):
        tasks.finish(actor=rita, number=number, key=task.key)
    asked = approvals.request(actor=rita, number=number, kind="verification")
    for name in ("olga", "stan"):
        approvals.vote(
            actor=actor(name), number=number, kind="verification", decision="approve", digest=asked.digest
        )


def passed(since: datetime, number: str) -> tuple[int, str]:
    """Let time pass until now; give how many releases were looked at, and the phase of this one."""
    return moments.pass_by(since=since, now=timezone.now()), Release.objects.get(number=number).phase


@pytest.mark.django_db(transaction=True)
def test_early_life__over_with_nothing_else_missing__closes_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = Phases(tmp_path, Fleet(monkeypatch, SCRIPTS)).supported()
    end = timezone.now() + timedelta(days=2)
    reviews.extend_early_life(actor=actor("rita"), number=number, ends_at=end, reason="Over the weekend.")
    finish(number)
    with time_machine.travel(end - MINUTE):
        assert passed(end - 2 * MINUTE, number) == (0, "verification")
    with time_machine.travel(end + MINUTE):
        assert passed(end - MINUTE, number) == (1, "closed")
        assert passed(end - MINUTE, number) == (0, "closed")
    assert PhaseVisit.objects.get(release__number=number, phase="closed").entered_by == "rightaway"


@pytest.mark.django_db
def test_moment__of_a_release_that_is_over__changes_nothing() -> None:
    world, now = staged("registered", registered), timezone.now()
    Release.objects.filter(number=world.release).update(els_ends_at=now, phase="abandoned")
    assert moments.pass_by(since=now - MINUTE, now=now) == 0
