"""The second language is complete: whatever the pages say has German, with the same values in it."""

import ast
import gettext
import importlib
import pkgutil
import re
import tokenize
from collections.abc import Iterator
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Any

from django import forms
from django.utils import translation
from django.utils.choices import CallableChoiceIterator
from django.utils.translation.template import templatize
from ruamel.yaml import YAML

import rightaway.domain
import rightaway.web
import rightaway.web.forms
from rightaway.domain import errors
from rightaway.web import statuses

FOLDER = Path(rightaway.web.__file__).parent
WORKFLOWS = sorted((Path(rightaway.domain.__file__).parent / "templates").glob("*.yaml"))
# Languages, cells of the permission matrix, and the key of a kind that has words of its own: shown nowhere.
CODES = {"Ci", "De", "En", "O", "P", "S", "Y"}
ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type)}
NATIVE = {"English", "Deutsch"}  # each in its own language
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "said"}
SPEAKING = ("domain", "services", "web")
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
MODULES = sorted(path for layer in SPEAKING for path in (FOLDER.parent / layer).rglob("*.py"))


def german() -> gettext.GNUTranslations:
    with (FOLDER / "locale" / "de" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def messages() -> set[str]:
    """Give every text that is marked, as the extraction tools find them."""
    found: set[str] = set()
    for path in MODULES:
        found |= set(marked(path.read_text()))
    for path in (FOLDER / "templates").rglob("*.html"):
        lines = templatize(path.read_text()).splitlines()
        found |= set(marked("\n".join(line.strip() for line in lines)))
    return found


def marked(source: str) -> Iterator[str]:
    tokens = [
        one
        for one in tokenize.generate_tokens(StringIO(source.replace("'''", "")).readline)
        if one.type not in {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
    ]
    for place, one in enumerate(tokens[:-2]):
        if one.string in MARKS and tokens[place + 1].string == "(":
            parts = []
            for following in tokens[place + 2 :]:
                if following.type != tokenize.STRING:
                    break
                parts.append(str(eval(following.string)))  # a literal of our own source
            if parts:
                yield "".join(parts)


def has(catalogue: gettext.GNUTranslations, text: str) -> bool:
    return text in catalogue._catalog or (text, 0) in catalogue._catalog  # type: ignore[attr-defined]


def test_messages__of_templates_and_modules__have_german() -> None:
    catalogue, found = german(), messages()
    assert len(found) > 800
    assert sorted(text for text in found if not has(catalogue, text)) == []


def test_errors__of_rules_and_commands__are_sentences() -> None:
    """A bare text would be English in every language."""
    bare = [
        f"{path.relative_to(FOLDER.parent)}:{text.lineno}"
        for path in MODULES
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ERRORS
        for text in (*call.args[1:], *(one.value for one in call.keywords if one.arg == "hint"))
        if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and " " in str(text.value))
    ]
    assert bare == []


def test_german__names_the_same_values_as_the_message() -> None:
    different = []
    for key, text in german()._catalog.items():  # type: ignore[attr-defined]
        message = key[0] if isinstance(key, tuple) else key
        if message and set(PLACE.findall(message)) != set(PLACE.findall(text)):
            different.append(message)
    assert different == []


def test_states_and_roles__of_the_domain__have_german() -> None:
    catalogue, missing = german(), []
    for module in pkgutil.iter_modules(rightaway.domain.__path__):
        for found in vars(importlib.import_module(f"rightaway.domain.{module.name}")).values():
            if isinstance(found, type) and issubclass(found, StrEnum):
                missing += [word for one in found if not has(catalogue, word := statuses.words(one.value))]
    assert sorted(word for word in set(missing) if word.isalpha() and word not in CODES) == []


def test_forms__labels_helps_and_choices__have_german() -> None:
    missing = []
    for name, field in fields():
        texts = [field.label, field.help_text, *(text for _, text in fixed_choices(field))]
        with translation.override("en"):
            english = [str(text) for text in texts if text]
        with translation.override("de"):
            german_ones = [str(text) for text in texts if text]
        missing += [
            f"{name}: {one}"
            for one, other in zip(english, german_ones, strict=True)
            if one == other and not says_the_same(one)
        ]
    assert sorted(set(missing)) == []


def says_the_same(text: str) -> bool:
    """Tell whether German has the same word for it: Service, Software, Chat."""
    return text in NATIVE or german()._catalog.get(text) == text  # type: ignore[attr-defined]


def fields() -> Iterator[tuple[str, forms.Field]]:
    for module in pkgutil.iter_modules(rightaway.web.forms.__path__):
        for found in vars(importlib.import_module(f"rightaway.web.forms.{module.name}")).values():
            if isinstance(found, type) and issubclass(found, forms.BaseForm):
                for name, field in getattr(found, "base_fields", {}).items():
                    yield f"{found.__name__}.{name}", field


def fixed_choices(field: forms.Field) -> list[tuple[str, Any]]:
    """Give the choices that stand in the code; what comes from the database is as people wrote it."""
    choices = getattr(field, "_choices", [])
    return [] if isinstance(choices, CallableChoiceIterator) else list(choices)


def test_titles__of_the_shipped_workflows__have_german() -> None:
    titles = {title for file in WORKFLOWS for title in all_titles(YAML(typ="safe").load(file))}
    assert len(titles) > 30
    assert sorted(title for title in titles if not has(german(), title)) == []


def all_titles(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "title")
    for below in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from all_titles(below)
