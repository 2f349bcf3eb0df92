"""Forms of a deployment: launched, steered, and what nobody knows decided."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.deployment_states import Intent, Resolution
from rightaway.web.forms.base import Choices, CommandForm, ReasonForm, area, options

_RESOLUTIONS = {
    Resolution.APPLIED: _("It took effect"),
    Resolution.NOT_APPLIED: _("It never began: do it again"),
    Resolution.FAILED: _("It began and failed"),
}


class LaunchForm(CommandForm):
    environment = forms.ChoiceField(label=_("Environment"))
    intent = forms.ChoiceField(
        label=_("Intent"), choices=options([Intent.PLANNED, Intent.DRILL, Intent.HOTFIX, Intent.REDEPLOY])
    )
    reason = forms.CharField(label=_("Reason (optional)"), widget=area(2), required=False)

    def __init__(self, *args: Any, environments: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["environment"].choices = environments  # type: ignore[attr-defined]


class OperatorForm(ReasonForm):
    """`command_id` makes sending the same form twice harmless."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    command_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class ResolveForm(ReasonForm):
    resolution = forms.ChoiceField(
        label=_("What happened on the target"),
        widget=forms.RadioSelect,
        choices=[(str(one), text) for one, text in _RESOLUTIONS.items()],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What you saw on the target")
        self.order_fields(["resolution", "reason"])
