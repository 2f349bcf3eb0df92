"""Reading a workflow template from a mapping, as a file gives it."""

from collections.abc import Mapping
from typing import Any

from rightaway.domain.errors import Invalid
from rightaway.domain.mappings import Reader
from rightaway.domain.priorities import SCALE, TrainingRule
from rightaway.domain.sentences import said
from rightaway.domain.workflow_approvals import approval
from rightaway.domain.workflow_checks import check, check_kept
from rightaway.domain.workflow_tasks import task_rule
from rightaway.domain.workflows import ChecklistRule, Mode, Phase, Template, Transition


def parse(mapping: Mapping[str, Any], base: Template | None = None) -> Template:
    """
    Read a template.

    Args:
        base: The shipped workflow that it extends.

    Raises:
        Invalid: with everything that is wrong in `errors`, each with its place as a JSON pointer.
    """
    template, errors = judged(mapping, base)
    if errors:
        raise Invalid(
            "workflow.invalid",
            said("The workflow template has problems: {count}.", count=len(errors)),
            hint=said("Correct them all."),
            errors=errors,
        )
    return template


def judged(mapping: Mapping[str, Any], base: Template | None = None) -> tuple[Template, list[Invalid]]:
    """Read a template as far as it can be read, with everything that is wrong with it."""
    reader = Reader("workflow")
    template = _template(reader, mapping)
    check(reader, template)
    if base is not None:
        check_kept(reader, template, base)
    return template, reader.errors


def stored(mapping: Mapping[str, Any]) -> Template:
    """Read a version that was found good when it was stored; a rule that came later does not stop what it began."""
    return _template(Reader("workflow"), mapping)


_FIELDS = [
    "key",
    "version",
    "extends",
    "title",
    "phases",
    "terminal",
    "transitions",
    "approvals",
    "checklist",
    "tasks",
    "forbidden",
    "permit_guards",
    "launch",
    "launch_lower",
    "training",
]


def _template(reader: Reader, mapping: Mapping[str, Any]) -> Template:
    top = reader.fields(mapping, "", known=_FIELDS)

    def items(name: str) -> list[tuple[str, Any]]:
        return reader.items(top.get(name, []), f"/{name}")

    return Template(
        key=reader.text(top, "key", ""),
        version=reader.whole(top, "version", "", default=1),
        extends=reader.text(top, "extends", "", default=""),
        title=reader.text(top, "title", ""),
        phases=tuple(_phase(reader, item, at) for at, item in items("phases")),
        terminal=frozenset(reader.texts(top, "terminal", "")),
        transitions=tuple(_transition(reader, item, at) for at, item in items("transitions")),
        approvals=tuple(approval(reader, item, at) for at, item in items("approvals")),
        checklist=tuple(_checklist_rule(reader, item, at) for at, item in items("checklist")),
        tasks=tuple(task_rule(reader, item, at) for at, item in items("tasks")),
        forbidden=tuple(_forbidden(reader, item, at) for at, item in items("forbidden")),
        permit_guards=reader.texts(top, "permit_guards", ""),
        launch=reader.texts(top, "launch", ""),
        launch_lower=reader.texts(top, "launch_lower", ""),
        training=_training(reader, top),
    )


def _training(reader: Reader, top: Mapping[str, Any]) -> TrainingRule:
    """Read when a release goes through training; a workflow that does not say it has the usual rule."""
    usual, at = TrainingRule(), "/training"
    fields = reader.fields(top.get("training", {}), at, known=("impact_assessment", "urgency", "always"))
    rule = TrainingRule(
        impact_assessment=reader.whole(fields, "impact_assessment", at, default=usual.impact_assessment),
        urgency=reader.whole(fields, "urgency", at, default=usual.urgency),
        always=reader.flag(fields, "always", at, default=usual.always),
    )
    for name in ("impact_assessment", "urgency"):
        value = getattr(rule, name)
        reader.one_of(str(value), [str(one) for one in SCALE], f"{at}/{name}", "value of the scale")
    return rule


def _phase(reader: Reader, value: Any, at: str) -> Phase:
    fields = reader.fields(value, at, known=("key", "title"))
    return Phase(reader.text(fields, "key", at), reader.text(fields, "title", at))


def _transition(reader: Reader, value: Any, at: str) -> Transition:
    known = [
        "id",
        "from",
        "to",
        "event",
        "mode",
        "title",
        "approval",
        "standing",
        "guards",
        "when",
        "voids",
        "actors",
        "reason_required",
        "effects",
        "after",
    ]
    fields = reader.fields(value, at, known=known)
    mode = reader.text(fields, "mode", at)
    reader.one_of(mode, list(Mode), f"{at}/mode", "mode")
    return Transition(
        id=reader.text(fields, "id", at),
        source=reader.text(fields, "from", at),
        target=reader.text(fields, "to", at),
        event=reader.text(fields, "event", at),
        mode=Mode(mode) if mode in set(Mode) else Mode.MANUAL,
        title=reader.text(fields, "title", at),
        approval=reader.text(fields, "approval", at, default=""),
        standing=reader.texts(fields, "standing", at),
        guards=reader.texts(fields, "guards", at),
        when=reader.text(fields, "when", at, default=""),
        voids=reader.texts(fields, "voids", at),
        actors=reader.texts(fields, "actors", at),
        reason_required=reader.flag(fields, "reason_required", at, default=False),
        effects=reader.texts(fields, "effects", at),
        after=reader.texts(fields, "after", at),
    )


def _checklist_rule(reader: Reader, value: Any, at: str) -> ChecklistRule:
    known = ["key", "title", "owner", "approval", "proof", "blocks"]
    fields = reader.fields(value, at, known=known)
    return ChecklistRule(
        key=reader.text(fields, "key", at),
        title=reader.text(fields, "title", at),
        owner=reader.text(fields, "owner", at),
        approval=reader.text(fields, "approval", at, default=""),
        proof=reader.texts(fields, "proof", at),
        blocks=reader.texts(fields, "blocks", at),
    )


def _forbidden(reader: Reader, value: Any, at: str) -> tuple[str, str]:
    fields = reader.fields(value, at, known=("from", "to"))
    return reader.text(fields, "from", at), reader.text(fields, "to", at)
