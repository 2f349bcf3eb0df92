"""Templates speak htmx 4; what most examples on the web show is htmx 2 and would do nothing, silently."""

import re
from pathlib import Path

import pytest

import rightaway.web

TEMPLATES = sorted((Path(rightaway.web.__file__).parent / "templates").rglob("*.html"))
SCRIPTS = sorted((Path(rightaway.web.__file__).parent / "static" / "web").glob("*.js"))
# What version 2 had: names of events and attributes, and filters in triggers, which the security policy stops too.
IDIOMS = {
    "events in camel case": r"htmx:(?:after|before|config)[A-Z]\w+",
    "hx-on with an event of version 2": r"hx-on::",
    "extensions by attribute": r"\bhx-ext\b|\bsse-connect\b|\bsse-swap\b|\bws-connect\b",
    "attributes that are gone": r"\bhx-(?:vars|params|prompt|history|history-elt|disinherit|inherit|request)\b",
    "a filter of a trigger, which needs eval": r"hx-trigger=\"[^\"]*\[",
    "values by script": r"hx-vals='?\"?js:",
}


@pytest.mark.parametrize("idiom", IDIOMS)
def test_templates_and_scripts__have_no_idiom_of_htmx_2(idiom: str) -> None:
    found = [
        f"{path.name}: {match.group()}"
        for path in (*TEMPLATES, *SCRIPTS)
        for match in re.finditer(IDIOMS[idiom], path.read_text())
    ]
    assert found == []


def test_templates__use_htmx_at_all() -> None:
    assert any("hx-get" in path.read_text() for path in TEMPLATES)
