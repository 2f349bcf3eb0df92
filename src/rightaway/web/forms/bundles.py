"""Forms of bundles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.web.forms.base import Choices, CommandForm, Lines, VersionForm, area
from rightaway.web.forms.lists import ANY, FilterForm


class BundleForm(CommandForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    purpose = forms.CharField(
        label=_("What they are followed together for (optional)"),
        widget=area(4),
        required=False,
        max_length=20_000,
    )
    owner = forms.ChoiceField(label=_("Owner"))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = people  # type: ignore[attr-defined]


class EditBundleForm(BundleForm, VersionForm):
    pass


class FillForm(VersionForm):
    releases = Lines(
        label=_("Releases"),
        required=False,
        help_text=_("The numbers of all its releases, one in each line, such as REL-000042."),
    )


class BundleFilter(FilterForm):
    text = forms.CharField(label=_("Number or title"), required=False, max_length=200)
    open = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", ANY), ("yes", _("Open")), ("no", _("Closed"))]
    )

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        return found | {"is_open": {"yes": True, "no": False}.get(found.pop("open"))}
