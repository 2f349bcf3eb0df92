"""What stakeholders say to the result, apart from how satisfied they are."""

from enum import StrEnum

from rightaway.domain.errors import Invalid
from rightaway.domain.facts_closure import SignOffFacts
from rightaway.domain.sentences import said
from rightaway.domain.unmet import Unmet


class SignOffDecision(StrEnum):
    ACCEPTED = "accepted"
    WITH_RESERVATIONS = "accepted_with_reservations"
    REJECTED = "rejected"


def check(decision: str, reason: str) -> None:
    """
    Accept a sign-off.

    Raises:
        Invalid: there is no such decision, or reservations and rejections do not say why.
    """
    if decision not in set(SignOffDecision):
        raise Invalid(
            "sign_off.decision",
            said("'{decision}' is no decision.", decision=decision),
            at="decision",
            hint=", ".join(SignOffDecision),
        )
    if decision != SignOffDecision.ACCEPTED and not reason.strip():
        raise Invalid("sign_off.reason_missing", said("Say what is not as it should be."), at="reason")


def rejections_answered(sign_offs: tuple[SignOffFacts, ...]) -> tuple[Unmet, ...]:
    """Nothing closes over a stakeholder's rejection that nobody has answered."""
    return tuple(
        Unmet(
            "G60",
            "G60.rejection_unanswered",
            said("{person} rejects the result: {reason}", person=one.stakeholder, reason=one.reason),
            "release_manager",
            said("Answer {person}, or put right what is wrong.", person=one.stakeholder),
            {"person": one.stakeholder, "reason": one.reason},
            failed=True,
        )
        for one in sign_offs
        if one.decision == SignOffDecision.REJECTED and not one.answered
    )
