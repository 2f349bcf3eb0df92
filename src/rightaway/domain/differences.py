"""What changed between two manifests, so that a person can see what an edit voided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rightaway.domain.canonical import canonical_json

_IDENTITIES = ("id", "key", "name", "number")


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs; `kind` is added, removed or changed, and tells None from absent."""

    path: str
    kind: str
    before: Any = None
    after: Any = None


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """
    List every place where two manifests differ, in order of path.

    Things in a list are paired by their id, key, name or number where all have one, else by place; a list of
    plain values is one place. The list is empty exactly when the canonical forms are equal.
    """
    return tuple(sorted(_differ("", old, new), key=lambda change: change.path))


def _differ(path: str, old: Any, new: Any) -> Iterator[Change]:
    if canonical_json(old) == canonical_json(new):
        return
    match old, new:
        case Mapping(), Mapping():
            yield from _pairs(path, old, new)
        case (list() | tuple(), list() | tuple()) if _nested(old) and _nested(new):
            yield from _sequences(path, old, new)
        case _:
            yield Change(path, "changed", old, new)


def _sequences(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    for identity in _IDENTITIES:
        before, after = _by(identity, old), _by(identity, new)
        if before is not None and after is not None:
            yield from _pairs(path, before, after)
            kept_before, kept_after = (
                [k for k in a if k in b] for a, b in ((before, after), (after, before))
            )
            if kept_before != kept_after:
                yield Change(f"{path}/order", "changed", kept_before, kept_after)
            return
    yield from _pairs(path, dict(_numbered(old)), dict(_numbered(new)))


def _pairs(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in {**old, **new}:
        place = f"{path}/{_escaped(key)}" if path else _escaped(key)
        if key not in old:
            yield Change(place, "added", after=new[key])
        elif key not in new:
            yield Change(place, "removed", before=old[key])
        else:
            yield from _differ(place, old[key], new[key])


def _by(identity: str, items: Sequence[Any]) -> dict[str, Any] | None:
    """Index the items by one field; None when one lacks it or two share it."""
    found = {str(item[identity]): item for item in items if isinstance(item, Mapping) and identity in item}
    return found if len(found) == len(items) else None


def _nested(items: Sequence[Any]) -> bool:
    return all(isinstance(item, Mapping | list | tuple) for item in items)


def _numbered(items: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    return ((str(index), item) for index, item in enumerate(items))


def _escaped(key: str) -> str:
    """Source: RFC 6901, section 3."""
    return key.replace("~", "~0").replace("/", "~1")
