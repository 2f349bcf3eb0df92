"""Every code that intake and library raise has a heading in the reference, and no heading is left over."""

import ast
import re
from pathlib import Path

from rightaway.domain import errors

ROOT = Path(__file__).parents[3]
SOURCES = [file for name in ("intake", "library") for file in (ROOT / "src/rightaway" / name).glob("*.py")]
REFERENCE = ROOT / "docs/reference/errors-intake.md"
CODE = re.compile(r"[a-z]+\.[a-z_]+")
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
# Functions that hand a code on to an error, and the position of the code among their arguments.
HANDING_ON = {"_refuse": 1, "_problem": 2, "_Flaw": 0}


def codes_of(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            position = 0 if name in ERRORS else HANDING_ON.get(name)
            if position is not None and len(node.args) > position:
                yield from literals(node.args[position])
        elif isinstance(node, ast.Tuple) and len(node.elts) in {3, 4} and is_sentence(node.elts[1]):
            yield from literals(node.elts[0])  # the tables of code, message, hint
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "one_kind":
            yield from literals(node.value)


def is_sentence(node):
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and " " in str(node.value))


def literals(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value


def test_reference__every_code_of_the_source__has_its_heading():
    raised = {code for file in SOURCES for code in codes_of(file)}
    described = re.findall(r"^### `(.+)`$", REFERENCE.read_text(), re.MULTILINE)
    assert sorted(raised) == sorted(described)


def test_reference__every_code_of_the_corpus__is_described():
    expected = {
        code
        for file in (ROOT / "tests/bad_input").glob("*/expected.json")
        for code in re.findall(r'"code": "([^"]+)"', file.read_text())
    }
    assert expected <= set(re.findall(r"^### `(.+)`$", REFERENCE.read_text(), re.MULTILINE))
