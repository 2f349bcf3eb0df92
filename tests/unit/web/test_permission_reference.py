import os

from tests.unit.web.permission_reference import FILE, rendered

from rightaway.domain.permissions import MATRIX
from rightaway.web.roles import ACTIONS


def test_reference__of_permissions__is_current() -> None:
    if os.environ.get("WRITE_REFERENCE"):
        FILE.write_text(rendered())
    assert FILE.read_text() == rendered()


def test_titles__of_actions__are_of_those_of_the_matrix() -> None:
    assert list(ACTIONS) == [action for action in ACTIONS if action in MATRIX]
    assert set(MATRIX) == set(ACTIONS)
