"""What a person is told in their inbox."""

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
    HOLD_OVER = "hold_over"
    PAPERWORK_OVERDUE = "paperwork_overdue"
    DEPLOYMENT_BEGUN = "deployment_begun"
    DEPLOYMENT_BACKING_OUT = "deployment_backing_out"
    DEPLOYMENT_FINISHED = "deployment_finished"
    TASK_ASSIGNED = "task_assigned"
    ATTEMPT_IN_DOUBT = "attempt_in_doubt"
