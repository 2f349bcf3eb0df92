"""The page of reference says what the code computes."""

from pathlib import Path

import pytest

from rightaway.domain.indicator_definitions import DEFINITIONS
from rightaway.domain.indicator_facts import DEFAULT_DAYS
from rightaway.domain.indicator_figures import NAMED
from rightaway.domain.indicators import ON_TIME, RULES

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "indicators.md").read_text()
ROWS = [
    [cell.strip() for cell in line.replace("\\|", "\0").strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| K") and line.count(" | ") == 4
]


def test_reference__has_a_line_for_each_indicator() -> None:
    assert [row[0] for row in ROWS] == list(DEFINITIONS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_reference__line__has_title_formula_records_and_exclusions(row: list[str]) -> None:
    definition = DEFINITIONS[row[0]]
    assert row[1:3] == [definition.title, definition.formula.replace("|", "\0")]
    assert all(row[3:])


def test_reference__numbers__are_those_of_the_code() -> None:
    assert f"the last {DEFAULT_DAYS} days" in PAGE
    assert f"the first {NAMED}" in PAGE
    assert RULES in PAGE
    assert f"at most {ON_TIME.seconds // 60} minutes" in DEFINITIONS["K07"].formula
