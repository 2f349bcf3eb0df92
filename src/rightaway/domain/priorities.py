"""How urgent a release is, what its assessment has to answer, and whether it needs training."""

from dataclasses import dataclass
from enum import IntEnum

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import Word, said


class Priority(IntEnum):
    CRITICAL = 1
    HIGH = 2
    AVERAGE = 3
    LOW = 4


# Rows: urgency 1 (total loss of service) to 4 (no disruption). Columns: impact 1 (enterprise) to 4 (user).
# Source: the priority figures OpenText publishes for SMAX.
MATRIX = (
    (Priority.CRITICAL, Priority.HIGH, Priority.HIGH, Priority.AVERAGE),
    (Priority.HIGH, Priority.HIGH, Priority.AVERAGE, Priority.AVERAGE),
    (Priority.HIGH, Priority.AVERAGE, Priority.AVERAGE, Priority.LOW),
    (Priority.AVERAGE, Priority.AVERAGE, Priority.LOW, Priority.LOW),
)
SCALE = range(1, 5)
HIGH_FROM = 2

RISK_QUESTIONS = {
    "outage": said("Can users notice an outage while it runs, or after it?"),
    "data": said("Can stored data be changed or lost if it goes wrong?"),
    "novelty": said("Is a component, a tool or a procedure used for the first time?"),
    "reversal": said("Can everything be undone within the window?"),
    "timing": said("Does it touch busy hours, or the time of another release?"),
}


@dataclass(frozen=True, slots=True)
class TrainingRule:
    """
    When a release has to go through the training phase, as its workflow says.

    Args:
        impact_assessment: Needed when it is assessed this high or higher; 1 is the highest.
        urgency: And is this urgent or more.
        always: Needed whatever the assessment says.

    Source: seed workflow, "activated when you select high Impact Assessment and high Urgency".
    """

    impact_assessment: int = HIGH_FROM
    urgency: int = HIGH_FROM
    always: bool = False


def priority(*, impact: int, urgency: int) -> Priority:
    """
    Give the priority; both scales run from 1 (highest) to 4.

    Raises:
        Invalid: a value outside the scale; `at` names which.
    """
    for name, value in (("impact", impact), ("urgency", urgency)):
        if value not in SCALE:
            raise Invalid(
                "assessment.out_of_scale",
                said(
                    "{name}: {value}; the scale runs from 1 (highest) to 4.",
                    name=Word(name),
                    value=value,
                ),
                hint=said("Use 1, 2, 3 or 4."),
                at=name,
            )
    return MATRIX[urgency - 1][impact - 1]


def training_required(
    *,
    impact_assessment: int | None,
    urgency: int | None,
    added: bool = False,
    rule: TrainingRule = TrainingRule(),
) -> bool:
    """
    Say whether the release goes through the training phase.

    Args:
        impact_assessment: 1 (highest) to 4; None while it is not assessed.
        urgency: The same scale.
        added: Somebody asked for training although the scales do not.
    """
    pairs = ((impact_assessment, rule.impact_assessment), (urgency, rule.urgency))
    high = all(value is not None and value <= least for value, least in pairs)
    return high or added or rule.always
