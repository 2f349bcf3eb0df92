"""Forms of training: the plan of an audience, its sessions, and who came."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.trainings import Audience, Mode, Source
from rightaway.web.forms.base import Choices, CommandForm, Lines, Moment, options

_MOST = 1_000_000


class AudienceForm(CommandForm):
    audience = forms.CharField(label=_("Audience"), max_length=80, help_text=_("Such as Shop staff."))
    kind = forms.ChoiceField(
        label=_("Kind of audience"),
        choices=options(Audience),
        help_text=_("Who supports or operates the service has to be trained in full."),
    )
    mode = forms.ChoiceField(label=_("Mode"), choices=options(Mode))
    content = forms.CharField(
        label=_("Material (optional)"), max_length=300, required=False, help_text=_("Where it is.")
    )
    article = forms.CharField(
        label=_("Article (optional)"), max_length=20, required=False, help_text=_("Its number.")
    )
    provider = forms.CharField(label=_("Who teaches (optional)"), max_length=120, required=False)
    pass_mark = forms.IntegerField(
        label=_("Pass mark of the quiz, in percent (optional)"), min_value=1, max_value=100, required=False
    )
    cost_estimate = forms.IntegerField(
        label=_("Estimated cost (optional)"), min_value=0, max_value=10**9, required=False
    )
    cost_actual = forms.IntegerField(
        label=_("Actual cost (optional)"), min_value=0, max_value=10**9, required=False
    )
    answers = forms.MultipleChoiceField(
        label=_("Misuse that it teaches how to avoid (optional)"),
        required=False,
        help_text=_("Incidents after earlier releases of the service."),
    )

    def __init__(self, *args: Any, gaps: Choices, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answers"].choices = gaps  # type: ignore[attr-defined]
        if not gaps:
            del self.fields["answers"]
        if not is_new:
            del self.fields["audience"]


class SessionForm(CommandForm):
    starts_at = Moment(label=_("Begins"))
    ends_at = Moment(label=_("Ends"))
    place = forms.CharField(label=_("Place (optional)"), max_length=120, required=False)
    seats = forms.IntegerField(label=_("Seats (optional)"), min_value=1, max_value=_MOST, required=False)


class InviteForm(CommandForm):
    names = Lines(
        label=_("People, one on each line"),
        max_length=100_000,
        help_text=_("Names of accounts, or people as they are called."),
    )


class AttendanceForm(CommandForm):
    has_attended = forms.BooleanField(label=_("They came"), required=False, initial=True)
    session = forms.TypedChoiceField(
        label=_("Session (optional)"), required=False, coerce=int, empty_value=None
    )
    score = forms.IntegerField(
        label=_("Result of the quiz, in percent (optional)"), min_value=0, max_value=100, required=False
    )
    source = forms.ChoiceField(label=_("Who says so"), choices=options(Source))

    def __init__(self, *args: Any, sessions: Choices, has_quiz: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].choices = [("", _("No session")), *sessions]  # type: ignore[attr-defined]
        if not has_quiz:
            del self.fields["score"]


class CountForm(CommandForm):
    invited = forms.IntegerField(label=_("Invited"), min_value=0, max_value=_MOST)
    attended = forms.IntegerField(label=_("Attended"), min_value=0, max_value=_MOST, initial=0)
    passed = forms.IntegerField(
        label=_("Passed the quiz (optional)"), min_value=0, max_value=_MOST, required=False
    )
    source = forms.ChoiceField(label=_("Who says so"), choices=options(Source))

    def __init__(self, *args: Any, has_quiz: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_quiz:
            del self.fields["passed"]
