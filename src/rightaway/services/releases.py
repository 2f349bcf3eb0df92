"""Release records: registered, assessed, planned; every edit checked against who may and what it voids."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain import closure_codes, trainings
from rightaway.domain.changes import TERMINAL, ChangeType
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.guards import require
from rightaway.domain.priorities import priority
from rightaway.domain.rules import GUARDS
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import (
    Actor,
    ClosureCode,
    Origin,
    Outcome,
    ReleaseKind,
    ReleaseReason,
    ReleaseType,
)
from rightaway.domain.waivers import waiver
from rightaway.domain.workflow_versions import DEFAULT
from rightaway.queries import release_facts, templates, trains
from rightaway.records.changes.models import Change
from rightaway.records.cmdb.models import CIGroup, ConfigurationItem
from rightaway.records.people.models import User
from rightaway.records.releases.models import Objective, Release, RosterEntry, Stakeholder
from rightaway.services import _audit, _binding, _edits, _guard, cmdb, lifecycle, release_alerts, workflows
from rightaway.services._numbers import next_number
from rightaway.services._release import require_open

Json = dict[str, Any]
PEOPLE = (
    "coordinator",
    "manager",
    "service_owner",
    "deployment_manager",
    "els_lead",
    "communication_approved_by",
)
TEXTS = (
    "title",
    "description",
    "category",
    "owning_group",
    "model",
    "justification",
    "value_statement",
    "do_nothing_impact",
    "communication_plan",
    "els_exit_criteria",
    "on_call",
    "closure_comment",
    "no_lessons_reason",
    "problem_refusal_reason",
    "root_cause",
)
CHOICES: Mapping[str, type[StrEnum]] = {
    "release_type": ReleaseType,
    "release_kind": ReleaseKind,
    "reason": ReleaseReason,
    "origin": Origin,
    "outcome": Outcome,
    "closure_code": ClosureCode,
}
NEVER_EMPTY = frozenset({"release_type", "origin"})
SCALES = ("impact", "urgency", "impact_assessment", "risk_level")
TIMES = ("requested_end", "planned_start", "planned_end", "els_starts_at", "els_ends_at")
OTHER = ("cost_estimate", "risk_answers", "training_required")
EDITABLE = frozenset({*PEOPLE, *TEXTS, *CHOICES, *SCALES, *TIMES, *OTHER})
ASSESSMENT = frozenset({"impact_assessment", "value_statement", "risk_answers", "risk_level"})


@transaction.atomic
def register(
    *,
    actor: Actor,
    service: str,
    changes: Iterable[str] = (),
    fields: Mapping[str, Any],
    workflow: str = DEFAULT,
) -> Release:
    """
    Register a release of a service, from change requests or from forward planning.

    Args:
        workflow: Key of the workflow it follows, in the version that is in force now.
    """
    initiator = _guard.person(actor)
    _guard.require(actor=actor, action="release.register", scope=service)
    row = workflows.current(workflow)
    release = Release(
        number=next_number("REL"),
        service=_guard.find(ConfigurationItem, key=service),
        workflow=row,
        initiated_by=initiator,
    )
    template = templates.of(release)
    release.phase = template.initial
    _assign(actor, release, fields)
    release.save()
    lifecycle.enter(actor=actor, release=release, template=template, way=None)
    for number in changes:
        _include(release, number)
    facts = release_facts.facts(release, timezone.now())
    require(GUARDS["G01"](facts, timezone.now()), "Registering")
    facts_told = {"service": service, "changes": list(changes), "workflow": str(row)}
    _told(actor, release, "release.record.registered", facts_told)
    release_alerts.registered(actor, release)
    lifecycle.settle(release=release)
    return release


@transaction.atomic
def edit(
    *, actor: Actor, number: str, fields: Mapping[str, Any], expected_version: int | None = None
) -> Release:
    """
    Change fields of a release; approvals whose content this touches are voided with the difference.

    Raises:
        Stale: somebody else changed the release since `expected_version` was seen.
        Invalid: an unknown field or value; nothing is written.
    """
    release = _open(actor, number, expected_version)
    known = set(fields) & EDITABLE
    before, was = _edits.values(release, known), release.training_required
    _assign(actor, release, fields)
    if was and not release.training_required:
        _check_training_removed(release)
    release.save()
    facts = {"fields": sorted(fields), "changes": _edits.changes(before, _edits.values(release, known))}
    _changed(actor, release, "scope" if set(fields) & ASSESSMENT else "plan", facts)
    return release


def _check_training_removed(release: Release) -> None:
    now = timezone.now()
    held = waiver(release_facts.facts(release, now), trainings.CONTROL, now)
    is_planned = release.phase != templates.of(release).initial
    trainings.check_removal(is_planned=is_planned, waived=held is not None)


def _open(
    actor: Actor, number: str, expected_version: int | None = None, action: str = "release.edit"
) -> Release:
    release = _guard.lock(Release, number=number)
    own = release.initiated_by_id == actor.user_id
    _guard.require(actor=actor, action=action, scope=release.service.key, own=own)
    _guard.unchanged(release, expected_version)
    require_open(release)
    return release


def _changed(actor: Actor, release: Release, part: str, facts: Json) -> None:
    """Finish an edit: remember the author, void what it touches, record, and see whether a way is open now."""
    _binding.contributed(actor=actor, release=release, part=part)
    voided = _binding.recheck(actor=actor, release=release)
    _told(
        actor,
        release,
        "release.record.edited",
        {**facts, "part": part, "voided": [row.kind for row in voided]},
    )
    release_alerts.conflicts(actor, release)
    lifecycle.settle(release=release)


def _assign(actor: Actor, release: Release, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name not in EDITABLE:
            raise Invalid(
                "field.unknown", said("A release has no editable field '{name}'.", name=name), at=name
            )
        setattr(release, name, _value(name, value))
    if set(fields) & ASSESSMENT:
        release.assessed_by, release.assessed_at = _guard.person(actor), timezone.now()
    closure_codes.check(release.closure_code, release.outcome)
    if release.priority and release.impact and release.urgency:  # frozen once, and then kept in step
        release.priority = priority(impact=release.impact, urgency=release.urgency)


def _value(name: str, value: Any) -> Any:
    if value is None:
        return "" if name in TEXTS or name in CHOICES else None
    if name in PEOPLE:
        return value if isinstance(value, User) else _guard.find(User, username=value)
    if name in CHOICES and value not in {*CHOICES[name], *([] if name in NEVER_EMPTY else [""])}:
        raise Invalid(
            "field.choice",
            said("'{value}' is no {name}.", value=value, name=Word(name.replace("_", " "))),
            at=name,
            hint=", ".join(CHOICES[name]),
        )
    if name in SCALES and value not in (range(1, 6) if name == "risk_level" else range(1, 5)):
        raise Invalid(
            "assessment.out_of_scale",
            said("{name} is '{value}'; the scale runs from 1.", name=Word(name), value=value),
            at=name,
        )
    if name in TIMES and (not isinstance(value, datetime) or value.tzinfo is None):
        raise Invalid(
            "time.zone",
            said("{name} needs a time zone.", name=Word(name)),
            at=name,
            hint="2026-11-24T22:00:00+01:00",
        )
    return value


@transaction.atomic
def set_scope(
    *,
    actor: Actor,
    number: str,
    changes: Iterable[str] | None = None,
    cis: Iterable[str] | None = None,
    groups: Iterable[str] | None = None,
    objectives: Iterable[str] | None = None,
    expected_version: int | None = None,
) -> Release:
    """Set what the release is about; None leaves a part as it is."""
    release = _open(actor, number, expected_version)
    facts: Json = {}
    if changes is not None:
        wanted = list(changes)
        _check_scope_frozen(release, wanted)
        release.changes.exclude(number__in=wanted).update(release=None)
        for one in wanted:
            _include(release, one)
        facts["changes"] = wanted
    if cis is not None:
        release.affected_cis.set([_guard.find(ConfigurationItem, key=key) for key in cis])
        facts["cis"] = list(cis)
    if groups is not None:
        release.affected_groups.set([_guard.find(CIGroup, key=key) for key in groups])
        facts["groups"] = list(groups)
    if objectives is not None:
        targets = dict(release.objectives.values_list("text", "target"))
        release.objectives.all().delete()
        Objective.objects.bulk_create(
            Objective(release=release, text=text, target=targets.get(text, "")) for text in objectives
        )
        facts["objectives"] = list(objectives)
    release.save()
    _changed(actor, release, "scope", facts)
    return release


def _check_scope_frozen(release: Release, wanted: list[str]) -> None:
    """Refuse a change that would come into a release after the scope freeze of the train that it is aboard."""
    coming = set(wanted) - set(release.changes.values_list("number", flat=True))
    departure = trains.frozen(release, timezone.now()) if coming else None
    if departure is not None:
        raise Refused(
            "train.scope_frozen",
            said(
                "The scope of {departure} is frozen: {changes} cannot come in.",
                departure=str(departure),
                changes=sorted(coming),
            ),
            at="changes",
            hint=said("Put them into a release on a later departure, or let this one leave the train."),
            evidence={"departure": str(departure), "changes": sorted(coming)},
        )


def _include(release: Release, number: str) -> None:
    change = Change.objects.select_for_update().filter(number=number).first()
    if change is None:
        raise _guard.not_found(Change, {"number": number})
    if change.release_id not in (None, release.pk):
        raise Refused(
            "change.in_other_release",
            said("{number} is in another release already.", number=number),
            hint=said("Take it out there first."),
            evidence={"change": number},
        )
    if change.state in TERMINAL:
        raise Refused(
            "change.ended",
            said("{number} is {state}.", number=number, state=Word(change.state)),
            hint=said("Register a new change."),
        )
    if change.change_type == ChangeType.PROPOSAL:
        raise Refused(
            "change.proposal_carries_nothing",
            said("{number} is a proposal; nothing is carried out under it.", number=number),
            hint=said("Register the changes that it leads to."),
        )
    change.release = release
    change.version += 1
    change.save()


@transaction.atomic
def set_design(*, actor: Actor, number: str, design: Json, expected_version: int | None = None) -> Release:
    """Set how the release is deployed; `design` has been validated by `intake.designs`."""
    release = _open(actor, number, expected_version, action="plan.edit")
    release.design = design
    release.save()
    release.plans.filter(is_current=True).update(is_current=False)
    _changed(actor, release, "design", {"model": design["model"], "environment": design["environment"]})
    return release


@transaction.atomic
def expect(
    *, actor: Actor, number: str, states: Mapping[str, Json], expected_version: int | None = None
) -> Release:
    """Set what affected items are going to be after the release, by key: {"version": "2.4.0"}."""
    release = _open(actor, number, expected_version)
    items = {one.key: one.pk for one in ConfigurationItem.objects.filter(key__in=list(states))}
    missing = sorted(set(states) - set(items))
    if missing:
        raise _guard.not_found(ConfigurationItem, {"key": missing[0]})
    cmdb.expect(actor=actor, states={items[key]: dict(state) for key, state in states.items()}, cause=number)
    release.save()
    lifecycle.settle(release=release)
    return release


@transaction.atomic
def set_people(
    *,
    actor: Actor,
    number: str,
    stakeholders: Mapping[str, str] | None = None,
    roster: Iterable[tuple[str, datetime, datetime]] | None = None,
    expected_version: int | None = None,
) -> Release:
    """Set stakeholders (username to inform, consult, approve or accept) and the roster of early life support."""
    release = _open(actor, number, expected_version)
    if stakeholders is not None:
        release.stakeholders.all().delete()
        Stakeholder.objects.bulk_create(
            Stakeholder(release=release, person=_guard.find(User, username=name), part=part)
            for name, part in stakeholders.items()
        )
    if roster is not None:
        release.roster.all().delete()
        for name, starts, ends in roster:
            if ends <= starts:
                raise Invalid(
                    "roster.order", said("The shift of {name} ends before it starts.", name=name), at="roster"
                )
            RosterEntry.objects.create(
                release=release, person=_guard.find(User, username=name), starts_at=starts, ends_at=ends
            )
    release.save()
    _changed(actor, release, "people", {})
    return release


def _told(actor: Actor, release: Release, action: str, facts: Json) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
