"""Forms of trains."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.trains import LONGEST_WINDOW_H, MOST_AHEAD, MOST_EVERY, Unit
from rightaway.web.forms.base import Choices, CommandForm, Moment, ReasonForm, VersionForm, area, options
from rightaway.web.forms.lists import ANY, FilterForm

_YEAR_H = 24 * 365


def _hours(label: Any, initial: int, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=_YEAR_H, initial=initial, help_text=help_text
    )


class _TimetableForm(CommandForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("Description (optional)"), widget=area(3), required=False, max_length=20_000
    )
    first_at = Moment(label=_("First departure"))
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        initial="UTC",
        help_text=_("By whose clock it leaves, in summer and in winter, such as Europe/Berlin."),
    )
    every = forms.IntegerField(label=_("Leaves again after"), min_value=1, max_value=MOST_EVERY, initial=2)
    unit = forms.ChoiceField(label=_("Unit"), choices=options(Unit), initial=Unit.WEEK)
    scope_freeze_h = _hours(
        _("Scope freeze, hours before"), 240, _("From then on no change comes into a release aboard.")
    )
    code_freeze_h = _hours(_("Code freeze, hours before"), 96, _("By then its plan is approved."))
    package_due_h = _hours(_("Package due, hours before"), 48, _("By then it has a package."))
    go_no_go_h = _hours(_("Go or no-go, hours before"), 4, _("By then it may be deployed."))
    window_h = forms.IntegerField(
        label=_("Ships for how many hours"), min_value=1, max_value=LONGEST_WINDOW_H, initial=4
    )
    ahead = forms.IntegerField(
        label=_("Departures planned ahead"), min_value=1, max_value=MOST_AHEAD, initial=3
    )


class TrainForm(_TimetableForm):
    service = forms.ChoiceField(label=_("For the releases of"), required=False)

    def __init__(self, *args: Any, services: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = services  # type: ignore[attr-defined]


class EditTrainForm(_TimetableForm, VersionForm):
    pass


class MoveDepartureForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    ships_at = Moment(label=_("Leaves at"))


class BoardForm(VersionForm):
    departure = forms.ChoiceField(label=_("Departure"))
    reason = forms.CharField(
        label=_("Reason (optional)"),
        widget=area(3),
        required=False,
        max_length=2000,
        help_text=_("Why it comes aboard after the scope freeze."),
    )

    def __init__(self, *args: Any, departures: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departure"].choices = departures  # type: ignore[attr-defined]


class TrainFilter(FilterForm):
    text = forms.CharField(label=_("Number or name"), required=False, max_length=200)
    open = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", ANY), ("yes", _("Active")), ("no", _("Retired"))]
    )

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        return found | {"is_active": {"yes": True, "no": False}.get(found.pop("open"))}
