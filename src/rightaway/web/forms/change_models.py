"""Forms of the models of standard changes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.change_models import ModelState
from rightaway.services.change_models import WRITTEN
from rightaway.web.forms.base import Choices, CommandForm, ReasonForm, VersionForm, area, options
from rightaway.web.forms.lists import ANY, FilterForm, services


class ModelForm(CommandForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(label=_("When to use it"), widget=area(2), required=False)
    services = forms.MultipleChoiceField(label=_("Services"))
    owner = forms.ChoiceField(label=_("Owner"))
    ci_classes = forms.MultipleChoiceField(label=_("Classes of items it may touch"))
    max_items = forms.IntegerField(
        label=_("Largest number of items"),
        min_value=1,
        max_value=100_000,
        initial=1,
        help_text=_("How many items a change may reach, those that depend on the named ones included."),
    )
    implementation_plan = forms.CharField(label=_("Implementation plan"), widget=area(4))
    test_plan = forms.CharField(label=_("Test plan"), widget=area())
    remediation_plan = forms.CharField(label=_("Remediation plan"), widget=area())

    def __init__(
        self, *args: Any, services: Choices, owners: Choices, classes: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (("services", services), ("owner", owners), ("ci_classes", classes)):
            self.fields[name].choices = found  # type: ignore[attr-defined]

    def fields_given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in WRITTEN}


class AuthoriseModelForm(VersionForm):
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class StepForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ModelFilter(FilterForm):
    text = forms.CharField(label=_("Number or title"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), required=False, choices=options(ModelState, empty=ANY))
    service = forms.ChoiceField(label=_("Service"), required=False, choices=services)
