"""Models of standard changes: two people authorise them, and they go out of use when they fail or are forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.services.begun import settled
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.change_models import UNUSED
from rightaway.domain.changes import ReleaseEvent
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.values import SYSTEM
from rightaway.queries import change_models as ask
from rightaway.queries import changes as ask_changes
from rightaway.records.changes.models import ChangeModel
from rightaway.services import change_models, changes, cmdb, moments, releases

pytestmark = pytest.mark.django_db
FIELDS = {
    "title": "Rotate logs",
    "implementation_plan": "Set it.",
    "test_plan": "Look.",
    "remediation_plan": "Set it back.",
    "ci_classes": ["application"],
    "max_items": 1,
}


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


@pytest.fixture
def draft(world: World) -> str:
    return change_models.define(actor=actor("chris"), services=["shop"], fields=FIELDS).number


@pytest.fixture
def model(draft: str) -> str:
    return authorise(draft)


def authorise(number: str, by: str = "cora", digest: str = "") -> str:
    row = ask.model(number)
    assert row is not None
    seen = digest or ask.current_digest(row)
    return change_models.authorise(actor=actor(by), number=number, digest=seen).number


def state(number: str) -> str:
    return ChangeModel.objects.get(number=number).state


def register(model: str, *cis: str, kind: str = "standard", service: str = "shop", **fields: str) -> str:
    row = changes.register(
        actor=actor("stan"),
        title="Rotate",
        description="d",
        change_type=kind,
        service=service,
        affected_cis=cis,
        model=model,
        fields=fields,
    )
    return row.number


def carry_out(number: str, *events: ReleaseEvent) -> None:
    """Let a release of its own carry the change through."""
    fields = {"title": "R", "description": "d", "release_type": "minor"}
    release = releases.register(actor=actor("rita"), service="shop", changes=[number], fields=fields)
    for event in events:
        changes.follow(actor=SYSTEM, release=release, event=event)


FAILED = (ReleaseEvent.DEPLOYMENT_STARTED, ReleaseEvent.DEPLOYMENT_FAILED, ReleaseEvent.BACKED_OUT)
DONE = (ReleaseEvent.DEPLOYMENT_STARTED, ReleaseEvent.DEPLOYMENT_SUCCEEDED)


def test_authorise__who_wrote_it__refused_until_somebody_else_does(draft: str):
    with pytest.raises(Forbidden) as refusal:
        authorise(draft, by="chris")
    assert refusal.value.code == "sod.self_approval"
    with pytest.raises(Forbidden, match=r"change_model\.authorise needs"):
        authorise(draft, by="olga")
    with pytest.raises(Refused) as other:
        authorise(draft, digest="0" * 64)
    assert other.value.code == "change_model.other_content"
    assert state(draft) == "draft"
    assert state(authorise(draft)) == "active"


def test_edit__content_of_an_active_model__draft_and_its_editor_cannot_authorise_it(model: str):
    change_models.edit(actor=actor("cora"), number=model, fields={"description": "Every month."})
    assert state(model) == "active"
    change_models.edit(actor=actor("cora"), number=model, fields={"max_items": 5})
    assert state(model) == "draft"
    with pytest.raises(Refused, match="only an active model"):
        register(model, "t01")
    with pytest.raises(Forbidden):
        authorise(model, by="cora")
    assert state(authorise(model, by="chris")) == "active"


def test_edit__services_only__draft_again(model: str):
    cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
    change_models.edit(actor=actor("cora"), number=model, services=["shop", "bank"], fields={})
    assert state(model) == "draft"


def test_active_model__changed_behind_its_back__authorises_nothing(model: str):
    ChangeModel.objects.filter(number=model).update(max_items=99)
    with pytest.raises(Refused) as refusal:
        register(model, "t01")
    assert refusal.value.code == "change_model.tampered"


def test_register__standard_that_fits__takes_its_plans_from_the_model(model: str):
    row = ask_changes.change(register(model, "t01"))
    assert row is not None
    plans = (row.implementation_plan, row.test_plan, row.remediation_plan)
    assert plans == ("Set it.", "Look.", "Set it back.")
    with pytest.raises(Invalid) as refusal:
        changes.edit(actor=actor("stan"), number=row.number, fields={"test_plan": "No."})
    assert refusal.value.code == "change_model.own_plan"
    assert ChangeModel.objects.get(number=model).last_used_at is not None


def test_register__standard_that_does_not_fit__says_everything_that_does_not(world: World, model: str):
    cmdb.relate(actor=SYSTEM, source="s01", kind="depends_on", target="t01")
    with pytest.raises(Invalid) as refusal:
        register(model, "t01", "shop")
    assert [one.message for one in refusal.value.errors] == [
        "The model allows the classes application, not shop (service).",
        "It reaches 3 items, the model allows 1.",
    ]
    assert refusal.value.hint == "Register it as a normal change, or use another model."
    with pytest.raises(Invalid, match="reaches 2 items"):
        register(model, "t01")
    with pytest.raises(Invalid, match="names no configuration item"):
        register(model)
    register(model, "s01")


def test_register__model_missing_or_not_called_for__refused(model: str):
    for number, kind, code in (
        ("", "standard", "change.model_needed"),
        (model, "normal", "change.model_unused"),
    ):
        with pytest.raises(Invalid) as refusal:
            register(number, "t01", kind=kind)
        assert refusal.value.code == code


def test_model__two_of_its_changes_fail__suspended_and_counts_anew_when_authorised_again(model: str):
    first, second, third = (register(model, "t01") for _ in range(3))
    carry_out(third, *DONE)
    carry_out(first, *FAILED)
    assert state(model) == "active"
    row = ask.model(model)
    assert row is not None
    assert (ask.went(row).succeeded, ask.went(row).failed) == (1, 1)
    carry_out(second, *FAILED)
    assert state(model) == "suspended"
    change_models.move(actor=actor("chris"), number=model, event="revise")
    authorise(model)
    row = ask.model(model)
    assert row is not None
    assert ask.went(row).failed == 0


def test_model__done_change_is_backed_out_later__counts_as_failed(model: str):
    carry_out(register(model, "t01"), *DONE, ReleaseEvent.BACKED_OUT)
    row = ask.model(model)
    assert row is not None
    assert (ask.went(row).succeeded, ask.went(row).failed) == (0, 1)


def test_model__nobody_needed_it__expires(model: str):
    long_ago = timezone.now() - UNUSED - timedelta(hours=1)
    ChangeModel.objects.filter(number=model).update(authorised_at=long_ago, last_used_at=None)
    with pytest.raises(Refused, match="is expired"):
        register(model, "t01")
    now = timezone.now()
    moments.pass_by(since=now - timedelta(seconds=10), now=now)
    assert state(model) == "expired"


def test_move__reason_and_role__asked_for(model: str):
    with pytest.raises(Invalid, match="Say why"):
        change_models.move(actor=actor("chris"), number=model, event="suspend")
    with pytest.raises(Forbidden):
        change_models.move(actor=actor("olga"), number=model, event="suspend", reason="x")
    change_models.move(actor=actor("cora"), number=model, event="retire", reason="Not needed.")
    with pytest.raises(Refused, match="is retired"):
        change_models.edit(actor=actor("cora"), number=model, fields={"max_items": 2})
