"""
Which rule of the permission matrix each operation of the API asks for: one line for every operation.

A rule is a row of the matrix, asked for in the service of the record; somebody who may not see the record does not
find it. Before the rule may stand: `*` asked for everywhere, `~` held in any scope will do, `!` also without seeing
the record. Words instead of a row: `signed-in` for every account, `any-role` for every account with a role, `sees`
for who may look at the record, `inside` for who may look at targets too, `own` for nobody but its owner;
the name of a role for a way that its holders take.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_RULES = """
releases_list_releases          signed-in
releases_register               !release.register
releases_show                   sees
releases_edit                   release.edit
releases_release_file           sees
scopes_set_scope                release.edit
scopes_show_design              sees
scopes_set_design               plan.edit
scopes_expect                   release.edit
scopes_set_people               release.edit
steering_show_standing          sees
steering_move                   release_manager
steering_list_history           sees
relations_list_relations        sees
trains_list_trains              any-role
trains_create                   *train.manage
trains_show                     any-role
trains_edit                     *train.manage
trains_retire                   *train.manage
trains_list_departures          any-role
trains_show_departure           any-role
trains_move                     *train.manage
trains_cancel                   *train.manage
trains_list_boardings           sees
trains_board                    train.board
trains_leave                    train.board
bundles_list_bundles            any-role
bundles_begin                   ~bundle.edit
bundles_show                    any-role
bundles_edit                    ~bundle.edit
bundles_fill                    ~bundle.edit
bundles_close                   ~bundle.edit
relations_add_relation          release.relate
relations_remove_relation       release.relate
release_holds_list_holds        sees
release_holds_hold              release.hold
release_holds_resume            release.hold
tasks_list_all                  signed-in
tasks_list_tasks                sees
tasks_show_board                sees
tasks_add                       release.edit
tasks_show                      sees
tasks_finish_task               task.complete
tasks_edit                      release.edit
tasks_remove                    release.edit
tasks_list_history              sees
tasks_reopen_task               task.complete
tasks_assign_task               release.edit
tasks_review                    task.complete
tasks_decide                    task.complete
tasks_vote                      task.vote
steering_list_waivers           sees
steering_waive                  release.edit
steering_grant_waiver           gate.waive
steering_refuse_waiver          gate.waive
steering_withdraw_waiver        release.edit
approvals_list_approvals        sees
approvals_ask_for               approval.request
approvals_show                  sees
approvals_vote                  approval.vote.build_test
voting_list_mine                signed-in
voting_vote_on_several          signed-in
voting_ask_question             approval.vote.build_test
voting_answer_question          record.comment
voting_list_delegations         signed-in
voting_delegate                 ~approval.delegate
voting_end_delegation           own
voting_list_groups              signed-in
voting_define_group             *group.define
changes_list_changes            signed-in
changes_register                !change.register
changes_show                    sees
changes_edit                    change.edit
changes_move                    change.edit
changes_decide                  change.authorise
changes_record_unauthorised     !change.register
changes_revert                  change.authorise.emergency
change_models_list_change_models any-role
change_models_define            !change_model.edit
change_models_show              any-role
change_models_edit              !change_model.edit
change_models_authorise         !change_model.authorise
change_models_move              !change_model.retire
boards_list_boards              any-role
boards_show                     any-role
boards_propose                  *board.define
boards_discard                  *board.define
boards_confirm                  *board.define
boards_set_away                 ~board.conduct
boards_list_decisions           signed-in
meetings_list_meetings          any-role
meetings_plan                   ~board.conduct
meetings_show                   any-role
meetings_move                   ~board.conduct
meetings_attend                 ~board.conduct
meetings_add_item               ~board.conduct
meetings_edit_item              ~board.conduct
meetings_remove_item            ~board.conduct
meetings_take_on                ~board.conduct
meetings_finish                 ~board.conduct
meetings_remark                 ~board.conduct
meetings_show_minutes           *release.view
meetings_approve_minutes        own
policies_list_policies          signed-in
policies_show                   sees
policies_show_held              sees
policies_propose                !policy.edit
policies_confirm                policy.edit
policies_discard                policy.edit
policies_show_trial             sees
outages_list_outages            signed-in
outages_record                  !outage.record
outages_show                    sees
outages_correct                 outage.record
outages_convert                 change.authorise.emergency
risk_risk_of_change             sees
risk_risk_of_release            sees
risk_questions                  any-role
packages_list_packages          sees
packages_push                   package.build
packages_show                   sees
plans_list_plans                inside
plans_compile_plan              plan.edit
plans_show                      inside
plans_compare                   inside
deployments_list_deployments    signed-in
deployments_launch              deployment.rehearse
deployments_show                sees
deployments_list_waves          sees
deployments_command             deployment.pause
deployments_undo                deployment.back_out
logs_read_log                   inside
logs_read_log_text              inside
logs_list_attempts              inside
logs_list_checks                inside
doubts_list_doubts              signed-in
doubts_resolve                  deployment.resolve.not_applied
cmdb_list_items                 any-role
cmdb_show_item                  any-role
cmdb_define_item                ci.edit
cmdb_list_relations             any-role
cmdb_relate                     *ci.edit
cmdb_list_groups                any-role
cmdb_define_group               *ci.edit
cmdb_list_environments          any-role
cmdb_define_environment         *ci.edit
cmdb_list_targets               signed-in
cmdb_show_target                inside
cmdb_define_target              *target.define
cmdb_apply                      *ci.edit
assurance_list_test_runs        sees
assurance_import_junit          evidence.import
assurance_list_test_cases       sees
assurance_list_defects          sees
assurance_record_defect         task.complete
assurance_close_defect          task.complete
assurance_list_training         sees
assurance_record_training       task.complete
assurance_list_notices          sees
assurance_schedule_notice       release.edit
assurance_mark_notice_sent      release.edit
trainings_show_plan             sees
trainings_plan_audience         training.edit
trainings_drop_audience         training.edit
trainings_add_session           training.edit
trainings_cancel_session        training.edit
trainings_invite                training.edit
trainings_uninvite              training.edit
trainings_attend                training.edit
trainings_count                 training.edit
notices_show_plan               sees
notices_plan_notice             release.edit
notices_withdraw_notice         release.edit
notices_send_notice             release.edit
notices_remind                  release.edit
notices_list_mine               signed-in
notices_acknowledge             own
assurance_list_backups          any-role
assurance_record_backup         task.complete
incidents_list_incidents        signed-in
incidents_record_incident       !incident.record
incidents_show_incident         sees
incidents_link_incident         incident.record
incidents_resolve_incident      incident.record
incidents_confirm_cause         incident.record
incidents_mark_misuse           incident.record
incidents_list_problems         signed-in
incidents_show_problem          sees
incidents_edit_problem          incident.record
incidents_list_known_errors     signed-in
incidents_record_known_error    !incident.record
incidents_link_known_error      release.edit
incidents_list_interactions     signed-in
incidents_record_interaction    incident.record
incidents_set_disposition       release.close
knowledge_list_articles         signed-in
knowledge_write                 !article.edit
knowledge_show                  sees
knowledge_edit                  article.edit
knowledge_publish               article.edit
reviews_show_early_life         sees
reviews_accept_operations       early_life.manage
reviews_extend_early_life       early_life.manage
reviews_measure_objectives      review.edit
reviews_show_review             sees
reviews_complete                review.edit
reviews_list_ratings            sees
reviews_rate                    release.sign_off
reviews_set_targets             review.edit
closing_show_closing            sees
closing_close_linked            release.close
closing_list_closure_codes      sees
closing_list_sign_offs          sees
closing_sign_off                release.sign_off
closing_answer_sign_off         review.edit
closing_show_draft              sees
closing_follow_up               release.register
debts_list_debts                signed-in
debts_show                      sees
debts_settle                    review.edit
debts_add_action                review.edit
debts_list_inherited            sees
lessons_list_lessons            signed-in
lessons_decide                  article.edit
lessons_list_owed               sees
lessons_answer                  release.edit
people_show_me                  signed-in
people_list_users               any-role
people_create_user              *role.grant
people_show_user                any-role
people_disable_user             *role.grant
people_enable_user              *role.grant
people_end_sessions             *role.grant
people_set_password             *system.configure
people_grant_role               !role.grant
people_revoke_role              !role.grant
people_list_tokens              *role.grant
people_create_token             own
people_revoke_token             *role.grant
conversations_list_comments     sees
conversations_comment           record.comment
conversations_show_comment      sees
conversations_edit_comment      own
conversations_list_wordings     sees
conversations_withdraw          own
conversations_restore           own
conversations_attach            own
conversations_download          sees
conversations_show_watch        sees
conversations_watch             record.watch
conversations_unwatch           sees
alerts_list_alerts              any-role
alerts_list_raised              *audit.read
alerts_show_mail_preferences    signed-in
alerts_set_mail_preferences     signed-in
alerts_list_mails               *system.configure
alerts_send_again               *system.configure
notifications_list_inbox        signed-in
notifications_count_unread      signed-in
notifications_mark_all_read     signed-in
notifications_mark_read         own
saved_views_list_views          signed-in
saved_views_save                ~view.save
saved_views_show                own
saved_views_edit                own
saved_views_delete              own
saved_views_set_default         own
saved_views_clear_default       own
audit_list_events               *audit.read
audit_verify                    *audit.read
metrics_show                    metrics.read
indicators_show                 ~metrics.read
exports_export                  signed-in
workflows_list_workflows        ~workflow.view
workflows_show                  ~workflow.view
workflows_withdraw              *workflow.edit
workflows_preview               *workflow.edit
workflows_migrate               *workflow.edit
workflow_drafts_list_drafts     ~workflow.view
workflow_drafts_begin           *workflow.edit
workflow_drafts_show            ~workflow.view
workflow_drafts_edit            *workflow.edit
workflow_drafts_extend          *workflow.edit
workflow_drafts_activate        *workflow.edit
workflow_drafts_discard         *workflow.edit
workflow_drafts_trial           sees
imports_list_mappings           any-role
imports_show_mapping            any-role
imports_send                    ~record.import
imports_list_runs               signed-in
imports_show                    own
imports_list_rows               own
imports_report                  own
imports_refused                 own
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """`where` is one of the signs of the table; empty for the service of the record."""

    where: str
    action: str


