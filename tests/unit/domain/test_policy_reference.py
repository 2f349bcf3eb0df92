"""docs/reference/release-policy.md says every part of a policy with its bounds, and every refusal."""

import re
from pathlib import Path

import rightaway
from rightaway.domain.policies import CONTENT, FIGURES, NAMED

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "release-policy.md").read_text()
ROWS = {cells[0].strip("` "): cells for cells in (line.strip("| ").split("|") for line in PAGE.splitlines())}


def test_reference__of_policies__has_every_part() -> None:
    assert set(CONTENT) - set(ROWS) == set()


def test_reference__of_policies__says_the_bounds_of_the_code() -> None:
    bounds = FIGURES | {name: (least, most) for name, (_known, least, most) in NAMED.items()}
    assert {name: ROWS[name][2].strip() for name in bounds} == {
        name: f"{least} to {most}" for name, (least, most) in bounds.items()
    }


def test_reference__of_policies__names_every_refusal() -> None:
    package = Path(rightaway.__file__).parent
    codes = {
        code
        for file in ("domain/policy_checks.py", "services/policies.py", "services/_policy_names.py")
        for code in re.findall(r'"(policy\.\w+)"', (package / file).read_text())
    }
    assert {code for code in codes if code not in PAGE} - {"policy.edit"} == set()
