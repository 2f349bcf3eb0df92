"""
A small expression over the facts of a release, such as `release_type == "major" and changes > 3`.

It can compare, and join comparisons with `and`, `or` and `not`; it can call nothing and reach nothing but the
facts by name.
"""

import ast
import operator
from collections.abc import Mapping
from typing import Any, NoReturn

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said

LONGEST = 300
Facts = Mapping[str, str | int | bool]
_COMPARE: dict[type[ast.cmpop], Any] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def check(text: str, known: Mapping[str, type]) -> None:
    """
    Refuse an expression that could not be judged.

    Args:
        text: The expression.
        known: The facts there are, each with its type; what is compared with it must be of that type.

    Raises:
        Invalid: it is no expression, names an unknown fact, or compares what cannot be compared.
    """
    _condition(_parsed(text), known, text)


def holds(text: str, facts: Facts) -> bool:
    """Judge an expression that was checked."""
    return _judge(_parsed(text), facts)


def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        _refuse(text, "it is too long")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _refuse(text, "it cannot be read")


def _refuse(text: str, why: str) -> NoReturn:
    raise Invalid(
        "expression.invalid",
        said("'{text}' is no condition: {why}.", text=text[:80], why=why),
        hint=said('Compare facts, as in: release_type == "major" and changes > 3.'),
    ) from None


def _condition(node: ast.expr, known: Mapping[str, type], text: str) -> None:
    match node:
        case ast.BoolOp(values=parts):
            for part in parts:
                _condition(part, known, text)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            _condition(inner, known, text)
        case ast.Name(id=name) if known.get(name) is bool:
            return
        case ast.Compare(left=ast.Name(id=name), ops=[sign], comparators=[value]):
            _comparison(name, sign, value, known, text)
        case _:
            _refuse(
                text, "only comparisons of one fact with one value, joined by and, or and not, are understood"
            )


def _comparison(name: str, sign: ast.cmpop, value: ast.expr, known: Mapping[str, type], text: str) -> None:
    if name not in known:
        _refuse(text, f"there is no fact {name}; there are {', '.join(sorted(known))}")
    is_list = isinstance(sign, ast.In | ast.NotIn)
    if is_list is not isinstance(value, ast.List | ast.Tuple) or type(sign) not in _COMPARE:
        _refuse(text, "after in stands a list, after the other signs one value")
    values = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    kind = known[name]
    if not all(isinstance(one, ast.Constant) and type(one.value) is kind for one in values):
        _refuse(text, f"{name} is compared with {_SAID[kind]}")
    if isinstance(sign, _ORDERED) and kind is not int:
        _refuse(text, f"{name} has no order")


_SAID = {str: "a text in quotes", int: "a whole number", bool: "True or False"}


def _judge(node: ast.expr, facts: Facts) -> bool:
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_judge(part, facts) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_judge(part, facts) for part in parts)
        case ast.UnaryOp(operand=inner):
            return not _judge(inner, facts)
        case ast.Name(id=name):
            return bool(facts[name])
        case ast.Compare(left=ast.Name(id=name), ops=[sign], comparators=[value]):
            return bool(_COMPARE[type(sign)](facts[name], ast.literal_eval(value)))
        case _:
            raise AssertionError(ast.dump(node))
