"""Two people edit the same record: the second is told what the first did, and nothing is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.errors import Forbidden, NotFound, Stale
from rightaway.domain.values import SYSTEM
from rightaway.records.cmdb.models import ConfigurationItem, Environment, Target
from rightaway.records.releases.models import Release
from rightaway.services import approvals, changes, cmdb, incidents, knowledge, lifecycle, releases

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return staged("registered", registered)


def test_edit__release_edited_meanwhile__told_by_whom_and_what(world: World):
    seen = Release.objects.get(number=world.release).version
    releases.edit(actor=actor("dora"), number=world.release, fields={"on_call": "Dora", "impact": 2})

    with pytest.raises(Stale) as refusal:
        releases.edit(
            actor=actor("rita"), number=world.release, fields={"on_call": "Rita"}, expected_version=seen
        )

    (change,) = refusal.value.evidence["changes"]
    assert (change["by"], change["action"], change["version"]) == ("dora", "release.record.edited", seen + 1)
    assert change["fields"] == [
        {"field": "impact", "before": 3, "after": 2},
        {"field": "on_call", "before": "", "after": "Dora"},
    ]
    assert "by dora" in refusal.value.message
    assert Release.objects.get(number=world.release).on_call == "Dora"


def test_edit__version_of_now__accepted(world: World):
    for name in ("Dora", "Rita"):
        seen = Release.objects.get(number=world.release).version
        releases.edit(
            actor=actor("rita"), number=world.release, fields={"on_call": name}, expected_version=seen
        )


def _set_people(number: str, version: int) -> Any:
    return releases.set_people(
        actor=actor("rita"), number=number, stakeholders={"stan": "inform"}, expected_version=version
    )


def _expect(number: str, version: int) -> Any:
    states = {"t01": {"version": "2"}}
    return releases.expect(actor=actor("rita"), number=number, states=states, expected_version=version)


def _scope(number: str, version: int) -> Any:
    return releases.set_scope(actor=actor("rita"), number=number, objectives=["a"], expected_version=version)


@pytest.mark.parametrize("command", [_set_people, _expect, _scope])
def test_part_of_a_release__changed_meanwhile__stale(world: World, command: Callable[[str, int], Any]):
    seen = Release.objects.get(number=world.release).version
    releases.edit(actor=actor("dora"), number=world.release, fields={"on_call": "Dora"})
    with pytest.raises(Stale):
        command(world.release, seen)


def test_item__defined_meanwhile__stale_with_the_fields(world: World):
    seen = ConfigurationItem.objects.get(key="t01").version
    fields = {"name": "T 1", "ci_class": "application", "service": "shop", "environment": "production"}
    row = cmdb.define_item(actor=actor("dora"), key="t01", fields=fields, expected_version=seen)
    assert row.version == seen + 1 == ConfigurationItem.objects.get(key="t01").version

    with pytest.raises(Stale) as refusal:
        cmdb.define_item(actor=actor("rita"), key="t01", fields=fields, expected_version=seen)

    (change,) = refusal.value.evidence["changes"]
    assert change["fields"] == [{"field": "name", "before": "t01", "after": "T 1"}]


def test_item__version_expected_of_none__not_found(world: World):
    with pytest.raises(NotFound):
        cmdb.define_item(actor=SYSTEM, key="new", fields={"name": "New", "ci_class": "x"}, expected_version=1)


def test_target_and_environment__defined_meanwhile__stale(world: World):
    for model, define in (
        (Environment, _environment),
        (Target, _target),
    ):
        row = model.objects.first()
        assert define(row.version).version == row.version + 1
        with pytest.raises(Stale):
            define(row.version)


def _environment(version: int) -> Any:
    key = Environment.objects.first().key
    return cmdb.define_environment(actor=SYSTEM, key=key, name="E", tier="staging", expected_version=version)


def _target(version: int) -> Any:
    row = Target.objects.first()
    fields = {
        "ci": row.ci.key,
        "environment": row.environment.key,
        "driver": "local",
        "config": dict(row.config),
    }
    return cmdb.define_target(actor=SYSTEM, key=row.key, fields=fields, expected_version=version)


def test_change__edited_meanwhile__stale_with_the_fields(world: World):
    change = changes.register(
        actor=actor("stan"), title="Yen", description="d", change_type="normal", service="shop"
    )
    changes.edit(actor=actor("chris"), number=change.number, fields={"title": "Euro"})
    with pytest.raises(Stale) as refusal:
        changes.edit(actor=actor("stan"), number=change.number, fields={"title": "x"}, expected_version=1)
    (made,) = refusal.value.evidence["changes"]
    assert (made["by"], made["fields"]) == (
        "chris",
        [{"field": "title", "before": "Yen", "after": "Euro"}],
    )


def test_article__edited_meanwhile__stale_and_long_texts_cut(world: World):
    rita = actor("rita")
    row = knowledge.write(actor=rita, kind="faq", title="How", body="So.", service="shop")
    knowledge.edit(actor=actor("dora"), number=row.number, title="How", body="x" * 999)
    with pytest.raises(Stale) as refusal:
        knowledge.publish(actor=rita, number=row.number, expected_version=row.version)
    ((field,),) = (one["fields"] for one in refusal.value.evidence["changes"])
    assert (field["field"], len(field["after"])) == ("body", 201)


def test_incident_and_problem__changed_meanwhile__stale(world: World):
    from rightaway.records.incidents.models import Problem

    chris = actor("chris")
    incident = incidents.record_incident(actor=chris, title="Down", service="shop", severity=1)
    incidents.confirm_cause(actor=chris, number=incident.number, expected_version=1)
    with pytest.raises(Stale) as refusal:
        incidents.resolve_incident(actor=chris, number=incident.number, resolution="done", expected_version=1)
    assert [one["by"] for one in refusal.value.evidence["changes"]] == ["chris"]
    problem = Problem.objects.create(number="PRB-1", title="Why", opened_by="x")
    edit = {"actor": chris, "number": problem.number, "root_cause": "It was.", "category": "process"}
    incidents.edit_problem(**edit, expected_version=1)
    with pytest.raises(Stale):
        incidents.edit_problem(**edit, expected_version=1)


def test_stale__for_whom_it_is_forbidden_anyway__forbidden(world: World):
    ada, number, change = actor("ada"), world.release, world.changes[0]
    article = knowledge.write(actor=actor("rita"), kind="faq", title="How", body="So.", service="shop").number
    for command in (
        lambda: releases.edit(actor=ada, number=number, fields={"on_call": "x"}, expected_version=999),
        lambda: lifecycle.fire(actor=ada, number=number, event="start_planning", expected_version=999),
        lambda: approvals.request(actor=ada, number=number, kind="plan_design", expected_version=999),
        lambda: changes.edit(actor=ada, number=change, fields={"title": "x"}, expected_version=999),
        lambda: knowledge.edit(actor=ada, number=article, title="x", body="x", expected_version=999),
        lambda: cmdb.define_item(actor=ada, key="t01", fields={"service": "shop"}, expected_version=999),
    ):
        with pytest.raises(Forbidden):
            command()
