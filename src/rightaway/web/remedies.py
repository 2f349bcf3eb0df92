"""Where a missing thing is put right: the page that each unmet rule leads to."""

from collections.abc import Callable, Container, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rightaway.domain.deployment_states import Intent
from rightaway.domain.guards_results import ENDED_IN_VAIN
from rightaway.domain.notices import Moment, To
from rightaway.domain.unmet import Unmet
from rightaway.web.forms.releases import section_of
from rightaway.web.viewers import Viewer

_ALIASES = {
    "release_model": "model",
    "release_coordinator": "coordinator",
    "window": "planned_start",
    "communication_plan_approved_by": "communication_approved_by",
}
# By code, then by rule: the name of a page of the release and the part of it, or `edit:` and a section.
_PLACES = {
    "G03.risk_unanswered": "edit:assessment",
    "G03.value_statement_short": "edit:assessment",
    "G03.assessor_missing": "edit:assessment",
    "G04.affected_cis_missing": "edit-scope:",
    "G04.changes_missing": "edit-scope:",
    "G10.waves_missing": "plan#design",
    "G10.deployment_model_missing": "plan#design",
    "G10.build_environment_missing": "plan#design",
    "G10.deployment_environment_missing": "plan#design",
    "G10.window_reversed": "edit:schedule",
    "G21.defect_open": "evidence#defects",
    "G25.task_open": "release#tasks",
    "G30.window_short": "edit:schedule",
    "G30.notices_missing": "release-communication",
    "G30.stakeholders_missing": "stakeholders",
    "communication_plan.stakeholders_missing": "stakeholders",
    "communication_plan.audience_empty": "scope#stakeholders",
    "G31.window_closed": "edit:schedule",
    "communication_plan.notice_late": "edit:schedule",
    "sacm_update.affected_cis_missing": "edit-scope:",
    "G12.superseded": "scope#relations",
    "G12.dependency_abandoned": "scope#relations",
    "G12.parent_abandoned": "scope#relations",
    "G90.successor_missing": "scope#relations",
    "G60.disposition_missing": "closure#linked",
    "G60.review_missing": "closure#review",
    "G60.objectives_missing": "closure#objectives",
    "G60.ratings_missing": "closure#ratings",
    "G60.rating_missing": "closure#ratings",
    "G60.early_life_acceptance": "closure#early-life",
    "G60.lessons_missing": "closure#lessons",
    "G60.problem_missing": "edit:closure",
    "G60.root_cause_missing": "edit:closure",
    "G60.closure_code_missing": "edit:closure",
    "early_life_support.roster_gap": "scope#roster",
    "early_life_support.period_short": "edit:early-life",
    "early_life_support.on_call_missing": "edit:early-life",
    "early_life_support.criteria_missing": "edit:early-life",
    "early_life_support.period_missing": "edit:early-life",
}
_BY_RULE = {
    "G04": "scope",
    "G07": "scope",
    "G10": "plan",
    "G11": "scope",
    "G20": "plan#package",
    "G21": "evidence#tests",
    "G22": "release-deployments",
    "G23": "evidence#tests",
    "G25": "release-training",
    "G30": "release-communication",
    "G31": "release-deployments",
    "G40": "release-deployments",
    "G55": "release-deployments",
    "G60": "closure",
    "G61": "plan",
    "sacm_update": "scope#items",
    "communication_plan": "release-communication",
    "backups": "evidence#backups",
    "early_life_support": "scope",
}
_IN_DESIGN = {
    "G10.waves_missing",
    "G10.deployment_model_missing",
    "G10.build_environment_missing",
    "G10.deployment_environment_missing",
    "G10.success_criteria_missing",
    "G10.rollback_criteria_missing",
    "G22.irreversible",
}
ARTICLE = ".article_unpublished"
_RECORDS = ("change", "incident", "deployment", "release")
"""Where the evidence of a rule names one of these, its own page is where it is put right."""


