"""Forms of one's own account."""

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.web.forms.base import Choices, CommandForm, Moment


def zones() -> Choices:
    """Give the time zones by place; the old and the technical names of the database are left out."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [
        ("", str(_("As the browser"))),
        ("UTC", "UTC"),
        *((name, name.replace("_", " ")) for name in places),
    ]


class TokenForm(CommandForm):
    label = forms.CharField(label=_("What it is for"), max_length=80)
    expires_at = Moment(label=_("Until, at most 90 days from now"), required=False)


class PreferencesForm(CommandForm):
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    density = forms.ChoiceField(
        label=_("Density"), choices=[("comfortable", _("Comfortable")), ("compact", _("Compact"))]
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser")), ("en", _("English")), ("de", _("Deutsch"))],
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=zones)
    shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts of a single letter"), required=False, initial=True
    )
