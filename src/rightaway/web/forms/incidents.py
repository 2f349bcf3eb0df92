"""Forms of incidents, problems, known errors and interactions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.values import IncidentLink
from rightaway.services.incidents import ROOT_CAUSES
from rightaway.web.forms.base import CHOOSE, Choices, CommandForm, Moment, VersionForm, area, options, scale

_SEVERITIES = ("critical", "high", "medium", "low")
_CHANNELS = ("phone", "mail", "chat", "portal", "in_person")


class ServiceForm(CommandForm):
    service = forms.ChoiceField(label=_("Service"))

    def __init__(self, *args: Any, services: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", CHOOSE), *services]  # type: ignore[attr-defined]


class IncidentForm(ServiceForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    severity = forms.TypedChoiceField(
        label=_("Severity"), choices=scale(_SEVERITIES)[1:], coerce=int, initial="3"
    )
    description = forms.CharField(label=_("Description"), widget=area(4), required=False)
    release = forms.CharField(
        label=_("Release (optional)"), required=False, max_length=20, help_text=_("Its number.")
    )
    link = forms.ChoiceField(
        label=_("How the release is linked"),
        choices=options(IncidentLink, empty=_("Not linked")),
        required=False,
    )
    detected_at = Moment(label=_("Detected, when not now"), required=False)


class LinkIncidentForm(VersionForm):
    release = forms.CharField(label=_("Release"), max_length=20, help_text=_("Its number."))
    link = forms.ChoiceField(label=_("How the release is linked"), choices=options(IncidentLink))


class MisuseForm(VersionForm):
    is_misuse = forms.BooleanField(
        label=_("People did not know how to use the service"), required=False, initial=True
    )
    misunderstood = forms.CharField(label=_("What was misunderstood"), max_length=300, required=False)


class ResolveIncidentForm(VersionForm):
    resolution = forms.CharField(label=_("What restored the service"), widget=area())
    restored_at = Moment(label=_("Restored, when not now"), required=False)


class ProblemForm(VersionForm):
    root_cause = forms.CharField(label=_("Root cause"), widget=area(4))
    category = forms.ChoiceField(label=_("Category"), choices=options(ROOT_CAUSES, empty=CHOOSE))
    is_closed = forms.BooleanField(label=_("Close the problem"), required=False)


class KnownErrorForm(ServiceForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    root_cause = forms.CharField(label=_("Root cause"), widget=area())
    workaround = forms.CharField(label=_("Workaround"), widget=area())
    problem = forms.CharField(
        label=_("Problem (optional)"), required=False, max_length=20, help_text=_("Its number.")
    )


class LinkErrorForm(CommandForm):
    known_error = forms.ChoiceField(label=_("Known error"))
    effect = forms.ChoiceField(
        label=_("The release"), choices=[("fixes", _("Fixes it")), ("introduces", _("Brings it"))]
    )

    def __init__(self, *args: Any, known_errors: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known_error"].choices = known_errors  # type: ignore[attr-defined]


class InteractionForm(CommandForm):
    contact = forms.CharField(label=_("Who asked"), max_length=120)
    channel = forms.ChoiceField(label=_("Channel"), choices=options(_CHANNELS))
    summary = forms.CharField(label=_("What it is about"), widget=area(4))
    release = forms.CharField(
        label=_("Release (optional)"), required=False, max_length=20, help_text=_("Its number.")
    )
