"""Which page answers which path; the names are used by `reverse` and by the templates."""

from collections.abc import Callable

from allauth.account import views as account
from django.http import HttpResponseBase
from django.urls import URLPattern, path, register_converter

from rightaway.web import (
    agendas,
    alerts,
    approvals,
    assurance,
    audit,
    boards,
    change_models,
    changes,
    cmdb,
    conversations,
    delegations,
    deployments,
    estate,
    groups,
    home,
    imports,
    inbox,
    incidents,
    knowledge,
    lifecycle,
    lists,
    meetings,
    metrics,
    outages,
    overviews,
    people,
    persons,
    plans,
    registering,
    release_holds,
    releases,
    reviews,
    risk,
    roles,
    scope,
    search,
    showcase,
    systems,
    task_plans,
    tasks,
    themes,
    unauthorised,
    views,
    voting,
    workflow_drafts,
    workflows,
)


class Number:
    """A number that people say, such as REL-000123; anything else is no page."""

    regex = "[A-Z]{2,3}-[0-9]{6,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Wish(Number):
    """Whether somebody wants to watch; anything else is no page."""

    regex = "on|off"


class Name(Number):
    """The user name of an account."""

    regex = "[A-Za-z0-9@.+_-]{1,150}"


register_converter(Number, "number")
register_converter(Wish, "wish")
register_converter(Name, "name")

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
    path("releases/board/", overviews.board, name="release-board"),
    path("releases/timeline/", overviews.timeline, name="release-timeline"),
    path("releases/new/", registering.register, name="release-register"),
    path("releases/new/file/", registering.from_file, name="release-register-file"),
    _of_release("", releases.release, "release"),
    _of_release("history/", releases.history, "history"),
    _of_release("file/", registering.file, "release-file"),
    _of_release("edit/<slug:section>/", releases.edit, "release-edit"),
    _of_release("ways/<slug:event>/", lifecycle.way, "way"),
    _of_release("hold/", release_holds.hold, "release-hold"),
    _of_release("hold/end/", release_holds.resume, "release-resume"),
    _of_release("tasks/", tasks.board, "task-board"),
    _of_release("tasks/new/<slug:kind>/", task_plans.add, "task-add"),
    _of_release("tasks/<slug:key>/", tasks.task, "task"),
    _of_release("tasks/<slug:key>/plan/", task_plans.edit, "task-edit"),
    _of_release("tasks/<slug:key>/removal/", task_plans.remove, "task-remove"),
    _of_release("tasks/<slug:key>/steps/<slug:step>/", tasks.step, "task-step"),
    _of_release("tasks/<slug:key>/assignment/", tasks.assign, "task-assign"),
    _of_release("tasks/<slug:key>/reopening/", tasks.reopen, "task-reopen"),
    _of_release("approvals/<slug:kind>/request/", approvals.request_approval, "approval-request"),
    _of_release("approvals/<slug:kind>/vote/", approvals.vote, "vote"),
    _of_release("approvals/<slug:kind>/question/", delegations.question, "approval-question"),
    _of_release("approvals/<slug:kind>/delegation/", delegations.delegate, "approval-delegate"),
    _of_release("questions/<int:question>/", delegations.answer, "approval-answer"),
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
    path("records/incidents/<number:number>/release/", incidents.link_incident, name="incident-link"),
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

_TALK = [
    path("talk/<slug:kind>/<slug:key>/", conversations.conversation, name="conversation"),
    path("talk/<slug:kind>/<slug:key>/people/", conversations.mentions, name="mentions"),
    path("talk/<slug:kind>/<slug:key>/watch/<wish:wish>/", conversations.watch, name="watch"),
    path("comments/<int:comment>/edit/", conversations.edit, name="comment-edit"),
    path("comments/<int:comment>/withdrawal/", conversations.withdraw, name="comment-withdraw"),
    path("comments/<int:comment>/restoration/", conversations.restore, name="comment-restore"),
    path("attachments/<int:attachment>/", conversations.download, name="attachment"),
]

