"""Forms of the closing of a release: what is linked, sign-off, lessons, debts, the follow-up."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.lessons import LessonAnswer, LessonState
from rightaway.domain.sign_offs import SignOffDecision
from rightaway.services.closing import Veto
from rightaway.web.forms.base import (
    CHOOSE,
    Choices,
    CommandForm,
    Moment,
    ReasonForm,
    VersionForm,
    area,
    options,
)

_ANSWERS = [
    (str(LessonAnswer.APPLIED), _("Applied in this release")),
    (str(LessonAnswer.NOT_APPLICABLE), _("Not applicable here")),
]


class ClosingForm(CommandForm):
    """One veto for each proposal: a reason keeps the record open."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    owner = forms.ChoiceField(label=_("Who goes on with what you keep open"))

    def __init__(self, *args: Any, proposals: Iterable[Any], people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposals = list(proposals)
        self.fields["owner"].choices = people  # type: ignore[attr-defined]
        for one in self.proposals:
            self.fields[self._name(one)] = forms.CharField(
                label=_("Keep {record} open, because").format(record=one.record.number),
                required=False,
                max_length=2000,
            )

    @staticmethod
    def _name(one: Any) -> str:
        return f"veto_{one.record.number}"

    def rows(self) -> Iterator[tuple[Any, Any]]:
        """Give each proposal with the field of its veto."""
        return ((one, self[self._name(one)]) for one in self.proposals)

    def vetoes(self) -> dict[str, Veto]:
        given = self.cleaned_data
        return {
            one.record.number: Veto(given[self._name(one)], given["owner"])
            for one in self.proposals
            if given[self._name(one)]
        }


class TargetsForm(VersionForm):
    """A target for each objective by its place."""

    def __init__(self, *args: Any, objectives: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._texts = [one.text for one in objectives]
        for place, one in enumerate(objectives):
            self.fields[f"target_{place}"] = forms.CharField(
                label=one.text, required=False, max_length=300, initial=one.target, disabled=bool(one.result)
            )

    def targets(self) -> dict[str, str]:
        return {text: self.cleaned_data[f"target_{place}"] for place, text in enumerate(self._texts)}


class SignOffForm(CommandForm):
    decision = forms.ChoiceField(
        label=_("What you say to the result"), widget=forms.RadioSelect, choices=options(SignOffDecision)
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=area(),
        required=False,
        help_text=_("Reservations and a rejection need one."),
    )


class AnswerForm(CommandForm):
    text = forms.CharField(label=_("Answer"), widget=area())


class LessonAnswerForm(CommandForm):
    answer = forms.ChoiceField(label=_("Answer"), widget=forms.RadioSelect, choices=_ANSWERS)
    reason = forms.CharField(
        label=_("Reason"), widget=area(), required=False, help_text=_("What is not applicable needs one.")
    )


class LessonDecisionForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_("What becomes of it"), widget=forms.RadioSelect)
    field_order = ("version", "state", "reason")

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, needed=False, **kwargs)
        others = [one for one in LessonState if one != LessonState.OPEN]
        self.fields["state"].choices = options(  # type: ignore[attr-defined]
            others if state == LessonState.OPEN else [LessonState.OPEN]
        )


class SettleForm(VersionForm):
    note = forms.CharField(label=_("What settles it"), widget=area())


class DebtForm(CommandForm):
    owed = forms.CharField(label=_("What is to be done"), widget=area())
    owner = forms.ChoiceField(label=_("Owner"))
    due_at = Moment(label=_("Due"))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", CHOOSE), *people]  # type: ignore[attr-defined]


class FollowUpForm(CommandForm):
    title = forms.CharField(label=_("Title"), max_length=200)
