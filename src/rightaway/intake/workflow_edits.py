"""
Additions to the text of a workflow, as its forms make them.

The text is read and written back with everything that stands in it: comments, order, quotes and what is on one
line stay. What is added stands at the end of its list.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken

from rightaway.domain.errors import Invalid, NotFound
from rightaway.domain.sentences import said
from rightaway.intake.workflows import reading

Json = dict[str, Any]
ANY_WIDTH = 4096  # a line stays a line
WAY_FIELDS = ("approval", "standing", "guards", "voids")


def add_task(text: str, task: Mapping[str, Any]) -> str:
    """Add a task to a phase."""
    return _edited(text, lambda top: _append(top, "tasks", task))


def add_checklist_item(text: str, item: Mapping[str, Any]) -> str:
    return _edited(text, lambda top: _append(top, "checklist", item))


def add_guard(text: str, way: str, guard: str) -> str:
    """Let a way ask for one more guard; the same twice changes nothing."""
    return _edited(text, lambda top: _name(_way(top, way), "guards", guard))


def add_approval(text: str, ways: Sequence[str], approval: Mapping[str, Any]) -> str:
    """
    Let ways out of a phase wait for one more approval, which is asked for in that phase.

    Every way that leads back, and every way that voids what they wait for already, voids the new one too: otherwise
    they would open at once when the phase is entered again.

    Raises:
        Invalid: the ways leave different phases.
    """

    def edit(top: CommentedMap) -> None:
        held, key = [_way(top, one) for one in ways], str(approval["key"])
        phases = {str(one.get("from", "")) for one in held}
        if len(phases) != 1:
            raise Invalid(
                "workflow.ways_of_phases",
                said("These ways leave different phases; an approval is asked for in one."),
                at="ways",
                hint=said("Add an approval for each phase."),
            )
        phase, known = phases.pop(), {one.get("approval") for one in held} - {None}
        _append(top, "approvals", {**approval, "phase": phase})
        for one in held:
            if one.get("approval"):
                _name(one, "standing", key)
            else:
                _put(one, "approval", key)
        for other in _leading_back(top, phase, known):
            _name(other, "voids", key)

    return _edited(text, edit)


def rename(text: str, key: str, title: str, extends: str) -> str:
    """Make another workflow of it."""

    def edit(top: CommentedMap) -> None:
        top["key"], top["version"], top["title"] = key, 1, title
        if extends and "extends" not in top:
            top.insert(1, "extends", extends)

    return _edited(text, edit)


def _leading_back(top: CommentedMap, phase: str, approvals: set[str]) -> list[CommentedMap]:
    order = [one.get("key") for one in top.get("phases") or ()]
    ends = set(top.get("terminal") or ())
    if phase not in order:
        return []
    place = order.index(phase)

    def leads_back(way: CommentedMap) -> bool:
        source, target = way.get("from"), way.get("to")
        if source not in order or target not in order or target in ends:
            return False
        return order.index(source) >= place >= order.index(target) and source != target

    return [
        way
        for way in top.get("transitions") or ()
        if leads_back(way) or not approvals.isdisjoint(way.get("voids") or ())
    ]


def _edited(text: str, edit: Callable[[CommentedMap], None]) -> str:
    """
    Change a text that reads as YAML; whether the workflow is good is judged afterwards.

    Raises:
        Invalid: the text as it stands is no YAML, so that nothing could be added to it.
    """
    found = reading(text)
    if found.body is None:
        first = found.problems[0]
        raise Invalid(first.code, first.message, hint=first.hint, at=first.place)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = ANY_WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    top = yaml.load(text)
    edit(top)
    out = io.StringIO()
    yaml.dump(top, out)
    return out.getvalue()


def _way(top: CommentedMap, key: str) -> CommentedMap:
    for one in top.get("transitions") or ():
        if isinstance(one, CommentedMap) and str(one.get("id")) == key:
            return one
    raise NotFound(
        "workflow.way_unknown",
        said("The workflow has no way {key}.", key=key),
        hint=said("Look at the text."),
    )


def _append(top: CommentedMap, name: str, item: Mapping[str, Any]) -> None:
    held = top.get(name)
    if not isinstance(held, CommentedSeq):
        top[name] = held = CommentedSeq()
    if not held:  # an empty list is written in one line, and its first item is not
        held.fa.set_block_style()
    made = CommentedMap()
    for field, value in item.items():
        if value not in (None, "", [], ()):
            made[field] = _line(value) if isinstance(value, list | tuple) else value
    _move_comment(held, made)
    held.append(made)


def _move_comment(held: CommentedSeq, made: CommentedMap) -> None:
    """Leave what stands between this list and the next one, blank lines and a comment, before the next one."""
    last = held[-1] if held else None
    if not isinstance(last, CommentedMap) or not last:
        return
    place = list(last)[-1]
    token = (last.ca.items.get(place) or [None, None, None])[2]
    if token is None:
        return
    beside, newline, between = token.value.partition("\n")
    if not between:
        return
    token.value = beside + newline
    moved = CommentToken(f"\n{between}", CommentMark(0), None)
    made.ca.items[list(made)[-1]] = [None, None, moved, None]


def _name(way: CommentedMap, field: str, value: str) -> None:
    held = way.get(field)
    if not isinstance(held, CommentedSeq):
        _put(way, field, _line([value]))
    elif value not in held:
        held.append(value)


def _put(way: CommentedMap, field: str, value: Any) -> None:
    """Put a field where its kind stands in the shipped workflows: after the title and the mode."""
    names = list(way)
    before = max((names.index(one) for one in ("title", "mode", *WAY_FIELDS) if one in names), default=-1)
    way.insert(before + 1, field, value)


def _line(values: Any) -> CommentedSeq:
    found = CommentedSeq(values)
    found.fa.set_flow_style()
    return found
