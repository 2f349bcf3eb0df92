"""Drafts of workflows: written as text or by small forms, and put into force by a second person."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.canonical import digest as digest_of
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.moves import advance
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor, PersonKind
from rightaway.domain.workflow_versions import TABLE, DraftState
from rightaway.intake import workflow_edits
from rightaway.intake.limits import YAML_BYTES
from rightaway.intake.texts import decoded
from rightaway.intake.workflows import reading
from rightaway.records.workflows.models import WorkflowDraft, WorkflowTemplate
from rightaway.services import _audit, _edits, _guard, workflows
from rightaway.services._numbers import next_number

EDIT = "workflow.edit"
Json = dict[str, Any]
ADDITIONS: Mapping[str, Callable[[str, Json], str]] = {
    "task": workflow_edits.add_task,
    "checklist": workflow_edits.add_checklist_item,
    "guard": lambda text, given: workflow_edits.add_guard(text, given["way"], given["guard"]),
    "approval": lambda text, given: workflow_edits.add_approval(
        text, given["ways"], {name: value for name, value in given.items() if name != "ways"}
    ),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "task": ("key", "phase", "title"),
    "checklist": ("key", "title"),
    "guard": ("way", "guard"),
    "approval": ("ways", "key", "title"),
}


@transaction.atomic
def begin(
    *, actor: Actor, base: str, version: int | None = None, key: str = "", title: str = "", note: str = ""
) -> WorkflowDraft:
    """
    Begin a draft from a version of a workflow.

    Args:
        base: Key of the workflow to begin from.
        version: Which version of it; None for the one in force.
        key: Key of another workflow to make of it; empty for a newer version of the same.
        title: What the other workflow is called.
    """
    author = _guard.person(actor)
    _guard.require(actor=actor, action=EDIT)
    row = workflows.current(base) if version is None else _version(base, version)
    source = row.source
    if key and key != base:
        if WorkflowTemplate.objects.filter(key=key).exists():
            raise Invalid(
                "workflow.key_taken",
                said("There is a workflow '{key}' already.", key=key),
                at="key",
                hint=said("Begin a draft of it, or choose another key."),
            )
        source = workflow_edits.rename(source, key, title or key, base)
    draft = WorkflowDraft.objects.create(
        number=next_number("WFD"), key=key or base, note=note, source=source, base=row
    )
    draft.authors.add(author)
    _told(actor, "workflow.draft.begun", draft, {"base": str(row), "key": draft.key})
    return draft


@transaction.atomic
def save(
    *,
    actor: Actor,
    number: str,
    source: str | None = None,
    note: str | None = None,
    expected_version: int | None = None,
) -> WorkflowDraft:
    """Keep what was written, right or wrong; None leaves a part as it is. Who writes cannot activate it."""
    row = _open(actor, number, expected_version)
    before = _edits.values(row, ("source", "note"))
    if source is not None:
        row.source = decoded(source, limit=YAML_BYTES)
    if note is not None:
        row.note = note[:300]
    return _kept(actor, row, before)


@transaction.atomic
def extend(
    *,
    actor: Actor,
    number: str,
    addition: str,
    fields: Mapping[str, Any],
    expected_version: int | None = None,
) -> WorkflowDraft:
    """
    Add a task, an approval, a guard or a checklist item to the text, whose comments stay.

    Args:
        addition: One of `ADDITIONS`.
        fields: As the template has them; a guard names its `way`, an approval the `ways` that wait for it.

    Raises:
        Invalid: nothing is called that, or what is added would be wrong where it stands; nothing is kept then.
    """
    row = _open(actor, number, expected_version)
    if addition not in ADDITIONS:
        raise Invalid(
            "workflow.addition_unknown",
            said("Nothing called '{name}' can be added.", name=addition),
            at="addition",
            hint=", ".join(ADDITIONS),
        )
    for name in NEEDED[addition]:
        if not fields.get(name):
            raise Invalid("workflow.addition_incomplete", said("This is needed."), at=name)
    before = _edits.values(row, ("source", "note"))
    known = {(one.code, one.message) for one in reading(row.source, key=row.key).problems}
    row.source = ADDITIONS[addition](row.source, dict(fields))
    wrong = [one for one in reading(row.source, key=row.key).problems if (one.code, one.message) not in known]
    if wrong:
        first = wrong[0]
        errors = [Invalid(one.code, one.message, hint=one.hint, at=_field(one.at)) for one in wrong]
        raise Invalid(
            first.code,
            first.message,
            hint=first.hint,
            at=_field(first.at),
            errors=errors if wrong[1:] else (),
        )
    return _kept(actor, row, before)


@transaction.atomic
def discard(
    *, actor: Actor, number: str, reason: str = "", expected_version: int | None = None
) -> WorkflowDraft:
    """Put a draft away for good; its text stays to be read."""
    row = _open(actor, number, expected_version)
    row.state = advance(TABLE, row.state, "discard")
    row.save()
    _told(actor, "workflow.draft.discarded", row, {"reason": reason})
    return row


@transaction.atomic
def activate(
    *,
    actor: Actor,
    number: str,
    digest: str,
    effective_at: datetime | None = None,
    expected_version: int | None = None,
) -> WorkflowTemplate:
    """
    Make a version of the draft, as the second person, in force now or from a moment on.

    Args:
        digest: The content that was looked at; another one is refused.

    Raises:
        Forbidden: `sod.self_approval` for who wrote it, `sod.person_only`, or `permission.denied`.
        Invalid: `workflow.invalid`, with every problem and its line.
    """
    row = _open(actor, number, expected_version)
    _check_second_person(actor, row)
    found = reading(row.source, key=row.key)
    found.sound()
    body: Json = found.body or {}
    _check_content(row, digest_of(body, label=workflows.LABEL), digest)
    since = _moment(effective_at)
    made = workflows.add(
        key=row.key, source=row.source, body=body, by=_guard.person(actor), effective_at=since
    )
    row.state, row.made = advance(TABLE, row.state, "activate"), made
    row.save()
    facts = {"made": str(made), "digest": digest, "effective_at": since.isoformat()}
    _told(actor, "workflow.draft.activated", row, facts)
    if effective_at is None:
        workflows.enter_into_force(actor=actor, row=made)
    return made


def _check_content(row: WorkflowDraft, current: str, seen: str) -> None:
    if seen != current:
        raise Refused(
            "workflow.other_content",
            said("{number} is not what you looked at.", number=row.number),
            hint=said("Look at it again."),
        )
    if WorkflowTemplate.objects.filter(key=row.key, is_current=True, digest=current).exists():
        raise Refused(
            "workflow.unchanged",
            said("{key} is in force with this very content.", key=row.key),
            hint=said("Change the draft, or discard it."),
        )


def _moment(effective_at: datetime | None) -> datetime:
    now = timezone.now()
    if effective_at is not None and effective_at <= now:
        raise Invalid(
            "workflow.moment_past",
            said("This moment has passed."),
            at="effective_at",
            hint=said("Leave it out, to activate it now."),
        )
    return effective_at or now


def _check_second_person(actor: Actor, row: WorkflowDraft) -> None:
    if actor.kind is not PersonKind.PERSON or actor.is_system:
        raise Forbidden("sod.person_only", said("Only a person activates a workflow."))
    if row.authors.filter(username=actor.name).exists():
        raise Forbidden(
            "sod.self_approval",
            said("Nobody activates a workflow that they wrote."),
            hint=said("Ask another administrator or change manager."),
        )


def _open(actor: Actor, number: str, expected_version: int | None) -> WorkflowDraft:
    row = _guard.lock(WorkflowDraft, number=number)
    _guard.person(actor)
    _guard.require(actor=actor, action=EDIT)
    _guard.unchanged(row, expected_version)
    if row.state != DraftState.DRAFT:
        raise Refused(
            "workflow.draft_over",
            said("{number} is {state}.", number=number, state=Word(row.state)),
            hint=said("Begin a new draft."),
        )
    return row


def _kept(actor: Actor, row: WorkflowDraft, before: Json) -> WorkflowDraft:
    row.save()
    row.authors.add(_guard.person(actor))
    changes = _edits.changes(before, _edits.values(row, ("source", "note")))
    problems = len(reading(row.source, key=row.key).problems)
    _told(actor, "workflow.draft.edited", row, {"changes": changes, "problems": problems})
    return row


def _version(key: str, version: int) -> WorkflowTemplate:
    return _guard.find(WorkflowTemplate, key=key, version=version)


def _field(pointer: str) -> str:
    """Give the field that a place is about, so that a form shows it there: `/tasks/9/owner` is `owner`."""
    names = [part for part in pointer.split("/") if part and not part.isdigit()]
    return names[-1] if names else ""


def _told(actor: Actor, action: str, row: WorkflowDraft, facts: Json) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.number,
        subject=("workflow_draft", row.number),
        facts=facts,
        version=row.version,
    )
