"""Models of standard changes: written by one person, authorised by another, and taken out of use when they fail."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone

from rightaway.domain.change_models import (
    BY_A_PERSON,
    FAILURES,
    LOOK_BACK,
    TABLE,
    UNUSED,
    AttemptResult,
    Item,
    ModelState,
    check_fit,
    check_usable,
)
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.moves import advance
from rightaway.domain.permissions import EVERYWHERE
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM, Actor, PersonKind
from rightaway.queries import change_models as ask
from rightaway.queries import cmdb
from rightaway.records.changes.models import Attempt, Change, ChangeModel
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import User
from rightaway.services import _audit, _confirmations, _edits, _guard
from rightaway.services._numbers import next_number

WRITTEN = (
    "title",
    "description",
    "implementation_plan",
    "test_plan",
    "remediation_plan",
    "ci_classes",
    "max_items",
)
NEEDED = ("title", "implementation_plan", "test_plan", "remediation_plan", "ci_classes")
PLANS = ("implementation_plan", "test_plan", "remediation_plan")


@transaction.atomic
def define(
    *, actor: Actor, services: Collection[str], fields: Mapping[str, Any], owner: str | None = None
) -> ChangeModel:
    """Write a new model, as a draft that authorises nothing yet."""
    author = _guard.person(actor)
    _require(actor, "change_model.edit", services)
    row = ChangeModel(number=next_number("CHM"), owner=_owner(owner) if owner else author)
    _write(row, fields)
    row.save()
    row.services.set(_services(services))
    row.authors.add(author)
    _told(actor, "change_model.record.defined", row, {"title": row.title, "services": sorted(services)})
    _ask_second_person(actor, row)
    return row


@transaction.atomic
def edit(
    *,
    actor: Actor,
    number: str,
    fields: Mapping[str, Any],
    services: Collection[str] | None = None,
    owner: str | None = None,
    expected_version: int | None = None,
) -> ChangeModel:
    """Rewrite a model; one whose content changes is a draft again until somebody else authorises it."""
    row = _guard.lock(ChangeModel, number=number)
    author = _guard.person(actor)
    _require(actor, "change_model.edit", {*ask.service_keys(row), *(services or ())})
    _guard.unchanged(row, expected_version)
    if row.state == ModelState.RETIRED:
        raise Refused(
            "change_model.retired",
            said("{number} is retired.", number=number),
            hint=said("Define a new model."),
        )
    before, held = ask.current_digest(row), _edits.values(row, fields)
    _write(row, fields)
    if owner:
        row.owner = _owner(owner)
    if services is not None:
        row.services.set(_services(services))
    changed = ask.current_digest(row) != before
    if changed:
        _reopen(row, author)
    row.save()
    facts = {"changes": _edits.changes(held, _edits.values(row, fields)), "authorisation_lost": changed}
    _told(actor, "change_model.record.edited", row, facts)
    if changed:
        _ask_second_person(actor, row)
    return row


def _ask_second_person(actor: Actor, row: ChangeModel) -> None:
    """Ask once for each time that the model lost its authority, however often its draft is written over."""
    _confirmations.ask(
        actor=actor,
        kind=SubjectKind.CHANGE_MODEL,
        row=row,
        action="change_model.authorise",
        key=f"{row.number}:{row.authorised_at or 'new'}",
        scopes=ask.service_keys(row),
        authors=row.authors.values_list("pk", flat=True),
    )


def _reopen(row: ChangeModel, author: User) -> None:
    if row.state != ModelState.DRAFT:
        row.state, row.state_reason = advance(TABLE, row.state, "revise"), ""
        row.authors.clear()
    row.authors.add(author)


@transaction.atomic
def authorise(*, actor: Actor, number: str, digest: str, expected_version: int | None = None) -> ChangeModel:
    """
    Let the model authorise changes, as the second person.

    Args:
        digest: The content that was looked at; another one is refused.

    Raises:
        Forbidden: `sod.self_approval` for who wrote it, `sod.person_only`, or `permission.denied`.
    """
    row = _guard.lock(ChangeModel, number=number)
    _require(actor, "change_model.authorise", ask.service_keys(row))
    _guard.unchanged(row, expected_version)
    if actor.kind is not PersonKind.PERSON or actor.is_system:
        raise Forbidden("sod.person_only", said("Only a person authorises a model."))
    if row.authors.filter(username=actor.name).exists():
        raise Forbidden(
            "sod.self_approval",
            said("Nobody authorises a model that they wrote."),
            hint=said("Ask another change manager or a member of the CAB."),
        )
    current = ask.current_digest(row)
    if digest != current:
        raise Refused(
            "change_model.other_content",
            said("{number} is not what you looked at.", number=number),
            hint=said("Look at it again."),
        )
    row.state, row.state_reason = advance(TABLE, row.state, "authorise"), ""
    row.digest, row.authorised_by_id, row.authorised_at = current, actor.user_id, timezone.now()
    row.save()
    _told(actor, "change_model.record.authorised", row, {"digest": current})
    return row


@transaction.atomic
def move(
    *, actor: Actor, number: str, event: str, reason: str = "", expected_version: int | None = None
) -> ChangeModel:
    """Suspend, retire or revise a model; to take an authority away one person is enough."""
    row = _guard.lock(ChangeModel, number=number)
    _require(
        actor, "change_model.edit" if event == "revise" else "change_model.retire", ask.service_keys(row)
    )
    _guard.unchanged(row, expected_version)
    if event not in BY_A_PERSON:
        raise Invalid(
            "change_model.event",
            said("'{event}' is no step of a person.", event=event),
            at="event",
            hint=said("suspend, retire or revise"),
        )
    if not reason.strip() and event != "revise":
        raise Invalid("change_model.reason_needed", said("Say why."), at="reason")
    if event == "revise":  # who looks at it anew is its author; to confirm it is the second person's part
        row.authors.set([_guard.person(actor)])
    _step(actor, row, event, reason)
    if event == "revise":
        _ask_second_person(actor, row)
    return row


def _step(actor: Actor, row: ChangeModel, event: str, reason: str) -> None:
    before, row.state = row.state, advance(TABLE, row.state, event)
    row.state_reason = reason[:300]
    row.save()
    _told(actor, "change_model.state.moved", row, {"from": before, "to": row.state, "reason": reason})


def choose(change: Change, items: Collection[ConfigurationItem]) -> None:
    """
    Let a change stand under its model: it must fit, and takes its plans from there.

    Raises:
        Invalid, Refused: what does not fit, or why the model does not count.
    """
    row = change.model
    assert row is not None
    model, now = ask.as_model(row), timezone.now()
    check_usable(model, now)
    check_fit(
        model,
        service=change.service.key,
        items=[Item(one.key, one.ci_class) for one in items],
        radius=cmdb.reached([one.pk for one in items]),
    )
    for name in PLANS:
        if getattr(change, name) not in {"", getattr(row, name)}:
            raise Invalid(
                "change_model.own_plan",
                said("A standard change is carried out as {number} says.", number=row.number),
                hint=said("Leave the field empty, or register it as a normal change."),
                at=name,
            )
        setattr(change, name, getattr(row, name))
    ChangeModel.objects.filter(pk=row.pk).update(last_used_at=now)


def begin(change: Change) -> None:
    """Note that a change is being carried out now."""
    now = timezone.now()
    Attempt.objects.create(change=change, model=change.model, service=change.service, began_at=now)


def end(change: Change, result: AttemptResult) -> None:
    """Note how the last attempt ended; one that is backed out later did not succeed after all."""
    last = change.attempts.order_by("-id").first()
    if last is None or last.result == result:
        return
    last.result = result
    last.save()
    if result is AttemptResult.FAILED and change.model_id is not None:
        _judge(ChangeModel.objects.select_for_update().get(pk=change.model_id), change)


def _judge(row: ChangeModel, change: Change) -> None:
    went = ask.went(row)
    if row.state == ModelState.ACTIVE and went.is_bad:
        row.version += 1
        _step(
            SYSTEM,
            row,
            "suspend",
            f"{FAILURES} of the last {LOOK_BACK} changes failed, the last one {change.number}.",
        )


@transaction.atomic
def expire(*, now: datetime) -> int:
    """Take models out of use that nobody needed for half a year; give how many."""
    since = now - UNUSED
    needed = Greatest("authorised_at", "last_used_at")  # PostgreSQL leaves out what is null
    idle = ChangeModel.objects.alias(needed=needed).filter(state=ModelState.ACTIVE, needed__lte=since)
    rows = list(idle.select_for_update())
    for row in rows:
        row.version += 1
        _step(SYSTEM, row, "expire", f"Nobody needed it for {UNUSED.days} days.")
    return len(rows)


def _require(actor: Actor, action: str, services: Collection[str]) -> None:
    for key in sorted(services) or [EVERYWHERE]:
        _guard.require(actor=actor, action=action, scope=key)


def _write(row: ChangeModel, fields: Mapping[str, Any]) -> None:
    unknown = sorted(set(fields) - set(WRITTEN))
    if unknown:
        raise Invalid(
            "field.unknown", said("A model has no field '{value}'.", value=unknown[0]), at=unknown[0]
        )
    for name, value in fields.items():
        setattr(row, name, sorted(set(value)) if name == "ci_classes" else value)
    for name in NEEDED:
        if not getattr(row, name):
            raise Invalid(
                "change_model.field_needed", said("This is needed before anybody can authorise it."), at=name
            )


def _services(keys: Collection[str]) -> list[ConfigurationItem]:
    if not keys:
        raise Invalid(
            "change_model.field_needed", said("A model is for one service at least."), at="services"
        )
    return [_guard.find(ConfigurationItem, key=key, ci_class="service") for key in sorted(set(keys))]


def _owner(username: str) -> User:
    return _guard.find(User, username=username)


def _told(actor: Actor, action: str, row: ChangeModel, facts: dict[str, Any]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.number,
        subject=("change_model", row.number),
        facts=facts,
        version=row.version,
    )
