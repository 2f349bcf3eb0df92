"""Versions of workflows: those that ship, those that a draft became, and which one is in force."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.canonical import digest
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import said
from rightaway.domain.values import SYSTEM, Actor
from rightaway.domain.workflow_templates import parse
from rightaway.domain.workflow_versions import DEFAULT, SHIPPED, VersionState, state
from rightaway.intake.workflows import shipped
from rightaway.intake.yaml import load_yaml
from rightaway.records.people.models import User
from rightaway.records.workflows.models import WorkflowDraft, WorkflowTemplate
from rightaway.services import _audit, _guard
from rightaway.services._numbers import next_number

LABEL = "rightaway/workflow/v1"


@transaction.atomic
def install(*, actor: Actor, source: str) -> WorkflowTemplate:
    """
    Put a workflow that ships with the product into force; the same content again changes nothing.

    Where a version of the organisation's own is in force, the new one is left as a draft, for people to decide on.

    Raises:
        Invalid: with every problem of the template.
    """
    _guard.require(actor=actor, action="system.configure")
    body: dict[str, Any] = load_yaml(source).value
    template, found = parse(body), digest(body, label=LABEL)
    versions = WorkflowTemplate.objects.filter(key=template.key).order_by("-version")
    current = versions.filter(is_current=True).first()
    latest = versions.filter(activated_by=None).first()
    if current is not None and latest is not None and latest.digest == found:
        return current
    if current is not None and current.activated_by_id is not None:
        _leave_draft(template.key, source, current)
        return current
    row = add(key=template.key, source=source, body=body)
    _told(actor, "workflow.template.installed", row, {"digest": found})
    enter_into_force(actor=actor, row=row)
    return row


def _leave_draft(key: str, source: str, base: WorkflowTemplate) -> None:
    known = WorkflowDraft.objects.filter(key=key, source=source)
    if not known.exists():
        note = "The product was updated. Activating this drops what you added; or take over what you need."
        WorkflowDraft.objects.create(number=next_number("WFD"), key=key, source=source, base=base, note=note)


def install_default() -> WorkflowTemplate:
    """Install what ships with the product; gives the workflow of a release that names none."""
    first, *_others = [install(actor=SYSTEM, source=shipped(key)) for key in SHIPPED]
    return first


def add(
    *,
    key: str,
    source: str,
    body: dict[str, Any],
    by: User | None = None,
    effective_at: datetime | None = None,
) -> WorkflowTemplate:
    """Store a version that is not in force yet; it was found good by the caller."""
    last = WorkflowTemplate.objects.select_for_update().filter(key=key).order_by("-version").first()
    return WorkflowTemplate.objects.create(
        key=key,
        version=last.version + 1 if last else 1,
        source=source,
        body=body,
        digest=digest(body, label=LABEL),
        is_current=False,
        effective_at=effective_at or timezone.now(),
        activated_by=by,
    )


def enter_into_force(*, actor: Actor, row: WorkflowTemplate) -> None:
    """Let a version be the one that new releases get; the one before is superseded."""
    now = timezone.now()
    WorkflowTemplate.objects.filter(key=row.key, is_current=True).update(is_current=False, ended_at=now)
    row.is_current = True
    row.save(update_fields=["is_current"])
    _told(actor, "workflow.version.entered", row, {"digest": row.digest})


@transaction.atomic
def pass_by(*, now: datetime) -> int:
    """Put into force what was to be so from a moment on that has come; gives how many."""
    due = WorkflowTemplate.objects.select_for_update().filter(
        is_current=False, ended_at__isnull=True, effective_at__lte=now
    )
    rows = list(due.order_by("effective_at", "pk"))
    for row in rows:
        enter_into_force(actor=SYSTEM, row=row)
    return len(rows)


@transaction.atomic
def withdraw(*, actor: Actor, key: str, version: int, reason: str) -> WorkflowTemplate:
    """Take back a version before its moment; one person is enough, since nothing follows it yet."""
    _guard.require(actor=actor, action="workflow.edit")
    row = WorkflowTemplate.objects.select_for_update().filter(key=key, version=version).first()
    if row is None:
        raise _guard.not_found(WorkflowTemplate, {"key": key, "version": version})
    if not reason.strip():
        raise Invalid("workflow.reason_needed", said("Say why."), at="reason")
    held = state(is_current=row.is_current, effective_at=row.effective_at, ended_at=row.ended_at)
    now = timezone.now()
    if held is not VersionState.SCHEDULED or row.effective_at <= now:
        raise Refused(
            "workflow.not_scheduled",
            said("{row} is not waiting for its moment.", row=str(row)),
            hint=said("Activate a draft with the content that you want instead."),
        )
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    _told(actor, "workflow.version.withdrawn", row, {"reason": reason})
    return row


def current(key: str = DEFAULT) -> WorkflowTemplate:
    """
    Give the version in force this second.

    Raises:
        Invalid: no workflow of that key is in force; the hint names those that are.
    """
    pass_by(now=timezone.now())
    row = WorkflowTemplate.objects.filter(key=key, is_current=True).first()
    if row is None:
        known = WorkflowTemplate.objects.filter(is_current=True).order_by("key")
        raise Invalid(
            "workflow.unknown",
            said("There is no workflow '{key}'.", key=key),
            at="workflow",
            hint=", ".join(known.values_list("key", flat=True)),
        )
    return row


def _told(actor: Actor, action: str, row: WorkflowTemplate, facts: dict[str, Any]) -> None:
    _audit.record(actor=actor, action=action, stream="system", subject=("workflow", str(row)), facts=facts)
