"""
Gives `domain.release_facts` from the records: the one place where rules get what they judge.

A part is read when a rule looks at it for the first time, and then kept: most rules look at few of them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from rightaway.domain.approvals import ApprovalState, Requirement, Standing, bound_digest
from rightaway.domain.errors import Invalid
from rightaway.domain.facts_evidence import ArticleFacts, DefectFacts
from rightaway.domain.facts_planning import ConflictFacts
from rightaway.domain.guards_deployment import BOUND_APPROVALS
from rightaway.domain.policies import Policy
from rightaway.domain.release_facts import ApprovalFacts, EmergencyFacts, ReleaseFacts
from rightaway.domain.workflows import Template
from rightaway.queries import (
    approvers,
    bound_content,
    facts_built,
    facts_linked,
    facts_outcome,
    facts_planned,
    facts_prepared,
    facts_related,
    lessons,
    policies,
    templates,
    trains,
)
from rightaway.records.approvals.models import Approval
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Plan
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release

Json = dict[str, Any]


def facts(
    release: Release,
    now: datetime,
    recorded: approvers.Recorded | None = None,
    template: Template | None = None,
    policy: Policy | None = None,
) -> ReleaseFacts:
    """
    Give everything the rules may look at, each part as it is when it is looked at first.

    Args:
        recorded: Given by who has read the approvals already.
        template: Another workflow than the release's own, to see what that would ask for.
        policy: Another one than holds, for the same.
    """
    return _ReadFacts(_Reader(release, now, recorded, template, policy))


class _Reader:
    """What several parts of the facts are made of, read once."""

    def __init__(
        self,
        release: Release,
        now: datetime,
        recorded: approvers.Recorded | None,
        template: Template | None,
        policy: Policy | None,
    ) -> None:
        self.release = release
        self.now = now
        self.template = template or templates.of(release)
        self._recorded = recorded
        self._policy = policy

    @cached_property
    def policy(self) -> Policy:
        return self._policy or policies.of_service(self.release.service, self.now)

    @cached_property
    def recorded(self) -> approvers.Recorded:
        return self._recorded or approvers.recorded(
            self.release, self.now, template=self.template, policy=self.policy
        )

    @cached_property
    def package(self) -> Package | None:
        return bound_content.current_package(self.release)

    @cached_property
    def plan(self) -> Plan | None:
        return bound_content.production_plan(self.release)

    @cached_property
    def items(self) -> list[ConfigurationItem]:
        return facts_planned.items(self.release)

    @cached_property
    def manifest(self) -> Json:
        return bound_content.manifest_with(self.release, self.package, self.plan, self.policy)

    def approvals(self) -> tuple[ApprovalFacts, ...]:
        return _approvals(self.template, self.manifest, self.recorded, self.now)


_PARTS: Mapping[str, Callable[[_Reader], Any]] = {
    "number": lambda read: read.release.number,
    "phase": lambda read: read.release.phase,
    "hold": lambda read: facts_planned.hold(read.release),
    "emergency": lambda read: EmergencyFacts(read.release.ratify_by, read.release.paperwork_due_at),
    "policy": lambda read: read.policy,
    "registration": lambda read: facts_planned.registration(read.release),
    "assessment": lambda read: facts_planned.assessment(read.release),
    "training_rule": lambda read: read.template.training,
    "scope": lambda read: facts_planned.scope(read.release, read.items, read.now),
    "plan": lambda read: facts_planned.plan(read.release, read.plan),
    "back_out_plan": lambda read: facts_planned.back_out_plan(read.plan),
    "relations": lambda read: facts_related.relations(read.release, read.now, facts),
    "conflicts": lambda read: _conflicts(read.release, read.items),
    "approvals": _Reader.approvals,
    "tasks": lambda read: facts_planned.tasks(read.release, read.template),
    "package": lambda read: facts_built.package(read.package),
    "test_runs": lambda read: facts_built.test_runs(read.package),
    "defects": lambda read: tuple(
        DefectFacts(f"defect {one.pk}", one.severity, one.is_open) for one in read.release.defects.all()
    ),
    "rehearsals": lambda read: facts_outcome.rehearsals(read.release),
    "waivers": lambda read: facts_built.waivers(read.release),
    "lessons": lambda read: lessons.facts(read.release),
    "trainings": lambda read: facts_prepared.trainings(read.release, read.now),
    "articles": lambda read: tuple(
        ArticleFacts(one.number, one.kind, one.state) for one in read.release.articles.all()
    ),
    "has_stakeholders": lambda read: read.release.stakeholders.exists(),
    "notices": lambda read: facts_prepared.notices(read.release),
    "stateful_targets": lambda read: tuple(item.key for item in read.items if item.is_stateful),
    "backups": lambda read: facts_built.backups(read.items),
    "incidents": lambda read: facts_outcome.open_incidents(read.release),
    "next_wave": lambda _read: None,  # given by who stands before a gate
    "deployment": lambda read: facts_outcome.deployment(read.release),
    "back_out": lambda read: facts_outcome.back_out(read.release),
    "early_life": lambda read: facts_outcome.early_life(read.release, read.now),
    "review": lambda read: facts_outcome.review(read.release),
    "linked": lambda read: facts_linked.linked(read.release),
    "closure": lambda read: facts_outcome.closure(read.release),
    "abandonment": lambda read: facts_outcome.abandonment(read.release),
}


class _ReadFacts(ReleaseFacts):
    """Facts without values of their own: the slot of a part is empty until somebody looks at it."""

    def __init__(self, reader: _Reader, **parts: Any) -> None:
        object.__setattr__(self, "_reader", reader)
        for name, value in parts.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in _PARTS:
            raise AttributeError(name)
        value = _PARTS[name](self._reader)
        object.__setattr__(self, name, value)
        return value

    def with_parts(self, **parts: Any) -> ReleaseFacts:
        return _ReadFacts(self._reader, **parts)


def conflicts(release: Release) -> tuple[ConflictFacts, ...]:
    """Give the conflicts of a release alone."""
    return _conflicts(release, facts_planned.items(release))


def _conflicts(release: Release, items: list[ConfigurationItem]) -> tuple[ConflictFacts, ...]:
    return (
        *facts_planned.conflicts(release, items),
        *facts_related.conflicts(release),
        *trains.conflicts(release),
    )


def _approvals(
    template: Template, manifest: Json, recorded: approvers.Recorded, now: datetime
) -> tuple[ApprovalFacts, ...]:
    """
    Give where each approval of the workflow stands, and the digest of its content as it is now.

    One that a permit asks for and the workflow lacks is not required: the workflow names another authority, which
    was checked when it was stored.
    """
    found = []
    for one in template.approvals:
        needed = recorded.needed[one.key]
        if needed is None:
            found.append(ApprovalFacts(one.key, ApprovalState.NOT_REQUIRED, title=one.title))
        else:
            row = recorded.newest.get(one.key)
            found.append(_approval(needed, row, manifest, recorded.holders, now))
    lacking = (key for key in BOUND_APPROVALS if not template.has_approval(key))
    return (*found, *(ApprovalFacts(key, ApprovalState.NOT_REQUIRED) for key in lacking))


def _approval(
    requirement: Requirement,
    row: Approval | None,
    manifest: Json,
    holders: approvers.Holders,
    now: datetime,
) -> ApprovalFacts:
    try:
        current = bound_digest(requirement, manifest)
    except Invalid:
        current = ""
    if row is None:
        return ApprovalFacts(
            requirement.key,
            current_digest=current,
            missing_roles=requirement.sources,
            title=requirement.title,
        )
    stands = approvers.standing(requirement, row, holders, now)
    is_open = row.state in {ApprovalState.PENDING, ApprovalState.APPROVED}
    return ApprovalFacts(
        requirement.key,
        title=requirement.title,
        state=(stands.state if row.digest == current else ApprovalState.VOID) if is_open else row.state,
        approved_digest=row.digest,
        current_digest=current,
        expires_at=row.expires_at,
        missing_roles=_missing_roles(requirement, stands) if is_open else (),
    )


def _missing_roles(requirement: Requirement, stands: Standing) -> tuple[str, ...]:
    """Give the sources that may still vote, in the order of the requirement; of a sequence those whose turn it is."""
    open_slots = stands.missing[:1] if requirement.levels else stands.missing
    names = {name for slot, _ in open_slots for name in slot.split(" or ")}
    return tuple(source for source in requirement.sources if source in names)
