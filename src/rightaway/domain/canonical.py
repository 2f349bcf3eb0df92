"""One meaning, one sequence of bytes: the form in which content is bound to approvals and to the audit log."""

import hashlib
import json
from typing import Any

_BIGGEST_INTEGER = 2**53


def canonical_json(value: Any) -> bytes:
    """
    Serialise to the one form that digests are taken over.

    Accepts strings, integers up to 2**53, booleans, None, lists and dictionaries with string keys.

    Raises:
        TypeError: any other type, floats above all: their text is not the same everywhere.

    Source: RFC 8785 (JSON Canonicalization Scheme), restricted to types whose text is unambiguous.
    """
    return json.dumps(_checked(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Any, *, label: str) -> str:
    """
    Give the SHA-256, in hex, of `label`, a newline and the canonical form.

    The label keeps a digest of one kind from ever equalling one of another kind.
    """
    return hashlib.sha256(label.encode() + b"\n" + canonical_json(value)).hexdigest()


def _checked(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) <= _BIGGEST_INTEGER:
            return value
        case list() | tuple():
            return [_checked(item) for item in value]
        case dict() if all(isinstance(key, str) for key in value):
            return {key: _checked(value[key]) for key in sorted(value, key=_utf16)}
    raise TypeError(f"{type(value).__name__} has no canonical form: {value!r:.80}")


def _utf16(key: str) -> bytes:
    """Order as RFC 8785 asks: by UTF-16 code units, not by code points."""
    return key.encode("utf-16-be", "surrogatepass")
