"""Forms of outages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.outages import OutageKind
from rightaway.web.forms.base import CHOOSE, Choices, CommandForm, Moment, ReasonForm, area, options
from rightaway.web.forms.lists import ANY, FilterForm, services


class _TimesForm(CommandForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=options(OutageKind), initial=OutageKind.PLANNED)
    planned_start = Moment(label=_("Planned start"), required=False)
    planned_end = Moment(label=_("Planned end"), required=False)
    actual_start = Moment(label=_("Actual start"), required=False)
    actual_end = Moment(label=_("Actual end"), required=False)
    reason = forms.CharField(label=_("Reason"), widget=area(3), required=False, max_length=20_000)

    def fields_given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in _TimesForm.base_fields}


class OutageForm(_TimesForm):
    service = forms.ChoiceField(label=_("Service"))
    items = forms.MultipleChoiceField(
        label=_("What is down"), required=False, help_text=_("The whole service when nothing is chosen.")
    )
    source = forms.ChoiceField(
        label=_("Comes from"),
        required=False,
        help_text=_("A planned outage gets its actual times from its release."),
    )

    def __init__(
        self, *args: Any, services: Choices, items: Choices, sources: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", CHOOSE), *services]  # type: ignore[attr-defined]
        self.fields["items"].choices = items  # type: ignore[attr-defined]
        self.fields["source"].choices = [("", _("Nothing recorded")), *sources]  # type: ignore[attr-defined]


class CorrectOutageForm(_TimesForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    because = forms.CharField(label=_("Why it is corrected"), max_length=300)

    def changed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data if name in _TimesForm.base_fields}


class ConvertForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    actual_start = Moment(label=_("Down since"))
    actual_end = Moment(label=_("Down until"), required=False)


class OutageFilter(FilterForm):
    text = forms.CharField(label=_("Number or title"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=options(OutageKind, empty=ANY))
    service = forms.ChoiceField(label=_("Service"), required=False, choices=services)
    open = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", ANY), ("yes", _("Not over yet")), ("no", _("Over"))]
    )

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        return found | {"is_open": {"yes": True, "no": False}.get(found.pop("open"))}
