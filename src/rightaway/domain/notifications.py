"""What a person is told in their inbox."""

from collections.abc import Mapping
from enum import StrEnum


class NotificationKind(StrEnum):
    MENTIONED = "mentioned"
    COMMENTED = "commented"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_VOIDED = "approval_voided"
    APPROVAL_REMINDED = "approval_reminded"
    APPROVAL_OVERDUE = "approval_overdue"
    APPROVAL_EXPIRED = "approval_expired"
    APPROVAL_QUESTION = "approval_question"
    APPROVAL_ANSWERED = "approval_answered"
    APPROVAL_DELEGATED = "approval_delegated"
    RELEASE_MOVED = "release_moved"
    RELEASE_HELD = "release_held"
    RELEASE_RESUMED = "release_resumed"
    RELEASE_RELATED = "release_related"
    TRAIN_MISSED = "train_missed"
    DEPARTURE_CHANGED = "departure_changed"
    HOLD_OVER = "hold_over"
    PAPERWORK_OVERDUE = "paperwork_overdue"
    DEPLOYMENT_BEGUN = "deployment_begun"
    DEPLOYMENT_BACKING_OUT = "deployment_backing_out"
    DEPLOYMENT_FINISHED = "deployment_finished"
    TASK_ASSIGNED = "task_assigned"
    TASK_READY = "task_ready"
    TASK_DUE = "task_due"
    TASK_OVERDUE = "task_overdue"
    TASK_REVIEW = "task_review"
    DEBT_DUE = "debt_due"
    DEBT_OVERDUE = "debt_overdue"
    ATTEMPT_IN_DOUBT = "attempt_in_doubt"
    AGENDA_PUBLISHED = "agenda_published"
    BOARD_DECIDED = "board_decided"
    MINUTES_READY = "minutes_ready"
    ACTION_GIVEN = "action_given"
    RELEASE_REGISTERED = "release_registered"
    APPROVAL_DENIED = "approval_denied"
    PHASE_OVERDUE = "phase_overdue"
    START_NEAR = "start_near"
    GATE_CLOSED = "gate_closed"
    POLICY_TIGHTENED = "policy_tightened"
    CONFLICT_FOUND = "conflict_found"
    CHANGES_AUTHORISED = "changes_authorised"
    CHANGE_PENDING = "change_pending"
    CHANGES_DEPLOYED = "changes_deployed"
    DOWNTIME = "downtime"
    WAVE_MOVED = "wave_moved"
    NO_RETURN_NEAR = "no_return_near"
    WINDOW_EXCEEDED = "window_exceeded"
    INCIDENT_AFTER_CHANGE = "incident_after_change"
    EARLY_LIFE_AT_RISK = "early_life_at_risk"
    EARLY_LIFE_EXIT_MET = "early_life_exit_met"
    STATE_DIFFERS = "state_differs"
    CHANGE_UNAUTHORISED = "change_unauthorised"
    WAIVER_EXPIRES = "waiver_expires"
    PERMIT_MISSING = "permit_missing"
    PROPOSAL_MADE = "proposal_made"
    NOTICE = "notice"
    NOTICE_REMINDED = "notice_reminded"


class Group(StrEnum):
    """What people choose a channel for."""

    CONVERSATIONS = "conversations"
    APPROVALS = "approvals"
    TASKS = "tasks"
    RELEASES = "releases"
    CHANGES = "changes"
    DEPLOYMENTS = "deployments"
    DEADLINES = "deadlines"
    BOARDS = "boards"
    NOTICES = "notices"
    PAGES = "pages"


_K, _G = NotificationKind, Group
GROUPS: Mapping[NotificationKind, Group] = {
    **dict.fromkeys((_K.MENTIONED, _K.COMMENTED), _G.CONVERSATIONS),
    **{kind: _G.APPROVALS for kind in _K if kind.startswith("approval_")},
    _K.PROPOSAL_MADE: _G.APPROVALS,
    **{kind: _G.TASKS for kind in _K if kind.startswith("task_")},
    **dict.fromkeys(
        (
            *(
                _K.RELEASE_REGISTERED,
                _K.RELEASE_MOVED,
                _K.RELEASE_HELD,
                _K.RELEASE_RESUMED,
                _K.RELEASE_RELATED,
                _K.TRAIN_MISSED,
                _K.DEPARTURE_CHANGED,
                _K.CONFLICT_FOUND,
            ),
            *(_K.INCIDENT_AFTER_CHANGE, _K.DOWNTIME, _K.POLICY_TIGHTENED),
        ),
        _G.RELEASES,
    ),
    **dict.fromkeys(
        (_K.CHANGES_AUTHORISED, _K.CHANGE_PENDING, _K.CHANGES_DEPLOYED, _K.CHANGE_UNAUTHORISED), _G.CHANGES
    ),
    **dict.fromkeys(
        (
            *(_K.DEPLOYMENT_BEGUN, _K.DEPLOYMENT_FINISHED, _K.ATTEMPT_IN_DOUBT, _K.GATE_CLOSED),
            *(_K.WAVE_MOVED, _K.STATE_DIFFERS),
        ),
        _G.DEPLOYMENTS,
    ),
    **dict.fromkeys(
        (
            *(_K.HOLD_OVER, _K.PAPERWORK_OVERDUE, _K.PHASE_OVERDUE, _K.START_NEAR, _K.WAIVER_EXPIRES),
            *(_K.EARLY_LIFE_AT_RISK, _K.EARLY_LIFE_EXIT_MET, _K.DEBT_DUE, _K.DEBT_OVERDUE),
        ),
        _G.DEADLINES,
    ),
    **dict.fromkeys((_K.AGENDA_PUBLISHED, _K.BOARD_DECIDED, _K.MINUTES_READY, _K.ACTION_GIVEN), _G.BOARDS),
    **dict.fromkeys((_K.NOTICE, _K.NOTICE_REMINDED), _G.NOTICES),
    **dict.fromkeys(
        (_K.DEPLOYMENT_BACKING_OUT, _K.NO_RETURN_NEAR, _K.WINDOW_EXCEEDED, _K.PERMIT_MISSING), _G.PAGES
    ),
}


def is_page(kind: str, *, is_rehearsal: bool = False) -> bool:
    """Say whether it cannot wait: neither quiet hours nor a choice keeps a page back; a rehearsal pages nobody."""
    return GROUPS[NotificationKind(kind)] is Group.PAGES and not is_rehearsal