def _read(table: str) -> dict[str, Rule]:
    found = {}
    for operation, rule in (line.split() for line in table.strip().splitlines()):
        sign = rule[0] if rule[0] in "*~!" else ""
        found[operation] = Rule(sign, rule.removeprefix(sign))
    return found


RULES: Mapping[str, Rule] = _read(_RULES)

RELEASE = "the release"
CHANGE = "(the change)"
LATER = "2030-01-01T00:00Z"
BODIES: Mapping[str, Any] = {
    "releases_register": {
        "kind": "release",
        "title": "T",
        "description": "D",
        "release_type": "minor",
        "service": "shop",
    },
    "releases_edit": {"title": "Mine"},
    "scopes_set_scope": {"objectives": ["Mine"]},
    "policies_propose": {"content": {"longest_waiver_days": 5}},
    "policies_confirm": {"digest": "0" * 64},
    "policies_discard": {"reason": "No."},
    "scopes_expect": {"states": {"web-01": {"version": "1"}}},
    "scopes_set_people": {"stakeholders": []},
    "steering_move": {"event": "rework_plan", "reason": "Better."},
    "tasks_add": {"title": "Call the bank"},
    "tasks_finish_task": {"state": "done"},
    "tasks_edit": {"duration_min": 30},
    "tasks_assign_task": {"assignee": "bea"},
    "tasks_review": {"decision": "accept"},
    "tasks_decide": {"outcome": "yes"},
    "tasks_vote": {"vote": "go"},
    "steering_waive": {"control": "backups", "reason": "None.", "expires_at": LATER},
    "bundles_begin": {"title": "Together"},
    "bundles_edit": {"title": "Mine"},
    "bundles_fill": {},
    "bundles_close": {"reason": "Done."},
    "trains_create": {"name": "Weekly", "first_at": LATER},
    "trains_edit": {"name": "Mine"},
    "trains_retire": {"reason": "Old."},
    "trains_move": {"ships_at": LATER, "reason": "Strike."},
    "trains_cancel": {"reason": "Strike."},
    "trains_board": {"train": "TRN-000001"},
    "trains_leave": {"reason": "Alone."},
    "relations_add_relation": {"kind": "depends_on", "other": RELEASE},
    "relations_remove_relation": {"reason": "Alone."},
    "release_holds_hold": {"reason": "No staff.", "until": LATER},
    "approvals_ask_for": {"kind": "plan_design"},
    "approvals_vote": {"decision": "approve", "digest": "0" * 64},
    "voting_vote_on_several": {"decision": "approve", "votes": []},
    "voting_ask_question": {"text": "Why?"},
    "voting_answer_question": {"text": "Because."},
    "voting_delegate": {"to": "bea", "starts_at": "2029-12-01T00:00Z", "ends_at": LATER},
    "voting_define_group": {"name": "New", "members": []},
    "changes_register": {"title": "T", "description": "D", "change_type": "normal", "service": "shop"},
    "changes_edit": {"title": "Mine"},
    "changes_move": {"event": "validate"},
    "changes_decide": {"decision": "approve"},
    "changes_record_unauthorised": {"service": "shop", "affected_cis": ["web-01"], "evidence": "Seen."},
    "changes_revert": {"reason": "Back."},
    "workflows_withdraw": {"reason": "Not yet."},
    "workflows_migrate": {"version": 1},
    "workflow_drafts_begin": {"base": "seven_phases"},
    "workflow_drafts_edit": {"note": "Mine."},
    "workflow_drafts_extend": {"addition": "guard", "fields": {"way": "T02", "guard": "G11"}},
    "workflow_drafts_activate": {"digest": "0" * 64},
    "workflow_drafts_discard": {"reason": "Old."},
    "change_models_define": {
        "title": "T",
        "services": ["shop"],
        "implementation_plan": "I",
        "test_plan": "T",
        "remediation_plan": "R",
        "ci_classes": ["server"],
    },
    "change_models_edit": {"title": "Mine"},
    "change_models_authorise": {"digest": "0" * 64},
    "change_models_move": {"event": "retire", "reason": "Old."},
    "boards_propose": {
        "title": "CAB",
        "kind": "cab",
        "chair": "carl",
        "members": [{"person": "carl"}, {"person": "cara"}],
        "quorum": 1,
    },
    "boards_confirm": {"digest": "0" * 64},
    "boards_set_away": {},
    "meetings_plan": {"board": "cab", "at": LATER},
    "meetings_move": {"event": "publish"},
    "meetings_attend": {"person": "bea"},
    "meetings_add_item": {"change": CHANGE},
    "meetings_edit_item": {"note": "Said."},
    "meetings_take_on": {"text": "Look.", "owner": "bea", "due_at": LATER},
    "meetings_remark": {"remarks": "More."},
    "meetings_approve_minutes": {"digest": "0" * 64},
    "outages_record": {"title": "T", "kind": "unplanned", "service": "shop", "actual_start": LATER},
    "outages_correct": {"because": "Wrong.", "title": "Mine"},
    "outages_convert": {"actual_start": LATER, "reason": "Down."},
    "plans_compile_plan": {},
    "deployments_launch": {"release": RELEASE, "environment": "staging", "intent": "drill"},
    "deployments_command": {"command": "pause"},
    "deployments_undo": {"reason": "Back."},
    "doubts_resolve": {"resolution": "not_applied", "reason": "Looked."},
    "cmdb_define_item": {"name": "Web 1", "ci_class": "server", "service": "shop"},
    "cmdb_relate": {"source": "web-01", "kind": "uses", "target": "web-02"},
    "cmdb_define_group": {"name": "New", "members": ["web-01"]},
    "cmdb_define_environment": {"name": "New", "tier": "production"},
    "cmdb_define_target": {"ci": "web-01", "environment": "production", "driver": "local"},
    "assurance_record_defect": {"title": "Broken", "severity": "major"},
    "assurance_close_defect": {"resolution": "Mended."},
    "assurance_record_training": {"mode": "video", "invited": 3},
    "assurance_schedule_notice": {"text": "Soon.", "due_at": LATER},
    "trainings_plan_audience": {"kind": "support"},
    "trainings_add_session": {"starts_at": LATER, "ends_at": "2031-01-01T00:00Z"},
    "trainings_cancel_session": {"reason": "Ill."},
    "trainings_invite": {"names": ["Mr Y"]},
    "trainings_attend": {"name": "Mr X", "source": "trainer"},
    "trainings_count": {"invited": 3, "source": "trainer"},
    "notices_plan_notice": {"to": "stakeholders", "audience": "those", "due_at": LATER},
    "incidents_mark_misuse": {"misunderstood": "The date."},
    "assurance_record_backup": {"reference": "/b", "taken_at": "2026-01-01T00:00Z"},
    "incidents_record_incident": {"title": "Slow", "service": "shop", "severity": 2},
    "incidents_link_incident": {"release": RELEASE, "link": "resolved_by_release"},
    "incidents_resolve_incident": {"resolution": "Mended."},
    "incidents_edit_problem": {"root_cause": "Haste.", "category": "process"},
    "incidents_record_known_error": {
        "title": "Slow",
        "root_cause": "x",
        "workaround": "Wait.",
        "service": "shop",
    },
    "incidents_link_known_error": {"effect": "fixes"},
    "incidents_record_interaction": {
        "contact": "Mr X",
        "channel": "phone",
        "summary": "Slow",
        "release": RELEASE,
    },
    "incidents_set_disposition": {"disposition": "close"},
    "steering_grant_waiver": {},
    "steering_refuse_waiver": {"reason": "No."},
    "reviews_set_targets": {"targets": [{"text": "It answers in yen", "target": "1 s"}]},
    "closing_close_linked": {"digest": "0"},
    "closing_sign_off": {"decision": "accepted"},
    "closing_answer_sign_off": {"text": "It is mended."},
    "closing_follow_up": {},
    "debts_settle": {"note": "Done."},
    "debts_add_action": {"owed": "Test yen", "owner": "bea", "due_at": LATER},
    "lessons_decide": {"state": "applied"},
    "lessons_answer": {"answer": "applied"},
    "knowledge_write": {"kind": "faq", "title": "T", "body": "B", "service": "shop"},
    "knowledge_edit": {"title": "Mine", "body": "B"},
    "reviews_accept_operations": {"service_level_met": True},
    "reviews_extend_early_life": {"ends_at": LATER, "reason": "More."},
    "reviews_measure_objectives": {
        "results": [{"text": "It answers in yen", "result": "met", "measured": "1"}]
    },
    "reviews_complete": {"went_well": "a", "to_change": "b"},
    "reviews_rate": {"rating": 5},
    "people_create_user": {"username": "new", "name": "New"},
    "people_grant_role": {"role": "stakeholder", "scope": "shop"},
    "people_create_token": {"label": "mine"},
    "conversations_comment": {"text": "Mine"},
    "conversations_edit_comment": {"text": "Mine"},
    "saved_views_save": {"page": "changes", "name": "Mine", "query": {}},
    "saved_views_edit": {"name": "Mine"},
}
