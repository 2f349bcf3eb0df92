"""What an edit changed, field by field: for the audit log, and for whoever edits the same record meanwhile."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model

Json = dict[str, Any]
LONGEST = 200


def values(row: Model, names: Iterable[str]) -> Json:
    """Give fields of a record as JSON values; long texts are cut, related records are named."""
    return {name: _plain(getattr(row, name)) for name in sorted(names)}


def changes(before: Json, after: Json) -> list[Json]:
    """Say which of these fields differ, with what they held before and hold after."""
    return [
        {"field": name, "before": before[name], "after": after[name]}
        for name in after
        if before.get(name) != after[name]
    ]


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case datetime():
            return value.isoformat()
        case Model():
            return next(str(getattr(value, name)) for name in _NAMES if hasattr(value, name))
    return _cut(str(value))


_NAMES = ("number", "key", "username", "pk")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
