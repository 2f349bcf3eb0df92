"""The questionnaire on the risk of a change, and the level that a person states."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rightaway.domain.risk_questions import Question
from rightaway.web.forms.base import VersionForm, area, options
from rightaway.web.statuses import words

LEVELS: Mapping[int, str | Promise] = {
    1: _("very low"),
    2: _("low"),
    3: _("medium"),
    4: _("high"),
    5: _("very high"),
}
ANSWER = "answer_"
NOT_ANSWERED = _("Not answered")


class RiskForm(VersionForm):
    def __init__(self, *args: Any, row: Any, questions: Iterable[Question], **kwargs: Any) -> None:
        held = {f"{ANSWER}{key}": answer for key, answer in row.risk_answers.items()}
        initial = {"version": row.version, "risk_level": row.risk_level, "risk_reason": row.risk_reason}
        super().__init__(*args, initial=initial | held, **kwargs)
        for one in questions:
            self.fields[f"{ANSWER}{one.key}"] = forms.ChoiceField(
                label=words(one.text), required=False, choices=options(one.answers, empty=NOT_ANSWERED)
            )
        self.fields["risk_level"] = forms.ChoiceField(
            label=_("Level you state (optional)"),
            required=False,
            choices=[("", _("as counted")), *((str(key), f"{key} - {text}") for key, text in LEVELS.items())],
            help_text=_("Raise it as you see fit; lower it by one, with a reason."),
        )
        self.fields["risk_reason"] = forms.CharField(
            label=_("Reason"), widget=area(2), required=False, max_length=300
        )

    def fields_given(self) -> dict[str, Any]:
        given = self.cleaned_data
        answers = {
            name.removeprefix(ANSWER): value for name, value in given.items() if name.startswith(ANSWER)
        }
        return {
            "risk_answers": {key: answer for key, answer in answers.items() if answer},
            "risk_level": int(given["risk_level"]) if given["risk_level"] else None,
            "risk_reason": given["risk_reason"],
        }