def place(
    viewer: Viewer, row: Any, unmet: Unmet, *, may_edit: bool, planned: Callable[[], Container[str]]
) -> str:
    """
    Give the address where it is put right; empty when there is none, or none for this person.

    Args:
        planned: Gives the environments for which there is a plan; only some remedies ask.
    """
    code, evidence, number = unmet.code, unmet.evidence, row.number
    if code == "G60.early_life_period" or (code == "G31.window_closed" and not unmet.failed):
        return ""  # it comes by itself: who moved it would have to ask for approvals again
    if ".approval_" in code:
        return _approval(viewer, row, unmet)
    if code == "hold.held":
        may_hold = viewer.may("release.hold", row.service.key)
        return reverse("release-resume", args=[number]) if may_hold else ""
    if code == "G05.task_open":
        return f"{reverse('release', args=[number])}#tasks"
    step = _article(viewer, row, evidence) if code.endswith(ARTICLE) else _step(viewer, row, unmet, planned)
    if step:
        return step
    for kind in _RECORDS:
        if evidence.get(kind):
            return reverse(kind, args=[evidence[kind]])
    if code in _PLACES:
        return _address(number, _PLACES[code], may_edit=may_edit)
    section = section_of(_field(evidence))
    if section:
        return _address(number, f"edit:{section}", may_edit=may_edit)
    found = _BY_RULE.get(unmet.rule)
    return _address(number, found, may_edit=may_edit) if found else ""


def _step(viewer: Viewer, row: Any, unmet: Unmet, planned: Callable[[], Container[str]]) -> str:
    """Lead who may do it right to the form of the next step, filled in as far as the design says it."""
    code, design, scope = unmet.code, row.design or {}, row.service.key
    rehearsed_in, deployed_to = design.get("rehearsal_environment", ""), design.get("environment", "")
    owns = row.initiated_by_id == viewer.user.pk
    if code in _IN_DESIGN and viewer.may("plan.edit", scope, own=owns):
        return reverse("design", args=[row.number])
    if code in {"G22.back_out_plan_missing", "G23.back_out_plan_missing"} and viewer.may(
        "plan.edit", scope, own=owns
    ):
        return _form("compile", row, environment=deployed_to)
    if code.startswith("G22.rehearsal") and viewer.may("deployment.rehearse", scope):
        if rehearsed_in not in planned():
            return _form("compile", row, environment=rehearsed_in)
        return _form("launch", row, environment=rehearsed_in, intent=Intent.DRILL)
    if code == "communication_plan.notice_undelivered" and viewer.may("release.edit", scope, own=owns):
        notice = row.notices.filter(
            audience=unmet.evidence["audience"], moment=Moment.AHEAD, sent_at=None
        ).first()
        name = "notice-sent" if notice and notice.to == To.OUTSIDE else "notice-send"
        return reverse(name, args=[row.number, notice.pk]) if notice else ""
    if code == "G40.deployment_unfinished" and unmet.evidence["status"] in {"", *ENDED_IN_VAIN}:
        return _launch(viewer, row, deployed_to)
    return ""


def _launch(viewer: Viewer, row: Any, environment: str) -> str:
    if not viewer.may("deployment.launch", row.service.key):
        return reverse("release-deployments", args=[row.number])
    return _form("launch", row, environment=environment, intent=Intent.PLANNED)


def _approval(viewer: Viewer, row: Any, unmet: Unmet) -> str:
    """Lead who may ask for it to asking, once there is something to approve; else to where votes are given."""
    is_open = not unmet.code.endswith(".approval_pending") and unmet.evidence.get("current_digest")
    if is_open and viewer.may("approval.request", row.service.key):
        return reverse("approval-request", args=[row.number, unmet.evidence["approval"]])
    return f"{reverse('release', args=[row.number])}#approvals"


def _article(viewer: Viewer, row: Any, evidence: Mapping[str, Any]) -> str:
    """Lead to the draft that waits to be published, or to a new one."""
    if not viewer.may("article.edit", row.service.key):
        return ""
    for draft in evidence["articles"]:
        return reverse("article-publish", args=[draft])
    query = {"kind": evidence["kind"], "service": row.service.key, "release": row.number}
    return f"{reverse('article-write')}?{urlencode(query)}"


def _form(name: str, row: Any, **given: str) -> str:
    return f"{reverse(name, args=[row.number])}?{urlencode(given)}"


def _field(evidence: Mapping[str, Any]) -> str:
    name = str(evidence.get("field", ""))
    return _ALIASES.get(name, name)


def _address(number: str, target: str, *, may_edit: bool) -> str:
    name, _, section = target.partition(":")
    if name == "edit":
        return reverse("release-edit", args=[number, section]) if may_edit else ""
    if name == "edit-scope":
        return reverse("scope-edit", args=[number]) if may_edit else reverse("scope", args=[number])
    if name == "stakeholders" and not may_edit:
        name = "scope#stakeholders"
    name, _, part = name.partition("#")
    return f"{reverse(name, args=[number])}#{part}" if part else reverse(name, args=[number])
