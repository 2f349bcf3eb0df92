"""The tasks of a workflow template: read from their mapping, and looked at as a whole."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

from rightaway.domain import task_order
from rightaway.domain.mappings import Reader
from rightaway.domain.permissions import Role
from rightaway.domain.rules import PROOFS
from rightaway.domain.task_order import Link
from rightaway.domain.tasks import Outcome
from rightaway.domain.values import DependencyType, EvidenceType, TaskCategory, TaskKind
from rightaway.domain.workflows import OWNERS, TaskRule, Template

WordT = TypeVar("WordT", DependencyType, EvidenceType, TaskKind)
MOST_MINUTES = 525_600  # a year
_KNOWN = [
    *("key", "phase", "category", "kind", "title", "instructions", "owner", "mandatory", "blocks_exit"),
    *("proof", "approval", "outcomes", "voters", "quorum", "after", "duration_min"),
    *("needs_review", "evidence", "cost", "effort_min"),
]


def task_rule(reader: Reader, value: Any, at: str) -> TaskRule:
    """Read one task; what is wrong with it is left with the reader."""
    fields = reader.fields(value, at, known=_KNOWN)
    key, proof = reader.text(fields, "key", at), reader.texts(fields, "proof", at)
    voters = reader.fields(fields.get("voters", {}), f"{at}/voters", known=("roles", "people"))
    return TaskRule(
        key=key,
        phase=reader.text(fields, "phase", at),
        category=reader.text(fields, "category", at),
        title=reader.text(fields, "title", at),
        owner=reader.text(fields, "owner", at),
        mandatory=reader.flag(fields, "mandatory", at, default=True),
        proof=proof,
        kind=_word(reader, fields, "kind", at, TaskKind.AUTOMATED if proof else TaskKind.MANUAL),
        instructions=reader.text(fields, "instructions", at, default=""),
        after=tuple(_link(reader, key, one, place) for place, one in _items(reader, fields, "after", at)),
        duration_min=_minutes(reader, fields, "duration_min", at) or 0,
        approval=reader.text(fields, "approval", at, default=""),
        outcomes=tuple(_outcome(reader, one, place) for place, one in _items(reader, fields, "outcomes", at)),
        voter_roles=reader.texts(voters, "roles", f"{at}/voters"),
        voters=reader.texts(voters, "people", f"{at}/voters"),
        quorum=reader.whole(fields, "quorum", at, default=1),
        needs_review=reader.flag(fields, "needs_review", at, default=False),
        evidence=_word(reader, fields, "evidence", at, EvidenceType.NONE),
        blocks_exit=reader.flag(fields, "blocks_exit", at, default=True),
        cost=_minutes(reader, fields, "cost", at),
        effort_min=_minutes(reader, fields, "effort_min", at),
    )


def _items(reader: Reader, fields: Mapping[str, Any], name: str, at: str) -> list[tuple[str, Any]]:
    return reader.items(fields.get(name, []), f"{at}/{name}")


def _word(reader: Reader, fields: Mapping[str, Any], name: str, at: str, default: WordT) -> WordT:
    given, kind = reader.text(fields, name, at, default=str(default)), type(default)
    reader.one_of(given, list(kind), f"{at}/{name}", name.replace("_", " "))
    return kind(given) if given in set(kind) else default


def _minutes(reader: Reader, fields: Mapping[str, Any], name: str, at: str) -> int | None:
    """Read a whole number of 0 or more that may be left out."""
    if name not in fields or fields[name] in (0, "0"):
        return 0 if name in fields else None
    return reader.whole(fields, name, at, default=1)


def _link(reader: Reader, key: str, value: Any, at: str) -> Link:
    """Read one dependency: the key of a task, or that with its type and lag."""
    fields = reader.fields(
        {"task": value} if isinstance(value, str) else value, at, known=("task", "type", "lag_min")
    )
    lag = _minutes(reader, fields, "lag_min", at) or 0
    if lag > MOST_MINUTES:
        reader.problem(
            "too_long", f"{at}/lag_min", f"A lag has at most {MOST_MINUTES} minutes, which is a year."
        )
    return Link(
        task=key,
        after=reader.text(fields, "task", at),
        type=_word(reader, fields, "type", at, DependencyType.FINISH_START),
        lag=timedelta(minutes=min(lag, MOST_MINUTES)),
    )


def _outcome(reader: Reader, value: Any, at: str) -> Outcome:
    fields = reader.fields(value, at, known=("key", "title", "skips"))
    return Outcome(
        key=reader.text(fields, "key", at),
        title=reader.text(fields, "title", at),
        skips=reader.texts(fields, "skips", at),
    )


def check_tasks(reader: Reader, template: Template) -> None:
    """Look at all tasks together: that they end by something, and that their order leads nowhere in a circle."""
    phases = [phase.key for phase in template.phases]
    by_key = {task.key: task for task in template.tasks}
    for index, task in enumerate(template.tasks):
        at = f"/tasks/{index}"
        reader.one_of(task.phase, phases, f"{at}/phase", "phase")
        reader.one_of(task.category, list(TaskCategory), f"{at}/category", "category")
        reader.each_of(task.proof, PROOFS, f"{at}/proof", "proof")
        reader.one_of(task.owner, OWNERS, f"{at}/owner", "role")
        reader.each_of(task.voter_roles, list(Role), f"{at}/voters/roles", "role")
        if task.duration_min > MOST_MINUTES:
            reader.problem(
                "too_long",
                f"{at}/duration_min",
                f"A task takes at most {MOST_MINUTES} minutes, which is a year.",
            )
        _check_kind(reader, template, task, at)
        _check_after(reader, task, by_key, phases, at)
    _check_circle(reader, template)


def _check_kind(reader: Reader, template: Template, task: TaskRule, at: str) -> None:
    """A task that nothing could ever end, or that would be ended by what its kind does not look at, is a mistake."""
    ends = {
        TaskKind.AUTOMATED: ("proof", bool(task.proof)),
        TaskKind.APPROVAL: ("approval", bool(task.approval)),
        TaskKind.DECISION: ("outcomes", len(task.outcomes) > 1),
        TaskKind.CHECKPOINT: ("voters", bool(task.voter_roles or task.voters)),
    }
    for kind, (name, is_there) in ends.items():
        if task.kind is kind and not is_there:
            what = "at least two outcomes" if kind is TaskKind.DECISION else name
            reader.problem(
                "task_without_end", f"{at}/{name}", f"Nothing could end {task.key}.", f"Give it {what}."
            )
        elif task.kind is not kind and is_there:
            reader.problem(
                "other_kind",
                f"{at}/{name}",
                f"{task.key} is no {kind} task.",
                f"Make it one with kind: {kind}, or leave this out.",
            )
    if task.approval:
        reader.one_of(task.approval, {one.key for one in template.approvals}, f"{at}/approval", "approval")
    keys = {one.key for one in template.tasks} - {task.key}
    for place, outcome in enumerate(task.outcomes):
        reader.each_of(outcome.skips, keys, f"{at}/outcomes/{place}/skips", "task")
    if len({one.key for one in task.outcomes}) < len(task.outcomes):
        reader.problem(
            "duplicate", f"{at}/outcomes", f"{task.key} has two outcomes of one key.", "Rename all but one."
        )


def _check_after(
    reader: Reader, task: TaskRule, by_key: Mapping[str, TaskRule], phases: list[str], at: str
) -> None:
    for place, link in enumerate(task.after):
        where = f"{at}/after/{place}/task"
        reader.one_of(link.after, by_key, where, "task")
        before = by_key.get(link.after)
        if before is None or {before.phase, task.phase} - set(phases):
            continue
        if phases.index(before.phase) > phases.index(task.phase):
            reader.problem(
                "later_phase",
                where,
                f"{task.key} would wait for {link.after}, which belongs to a later phase.",
            )


def _check_circle(reader: Reader, template: Template) -> None:
    circle = task_order.cycle(link for task in template.tasks for link in task.after)
    if circle:
        index = next(place for place, task in enumerate(template.tasks) if task.key == circle[0])
        names = " → ".join(circle)
        reader.problem(
            "task_cycle",
            f"/tasks/{index}/after",
            f"These tasks would wait for each other: {names}.",
            "Leave out one of these dependencies.",
        )
