"""Forms of what moves a release on: ways out of a phase, tasks, approvals, waivers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.approvals import Decision
from rightaway.domain.guards_deployment import BACK_OUT_REASONS
from rightaway.domain.guards_registration import ABANDON_REASONS
from rightaway.domain.workflows import Transition
from rightaway.web.forms.base import CHOOSE, Choices, CommandForm, Moment, ReasonForm, Text, area, options


class WayForm(ReasonForm):
    """Asks for a reason, and for what abandoning or backing out has to say besides."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, way: Transition, **kwargs: Any) -> None:
        super().__init__(*args, needed=way.reason_required, **kwargs)
        if "G90" in way.guards:
            self.fields["abandon_reason"] = _choice(_("Why it is abandoned"), ABANDON_REASONS)
            self.fields["abandon_comment"] = forms.CharField(label=_("Comment"), widget=area())
        if "G50" in way.guards:
            self.fields["back_out_reason"] = _choice(_("Why it is backed out"), BACK_OUT_REASONS)
        self.order_fields(["version", "abandon_reason", "abandon_comment", "back_out_reason", "reason"])

    def answers(self) -> dict[str, Any]:
        return {name: text for name, text in self.cleaned_data.items() if name not in {"reason", "version"}}


class HoldForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    until = Moment(label=_("Until"), help_text=_("You are reminded then; it does not end by itself."))


def _choice(label: Text, reasons: tuple[str, ...]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=options(reasons, empty=CHOOSE))


class AssignForm(CommandForm):
    assignee = forms.ChoiceField(
        label=_("Who does it"), required=False, help_text=_("Only people who may complete tasks here.")
    )

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody = ("", _("Nobody in particular: whoever has the role"))
        self.fields["assignee"].choices = [nobody, *people]  # type: ignore[attr-defined]


class VoteForm(CommandForm):
    """Carries the digest of the content that was shown, so that nobody approves what they have not seen."""

    digest = forms.CharField(widget=forms.HiddenInput, required=False)
    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (str(Decision.APPROVE), _("Approve")),
            (str(Decision.DENY), _("Deny")),
            (str(Decision.ABSTAIN), _("Abstain")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"), widget=area(2), required=False, help_text=_("A denial needs one.")
    )

    def __init__(self, *args: Any, has_voted: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_voted:
            field = self.fields["decision"]
            field.choices = [*field.choices, (str(Decision.WITHDRAW), _("Withdraw my vote"))]  # type: ignore[attr-defined]


class WaiverForm(CommandForm):
    control = forms.ChoiceField(label=_("Control"))
    part = forms.ChoiceField(label=_("Of the training only this audience (optional)"), required=False)
    reason = forms.CharField(label=_("Why it can be left out"), widget=area())
    expires_at = Moment(label=_("Until"))
    restore_plan = forms.CharField(
        label=_("How it is restored"),
        widget=area(),
        required=False,
        help_text=_("Going without a way back needs one."),
    )
    owed = forms.CharField(
        label=_("What is owed afterwards"),
        widget=area(2),
        required=False,
        help_text=_(
            "Stays in the ledger of debts until it is settled. Left empty, it is the control itself."
        ),
    )

    def __init__(
        self,
        *args: Any,
        controls: list[tuple[str, str]],
        audiences: list[str],
        longest_days: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["control"].choices = controls  # type: ignore[attr-defined]
        named = [(one, one) for one in audiences]
        self.fields["part"].choices = [("", _("All of the control")), *named]  # type: ignore[attr-defined]
        self.fields["expires_at"].help_text = _("At most {days} days from now.").format(days=longest_days)


class GrantForm(CommandForm):
    """Who owes what a waiver leaves behind, and until when."""

    owner = forms.ChoiceField(label=_("Who owes it"))
    due_at = Moment(label=_("Due"))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = people  # type: ignore[attr-defined]
