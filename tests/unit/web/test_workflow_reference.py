"""The reference of workflow templates says what the program reads, and every name that it knows."""

import re
from pathlib import Path

from tests.unit.web.workflow_reference import CHECKLIST, FILE, TRANSITION, rendered

import rightaway.domain
from rightaway.domain.workflow_effects import AFTER, EFFECTS
from rightaway.services import transition_effects

DOMAIN = Path(rightaway.domain.__file__).parent


def known(function: str) -> set[str]:
    """Give the fields that a function of the reader knows, as its source lists them."""
    source = (DOMAIN / "workflow_templates.py").read_text()
    body = source[source.index(f"def {function}(") :]
    listed = body[body.index("known = [") : body.index("]", body.index("known = ["))]
    return set(re.findall(r'"(\w+)"', listed))


def test_reference__of_templates__is_current() -> None:
    assert FILE.read_text() == rendered()


def test_reference__of_templates__has_every_field() -> None:
    assert set(TRANSITION) == known("_transition")
    assert set(CHECKLIST) == known("_checklist_rule")


def test_effects__that_a_workflow_may_name__are_those_that_are_carried_out() -> None:
    assert set(EFFECTS) == set(transition_effects.EFFECTS)
    assert set(AFTER) == set(transition_effects.AFTER)
