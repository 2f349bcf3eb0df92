"""Forms of notices."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rightaway.domain.notices import LONGEST, WORDS, Moment, To
from rightaway.web.forms.base import Choices, CommandForm, area, options
from rightaway.web.forms.base import Moment as MomentField

_SENT = [to for to in To if to is not To.OUTSIDE]


class PlannedNoticeForm(CommandForm):
    to = forms.ChoiceField(label=_("To"), choices=options(_SENT))
    part = forms.ChoiceField(
        label=_("Which stakeholders (optional)"),
        required=False,
        choices=options(("inform", "consult", "approve", "accept"), empty=_("All of them")),
    )
    people = forms.MultipleChoiceField(
        label=_("People (optional)"), required=False, help_text=_("Of a notice to named ones.")
    )
    groups = forms.MultipleChoiceField(
        label=_("Groups (optional)"), required=False, help_text=_("Of a notice to named ones.")
    )
    audience = forms.CharField(label=_("What the plan calls them (optional)"), max_length=80, required=False)
    moment = forms.ChoiceField(
        label=_("When"),
        choices=options(Moment),
        help_text=_("Ahead of the release, or when its outage starts, is extended, or ends."),
    )
    due_at = MomentField(
        label=_("Due, when not by the lead time (optional)"),
        required=False,
    )
    text = forms.CharField(
        label=_("Text (optional)"),
        widget=area(6),
        required=False,
        max_length=LONGEST,
        help_text=format_lazy(
            "{} {}",
            _("The usual one when left out. Words in braces are filled in when it is sent:"),
            ", ".join(f"{{{word}}}" for word in WORDS),
        ),
    )
    acknowledge_pct = forms.IntegerField(
        label=_("Percent of them that have to acknowledge it"), min_value=0, max_value=100, initial=0
    )

    def __init__(self, *args: Any, people: Choices, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = people  # type: ignore[attr-defined]
        self.fields["groups"].choices = groups  # type: ignore[attr-defined]
