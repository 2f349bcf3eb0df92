"""Which page answers which path; the names are used by `reverse` and by the templates."""

from collections.abc import Callable

from allauth.account import views as account
from django.http import HttpResponseBase
from django.urls import URLPattern, path, register_converter

from rightaway.web import (
    approvals,
    assurance,
    audit,
    changes,
    cmdb,
    deployments,
    home,
    incidents,
    knowledge,
    lifecycle,
    metrics,
    people,
    plans,
    releases,
    reviews,
    scope,
    search,
    showcase,
    themes,
)


class Number:
    """A number that people say, such as REL-000123; anything else is no page."""

    regex = "[A-Z]{2,3}-[0-9]{6,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Number, "number")

_ACCOUNTS = [
    path(
        "accounts/login/",
        account.LoginView.as_view(template_name="accounts/login.html"),
        name="account_login",
    ),
    path(
        "accounts/logout/",
        account.LogoutView.as_view(template_name="accounts/logout.html"),
        name="account_logout",
    ),
    path(
        "accounts/signup/",
        account.SignupView.as_view(template_name_signup_closed="accounts/closed.html"),
        name="account_signup",
    ),
    path(
        "accounts/inactive/",
        account.AccountInactiveView.as_view(template_name="accounts/inactive.html"),
        name="account_inactive",
    ),
    path(
        "accounts/password/",
        account.PasswordChangeView.as_view(template_name="accounts/password.html"),
        name="account_change_password",
    ),
    path(
        "accounts/password/first/",
        account.PasswordSetView.as_view(template_name="accounts/password.html"),
        name="account_set_password",
    ),
    path(
        "accounts/confirm/",
        account.ReauthenticateView.as_view(template_name="accounts/confirm.html"),
        name="account_reauthenticate",
    ),
]


def _of_release(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    return path(f"releases/<number:number>/{route}", view, name=name)


_RELEASES = [
    path("releases/", releases.index, name="releases"),
    path("releases/new/", releases.register, name="release-register"),
    _of_release("", releases.release, "release"),
    _of_release("history/", releases.history, "history"),
    _of_release("edit/<slug:section>/", releases.edit, "release-edit"),
    _of_release("ways/<slug:event>/", lifecycle.way, "way"),
    _of_release("tasks/<slug:key>/", lifecycle.task, "task"),
    _of_release("approvals/<slug:kind>/request/", approvals.request_approval, "approval-request"),
    _of_release("approvals/<slug:kind>/vote/", approvals.vote, "vote"),
    _of_release("scope/", scope.scope, "scope"),
    _of_release("scope/edit/", scope.edit, "scope-edit"),
    _of_release("scope/expected/", scope.expect, "expect"),
    _of_release("scope/stakeholders/", scope.stakeholders, "stakeholders"),
    _of_release("scope/roster/", scope.roster, "roster"),
    _of_release("scope/known-errors/", scope.known_error, "link-known-error"),
    _of_release("plan/", plans.plan, "plan"),
    _of_release("plan/package/", plans.package, "package"),
    _of_release("plan/design/", plans.design, "design"),
    _of_release("plan/compile/", plans.compile_plan, "compile"),
    _of_release("evidence/", assurance.evidence, "evidence"),
    _of_release("evidence/tests/", assurance.report, "report"),
    _of_release("evidence/defects/", assurance.defect, "defect"),
    _of_release("evidence/defects/<int:defect_id>/", assurance.close_defect, "close-defect"),
    _of_release("evidence/training/", assurance.training, "training"),
    _of_release("evidence/notices/", assurance.notice, "notice"),
    _of_release("evidence/notices/<int:notice_id>/sent/", assurance.notice_sent, "notice-sent"),
    _of_release("evidence/backups/", assurance.backup, "backup"),
    _of_release("evidence/waivers/", assurance.waiver, "waiver"),
    _of_release("evidence/waivers/<int:waiver_id>/", assurance.grant, "grant-waiver"),
    _of_release("deployments/", deployments.of_release, "release-deployments"),
    _of_release("deployments/new/", deployments.launch, "launch"),
    _of_release("closure/", reviews.closure, "closure"),
    _of_release("closure/acceptance/", reviews.accept, "accept"),
    _of_release("closure/extension/", reviews.extend, "extend"),
    _of_release("closure/objectives/", reviews.objectives, "objectives"),
    _of_release("closure/rating/", reviews.rate, "rate"),
    _of_release("closure/review/", reviews.review, "review"),
    _of_release("closure/lessons/", reviews.lesson, "lesson"),
    _of_release("closure/records/<number:record>/", reviews.disposition, "disposition"),
]

_RECORDS = [
    path("records/incidents/", incidents.index, name="incidents"),
    path("records/incidents/new/", incidents.record_incident, name="incident-record"),
    path("records/incidents/<number:number>/", incidents.incident, name="incident"),
    path(
        "records/incidents/<number:number>/resolution/", incidents.resolve_incident, name="incident-resolve"
    ),
    path("records/problems/", incidents.problems, name="problems"),
    path("records/problems/<number:number>/", incidents.problem, name="problem"),
    path("records/problems/<number:number>/edit/", incidents.edit_problem, name="problem-edit"),
    path("records/known-errors/", incidents.known_errors, name="known-errors"),
    path("records/known-errors/new/", incidents.record_known_error, name="known-error-record"),
    path("records/known-errors/<number:number>/", incidents.known_error, name="known-error"),
    path("records/interactions/", incidents.interactions, name="interactions"),
    path("records/interactions/new/", incidents.record_interaction, name="interaction-record"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("theme/", themes.choose, name="theme"),
    path("search/", search.page_of_results, name="search"),
    path("search/suggestions/", search.suggestions, name="suggestions"),
    path("design/", showcase.design, name="design-system"),
    *_ACCOUNTS,
    *_RELEASES,
    path("deployments/", deployments.index, name="deployments"),
    path("deployments/<number:number>/", deployments.deployment, name="deployment"),
    path("deployments/<number:number>/commands/<slug:name>/", deployments.operate, name="operate"),
    path("deployments/<number:number>/undo/", deployments.undo, name="undo"),
    path("deployments/<number:number>/attempts/<int:attempt_id>/", deployments.resolve, name="resolve"),
    path("changes/", changes.index, name="changes"),
    path("changes/new/", changes.register, name="change-register"),
    path("changes/<number:number>/", changes.change, name="change"),
    path("changes/<number:number>/edit/", changes.edit, name="change-edit"),
    path("changes/<number:number>/decision/", changes.decide, name="change-decide"),
    path("changes/<number:number>/steps/<slug:event>/", changes.move, name="change-move"),
    path("cis/", cmdb.items, name="items"),
    path("cis/<slug:key>/", cmdb.item, name="item"),
    path("targets/", cmdb.targets, name="targets"),
    *_RECORDS,
    path("knowledge/", knowledge.index, name="articles"),
    path("knowledge/new/", knowledge.write, name="article-write"),
    path("knowledge/<number:number>/", knowledge.article, name="article"),
    path("knowledge/<number:number>/edit/", knowledge.edit, name="article-edit"),
    path("knowledge/<number:number>/publication/", knowledge.publish, name="article-publish"),
    path("metrics/", metrics.index, name="metrics"),
    path("audit/", audit.index, name="audit"),
    path("audit/verification/", audit.verification, name="audit-verification"),
    path("profile/", people.profile, name="profile"),
    path("profile/preferences/", people.prefer, name="preferences"),
    path("profile/tokens/", people.create_token, name="token-create"),
    path("profile/tokens/<int:token_id>/revocation/", people.revoke_token, name="token-revoke"),
]
