"""Configuration records: items, relations, groups, targets, their expected and observed state, baselines."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor
from rightaway.drivers import registry
from rightaway.records.base import Record
from rightaway.records.cmdb.models import (
    Baseline,
    BaselineEntry,
    CIGroup,
    CIRelation,
    ConfigurationItem,
    Environment,
    Target,
)
from rightaway.records.people.models import User
from rightaway.services import _audit, _edits, _guard

STREAM = "cmdb"
Json = dict[str, Any]
RecordT = TypeVar("RecordT", bound=Record)


def _told(
    actor: Actor,
    action: str,
    kind: str,
    key: str,
    facts: Json | None = None,
    version: int | None = None,
) -> None:
    subject = (kind, key)
    _audit.record(actor=actor, action=action, stream=STREAM, subject=subject, facts=facts, version=version)


def _defined(
    model: type[RecordT], key: str, values: Json, expected_version: int | None
) -> tuple[RecordT, Json]:
    """Create the record of this key or change it; gives it with what the audit log says of that."""
    if expected_version is None and not QuerySet(model).filter(key=key).exists():
        return QuerySet(model).create(key=key, **values), {"made": True}
    row = _guard.lock(model, expected_version, key=key)
    before = _edits.values(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row, {"made": False, "changes": _edits.changes(before, _edits.values(row, values))}


@transaction.atomic
def define_environment(
    *, actor: Actor, key: str, name: str, tier: str, expected_version: int | None = None
) -> Environment:
    _guard.require(actor=actor, action="ci.edit")
    row, facts = _defined(Environment, key, {"name": name, "tier": tier}, expected_version)
    facts |= {"name": name, "tier": tier}
    _told(actor, "cmdb.environment.defined", "environment", key, facts, row.version)
    return row


@transaction.atomic
def define_item(
    *, actor: Actor, key: str, fields: Mapping[str, Any], expected_version: int | None = None
) -> ConfigurationItem:
    """
    Create a configuration item or change what is managed about it; its observed state is never typed in.

    Raises:
        Stale: somebody else changed it since `expected_version` was seen.
        NotFound: a version is expected of an item that there is not.
    """
    _guard.require(actor=actor, action="ci.edit", scope=str(fields.get("service") or key))
    values = dict(fields)
    service, environment = values.pop("service", None), values.pop("environment", None)
    values["service"] = _guard.find(ConfigurationItem, key=service) if service else None
    values["environment"] = _guard.find(Environment, key=environment) if environment else None
    if "owner" in values:
        values["owner"] = _guard.find(User, username=values["owner"]) if values["owner"] else None
    item, facts = _defined(ConfigurationItem, key, values, expected_version)
    facts |= {"class": item.ci_class, "service": service, "environment": environment}
    _told(actor, "cmdb.item.defined", "ci", key, facts, item.version)
    return item


@transaction.atomic
def relate(*, actor: Actor, source: str, kind: str, target: str) -> CIRelation:
    _guard.require(actor=actor, action="ci.edit")
    if source == target:
        raise Invalid(
            "ci.relation_to_itself", said("{source} cannot be related to itself.", source=source), at="target"
        )
    relation, made = CIRelation.objects.get_or_create(
        source=_guard.find(ConfigurationItem, key=source),
        kind=kind,
        target=_guard.find(ConfigurationItem, key=target),
    )
    if made:
        _told(actor, "cmdb.relation.defined", "ci", source, {"kind": kind, "target": target})
    return relation


@transaction.atomic
def define_group(
    *, actor: Actor, key: str, name: str, members: Iterable[str], expected_version: int | None = None
) -> CIGroup:
    _guard.require(actor=actor, action="ci.edit")
    found = [_guard.find(ConfigurationItem, key=member) for member in members]
    group, facts = _defined(CIGroup, key, {"name": name}, expected_version)
    group.members.set(found)
    facts["members"] = [item.key for item in found]
    _told(actor, "cmdb.group.defined", "ci_group", key, facts, group.version)
    return group


@transaction.atomic
def define_target(
    *, actor: Actor, key: str, fields: Mapping[str, Any], expected_version: int | None = None
) -> Target:
    """Say where and how steps act on an item; the driver checks its own configuration."""
    environment = _guard.find(Environment, key=fields["environment"])
    _guard.require(actor=actor, action="target.define", production=environment.tier == "production")
    values = {
        "ci": _guard.find(ConfigurationItem, key=fields["ci"]),
        "environment": environment,
        "driver": fields["driver"],
        "config": registry.validate_config(fields["driver"], dict(fields.get("config") or {})),
        "tags": list(fields.get("tags") or []),
        "failure_domain": fields.get("failure_domain") or "",
    }
    target, facts = _defined(Target, key, values, expected_version)
    facts |= {"ci": fields["ci"], "environment": environment.key, "driver": target.driver}
    _told(actor, "cmdb.target.defined", "target", key, facts, target.version)
    return target


def take_fences(*, targets: Iterable[int]) -> dict[int, int]:
    """Raise the fence of each target and give the new numbers: from now on older owners are refused there."""
    with transaction.atomic():
        rows = Target.objects.filter(pk__in=list(targets))
        taken = dict(rows.select_for_update().order_by("pk").values_list("pk", "fence"))
        rows.update(fence=F("fence") + 1)
        return {pk: fence + 1 for pk, fence in taken.items()}


@transaction.atomic
def expect(*, actor: Actor, states: Mapping[int, Json], cause: str) -> None:
    """Set what items should be, as the approved package says; keys are ids of items."""
    now = timezone.now()
    items = list(ConfigurationItem.objects.select_for_update().filter(pk__in=states).order_by("pk"))
    for item in items:
        item.expected, item.expected_at, item.expected_cause = states[item.pk], now, cause
        item.version += 1
    ConfigurationItem.objects.bulk_update(items, ["expected", "expected_at", "expected_cause", "version"])
    _told(actor, "cmdb.state.expected", "release", cause, {"items": [item.key for item in items]})


@transaction.atomic
def observe(*, actor: Actor, states: Mapping[int, Json], source: str) -> None:
    """Record what a driver saw on items; keys are ids of items. Configuration truth comes only from here."""
    now = timezone.now()
    items = list(ConfigurationItem.objects.select_for_update().filter(pk__in=states).order_by("pk"))
    for item in items:
        item.observed, item.observed_at, item.observed_by = states[item.pk], now, source
        item.version += 1
    ConfigurationItem.objects.bulk_update(items, ["observed", "observed_at", "observed_by", "version"])
    seen = {item.key: states[item.pk] for item in items}
    _told(actor, "cmdb.state.observed", "deployment", source, {"items": seen})


@transaction.atomic
def take_baseline(*, cause: str, moment: str, items: Iterable[int]) -> Baseline:
    """Freeze the observed state of items; taking the same baseline again gives the first one."""
    baseline, made = Baseline.objects.get_or_create(cause=cause, moment=moment)
    if made:
        rows = ConfigurationItem.objects.filter(pk__in=list(items))
        BaselineEntry.objects.bulk_create(
            BaselineEntry(
                baseline=baseline, ci=row, state={"observed": row.observed, "expected": row.expected}
            )
            for row in rows
        )
    return baseline
