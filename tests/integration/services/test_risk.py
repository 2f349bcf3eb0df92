"""The risk of changes and releases, counted from what is recorded."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration.services.begun import built, settled
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.changes import ReleaseEvent
from rightaway.domain.errors import Invalid
from rightaway.domain.risk import Reversal, RiskFacts
from rightaway.domain.values import SYSTEM
from rightaway.queries import audit, risk
from rightaway.queries import changes as ask
from rightaway.queries import releases as ask_releases
from rightaway.services import changes, cmdb, releases

pytestmark = pytest.mark.django_db
PLANS = {"implementation_plan": "a", "test_plan": "b"}


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> World:
    is_built = "release" in request.fixturenames
    return staged("built", built) if is_built else staged("settled", settled)


@pytest.fixture
def release(world: World) -> str:
    return world.release


def register(*cis: str, **fields: object) -> str:
    row = changes.register(
        actor=actor("stan"),
        title="Yen",
        description="d",
        change_type="normal",
        service="shop",
        affected_cis=cis,
        fields=PLANS | fields,
    )
    return row.number


def facts(number: str) -> RiskFacts:
    row = ask.change(number)
    assert row is not None
    return risk.of_change(row).facts


def edit(number: str, **fields: object) -> None:
    changes.edit(actor=actor("stan"), number=number, fields=fields)


def test_change__items_of_a_critical_service__reach_and_criticality(world: World):
    bank = {"name": "Bank", "ci_class": "service", "criticality": 1}
    cmdb.define_item(actor=SYSTEM, key="bank", fields=bank)
    cmdb.define_item(
        actor=SYSTEM, key="till", fields={"name": "T", "ci_class": "application", "service": "bank"}
    )
    number = register("t01")
    before = facts(number)
    cmdb.relate(actor=SYSTEM, source="s01", kind="depends_on", target="t01")
    cmdb.relate(actor=SYSTEM, source="s01", kind="provides", target="till")
    after = facts(number)
    assert (before.criticality, before.reached) == (3, 1)
    assert (after.criticality, after.reached) == (1, 3)


def test_change__attempts__are_its_history_and_its_uses(world: World):
    number = register("t01")
    fields = {"title": "R", "description": "d", "release_type": "minor"}
    done = changes.register(
        actor=actor("stan"),
        title="D",
        description="d",
        change_type="emergency",
        service="shop",
        affected_cis=["t01"],
    )
    changes.authorise(actor=actor("chris"), number=done.number, decision="approve")
    changes.authorise(actor=actor("cora"), number=done.number, decision="approve")
    release = releases.register(actor=actor("rita"), service="shop", changes=[done.number], fields=fields)
    for event in (ReleaseEvent.DEPLOYMENT_STARTED, ReleaseEvent.DEPLOYMENT_SUCCEEDED):
        changes.follow(actor=SYSTEM, release=release, event=event)
    found = facts(number)
    assert (found.succeeded, found.failed, found.uses) == (1, 0, 1)
    assert facts(register("s01")).uses == 0


def test_change__plans_dates_and_answers__count(world: World):
    number = register()
    assert facts(number).reversal is Reversal.NONE
    edit(number, remediation_plan="Back.", risk_answers={"data": "lost"})
    found = facts(number)
    assert (found.reversal, found.is_destructive, found.has_test_plan) == (Reversal.DOCUMENTED, True, True)
    row = ask.change(number)
    assert row is not None
    assert risk.of_change(row).level == 4


def test_change__level_stated__held_to_the_score(world: World):
    number = register("t01")
    row = ask.change(number)
    assert row is not None
    level = risk.of_change(row).level
    for fields, code in (
        ({"risk_level": level - 1}, "risk.reason_needed"),
        ({"risk_level": level - 2, "risk_reason": "Easy."}, "risk.too_low"),
        ({"risk_answers": {"data": "gone"}}, "risk.answer"),
    ):
        with pytest.raises(Invalid) as refusal:
            edit(number, **fields)
        assert refusal.value.code == code
    edit(number, risk_level=level - 1, risk_reason="Done often.")
    edit(number, risk_level=5)


def test_change__answers_after_it_was_authorised__authorised_again(world: World):
    number = register("t01")
    for event in ("validate", "assess"):
        changes.move(actor=actor("chris"), number=number, event=event)
    changes.authorise(actor=actor("chris"), number=number, decision="approve")
    told = next(one for one in audit.events(stream=number) if one.action == "change.authorisation.decided")
    assert set(told.facts) >= {"risk_score", "risk_level"}
    edit(number, risk_answers={"novelty": "everything"})
    row = ask.change(number)
    assert row is not None
    assert row.state == "registered"


def test_release__package_and_tests__count_in_a_constant_number_of_statements(release: str):
    row = ask_releases.release(release)
    assert row is not None
    with CaptureQueriesContext(connection) as few:
        found = risk.of_release(row).facts
    assert (found.tests_needed, found.tests_missing, found.units) == (1, 0, 1)
    assert found.reversal is Reversal.DOCUMENTED
    numbers = [register("t01", risk_answers={"size": "many"}) for _ in range(3)]
    held = [one.number for one in row.changes.all()]
    releases.set_scope(actor=actor("rita"), number=release, changes=[*held, *numbers])
    row = ask_releases.release(release)
    assert row is not None
    with CaptureQueriesContext(connection) as many:
        assert risk.of_release(row).facts.answered["size"] == 1.0
    assert len(many) == len(few)