_BOARDS = [
    path("boards/", boards.index, name="boards"),
    path("boards/new/", boards.propose, name="board-propose"),
    path("boards/<slug:key>/", boards.board, name="board"),
    path("boards/<slug:key>/proposal/", boards.propose, name="board-edit"),
    path("boards/<slug:key>/confirmation/", boards.confirm, name="board-confirm"),
    path("boards/<slug:key>/discarding/", boards.discard, name="board-discard"),
    path("boards/<slug:key>/seats/<int:seat>/absence/", boards.away, name="board-away"),
    path("boards/<slug:key>/meetings/new/", meetings.plan, name="meeting-plan"),
    path("decisions/", boards.decisions, name="decisions"),
    path("meetings/", meetings.index, name="meetings"),
    path("meetings/<number:number>/", meetings.meeting, name="meeting"),
    path("meetings/<number:number>/steps/<slug:event>/", meetings.step, name="meeting-step"),
    path("meetings/<number:number>/attendance/", meetings.attend, name="meeting-attend"),
    path("meetings/<number:number>/remarks/", meetings.remark, name="meeting-remark"),
    path("meetings/<number:number>/minutes/", meetings.minutes, name="minutes"),
    path("meetings/<number:number>/minutes.md", meetings.markdown, name="minutes-file"),
    path("meetings/<number:number>/minutes/approval/", meetings.approve, name="minutes-approve"),
    path("meetings/<number:number>/items/new/", agendas.add, name="agenda-add"),
    path("meetings/<number:number>/items/<int:item>/vote/", agendas.vote, name="agenda-vote"),
    path("meetings/<number:number>/items/<int:item>/removal/", agendas.remove, name="agenda-remove"),
    path("meetings/<number:number>/items/<int:item>/place/", agendas.place, name="agenda-place"),
    path("meetings/<number:number>/items/<int:item>/deferral/", agendas.defer, name="agenda-defer"),
    path("meetings/<number:number>/items/<int:item>/note/", agendas.note, name="agenda-note"),
    path("meetings/<number:number>/items/<int:item>/action/", agendas.take_on, name="item-action"),
    path("meetings/<number:number>/actions/new/", agendas.take_on, name="meeting-action"),
    path("meetings/<number:number>/actions/<int:action>/", agendas.finish, name="action-finish"),
]
_ADMINISTRATION = [
    path("administration/people/", persons.index, name="people"),
    path("administration/people/new/", persons.create, name="person-create"),
    path("administration/people/<name:username>/", persons.person, name="person"),
    path("administration/people/<name:username>/roles/", persons.grant, name="role-grant"),
    path("administration/people/<name:username>/roles/<int:binding>/", persons.revoke, name="role-revoke"),
    path("administration/people/<name:username>/disabling/", persons.disable, name="person-disable"),
    path("administration/people/<name:username>/enabling/", persons.enable, name="person-enable"),
    path("administration/people/<name:username>/sessions/", persons.end_sessions, name="person-sign-out"),
    path("administration/people/<name:username>/password/", persons.set_password, name="person-password"),
    path(
        "administration/people/<name:username>/tokens/<int:token_id>/",
        persons.revoke_token,
        name="person-token-revoke",
    ),
    path("administration/roles/", roles.index, name="roles"),
    path("administration/groups/", groups.index, name="groups"),
    path("administration/groups/new/", groups.define, name="group-define"),
    path("administration/groups/<slug:key>/", groups.define, name="group-edit"),
    path("administration/workflows/", workflows.index, name="workflows"),
    path("administration/workflows/drafts/new/", workflow_drafts.begin, name="workflow-draft-begin"),
    path("administration/workflows/drafts/<number:number>/", workflow_drafts.draft, name="workflow-draft"),
    path(
        "administration/workflows/drafts/<number:number>/text/",
        workflow_drafts.text,
        name="workflow-draft-text",
    ),
    path(
        "administration/workflows/drafts/<number:number>/additions/<slug:addition>/",
        workflow_drafts.add,
        name="workflow-draft-add",
    ),
    path(
        "administration/workflows/drafts/<number:number>/activation/",
        workflow_drafts.activate,
        name="workflow-draft-activate",
    ),
    path(
        "administration/workflows/drafts/<number:number>/discard/",
        workflow_drafts.discard,
        name="workflow-draft-discard",
    ),
    path(
        "administration/workflows/drafts/<number:number>/trial/",
        workflow_drafts.trial,
        name="workflow-draft-trial",
    ),
    path("administration/workflows/<slug:key>/migration/", workflows.migration, name="workflow-migration"),
    path("administration/workflows/<slug:key>/<int:version>/", workflows.workflow, name="workflow"),
    path(
        "administration/workflows/<slug:key>/<int:version>/withdrawal/",
        workflows.withdraw,
        name="workflow-withdraw",
    ),
    path("administration/alerts/", alerts.index, name="alerts"),
    path("administration/outbox/", alerts.outbox, name="outbox"),
    path("administration/outbox/<int:mail>/again/", alerts.send_again, name="mail-again"),
    path("administration/system/", systems.index, name="system"),
    path("administration/estate/", estate.index, name="estate"),
    path("administration/estate/environments/new/", estate.environment, name="environment-define"),
    path("administration/estate/environments/<slug:key>/", estate.environment, name="environment-edit"),
    path("administration/estate/services/new/", estate.service, name="service-define"),
    path("administration/estate/services/<slug:key>/", estate.service, name="service-edit"),
    path("administration/estate/targets/new/", estate.target, name="target-define"),
    path("administration/estate/targets/<slug:key>/", estate.target, name="target-edit"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("theme/", themes.choose, name="theme"),
    path("search/", search.page_of_results, name="search"),
    path("search/suggestions/", search.suggestions, name="suggestions"),
    path("design/", showcase.design, name="design-system"),
    *_ACCOUNTS,
    *_RELEASES,
    path("tasks/", tasks.index, name="tasks"),
    path("deployments/", deployments.index, name="deployments"),
    path("deployments/<number:number>/", deployments.deployment, name="deployment"),
    path("deployments/<number:number>/log/", deployments.log, name="deployment-log"),
    path("deployments/<number:number>/commands/<slug:name>/", deployments.operate, name="operate"),
    path("deployments/<number:number>/undo/", deployments.undo, name="undo"),
    path("deployments/<number:number>/attempts/<int:attempt_id>/", deployments.resolve, name="resolve"),
    path("changes/", changes.index, name="changes"),
    path("changes/new/", changes.register, name="change-register"),
    path("changes/<number:number>/", changes.change, name="change"),
    path("changes/<number:number>/edit/", changes.edit, name="change-edit"),
    path("changes/<number:number>/risk/", risk.assess, name="change-risk"),
    path("changes/<number:number>/decision/", changes.decide, name="change-decide"),
    path("changes/<number:number>/steps/<slug:event>/", changes.move, name="change-move"),
    path("changes/unauthorised/new/", unauthorised.record, name="change-unauthorised"),
    path("changes/<number:number>/outage/", outages.convert, name="change-convert"),
    path("outages/", outages.index, name="outages"),
    path("outages/new/", outages.record, name="outage-record"),
    path("outages/<number:number>/", outages.outage, name="outage"),
    path("outages/<number:number>/correction/", outages.correct, name="outage-correct"),
    path("changes/<number:number>/reversal/", unauthorised.revert, name="change-revert"),
    path("imports/", imports.index, name="imports"),
    path("imports/new/", imports.new, name="import-new"),
    path("imports/mappings/<slug:key>.yaml", imports.mapping, name="import-mapping"),
    path("imports/<number:number>/", imports.run, name="import"),
    path("imports/<number:number>/report.csv", imports.report, name="import-report"),
    path("imports/<number:number>/refused/", imports.refused, name="import-refused"),
    path("changes/models/", change_models.index, name="change-models"),
    path("changes/models/new/", change_models.define, name="change-model-define"),
    path("changes/models/<number:number>/", change_models.model, name="change-model"),
    path("changes/models/<number:number>/edit/", change_models.edit, name="change-model-edit"),
    path(
        "changes/models/<number:number>/authorisation/",
        change_models.authorise,
        name="change-model-authorise",
    ),
    path("changes/models/<number:number>/steps/<slug:event>/", change_models.step, name="change-model-step"),
    *_BOARDS,
    path("cis/", cmdb.items, name="items"),
    path("cis/<slug:key>/", cmdb.item, name="item"),
    path("targets/", cmdb.targets, name="targets"),
    *_RECORDS,
    *_ADMINISTRATION,
    path("knowledge/", knowledge.index, name="articles"),
    path("knowledge/new/", knowledge.write, name="article-write"),
    path("knowledge/<number:number>/", knowledge.article, name="article"),
    path("knowledge/<number:number>/edit/", knowledge.edit, name="article-edit"),
    path("knowledge/<number:number>/publication/", knowledge.publish, name="article-publish"),
    *_TALK,
    path("exports/<slug:name>.csv", lists.export, name="export"),
    path("views/", views.index, name="views"),
    path("views/new/", views.save, name="view-save"),
    path("views/<int:view_id>/", views.edit, name="view-edit"),
    path("views/<int:view_id>/deletion/", views.delete, name="view-delete"),
    path("views/<int:view_id>/default/<wish:wish>/", views.begin, name="view-default"),
    path("approvals/", voting.index, name="approvals"),
    path("approvals/votes/", voting.several, name="votes"),
    path("approvals/delegations/", delegations.index, name="delegations"),
    path("approvals/delegations/new/", delegations.delegate, name="delegate"),
    path("approvals/delegations/<int:delegation>/end/", delegations.end, name="delegation-end"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/bell/", inbox.bell, name="bell"),
    path("inbox/read/", inbox.read, name="inbox-read-all"),
    path("inbox/<int:notification>/", inbox.follow, name="inbox-follow"),
    path("inbox/<int:notification>/read/", inbox.read, name="inbox-read"),
    path("metrics/", metrics.index, name="metrics"),
    path("audit/", audit.index, name="audit"),
    path("audit/verification/", audit.verification, name="audit-verification"),
    path("profile/", people.profile, name="profile"),
    path("profile/preferences/", people.prefer, name="preferences"),
    path("profile/mail/", alerts.preferences, name="mail-preferences"),
    path("profile/tokens/", people.create_token, name="token-create"),
    path("profile/tokens/<int:token_id>/revocation/", people.revoke_token, name="token-revoke"),
]
