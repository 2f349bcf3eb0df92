"""
What rules and commands say: English as it stands, made so that a page can say it in another language.

Programs, the command line and the audit log read the text; a page translates the template and puts in the values.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Self


class Word(str):
    """A key that stands in a sentence, such as `service_owner`: a page shows it as words."""

    __slots__ = ()


class Title(str):
    """A title of a workflow that stands in a sentence: a page shows it as the catalogue says it, if it does."""

    __slots__ = ()


class Sentence(str):
    """A text that knows how it was made; `values` may hold sentences, words, titles and lists of them."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        kept = {name: _kept(value) for name, value in values.items()}
        made = super().__new__(cls, template.format(**{name: _text(one) for name, one in kept.items()}))
        made.template, made.values = template, kept
        return made

    def __reduce__(self) -> tuple[type["Sentence"], tuple[str, Mapping[str, object]]]:
        return Sentence, (self.template, self.values)


def said(template: str, /, **values: object) -> Sentence:
    """
    Say something in English; `template` is a literal, which is how it gets into the catalogues.

    A moment is given as it is: programs read it in UTC, people in their own zone.

    >>> said("The wave {number} is {state}.", number=1, state=Word("running"))
    'The wave 1 is running.'
    """
    return Sentence(template, values)


NOTHING = Sentence("", {})


def wordlist(keys: Iterable[str]) -> list[Word]:
    return [Word(key) for key in keys]


def spaced(parts: Iterable[str]) -> str:
    """Put sentences and words beside each other, so that each can still be translated."""
    return reduce(lambda one, other: Sentence("{one} {other}", {"one": one, "other": other}), parts)


def _kept(value: object) -> object:
    """Keep what a page can say or format, and of anything else only its text."""
    return value if isinstance(value, str | int | timedelta | datetime | list | tuple) else str(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
