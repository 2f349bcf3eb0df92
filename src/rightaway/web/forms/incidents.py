"""Forms of incidents, problems, known errors and interactions."""

from typing import Any

from django import forms

from rightaway.services.incidents import LINKS, ROOT_CAUSES
from rightaway.web.forms.base import Choices, CommandForm, Moment, area, options, scale

_SEVERITIES = ("critical", "high", "medium", "low")
_CHANNELS = ("phone", "mail", "chat", "portal", "in_person")


class ServiceForm(CommandForm):
    service = forms.ChoiceField(label="Service")

    def __init__(self, *args: Any, services: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", "Choose one"), *services]  # type: ignore[attr-defined]


class IncidentForm(ServiceForm):
    title = forms.CharField(label="Title", max_length=200)
    severity = forms.TypedChoiceField(
        label="Severity", choices=scale(_SEVERITIES)[1:], coerce=int, initial="3"
    )
    description = forms.CharField(label="Description", widget=area(4), required=False)
    release = forms.CharField(
        label="Release (optional)", required=False, max_length=20, help_text="Its number."
    )
    link = forms.ChoiceField(
        label="How the release is linked", choices=options(LINKS, empty="Not linked"), required=False
    )
    detected_at = Moment(label="Detected, when not now", required=False)


class ResolveIncidentForm(CommandForm):
    resolution = forms.CharField(label="What restored the service", widget=area())
    restored_at = Moment(label="Restored, when not now", required=False)


class ProblemForm(CommandForm):
    root_cause = forms.CharField(label="Root cause", widget=area(4))
    category = forms.ChoiceField(label="Category", choices=options(ROOT_CAUSES, empty="Choose one"))
    is_closed = forms.BooleanField(label="Close the problem", required=False)


class KnownErrorForm(ServiceForm):
    title = forms.CharField(label="Title", max_length=200)
    root_cause = forms.CharField(label="Root cause", widget=area())
    workaround = forms.CharField(label="Workaround", widget=area())
    problem = forms.CharField(
        label="Problem (optional)", required=False, max_length=20, help_text="Its number."
    )


class LinkErrorForm(CommandForm):
    known_error = forms.ChoiceField(label="Known error")
    effect = forms.ChoiceField(
        label="The release", choices=[("fixes", "Fixes it"), ("introduces", "Brings it")]
    )

    def __init__(self, *args: Any, known_errors: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known_error"].choices = known_errors  # type: ignore[attr-defined]


class InteractionForm(CommandForm):
    contact = forms.CharField(label="Who asked", max_length=120)
    channel = forms.ChoiceField(label="Channel", choices=options(_CHANNELS))
    summary = forms.CharField(label="What it is about", widget=area(4))
    release = forms.CharField(
        label="Release (optional)", required=False, max_length=20, help_text="Its number."
    )
