"""Forms of evidence: test reports, defects, training, notices, backups."""

from typing import Any

from django import forms

from rightaway.domain.values import DefectSeverity, TestLevel
from rightaway.web.forms.base import Choices, CommandForm, Moment, area, options


class ReportForm(CommandForm):
    package_digest = forms.CharField(widget=forms.HiddenInput)
    report = forms.FileField(label="JUnit report (XML)")
    suite = forms.CharField(label="Suite", max_length=120)
    level = forms.ChoiceField(label="Level", choices=options(TestLevel), initial=TestLevel.SYSTEM)
    is_final = forms.BooleanField(label="This is the final run", required=False)


class DefectForm(CommandForm):
    title = forms.CharField(label="Title", max_length=200)
    severity = forms.ChoiceField(label="Severity", choices=options(DefectSeverity))


class ResolutionForm(CommandForm):
    resolution = forms.CharField(label="Resolution", widget=area())


class TrainingForm(CommandForm):
    audience = forms.CharField(label="Audience", max_length=80)
    kind = forms.ChoiceField(label="Kind of audience", choices=options(["users", "support"]))
    mode = forms.ChoiceField(label="Mode", choices=options(["classroom", "online", "self_paced"]))
    invited = forms.IntegerField(label="Invited", min_value=0, max_value=1_000_000)
    attended = forms.IntegerField(label="Attended", min_value=0, max_value=1_000_000, initial=0)


class NoticeForm(CommandForm):
    audience = forms.CharField(label="Audience", max_length=80)
    text = forms.CharField(label="Text", widget=area(4))
    due_at = Moment(label="Due")


class BackupForm(CommandForm):
    ci = forms.ChoiceField(label="Configuration item")
    reference = forms.CharField(label="Where it is", max_length=300)
    taken_at = Moment(label="Taken")
    sha256 = forms.RegexField(
        label="SHA-256 (optional)",
        regex=r"^[0-9a-f]{64}$",
        required=False,
        error_messages={"invalid": "A SHA-256 is 64 digits and letters from a to f."},
    )
    is_verified = forms.BooleanField(label="It was read back", required=False)

    def __init__(self, *args: Any, items: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ci"].choices = items  # type: ignore[attr-defined]
