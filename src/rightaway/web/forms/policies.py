"""Forms of release policies: figures, words, and lists of which each line is one thing."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rightaway.domain.policies import DEPLOYMENT_MODELS, FIGURES
from rightaway.domain.values import ArticleKind, ReleaseType, TestLevel
from rightaway.web.forms.base import CommandForm, Lines, Moment, VersionForm, options
from rightaway.web.forms.lists import FilterForm

UNITS = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
_SPAN = re.compile(r"(\d{1,9}) ?(d|h|min|s)", re.ASCII)
_WINDOW = re.compile(r"([0-6](?:,[0-6])*) (\d\d:\d\d)-(\d\d:\d\d)(?: (\S{1,60}))?", re.ASCII)


def span(seconds: int) -> str:
    """Write seconds in the largest unit that holds them without a rest."""
    unit = next(name for name, length in UNITS.items() if seconds % length == 0)
    return f"{seconds // UNITS[unit]} {unit}"


class Span(forms.CharField):
    """How long something takes, such as `5 d`; gives seconds, None when empty."""

    def prepare_value(self, value: Any) -> Any:
        return span(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        if not text:
            return None
        found = _SPAN.fullmatch(text)
        if found is None:
            raise ValidationError(gettext("Write a number and d, h, min or s, such as 5 d."))
        return int(found[1]) * UNITS[found[2]]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial) or "", data)


class Windows(Lines):
    """Weekly windows, one on each line, such as `5,6 22:00-04:00 Europe/Berlin`."""

    def prepare_value(self, value: Any) -> Any:
        lines = [_line(one) for one in value] if isinstance(value, list) else value
        return super().prepare_value(lines)

    def clean(self, value: Any) -> Any:
        return [_window(line) for line in super().clean(value)]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (data or "").split() != (self.prepare_value(initial) or "").split()


def _line(one: Mapping[str, Any]) -> str:
    days = ",".join(map(str, one["weekdays"]))
    return f"{days} {one['opens']}-{one['closes']} {one.get('zone', 'UTC')}"


def _window(line: str) -> dict[str, Any]:
    found = _WINDOW.fullmatch(line)
    if found is None:
        raise ValidationError(
            gettext("Write one on each line, such as 5,6 22:00-04:00 Europe/Berlin; 0 is Monday.")
        )
    days = sorted({int(one) for one in found[1].split(",")})
    return {"weekdays": days, "opens": found[2], "closes": found[3], "zone": found[4] or "UTC"}


class Percents(Lines):
    """Shares in percent by name, one on each line, such as `regression=98`."""

    def prepare_value(self, value: Any) -> Any:
        lines = [f"{name}={one}" for name, one in value.items()] if isinstance(value, dict) else value
        return super().prepare_value(lines)

    def clean(self, value: Any) -> Any:
        found = {}
        for line in super().clean(value):
            name, sign, share = (part.strip() for part in line.partition("="))
            if not (name and sign and share.isascii() and share.isdigit() and len(share) <= 3):  # noqa: PLR2004 -- 100
                raise ValidationError(gettext("Write one on each line, such as regression=98."))
            found[name] = int(share)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (data or "").split() != (self.prepare_value(initial) or "").split()


def _several(label: Any, choices: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, help_text=help_text)


def _figure(name: str, label: Any, help_text: Any = "") -> forms.IntegerField:
    least, most = FIGURES[name]
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=help_text)


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=365, required=False)


class PolicyForm(CommandForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    allowed_types = _several(_("Types of releases"), options(ReleaseType), _("All when none is chosen."))
    allowed_models = _several(
        _("Deployment models"), options(DEPLOYMENT_MODELS), _("All when none is chosen.")
    )
    lead_major = _days(_("Days from the approved plan to its start, major (optional)"))
    lead_minor = _days(_("The same, minor (optional)"))
    lead_emergency = _days(_("The same, emergency (optional)"))
    windows = Windows(
        label=_("Windows for production (optional)"),
        required=False,
        help_text=_("One on each line, such as 5,6 22:00-04:00 Europe/Berlin; 0 is Monday."),
    )
    window_margin_pct = _figure("window_margin_pct", _("Spare time of a window, in percent"))
    mandatory_test_levels = _several(_("Tests that have to pass"), options(TestLevel))
    pass_pct = Percents(
        label=_("Least share of passed cases (optional)"),
        required=False,
        help_text=_("One level on each line, such as regression=98; the others follow the product."),
    )
    rehearsal_required = forms.BooleanField(label=_("The way back has to be rehearsed"), required=False)
    rehearsal_max_age_days = _figure("rehearsal_max_age_days", _("A rehearsal counts for so many days"))
    backup_max_age_hours = _figure("backup_max_age_hours", _("A backup counts for so many hours"))
    notice_lead_s = Span(
        label=_("Notices arrive before the start (optional)"),
        required=False,
        help_text=_("Such as 5 d or 12 h; by the type of the release when empty."),
    )
    early_life_s = Span(
        label=_("Early life support lasts at least (optional)"),
        required=False,
        help_text=_("Such as 14 d; by the type of the release when empty."),
    )
    users_attendance_pct = _figure("users_attendance_pct", _("Users trained, in percent"))
    support_attendance_pct = _figure("support_attendance_pct", _("Support staff trained, in percent"))
    published_articles = _several(_("Articles that have to be published"), options(ArticleKind))
    longest_waiver_days = _figure("longest_waiver_days", _("A waiver lasts so many days at most"))
    note = forms.CharField(label=_("What it is for (optional)"), max_length=300, required=False)

    def content(self) -> dict[str, Any]:
        """Give the policy as the form has it, whole."""
        given = dict(self.cleaned_data)
        leads = {one: given.pop(f"lead_{one}") for one in map(str, ReleaseType)}
        del given["version"], given["note"]
        return {**given, "lead_time_d": {name: days for name, days in leads.items() if days is not None}}


def initial(content: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the form shows of a policy."""
    leads = {f"lead_{name}": days for name, days in content["lead_time_d"].items()}
    return {**content, **leads}


class PolicyFilter(FilterForm):
    text = forms.CharField(label=_("Service"), required=False, max_length=100)


class ConfirmPolicyForm(VersionForm):
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    effective_at = Moment(
        label=_("From (optional)"), required=False, help_text=_("From now on when it is empty.")
    )


class DiscardPolicyForm(VersionForm):
    reason = forms.CharField(label=_("Why (optional)"), max_length=300, required=False)
