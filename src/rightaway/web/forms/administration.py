"""Forms of administrators: people and their roles, environments, services and targets."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.permissions import Role
from rightaway.domain.values import EnvironmentTier
from rightaway.web.forms.base import Choices, CommandForm, Lines, area, options

GRANTABLE = [role for role in Role if role is not Role.SERVICE_ACCOUNT]


class PersonForm(CommandForm):
    username = forms.CharField(
        label=_("User name"), max_length=150, help_text=_("What they type to sign in, such as anna.")
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Mail (optional)"), required=False)


class RoleForm(CommandForm):
    role = forms.ChoiceField(label=_("Role"), choices=options(GRANTABLE))
    scope = forms.ChoiceField(label=_("Where"))

    def __init__(self, *args: Any, scopes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]


class _Keyed(CommandForm):
    """A record with a key of its own, which never changes once it is there."""

    key = forms.SlugField(label=_("Key"), max_length=80, help_text=_("Letters, digits, - and _; it stays."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            self.fields["key"].disabled = True


class EnvironmentForm(_Keyed):
    name = forms.CharField(label=_("Name"), max_length=120)
    tier = forms.ChoiceField(label=_("Tier"), choices=options(EnvironmentTier))


class ServiceForm(_Keyed):
    name = forms.CharField(label=_("Name"), max_length=200)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    criticality = forms.IntegerField(label=_("Criticality"), min_value=1, max_value=4, initial=3)

    def __init__(self, *args: Any, owners: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", _("Nobody yet")), *owners]  # type: ignore[attr-defined]


class TargetForm(_Keyed):
    ci = forms.ChoiceField(label=_("Configuration item"))
    environment = forms.ChoiceField(label=_("Environment"))
    driver = forms.ChoiceField(label=_("Driver"))
    config = forms.CharField(
        label=_("Configuration"),
        widget=area(6, spellcheck="false"),
        help_text=_('As JSON, such as {"host": "10.0.0.7"}; the driver checks it.'),
        initial="{}",
    )
    tags = Lines(label=_("Tags, one on each line (optional)"), required=False)
    failure_domain = forms.CharField(label=_("Failure domain (optional)"), required=False, max_length=80)

    def __init__(self, *args: Any, choices: dict[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]

    def clean_config(self) -> dict[str, Any]:
        try:
            found = json.loads(self.cleaned_data["config"])
        except ValueError as error:
            raise forms.ValidationError(_("This is no JSON: %(error)s"), params={"error": error}) from None
        if not isinstance(found, dict):
            raise forms.ValidationError(_("Write names and values in braces."))
        return found
