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
    DEPLOYMENT_BEGUN = "deployment_begun"
    DEPLOYMENT_BACKING_OUT = "deployment_backing_out"
    DEPLOYMENT_FINISHED = "deployment_finished"
    TASK_ASSIGNED = "task_assigned"
    ATTEMPT_IN_DOUBT = "attempt_in_doubt"
    AGENDA_PUBLISHED = "agenda_published"
    BOARD_DECIDED = "board_decided"
    MINUTES_READY = "minutes_ready"
    ACTION_GIVEN = "action_given"
