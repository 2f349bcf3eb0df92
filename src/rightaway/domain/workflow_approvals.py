"""The approvals of a workflow template: read from its mapping, and looked at as a whole."""

from collections.abc import Mapping
from typing import Any

from rightaway.domain import expressions
from rightaway.domain.approval_matrix import FACTS, Case
from rightaway.domain.approval_rules import Rule
from rightaway.domain.approval_sources import BOARD, GROUP, OF_RELEASE, USER, named
from rightaway.domain.approvals import PARTS, Requirement
from rightaway.domain.errors import Invalid
from rightaway.domain.mappings import Reader
from rightaway.domain.permissions import Role

NOBODY = ("nobody",)
"""Stands for the sources of an approval that names none, so that reading can go on."""
ALL_PERCENT = 100
_KNOWN = [
    *("key", "title", "phase", "rule", "bound", "ttl_days", "due_days", "step_up", "when", "cases"),
    *("roles", "users", "groups", "boards", "people", "levels", "quorum", "percent"),
]
_SOURCES = ("roles", "users", "groups", "boards", "people")


def approval(reader: Reader, value: Any, at: str) -> Requirement:
    """Read one approval; what is wrong with it is left with the reader."""
    fields = reader.fields(value, at, known=_KNOWN)
    said = reader.text(fields, "rule", at)
    reader.one_of(said, list(Rule), f"{at}/rule", "rule")
    rule = Rule(said) if said in set(Rule) else Rule.ALL
    levels = _levels(reader, fields, at) if rule is Rule.SEQUENCE else ()
    sources = tuple(dict.fromkeys(one for level in levels for one in level)) or _sources(reader, fields, at)
    if not sources or not all(levels) or (rule is Rule.SEQUENCE and not levels):
        reader.problem(
            "approval_without_source",
            f"{at}/levels" if rule is Rule.SEQUENCE else f"{at}/roles",
            "Nobody could give this approval.",
            "Name at least one role, user or group.",
        )
        sources, levels = NOBODY, (NOBODY,)
    return Requirement(
        key=reader.text(fields, "key", at),
        title=reader.text(fields, "title", at),
        phase=reader.text(fields, "phase", at),
        rule=rule,
        roles=sources,
        bound=reader.texts(fields, "bound", at),
        quorum=reader.whole(fields, "percent" if rule is Rule.PERCENT else "quorum", at, default=1),
        ttl_days=reader.whole(fields, "ttl_days", at, default=14),
        levels=levels,
        due_days=reader.whole(fields, "due_days", at, default=3),
        step_up=reader.flag(fields, "step_up", at, default=False),
        when=reader.text(fields, "when", at, default=""),
        cases=tuple(
            _case(reader, item, place) for place, item in reader.items(fields.get("cases", []), f"{at}/cases")
        ),
    )


def _sources(reader: Reader, fields: Mapping[str, Any], at: str) -> tuple[str, ...]:
    """Read who may give it, as the sources that the rules count."""
    roles, people = reader.texts(fields, "roles", at), reader.texts(fields, "people", at)
    reader.each_of(roles, list(Role), f"{at}/roles", "role")
    reader.each_of(people, OF_RELEASE, f"{at}/people", "person")
    users = (f"{USER}{name}" for name in reader.texts(fields, "users", at))
    groups = (f"{GROUP}{key}" for key in reader.texts(fields, "groups", at))
    boards = (f"{BOARD}{key}" for key in reader.texts(fields, "boards", at))
    return (*roles, *users, *groups, *boards, *people)


def _levels(reader: Reader, fields: Mapping[str, Any], at: str) -> tuple[tuple[str, ...], ...]:
    found = []
    for place, item in reader.items(fields.get("levels", []), f"{at}/levels"):
        found.append(_sources(reader, reader.fields(item, place, known=_SOURCES), place))
    return tuple(found)


def _case(reader: Reader, value: Any, at: str) -> Case:
    fields = reader.fields(value, at, known=("when", "quorum", *_SOURCES))
    quorum = reader.whole(fields, "quorum", at, default=1) if "quorum" in fields else None
    return Case(reader.text(fields, "when", at), quorum, _sources(reader, fields, at))


def check_approval(reader: Reader, held: Requirement, phases: set[str], at: str) -> None:
    """Look at an approval as a whole."""
    reader.one_of(held.phase, phases, f"{at}/phase", "phase")
    reader.each_of(held.bound, PARTS, f"{at}/bound", "part")
    if not held.bound:
        reader.problem("unbound", f"{at}/bound", f"No edit could void {held.key}: it is bound to nothing.")
    if held.rule is Rule.PERCENT and held.quorum > ALL_PERCENT:
        reader.problem("too_many", f"{at}/percent", f"{held.key} asks for more than everybody.")
    people = named(held.roles, USER)
    if held.rule is Rule.QUORUM and len(people) == len(held.roles) < held.quorum:
        reader.problem(
            "too_many", f"{at}/quorum", f"{held.key} asks {len(people)} people for {held.quorum} votes."
        )
    for index, case in enumerate(held.cases):
        _check_expression(reader, case.when, f"{at}/cases/{index}/when")
        if case.quorum is not None and held.rule not in {Rule.QUORUM, Rule.PERCENT}:
            reader.problem("no_quorum", f"{at}/cases/{index}/quorum", f"The rule {held.rule} has no number.")
    if held.when:
        _check_expression(reader, held.when, f"{at}/when")


def _check_expression(reader: Reader, text: str, at: str) -> None:
    try:
        expressions.check(text, FACTS)
    except Invalid as error:
        reader.problem("bad_expression", at, error.message, error.hint)
