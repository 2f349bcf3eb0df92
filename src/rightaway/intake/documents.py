"""A value that was read, and where in the file each part of it stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rightaway.intake.texts import shown

Location = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Node:
    """
    The place of one value; lines and columns count from 1.

    Args:
        key: Where the name of this value stands, when it is a member of a mapping.
        children: The places of the members, in the shape of the value; None for a single value.
    """

    line: int
    column: int
    key: tuple[int, int] | None = None
    children: "dict[str, Node] | list[Node] | None" = None


@dataclass(frozen=True, slots=True)
class Document:
    """
    What was read, before any schema.

    Args:
        value: Dictionaries, lists, texts, None; from JSON also numbers and booleans.
        root: None when there are no lines to point at: places are then JSON pointers (RFC 6901).
    """

    value: Any
    root: Node | None = None

    def place(self, location: Location, *, of_key: bool = False) -> str:
        """
        Give `line:column`, or a JSON pointer, of the innermost value that the location leads to.

        Parts that lead nowhere are skipped: a validator adds parts of its own, such as the tag of a union.
        """
        if self.root is None:
            return "".join("/" + shown(str(part)).replace("~", "~0").replace("/", "~1") for part in location)
        node = self.root
        for part in location:
            node = _child(node, part) or node
        line, column = node.key if of_key and node.key else (node.line, node.column)
        return f"{line}:{column}"


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node.children, dict) and isinstance(part, str):
        return node.children.get(part)
    if isinstance(node.children, list) and isinstance(part, int) and part < len(node.children):
        return node.children[part]
    return None
