"""Forms of release policies."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.policies import DEPLOYMENT_MODELS, FIGURES
from rightaway.domain.policy_parts import VersionScheme
from rightaway.domain.values import ArticleKind, ReleaseType, TestLevel
from rightaway.web.forms.base import CommandForm, Lines, Moment, VersionForm, options
from rightaway.web.forms.lists import FilterForm
from rightaway.web.forms.policy_lines import Approvers, Freezes, Percents, Span, Windows


def _several(label: Any, choices: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
    )


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
    windows = Windows(label=_("Windows for production (optional)"))
    freezes = Freezes(label=_("Freezes (optional)"))
    window_margin_pct = _figure("window_margin_pct", _("Spare time of a window, in percent"))
    mandatory_test_levels = _several(_("Tests that have to pass"), options(TestLevel))
    pass_pct = Percents(label=_("Least share of passed cases (optional)"))
    version_scheme = forms.ChoiceField(label=_("Versions of packages"), choices=options(VersionScheme))
    rollback_criteria = Lines(
        label=_("Criteria for going back that every design names (optional)"),
        required=False,
        help_text=_("One on each line."),
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
    rollout_acceptance = _several(
        _("Types of which people accept the rollout"), options(ReleaseType), _("None when none is chosen.")
    )
    extra_approvers = Approvers(label=_("Who approves besides (optional)"))
    emergency_severity = _figure(
        "emergency_severity",
        _("Severity of an incident that justifies an emergency"),
        _("That, or graver; 1 is the gravest."),
    )
    emergency_by_known_error = forms.BooleanField(
        label=_("A known error that it ends justifies an emergency"), required=False
    )
    emergency_by_advisory = forms.BooleanField(
        label=_("A security advisory justifies an emergency"), required=False
    )
    note = forms.CharField(label=_("What it is for (optional)"), max_length=300, required=False)

    SECTIONS = (
        (_("What may be released"), ("allowed_types", "allowed_models", "version_scheme")),
        (
            _("When"),
            ("lead_major", "lead_minor", "lead_emergency", "windows", "window_margin_pct", "freezes"),
        ),
        (_("Who approves"), ("extra_approvers", "rollout_acceptance")),
        (_("Tests"), ("mandatory_test_levels", "pass_pct")),
        (
            _("The way back"),
            ("rollback_criteria", "rehearsal_required", "rehearsal_max_age_days", "backup_max_age_hours"),
        ),
        (
            _("People"),
            (
                "notice_lead_s",
                "early_life_s",
                "users_attendance_pct",
                "support_attendance_pct",
                "published_articles",
            ),
        ),
        (
            _("Exceptions"),
            (
                "longest_waiver_days",
                "emergency_severity",
                "emergency_by_known_error",
                "emergency_by_advisory",
            ),
        ),
        (_("For the second person"), ("note",)),
    )

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
