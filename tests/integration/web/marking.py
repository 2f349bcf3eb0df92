"""A language in which every translated text stands in marks, so that what was never marked for translation shows."""

import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, JSONField, TextField
from django.utils.translation.trans_real import DjangoTranslation

from rightaway.records.workflows.models import WorkflowTemplate

BEGIN, END = "⟦", "⟧"
_MARKED = re.compile(f"{BEGIN}[^{BEGIN}{END}]*{END}")
_OPEN = re.compile(f"{BEGIN}[^{END}]*$|^[^{BEGIN}]*{END}")
# Times, how long something took, the place of a wave.
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[ T][\d:.]+(?:[+-][\d:]+)?(?: UTC)?|\b\d+ (?:h|min|s)\b|\b\d+\. ")
_KEY = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_BETWEEN = re.compile(r"[·:;,()|\n“”„\"…]+|\s[-→]\s")
_READ_OUT = ("title", "aria-label", "placeholder", "alt", "data-done", "data-confirm")
# What a program wrote, or a person: nobody translates it.
_DATA = {"code", "pre", "script", "style", "textarea", "time", "kbd", "svg"}
_NO_END = {"br", "hr", "img", "input", "link", "meta", "use", "col", "wbr"}


def mark_translations(patch: pytest.MonkeyPatch) -> None:
    """Put marks around whatever a catalogue gives; what it does not know is not marked."""
    for name in ("gettext", "ngettext"):
        patch.setattr(DjangoTranslation, name, _marking(getattr(DjangoTranslation, name)))


def _marking(found: Callable[..., str]) -> Callable[..., str]:
    def translate(self: DjangoTranslation, message: str, *others: Any) -> str:
        text = found(self, message, *others)
        is_known = any(key in self._catalog for key in (message, (message, 0), (message, 1)))
        return f"{BEGIN}{text}{END}" if is_known and text else text

    return translate


class Texts(HTMLParser):
    """Collects what a person reads on a page, or has read out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # The log of a deployment, and what is kept as it was written, such as minutes.
        is_data = tag in _DATA or "data-stream" in given or (tag != "html" and given.get("lang") == "en")
        if not self._silent and not is_data:
            self.found += [given[name] or "" for name in _READ_OUT if given.get(name)]
        if tag not in _NO_END and (is_data or self._silent):
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def unmarked(html: str) -> Iterator[str]:
    """Give the pieces of a page's texts that no catalogue had a part in."""
    for text in Texts(html).found:
        left = _STAMP.sub("\n", text)
        while _MARKED.search(left):
            left = _MARKED.sub("\n", left)
        # What a catalogue gave in two, such as "yes,no".
        left = _OPEN.sub("\n", left)
        yield from (piece for piece in pieces(left) if _LETTERS.search(piece) and not _KEY.fullmatch(piece))


def pieces(text: str) -> Iterator[str]:
    for piece in _BETWEEN.split(text):
        yield " ".join(piece.split()).strip(" .'")


class World:
    """What stands in the database: names, numbers, what people and programs wrote."""

    def __init__(self) -> None:
        self.text = "\n".join(text for table in _tables() for text in _rows(*table))
        self.pieces = set(pieces(self.text))

    def knows(self, text: str) -> bool:
        """Tell whether a text is data: one value, or two that stand side by side."""
        words = text.split(" ")
        parted = ((" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words)))
        return text in self.text or any({one, other} <= self.pieces for one, other in parted)


def _tables() -> Iterable[tuple[str, list[str]]]:
    for model in apps.get_models(include_auto_created=True):
        # The titles of a workflow are texts of the product, and have German.
        columns = [
            one.column
            for one in model._meta.concrete_fields
            if isinstance(one, CharField | TextField | JSONField)
        ]
        if columns and model.__module__.startswith("rightaway.") and model is not WorkflowTemplate:
            yield model._meta.db_table, columns


def _rows(table: str, columns: list[str]) -> Iterator[str]:
    with connection.cursor() as cursor:
        named = ", ".join(f'"{one}"::text' for one in columns)
        cursor.execute(f'SELECT {named} FROM "{table}"')
        for row in cursor.fetchall():
            yield from (one for one in row if one)
