"""Workflow templates as versions: installed, never edited."""

from importlib.resources import files
from typing import Any

from django.db import transaction

from rightaway.domain.canonical import digest
from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said
from rightaway.domain.values import SYSTEM, Actor
from rightaway.domain.workflow_templates import parse
from rightaway.intake.yaml import load_yaml
from rightaway.records.workflows.models import WorkflowTemplate
from rightaway.services import _audit, _guard
from rightaway.services.transition_effects import AFTER, EFFECTS

DEFAULT = "seven_phases"


@transaction.atomic
def install(*, actor: Actor, source: str) -> WorkflowTemplate:
    """
    Make a template the current version of its key; the same content again changes nothing.

    Raises:
        Invalid: with every problem of the template.
    """
    _guard.require(actor=actor, action="system.configure")
    body: dict[str, Any] = load_yaml(source).value
    template = parse(body)
    unknown = sorted(
        {name for way in template.transitions for name in way.effects} - set(EFFECTS)
        | {name for way in template.transitions for name in way.after} - set(AFTER)
    )
    if unknown:
        raise Invalid(
            "workflow.unknown_effect",
            said("There is no effect '{name}'.", name=unknown[0]),
            hint=", ".join(EFFECTS),
        )
    found = digest(body, label="rightaway/workflow/v1")
    current = WorkflowTemplate.objects.filter(key=template.key, is_current=True).first()
    if current is not None and current.digest == found:
        return current
    number = WorkflowTemplate.objects.filter(key=template.key).count() + 1
    WorkflowTemplate.objects.filter(key=template.key).update(is_current=False)
    row = WorkflowTemplate.objects.create(
        key=template.key, version=number, source=source, body=body, digest=found
    )
    _audit.record(
        actor=actor,
        action="workflow.template.installed",
        stream="system",
        subject=("workflow", f"{row.key} v{row.version}"),
        facts={"digest": found},
    )
    return row


def install_default() -> WorkflowTemplate:
    source = files("rightaway.domain").joinpath("templates", f"{DEFAULT}.yaml").read_text(encoding="utf-8")
    return install(actor=SYSTEM, source=source)


def current(key: str = DEFAULT) -> WorkflowTemplate:
    return _guard.find(WorkflowTemplate, key=key, is_current=True)
