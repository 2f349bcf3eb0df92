"""What lists can be filtered by; a value that makes no sense filters nothing."""

from typing import Any

from django import forms

from rightaway.domain.changes import ChangeState, ChangeType
from rightaway.domain.values import ArticleKind
from rightaway.queries import cmdb
from rightaway.web.forms.base import Choices, options

ANY = "Any"


class FilterForm(forms.Form):
    def __init__(self, data: Any, **choices: Choices) -> None:
        super().__init__(data, label_suffix="")
        for name, found in choices.items():
            self.fields[name].choices = [*self.fields[name].choices, *found]  # type: ignore[attr-defined]
        self.is_valid()

    def chosen(self) -> dict[str, Any]:
        """Give what was chosen, under the names the queries use."""
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


def services() -> Choices:
    return [("", ANY), *((one.key, one.name) for one in cmdb.services())]


def environments() -> Choices:
    return [("", ANY), *((one.key, one.name) for one in cmdb.environments())]


def _text(label: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=200)


def _choice(label: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


class ReleaseFilter(FilterForm):
    text = _text("Number or title")
    phase = _choice("Phase", [("", ANY)])
    service = _choice("Service", services)
    open = _choice("State", [("", ANY), ("yes", "Open"), ("no", "Closed or abandoned")])

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        found["is_open"] = {"yes": True, "no": False}.get(found.pop("open"))
        return found


class ChangeFilter(FilterForm):
    text = _text("Number or title")
    state = _choice("State", options(ChangeState, empty=ANY))
    change_type = _choice("Type", options(ChangeType, empty=ANY))
    service = _choice("Service", services)


class ItemFilter(FilterForm):
    text = _text("Key or name")
    ci_class = _choice("Class", [("", ANY)])
    service = _choice("Service", services)
    environment = _choice("Environment", environments)


class TargetFilter(FilterForm):
    environment = _choice("Environment", environments)


class StateFilter(FilterForm):
    state = _choice("State", [("", ANY), ("open", "Open"), ("closed", "Closed")])


class ArticleFilter(FilterForm):
    text = _text("Title or text")
    kind = _choice("Kind", options(ArticleKind, empty=ANY))


class AuditFilter(FilterForm):
    stream = _text("Stream")
    actor = _text("Actor")
    action = _text("Action begins with")
    object_id = _text("Record")
    since = forms.DateField(label="Since", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class MetricsFilter(FilterForm):
    service = _choice("Service", [])
    days = _choice("Period", [("90", "90 days"), ("30", "30 days"), ("7", "7 days"), ("365", "1 year")])
