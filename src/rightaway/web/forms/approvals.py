"""Forms around approvals: filters, votes on several, questions, delegations, groups."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.approvals import Decision
from rightaway.queries import templates
from rightaway.web.forms.base import Choices, CommandForm, Moment, area
from rightaway.web.forms.lists import ANY, FilterForm, services
from rightaway.web.statuses import words


def _kinds() -> Choices:
    keys = dict.fromkeys(requirement.key for _workflow, requirement in templates.requirements())
    return [("", ANY), *((key, words(key)) for key in keys)]


class ApprovalFilter(FilterForm):
    text = forms.CharField(label=_("Number or title"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Approval"), required=False, choices=_kinds)
    service = forms.ChoiceField(label=_("Service"), required=False, choices=services)


class BulkVoteForm(CommandForm):
    """Carries each approval with the digest that was shown, so that none is voted on unseen."""

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

    def __init__(self, *args: Any, rows: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in rows:
            self.fields[self.name(row)] = forms.CharField(widget=forms.HiddenInput, initial=row.digest)

    @staticmethod
    def name(row: Any) -> str:
        return f"digest_{row.pk}"


class QuestionForm(CommandForm):
    text = forms.CharField(label=_("Question"), widget=area(), max_length=2000)


class AnswerForm(CommandForm):
    text = forms.CharField(label=_("Answer"), widget=area(), max_length=2000)


class DelegationForm(CommandForm):
    to = forms.ChoiceField(label=_("Who votes in your place"))
    starts_at = Moment(label=_("From"))
    ends_at = Moment(label=_("Until, at most 180 days later"))
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = people  # type: ignore[attr-defined]


class GroupEditForm(CommandForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    members = forms.MultipleChoiceField(label=_("Members"), required=False)

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = people  # type: ignore[attr-defined]


class GroupForm(GroupEditForm):
    key = forms.CharField(label=_("Key"), max_length=40, help_text=_("Workflows name the group by it."))
    field_order = ("key", "name", "members")
