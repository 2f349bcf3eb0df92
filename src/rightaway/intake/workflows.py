"""Workflow templates as people write them: read with the line of everything that is wrong, and those that ship."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said
from rightaway.domain.workflow_templates import judged, stored
from rightaway.domain.workflow_versions import SHIPPED
from rightaway.domain.workflows import Template
from rightaway.intake.documents import Document
from rightaway.intake.yaml import load_yaml


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong with a workflow.

    Args:
        place: `line:column` in the text.
        at: What it is about, as a JSON pointer; empty for the text as a whole.
    """

    code: str
    message: str
    hint: str
    place: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A workflow as it was read.

    Args:
        body: What stands there; None when the text is not YAML.
        template: The workflow; None when it has problems.
    """

    body: dict[str, Any] | None
    template: Template | None
    problems: tuple[Problem, ...]

    def sound(self) -> Template:
        """
        Give the workflow.

        Raises:
            Invalid: `workflow.invalid`, with every problem and its line.
        """
        if self.template is None:
            raise Invalid(
                "workflow.invalid",
                said("The workflow template has problems: {count}.", count=len(self.problems)),
                hint=said("Correct them all."),
                errors=[Invalid(one.code, one.message, hint=one.hint, at=one.place) for one in self.problems],
            )
        return self.template


def reading(text: str, *, key: str = "") -> Reading:
    """
    Read a workflow with everything that is wrong with it.

    Args:
        key: What it has to be called; empty for anything.
    """
    try:
        document = load_yaml(text)
    except Invalid as error:
        return Reading(None, None, (_problem(error, error.at),))
    body = document.value
    if not isinstance(body, Mapping):
        wrong = Invalid("workflow.not_a_mapping", "Expected fields, found something else.")
        return Reading(None, None, (_problem(wrong, document.place(())),))
    template, errors = judged(body, _base(body))
    found = [_problem(error, document.place(_location(error.at)), at=error.at) for error in errors]
    found.extend(_misnamed(document, template, key))
    ordered = sorted(found, key=lambda one: [int(part) for part in one.place.split(":")])
    return Reading(dict(body), None if found else template, tuple(ordered))


@cache
def shipped(key: str) -> str:
    """Give a workflow that comes with the product, as its text."""
    return files("rightaway.domain").joinpath("templates", f"{key}.yaml").read_text(encoding="utf-8")


def _base(body: Mapping[str, Any]) -> Template | None:
    """Give the shipped workflow that this one extends: the one it names, or the one it is a version of."""
    key = body.get("extends") or body.get("key")
    return stored(load_yaml(shipped(key)).value) if key in SHIPPED else None


def _misnamed(document: Document, template: Template, key: str) -> list[Problem]:
    found = []
    if key and template.key != key:
        place = document.place(("key",))
        text = f"This is a draft of {key}, and the text calls it {template.key!r}."
        found.append(Problem("workflow.other_key", text, f"Write: key: {key}", place, "/key"))
    if template.extends and template.extends not in SHIPPED:
        place, hint = document.place(("extends",)), f"Known: {', '.join(SHIPPED)}."
        text = f"There is no shipped workflow {template.extends!r}."
        found.append(Problem("workflow.unknown_base", text, hint, place, "/extends"))
    return found


def _problem(error: Invalid, place: str, at: str = "") -> Problem:
    return Problem(error.code, str(error.message), str(error.hint), place or "1:1", at)


def _location(pointer: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in pointer.split("/")[1:])
