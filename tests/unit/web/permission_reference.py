"""docs/reference/permissions.md, made from the program: `WRITE_REFERENCE=1 pytest -k permission_reference`."""

from pathlib import Path

from rightaway.domain.permissions import MATRIX, Cell, Role
from rightaway.web.roles import ACTIONS, CELLS

FILE = Path(__file__).parents[3] / "docs" / "reference" / "permissions.md"
_HEAD = """# Permissions

Who may do what. A role is held in a service, or everywhere; a row counts in the service of the record that is acted on.
What has no letter is refused. The page *Administration, Roles* shows the same, and so does every refusal. The data is
`src/rightaway/domain/templates/permissions.csv`; which row each operation of the API asks for stands in
`tests/integration/api/matrix.py`, and a test asks every operation as every role.

Separation of duties comes on top: whoever wrote what is approved has no vote on it, whatever their roles.
"""


def rendered() -> str:
    letters = [f"- `{cell}` {CELLS[cell][0]}: {CELLS[cell][1]}." for cell in Cell]
    words = [role.replace("_", " ") for role in Role]
    head = [f"| Action | | {' | '.join(words)} |", f"|---|---|{':-:|' * len(words)}"]
    rows = [
        f"| `{action}` | {ACTIONS[action]} | {' | '.join(_letters(cells[role]) for role in Role)} |"
        for action, cells in MATRIX.items()
    ]
    return "\n".join([_HEAD, *letters, "", *head, *rows, ""])


def _letters(cells: frozenset[Cell]) -> str:
    return "".join(cell for cell in Cell if cell in cells)
