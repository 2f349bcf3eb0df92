"""Forms of evidence: test reports, defects, training, notices, backups."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.trainings import Audience, Mode
from rightaway.domain.values import DefectSeverity, TestLevel
from rightaway.web.forms.base import Choices, CommandForm, Moment, area, options


class ReportForm(CommandForm):
    package_digest = forms.CharField(widget=forms.HiddenInput)
    report = forms.FileField(label=_("JUnit report (XML)"))
    suite = forms.CharField(label=_("Suite"), max_length=120)
    level = forms.ChoiceField(label=_("Level"), choices=options(TestLevel), initial=TestLevel.SYSTEM)
    is_final = forms.BooleanField(label=_("This is the final run"), required=False)


class DefectForm(CommandForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    severity = forms.ChoiceField(label=_("Severity"), choices=options(DefectSeverity))


class ResolutionForm(CommandForm):
    resolution = forms.CharField(label=_("Resolution"), widget=area())


class TrainingForm(CommandForm):
    audience = forms.CharField(label=_("Audience"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind of audience"), choices=options(Audience))
    mode = forms.ChoiceField(label=_("Mode"), choices=options(Mode))
    invited = forms.IntegerField(label=_("Invited"), min_value=0, max_value=1_000_000)
    attended = forms.IntegerField(label=_("Attended"), min_value=0, max_value=1_000_000, initial=0)


class NoticeForm(CommandForm):
    audience = forms.CharField(label=_("Audience"), max_length=80)
    text = forms.CharField(label=_("Text"), widget=area(4))
    due_at = Moment(label=_("Due"))


class BackupForm(CommandForm):
    ci = forms.ChoiceField(label=_("Configuration item"))
    reference = forms.CharField(label=_("Where it is"), max_length=300)
    taken_at = Moment(label=_("Taken"))
    sha256 = forms.RegexField(
        label=_("SHA-256 (optional)"),
        regex=r"^[0-9a-f]{64}$",
        required=False,
        error_messages={"invalid": _("A SHA-256 is 64 digits and letters from a to f.")},
    )
    is_verified = forms.BooleanField(label=_("It was read back"), required=False)

    def __init__(self, *args: Any, items: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ci"].choices = items  # type: ignore[attr-defined]
