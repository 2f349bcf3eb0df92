"""Forms of change requests."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.changes import ChangeType, RfcClass
from rightaway.services.changes import APPROVE, REJECT
from rightaway.web.forms.base import (
    CHOOSE,
    Choices,
    CommandForm,
    Moment,
    ReasonForm,
    VersionForm,
    area,
    options,
    scale,
)
from rightaway.web.forms.releases import IMPACT, URGENCY

NUMBERS = ("impact", "urgency")


class ChangeForm(CommandForm):
    WRITTEN = (
        *("impact", "urgency", "rfc_class", "planned_start", "planned_end"),
        *("implementation_plan", "test_plan", "remediation_plan"),
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(label=_("Description"), widget=area(4))
    impact = forms.ChoiceField(label=_("Impact"), choices=scale(IMPACT)[1:], initial="3")
    urgency = forms.ChoiceField(label=_("Urgency"), choices=scale(URGENCY)[1:], initial="3")
    rfc_class = forms.ChoiceField(
        label=_("Class"), choices=options(RfcClass), initial=RfcClass.MINOR, required=False
    )
    planned_start = Moment(label=_("Planned start"), required=False)
    planned_end = Moment(label=_("Planned end"), required=False)
    implementation_plan = forms.CharField(label=_("Implementation plan"), widget=area(), required=False)
    test_plan = forms.CharField(label=_("Test plan"), widget=area(), required=False)
    remediation_plan = forms.CharField(label=_("Remediation plan"), widget=area(), required=False)

    def values(self, names: list[str]) -> dict[str, Any]:
        found = {
            name: int(self.cleaned_data[name]) if name in NUMBERS else self.cleaned_data[name]
            for name in names
        }
        return found | ({"rfc_class": found["rfc_class"] or RfcClass.MINOR} if "rfc_class" in found else {})


class RegisterChangeForm(ChangeForm):
    service = forms.ChoiceField(label=_("Service"))
    change_type = forms.ChoiceField(label=_("Type"), choices=options(ChangeType), initial=ChangeType.NORMAL)
    model = forms.ChoiceField(
        label=_("Standard change model"),
        required=False,
        help_text=_("Only for a standard change; it takes its plans from the model."),
    )
    affected_cis = forms.MultipleChoiceField(label=_("Affected configuration items"), required=False)

    def __init__(self, *args: Any, services: Choices, items: Choices, models: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", CHOOSE), *services]  # type: ignore[attr-defined]
        self.fields["affected_cis"].choices = items  # type: ignore[attr-defined]
        self.fields["model"].choices = [("", _("None")), *models]  # type: ignore[attr-defined]
        self.order_fields(
            ["service", "title", "description", "change_type", "model", "impact", "urgency", "affected_cis"]
        )


class UnauthorisedForm(CommandForm):
    service = forms.ChoiceField(label=_("Service"))
    affected_cis = forms.MultipleChoiceField(label=_("What was changed"))
    evidence = forms.CharField(
        label=_("Evidence"),
        widget=area(5),
        help_text=_("What was seen and when, and who or what did it as far as it is known."),
    )
    title = forms.CharField(
        label=_("Title (optional)"),
        max_length=200,
        required=False,
        help_text=_("The names of what was changed when left empty."),
    )

    def __init__(self, *args: Any, services: Choices, items: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", CHOOSE), *services]  # type: ignore[attr-defined]
        self.fields["affected_cis"].choices = items  # type: ignore[attr-defined]


class RevertForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class EditChangeForm(ChangeForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    disposition = forms.CharField(
        label=_("What becomes of it"),
        required=False,
        max_length=200,
        help_text=_("For a change that was not carried out: what happens to it now."),
    )

    def changed(self) -> dict[str, Any]:
        return self.values([name for name in self.changed_data if name != "version"])


class DecisionForm(VersionForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[(APPROVE, _("Authorise")), (REJECT, _("Reject"))],
    )
    note = forms.CharField(
        label=_("Note"), widget=area(2), required=False, help_text=_("A rejection needs one.")
    )


class NoteForm(VersionForm):
    note = forms.CharField(label=_("Note (optional)"), widget=area(2), required=False)
