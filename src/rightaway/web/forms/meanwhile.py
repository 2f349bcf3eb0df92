"""
What a form does when its record was changed since the form was opened.

A form carries what its fields held when it was shown, as hidden values. So it knows of each field whether this
person changed it, whether somebody else did, and whether both did: then the person chooses.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rightaway.domain.errors import Stale
from rightaway.web.statuses import words

VERSION = "version"
THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that somebody did with the record meanwhile."""

    by: str
    at: datetime
    action: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """What a field holds now by somebody else's hand; `is_open` when this person changed it too."""

    by: str
    theirs: str
    choice: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Meanwhile:
    version: int
    deeds: tuple[Deed, ...]
    clashes: dict[str, Clash] = field(default_factory=dict)


class _HiddenList(forms.HiddenInput):
    """Carries several values in one input: a form has at most 500 (`DATA_UPLOAD_MAX_NUMBER_FIELDS`)."""

    def format_value(self, value: Any) -> str:
        return "\n".join(sorted(str(one) for one in value or ()))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return str(super().value_from_datadict(data, files, name) or "").split()


def remember(form: forms.Form) -> None:
    """Let a form with a version carry what its fields hold; one that was sent without does without."""
    if VERSION not in form.fields or (form.is_bound and not _carries(form)):
        return
    for bound in _fields(form):
        bound.field.show_hidden_initial = True
        if isinstance(bound.field, forms.MultipleChoiceField):
            bound.field.hidden_widget = _HiddenList


def settle(form: forms.Form) -> None:
    """Put the other's value where this person chose it."""
    chosen = [one for one in _fields(form) if form.data.get(_choice(one.name)) == THEIRS]
    if chosen and _carries(form):
        data = _data(form).copy()
        for bound in chosen:
            held = _hidden_widget(bound).value_from_datadict(form.data, form.files, bound.html_initial_name)
            data.setlist(bound.html_name, _sent(bound, bound.field.to_python(held)))
        _replace(form, data)


def rebase(form: forms.Form, error: Stale) -> Meanwhile:
    """
    Put what was typed on top of the newest version, which the form's initial values come from.

    A field that only somebody else changed takes their value; one that both changed keeps what was typed, and
    can be given theirs.
    """
    deeds = tuple(_deed(form, one) for one in error.evidence.get("changes", ()))
    data, clashes = _data(form).copy(), {}
    for bound in _fields(form):
        now, mine = _carried(bound, bound.initial), bound.name in form.changed_data
        if _differs(form, bound, now, error):
            differs = mine and bound.field.has_changed(bound.initial, bound.data)
            if not mine:
                data.setlist(bound.html_name, _sent(bound, bound.initial))
            if differs or not mine:
                by, theirs = _by(error, bound.name), _shown(bound.field, bound.initial)
                clashes[bound.name] = Clash(by, theirs, _choice(bound.name), is_open=differs)
        data.setlist(bound.html_initial_name, now)
    version = form[VERSION].initial
    data[VERSION] = str(version)
    _replace(form, data)
    remember(form)
    return Meanwhile(version, deeds, clashes)


def _fields(form: forms.Form) -> Iterable[BoundField]:
    return [one for one in form if not one.is_hidden and not isinstance(one.field, forms.FileField)]


def _carries(form: forms.Form) -> bool:
    return any(one.html_initial_name in form.data for one in _fields(form))


def _data(form: forms.Form) -> QueryDict:
    return cast("QueryDict", form.data)


def _choice(name: str) -> str:
    return f"choice-{name}"


def _replace(form: forms.Form, data: Any) -> None:
    form.data = data
    form.__dict__.pop("changed_data", None)  # is computed once


def _hidden_widget(bound: BoundField) -> forms.Widget:
    hidden: forms.Widget = bound.field.hidden_widget()
    return hidden


def _texts(found: Any) -> list[str]:
    if found is None:
        return []
    return [str(one) for one in found] if isinstance(found, list | tuple) else [str(found)]


def _carried(bound: BoundField, value: Any) -> list[str]:
    """Give what the hidden input of a field would send for a value."""
    return _texts(_hidden_widget(bound).format_value(bound.field.prepare_value(value))) or [""]


def _sent(bound: BoundField, value: Any) -> list[str]:
    """Give what a browser would send for a value."""
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return ["on"] if value else []
    return _texts(bound.field.widget.format_value(bound.field.prepare_value(value)))


def _differs(form: forms.Form, bound: BoundField, now: list[str], error: Stale) -> bool:
    """Tell whether somebody else changed a field since the form was shown."""
    if not _carries(form):
        return any(bound.name == one["field"] for deed in error.evidence["changes"] for one in deed["fields"])
    then = _data(form).getlist(bound.html_initial_name)
    return _plain(then) != _plain(now)


def _plain(texts: list[str]) -> list[str]:
    """Browsers send the ends of lines in their own way."""
    return [one.replace("\r\n", "\n").strip() for one in texts]


def _by(error: Stale, name: str) -> str:
    deeds = error.evidence.get("changes", ())
    told = [deed["by"] for deed in deeds if any(one["field"] == name for one in deed["fields"])]
    return ", ".join(dict.fromkeys(told or [deed["by"] for deed in deeds])) or _("Somebody")


def _deed(form: forms.Form, told: dict[str, Any]) -> Deed:
    differences = tuple(
        Difference(
            str(form.fields[one["field"]].label) if one["field"] in form.fields else words(one["field"]),
            _shown(form.fields.get(one["field"]), one["before"]),
            _shown(form.fields.get(one["field"]), one["after"]),
        )
        for one in told["fields"]
    )
    return Deed(told["by"], datetime.fromisoformat(told["at"]), told["action"], differences)


def _shown(of: forms.Field | None, value: Any) -> str:
    """Write a value as the form itself would show it."""
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return date_format(timezone.localtime(value), _("j M Y, H:i"))
        case None | "" | []:
            return _("empty")
        case list() | tuple():
            return "\n".join(_shown(of, one) for one in value)
    labels = {str(key): str(label) for key, label in getattr(of, "choices", ())}
    return labels.get(str(value), str(value))
