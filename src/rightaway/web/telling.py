"""What happened, as a person reads it: the sentence of a notification, in the inbox and in mail."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from rightaway.domain.notifications import NotificationKind as Kind
from rightaway.domain.values import ENGINE, SYSTEM
from rightaway.queries import conversations as ask_conversations
from rightaway.web import conversations, subjects
from rightaway.web.forms.base import Text
from rightaway.web.statuses import within, words

# What happened: an icon, a sentence of which the facts fill the gaps, and the part of the page where it is.
_TOLD: Mapping[str, tuple[str, Text, str]] = {
    Kind.MENTIONED: ("message-square", gettext_lazy("{by} mentioned you"), ""),
    Kind.COMMENTED: ("message-square", gettext_lazy("{by} commented"), ""),
    Kind.APPROVAL_ASKED: ("hourglass", gettext_lazy("{by} asks for an approval: {approval}"), "#approvals"),
    Kind.APPROVAL_VOIDED: ("ban", gettext_lazy("An approval lost its force: {approval}"), "#approvals"),
    Kind.APPROVAL_REMINDED: (
        "hourglass",
        gettext_lazy("Your vote is still missing: {approval}"),
        "#approvals",
    ),
    Kind.APPROVAL_OVERDUE: ("triangle-alert", gettext_lazy("A vote is overdue: {approval}"), "#approvals"),
    Kind.APPROVAL_EXPIRED: ("hourglass", gettext_lazy("An approval has expired: {approval}"), "#approvals"),
    Kind.APPROVAL_QUESTION: (
        "circle-question-mark",
        gettext_lazy("{by} has a question: {approval}"),
        "#approvals",
    ),
    Kind.APPROVAL_ANSWERED: (
        "message-square",
        gettext_lazy("{by} answered your question: {approval}"),
        "#approvals",
    ),
    Kind.APPROVAL_DELEGATED: ("user-round", gettext_lazy("{by} asks you to vote in their place"), ""),
    Kind.RELEASE_MOVED: ("arrow-right", gettext_lazy("{by} moved the release on: {to}"), ""),
    Kind.RELEASE_HELD: ("pause", gettext_lazy("{by} put the release on hold: {reason}"), ""),
    Kind.RELEASE_RESUMED: ("play", gettext_lazy("{by} resumed the release"), ""),
    Kind.RELEASE_RELATED: (
        "git-branch",
        gettext_lazy("{by} changed how {other} relates to it"),
        "#relations",
    ),
    Kind.TRAIN_MISSED: (
        "triangle-alert",
        gettext_lazy("It missed a cut-off of {departure} and takes the next departure: {next}"),
        "#train",
    ),
    Kind.DEPARTURE_CHANGED: (
        "calendar",
        gettext_lazy("{departure} changed; it is now aboard {next}"),
        "#train",
    ),
    Kind.HOLD_OVER: ("hourglass", gettext_lazy("The time set for a hold is over: {reason}"), ""),
    Kind.PAPERWORK_OVERDUE: (
        "triangle-alert",
        gettext_lazy("The paperwork of an emergency is overdue"),
        "",
    ),
    Kind.DEPLOYMENT_BEGUN: ("play", gettext_lazy("The deployment has begun"), ""),
    Kind.DEPLOYMENT_BACKING_OUT: ("undo-2", gettext_lazy("The deployment is being backed out"), ""),
    Kind.DEPLOYMENT_FINISHED: ("circle-dot", gettext_lazy("The deployment has ended: {status}"), ""),
    Kind.TASK_ASSIGNED: ("circle-check", gettext_lazy("{by} gave you a task: {title}"), "#tasks"),
    Kind.TASK_READY: ("circle-check", gettext_lazy("A task is ready: {title}"), "#tasks"),
    Kind.TASK_DUE: ("hourglass", gettext_lazy("A task is due soon: {title}"), "#tasks"),
    Kind.TASK_OVERDUE: ("triangle-alert", gettext_lazy("A task is overdue: {title}"), "#tasks"),
    Kind.TASK_REVIEW: ("circle-dot", gettext_lazy("{by} asks for a review: {title}"), "#tasks"),
    Kind.DEBT_DUE: ("hourglass", gettext_lazy("You owe this within a week: {title}"), ""),
    Kind.DEBT_OVERDUE: ("triangle-alert", gettext_lazy("You owe this, and it is overdue: {title}"), ""),
    Kind.AGENDA_PUBLISHED: ("inbox", gettext_lazy("{by} published an agenda"), ""),
    Kind.BOARD_DECIDED: ("shield-check", gettext_lazy("{board} decided: {outcome}"), ""),
    Kind.MINUTES_READY: ("file-check-2", gettext_lazy("The minutes can be read"), ""),
    Kind.ACTION_GIVEN: (
        "circle-check",
        gettext_lazy("{by} wrote down an action for you: {title}"),
        "#actions",
    ),
    Kind.ATTEMPT_IN_DOUBT: ("circle-question-mark", gettext_lazy("Nobody knows what happened to a step"), ""),
    Kind.RELEASE_REGISTERED: ("rocket", gettext_lazy("{by} registered a release"), ""),
    Kind.APPROVAL_DENIED: ("circle-x", gettext_lazy("{by} denied an approval: {approval}"), "#approvals"),
    Kind.PHASE_OVERDUE: (
        "hourglass",
        gettext_lazy("{percent} % of the time planned for the phase has passed: {phase}"),
        "",
    ),
    Kind.START_NEAR: (
        "triangle-alert",
        gettext_lazy("It starts within a day and this much is missing: {count}"),
        "",
    ),
    Kind.GATE_CLOSED: ("hourglass", gettext_lazy("The gate before a wave is closed: {reason}"), ""),
    Kind.POLICY_TIGHTENED: ("triangle-alert", gettext_lazy("{policy} asks for more of it: {reason}"), ""),
    Kind.CONFLICT_FOUND: (
        "triangle-alert",
        gettext_lazy("Its plan is in conflict with that of {other}"),
        "",
    ),
    Kind.CHANGES_AUTHORISED: ("shield-check", gettext_lazy("All changes of the release are authorised"), ""),
    Kind.CHANGE_PENDING: ("hourglass", gettext_lazy("The change is about to be deployed with {release}"), ""),
    Kind.CHANGES_DEPLOYED: ("circle-check", gettext_lazy("All changes of the release are deployed"), ""),
    Kind.DOWNTIME: ("triangle-alert", gettext_lazy("Outage {outage}, {title}: {moment}"), ""),
    Kind.WAVE_MOVED: ("circle-dot", gettext_lazy("Wave {wave}: {status}"), ""),
    Kind.NO_RETURN_NEAR: (
        "triangle-alert",
        gettext_lazy("It is about to be too late to undo all of it by the planned end"),
        "",
    ),
    Kind.WINDOW_EXCEEDED: (
        "triangle-alert",
        gettext_lazy("The deployment will not be done by its planned end"),
        "",
    ),
    Kind.INCIDENT_AFTER_CHANGE: (
        "triangle-alert",
        gettext_lazy("An incident of a service that {release} changed less than 72 hours before"),
        "",
    ),
    Kind.EARLY_LIFE_AT_RISK: (
        "triangle-alert",
        gettext_lazy("Early life support cannot end in time; criteria not met: {count}"),
        "",
    ),
    Kind.EARLY_LIFE_EXIT_MET: ("circle-check", gettext_lazy("Early life support may end"), ""),
    Kind.STATE_DIFFERS: (
        "triangle-alert",
        gettext_lazy("Items are in another state than expected: {items}"),
        "",
    ),
    Kind.CHANGE_UNAUTHORISED: ("triangle-alert", gettext_lazy("Something was changed without leave"), ""),
    Kind.WAIVER_EXPIRES: ("hourglass", gettext_lazy("A waiver expires soon: {control}"), ""),
    Kind.PROPOSAL_MADE: ("hourglass", gettext_lazy("{by} proposes this; a second person decides"), ""),
    Kind.NOTICE: ("inbox", gettext_lazy("{release}: {text}"), ""),
    Kind.NOTICE_REMINDED: ("hourglass", gettext_lazy("Please acknowledge this notice: {text}"), ""),
    Kind.PERMIT_MISSING: (
        "ban",
        gettext_lazy("Steps were held back that no permit covers: {targets}"),
        "",
    ),
}
# Facts that are words of the field; the others are shown as they are.
_WORDS = ("approval", "to", "status", "outcome", "phase", "moment", "control")


@dataclass(frozen=True, slots=True)
class Told:
    row: Any
    icon: str
    text: str


def told(row: Any) -> Told:
    icon, sentence, _anchor = _TOLD[row.kind]
    by = "Rightaway" if row.by in {ENGINE.name, SYSTEM.name} else row.by
    return Told(row, icon, str(sentence).format_map(defaultdict(str, _shown(row.facts), by=by)))


def _shown(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: within(words(value)) if name in _WORDS else _text(value) for name, value in facts.items()}


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def target(row: Any) -> str:
    """Give the address of where it happened: always a page, never an act."""
    comment = ask_conversations.comment(row.facts["comment"]) if "comment" in row.facts else None
    if comment is not None:
        return conversations.address(comment)
    if "notice" in row.facts:
        return reverse("notice-read", args=[row.facts["notice"]])
    return subjects.address(row.subject_kind, row.subject_key) + _TOLD[row.kind][2]
