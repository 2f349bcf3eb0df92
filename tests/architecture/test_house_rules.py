"""Rules of the house that a tool can check: sizes, commands, foreign keys, words that must not appear."""

import ast
import inspect
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "rightaway"
TESTS = Path(__file__).parents[1]
MODULE_LINES, TEST_LINES, FUNCTION_LINES, CHILDREN = 400, 600, 60, 30

# Longer for a reason; with a name and a date, and gone when the reason is.
LONG_MODULES = {"config/demo/story.py": "the story is one text (2026-11-22)"}


def modules() -> list[Path]:
    return [path for path in sorted(SRC.rglob("*.py")) if "migrations" not in path.parts]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_modules__size__within_the_limit() -> None:
    long = {
        str(path.relative_to(SRC)): lines
        for path in modules()
        if (lines := len(path.read_text().splitlines())) > MODULE_LINES
    }
    assert set(long) <= set(LONG_MODULES), long


def test_tests__size__within_the_limit() -> None:
    long = {
        str(path.relative_to(TESTS)): lines
        for path in sorted(TESTS.rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > TEST_LINES
    }
    assert not long


def test_functions__size__within_the_limit() -> None:
    long = {
        f"{path.relative_to(SRC)}:{one.name}": lines
        for path in modules()
        for one in functions(path)
        if one.end_lineno is not None and (lines := one.end_lineno - one.lineno + 1) > FUNCTION_LINES
    }
    assert not long


def commands() -> list[tuple[str, ast.FunctionDef]]:
    """Every function of `services/` that opens a transaction by decorator and is public."""
    return [
        (f"{path.stem}.{node.name}", node)
        for path in sorted((SRC / "services").glob("*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _is_command(node)
    ]


def _is_command(node: ast.FunctionDef) -> bool:
    names = [argument.arg for argument in node.args.kwonlyargs]
    return "actor" in names or any(ast.unparse(one) == "transaction.atomic" for one in node.decorator_list)


def test_commands__signature__keyword_only_and_actor_first() -> None:
    wrong = []
    for name, node in commands():
        names = [argument.arg for argument in node.args.kwonlyargs]
        if node.args.args or ("actor" in names and names[0] != "actor"):
            wrong.append(name)
    assert len(commands()) > 50
    assert not wrong


def test_domain__clock__never_read() -> None:
    read = ("datetime.now", "time.time", "timezone.now", "random.")
    used = {
        f"{path.name}: {word}"
        for path in (SRC / "domain").rglob("*.py")
        for word in read
        if word in path.read_text()
    }
    assert not used


def test_signals__product_code__none() -> None:
    used = [
        str(path) for path in modules() if "@receiver" in path.read_text() or "post_save" in path.read_text()
    ]
    assert not used


def test_records__foreign_keys__point_upwards_in_the_list_of_contexts() -> None:
    from django.apps import apps

    from rightaway.records.apps import CONTEXTS

    wrong = []
    for place, label in enumerate(CONTEXTS):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                target = getattr(field, "related_model", None)
                if field.concrete and field.is_relation and target is not None:
                    other = target._meta.app_label
                    if other in CONTEXTS and CONTEXTS.index(other) > place:
                        wrong.append(f"{model.__name__}.{field.name} -> {other}")
    assert not wrong


def test_records__governed_models__have_a_version() -> None:
    from django.apps import apps

    for name in (
        "releases.Release",
        "changes.Change",
        "packages.Package",
        "approvals.Approval",
        "deployments.Plan",
    ):
        assert apps.get_model(name)._meta.get_field("version")


def test_state_tables__every_one__sound() -> None:
    from rightaway.domain import deployment_states, moves

    tables = [value for _, value in inspect.getmembers(deployment_states) if isinstance(value, moves.Table)]
    assert len(tables) == 4
    assert [problem for table in tables for problem in moves.problems(table)] == []


@pytest.mark.parametrize(
    "package", ["domain", "services", "queries", "engine", "drivers", "intake", "library", "api", "web"]
)
def test_packages__children__not_a_bag(package: str) -> None:
    children = [path for path in (SRC / package).glob("*.py") if path.name != "__init__.py"]
    forbidden = {"utils", "helpers", "common", "misc", "core", "managers"}
    assert not forbidden & {path.stem for path in children}
