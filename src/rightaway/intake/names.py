"""Names that a person or a file system cannot tell apart."""

import unicodedata
from collections.abc import Sequence

from rightaway.domain.errors import Invalid
from rightaway.intake.texts import quoted


def folded(name: str) -> str:
    """
    Give the form in which names that look or sort alike are equal: NFKC, then case folding, then NFKC again.

    Source: Unicode 3.13, "compatibility caseless match".
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def unique_names(names: Sequence[str]) -> list[tuple[int, Invalid]]:
    """Give the index of, and the error for, each name that an earlier one equals or could be taken for."""
    seen: dict[str, str] = {}
    found: list[tuple[int, Invalid]] = []
    for index, name in enumerate(names):
        form = folded(name)
        if form not in seen:
            seen[form] = name
        elif seen[form] == name:
            found.append((index, Invalid("name.repeated", f"{quoted(name)} stands here a second time.")))
        else:
            found.append((index, _confusable(seen[form], name)))
    return found


def _confusable(earlier: str, name: str) -> Invalid:
    return Invalid(
        "name.confusable",
        f"{quoted(earlier)} and {quoted(name)} can be taken for each other.",
        hint="Give one of them a name that differs in more than case or form of the letters.",
    )
