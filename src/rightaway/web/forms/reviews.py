"""Forms of the time after a deployment: early life support, objectives, ratings, review, dispositions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rightaway.domain.reviews import RESULTS
from rightaway.web.forms.base import Choices, CommandForm, Moment, ReasonForm, VersionForm, area, options

_RATINGS = (_("Not at all satisfied"), _("Hardly"), _("Partly"), _("Mostly"), _("Fully satisfied"))


class AcceptForm(CommandForm):
    service_level_met = forms.TypedChoiceField(
        label=_("Was the service level met?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda text: text == "yes",
    )


class ExtendForm(ReasonForm):
    ends_at = Moment(label=_("New end"))
    field_order = ("ends_at", "reason")


class ObjectivesForm(VersionForm):
    """A result and what was measured, for each objective by its place."""

    def __init__(self, *args: Any, objectives: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._texts = [one.text for one in objectives]
        for place, one in enumerate(objectives):
            self.fields[f"result_{place}"] = forms.ChoiceField(
                label=one.text,
                choices=options(RESULTS, empty=_("Not measured")),
                required=False,
                initial=one.result,
            )
            self.fields[f"measured_{place}"] = forms.CharField(
                label=_("What was measured"), required=False, max_length=300, initial=one.measured
            )

    def results(self) -> dict[str, tuple[str, str]]:
        given = self.cleaned_data
        return {
            text: (given[f"result_{place}"], given[f"measured_{place}"])
            for place, text in enumerate(self._texts)
            if given[f"result_{place}"]
        }


class RatingForm(CommandForm):
    rating = forms.TypedChoiceField(
        label=_("How satisfied are you with the result?"),
        widget=forms.RadioSelect,
        choices=[(str(place), format_lazy("{} - {}", place, text)) for place, text in enumerate(_RATINGS, 1)],
        coerce=int,
    )
    comment = forms.CharField(label=_("Comment"), widget=area(), required=False)


class ReviewForm(VersionForm):
    went_well = forms.CharField(label=_("What went well"), widget=area(4))
    to_change = forms.CharField(label=_("What to change"), widget=area(4))
    deviations = forms.CharField(label=_("Deviations from the plan"), widget=area(), required=False)


class DispositionForm(CommandForm):
    disposition = forms.ChoiceField(label=_("What becomes of it"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        widget=area(),
        required=False,
        help_text=_("What stays open needs one: who goes on with it."),
    )

    def __init__(self, *args: Any, offered: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["disposition"].choices = offered  # type: ignore[attr-defined]
