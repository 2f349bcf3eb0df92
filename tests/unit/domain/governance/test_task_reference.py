"""The reference names every word that a task can have, once, in the table of its kind."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from rightaway.domain.values import (
    CheckpointVote,
    DependencyType,
    EvidenceType,
    TaskCategory,
    TaskKind,
    TaskState,
)

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "tasks.md"


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Kinds", TaskKind),
        ("States", TaskState),
        ("Dependency types", DependencyType),
        ("Votes", CheckpointVote),
        ("Evidence", EvidenceType),
        ("Categories", TaskCategory),
    ],
)
def test_reference__table_of_each_enumeration__has_a_line_for_each_member(heading: str, words: type[StrEnum]):
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    assert [word for word, _ in lines] == list(words)
    assert all(text.strip() for _, text in lines)
