"""What a release policy says, as people read it."""

from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from rightaway.domain.early_life import SHORTEST
from rightaway.domain.guards_building import PASS_PCT
from rightaway.domain.notices import LEAD
from rightaway.domain.policies import Policy
from rightaway.domain.policy_parts import EXAMPLES, ExtraApprovers, Freeze, VersionScheme
from rightaway.web.forms.policy_lines import span
from rightaway.web.statuses import source, words


def lines(held: Policy) -> list[tuple[str, str]]:
    """Say what a policy asks for, one line for each part, with what follows where it says nothing."""
    any_ = _("all")
    return [
        (_("Types of releases"), _listed(held.allowed_types) or any_),
        (_("Deployment models"), _listed(held.allowed_models) or any_),
        (_("From the approved plan to its start"), _leads(held) or _("no least time")),
        (_("Windows for production"), _windows(held) or _("at any time")),
        (_("Freezes"), "; ".join(map(_freeze, held.freezes)) or _("none")),
        (_("Spare time of a window"), _percent(held.window_margin_pct)),
        (_("Tests that have to pass"), _listed(held.mandatory_test_levels) or _("none")),
        (_("Least share of passed cases"), _shares(held)),
        (_("Versions of packages"), _scheme(held)),
        (_("Every design goes back for"), "; ".join(held.rollback_criteria) or _("none")),
        (_("Rehearsal of the way back"), _rehearsal(held)),
        (_("A backup counts for"), _("{count} hours").format(count=held.backup_max_age_hours)),
        (_("Notices arrive before the start"), _by_type(held.notice_lead_s, LEAD)),
        (_("Early life support lasts at least"), _by_type(held.early_life_s, SHORTEST)),
        (_("Users trained"), _percent(held.users_attendance_pct)),
        (_("Support staff trained"), _percent(held.support_attendance_pct)),
        (_("Articles that have to be published"), _listed(held.published_articles) or _("none")),
        (_("A waiver lasts at most"), _("{count} days").format(count=held.longest_waiver_days)),
        (_("Approve besides"), "; ".join(map(_approvers, held.extra_approvers)) or _("nobody")),
        (_("People accept the rollout of"), _listed(held.rollout_acceptance) or _("none")),
        (_("An emergency is justified by"), _emergencies(held)),
    ]


def _listed(names: Any) -> str:
    return ", ".join(str(words(one)) for one in names)


def _percent(value: int) -> str:
    return f"{value} %"


def _leads(held: Policy) -> str:
    return ", ".join(
        _("{type}: {count} days").format(type=words(name), count=days)
        for name, days in held.lead_time_d.items()
        if days
    )


def _windows(held: Policy) -> str:
    return "; ".join(
        f"{', '.join(str(WEEKDAYS_ABBR[day]) for day in one.weekdays)} {one.opens}-{one.closes} {one.zone}"
        for one in held.windows
    )


def _shares(held: Policy) -> str:
    levels = dict.fromkeys((*held.mandatory_test_levels, *held.pass_pct))
    return ", ".join(
        f"{words(level)} {held.pass_pct.get(level, PASS_PCT.get(level, 100))} %" for level in levels
    )


def _rehearsal(held: Policy) -> str:
    if not held.rehearsal_required:
        return _("not asked for")
    return _("at most {count} days before").format(count=held.rehearsal_max_age_days)


def _by_type(seconds: int | None, usual: Any) -> str:
    if seconds is not None:
        return span(seconds)
    return ", ".join(f"{words(name)}: {span(int(length.total_seconds()))}" for name, length in usual.items())


def _freeze(one: Freeze) -> str:
    start, end = (text.replace("T", " ") for text in (one.starts, one.ends))
    found = [f"{one.title}: {start} - {end} {one.zone}"]
    if one.is_soft:
        found.append(_("warns only"))
    if one.except_types:
        found.append(_("not for {types}").format(types=_listed(one.except_types)))
    return ", ".join(found)


def _scheme(held: Policy) -> str:
    scheme = VersionScheme(held.version_scheme)
    example = EXAMPLES.get(scheme)
    return f"{words(scheme)} ({example})" if example else str(words(scheme))


def _approvers(one: ExtraApprovers) -> str:
    sources = ", ".join(source(name) for name in one.sources)
    if not one.types:
        return f"{words(one.approval)}: {sources}"
    return f"{words(one.approval)} ({_listed(one.types)}): {sources}"


def _emergencies(held: Policy) -> str:
    found = [_("an incident of severity {severity} or graver").format(severity=held.emergency_severity)]
    if held.emergency_by_known_error:
        found.append(_("a known error that it ends"))
    if held.emergency_by_advisory:
        found.append(_("a security advisory"))
    return ", ".join(found)
