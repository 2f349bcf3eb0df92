"""Saved views: what a list is asked for, small and plain."""

import re
from collections.abc import Mapping

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said

PARAMETERS, NAME_CHARACTERS, VALUE_CHARACTERS = 30, 40, 300
QUERY_CHARACTERS = 4000
VIEWS_PER_PERSON = 100
_PAGE = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_PARAMETER = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


def check_page(page: str) -> str:
    if not _PAGE.fullmatch(page):
        raise Invalid(
            "view.page",
            said("'{page}' names no page.", page=page[:60]),
            at="page",
            hint=said("Such as releases."),
        )
    return page


def check_name(name: str) -> str:
    plain = name.strip()
    if not plain or len(plain) > 2 * NAME_CHARACTERS or not plain.isprintable():
        raise Invalid(
            "view.name",
            said("A view needs a name of up to 80 characters on one line."),
            at="name",
            hint=said("Name it."),
        )
    return plain


def check_query(query: Mapping[str, object]) -> dict[str, str]:
    """Accept the parameters of a list: text by name, not many and not long; what they mean, the list judges."""
    found: dict[str, str] = {}
    for name, value in query.items():
        if not _PARAMETER.fullmatch(name) or not isinstance(value, str) or len(value) > VALUE_CHARACTERS:
            raise Invalid(
                "view.query",
                said("'{name}' is no parameter with a short text.", name=name[:60]),
                at=f"query/{name:.40}",
                hint=said(
                    "Give texts of up to {characters} characters by small names.",
                    characters=VALUE_CHARACTERS,
                ),
            )
        if value and not value.isprintable():
            raise Invalid(
                "view.query", said("{name} holds what cannot be shown.", name=name), at=f"query/{name}"
            )
        found[name] = value
    if (
        len(found) > PARAMETERS
        or sum(len(name) + len(value) for name, value in found.items()) > QUERY_CHARACTERS
    ):
        raise Invalid(
            "view.query",
            said(
                "A view has at most {most} parameters and {characters} characters.",
                most=PARAMETERS,
                characters=QUERY_CHARACTERS,
            ),
            at="query",
            hint=said("Leave some out."),
        )
    return found
