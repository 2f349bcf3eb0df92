"""Where a missing thing is put right: the page that each unmet rule leads to."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from rightaway.domain.unmet import Unmet
from rightaway.web.forms.releases import section_of

_ALIASES = {"release_model": "model", "release_coordinator": "coordinator", "window": "planned_start"}
# By code, then by rule: the name of a page of the release, or `edit:` and a section.
_PLACES = {
    "G03.risk_unanswered": "edit:assessment",
    "G03.value_statement_short": "edit:assessment",
    "G03.assessor_missing": "edit:assessment",
    "G04.affected_cis_missing": "scope",
    "G10.waves_missing": "plan",
    "G10.deployment_model_missing": "plan",
    "G10.window_reversed": "edit:schedule",
    "G21.defect_open": "evidence",
    "G25.task_open": "release",
    "G30.window_short": "edit:schedule",
    "G30.notices_missing": "evidence",
    "G31.window_closed": "edit:schedule",
    "G60.disposition_missing": "closure",
    "G60.lessons_missing": "closure",
    "G60.problem_missing": "edit:closure",
    "G60.root_cause_missing": "edit:closure",
    "G60.closure_code_missing": "edit:closure",
    "G60.change_open": "scope",
    "early_life_support.roster_gap": "scope",
    "early_life_support.period_short": "edit:early-life",
    "early_life_support.on_call_missing": "edit:early-life",
    "early_life_support.criteria_missing": "edit:early-life",
    "early_life_support.period_missing": "edit:early-life",
}
_BY_RULE = {
    "G04": "scope",
    "G10": "plan",
    "G11": "scope",
    "G20": "plan",
    "G21": "evidence",
    "G22": "release-deployments",
    "G25": "evidence",
    "G30": "evidence",
    "G31": "release-deployments",
    "G40": "release-deployments",
    "G55": "release-deployments",
    "G60": "closure",
    "sacm_update": "scope",
    "communication_plan": "evidence",
    "backups": "evidence",
    "early_life_support": "scope",
}


def place(number: str, unmet: Unmet, *, may_edit: bool) -> str:
    """Give the address where it is put right; empty when there is none, or none for this person."""
    code, evidence = unmet.code, unmet.evidence
    if ".approval_" in code:
        return f"{reverse('release', args=[number])}#approvals"
    if code == "G05.task_open":
        return f"{reverse('release', args=[number])}#tasks"
    if code in _PLACES:
        return _address(number, _PLACES[code], may_edit=may_edit)
    section = section_of(_field(evidence))
    if section:
        return _address(number, f"edit:{section}", may_edit=may_edit)
    found = _BY_RULE.get(unmet.rule)
    return _address(number, found, may_edit=may_edit) if found else ""


def _field(evidence: Mapping[str, Any]) -> str:
    name = str(evidence.get("field", ""))
    return _ALIASES.get(name, name)


def _address(number: str, target: str, *, may_edit: bool) -> str:
    name, _, section = target.partition(":")
    if name == "edit":
        return reverse("release-edit", args=[number, section]) if may_edit else ""
    return reverse(name, args=[number])
