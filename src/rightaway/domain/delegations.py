"""Delegations: what can be delegated to whom, for how long."""

from datetime import datetime, timedelta

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said

LONGEST = timedelta(days=180)


def check_delegation(
    giver: str, taker: str, *, starts_at: datetime, ends_at: datetime, now: datetime
) -> None:
    """
    Check a delegation before it is recorded; it ends by itself, and soon enough to be looked at again.

    Raises:
        Invalid: to oneself, over before it begins, or for too long.
    """
    if giver == taker:
        raise Invalid(
            "delegation.self",
            said("You vote for yourself already."),
            at="to",
            hint=said("Name somebody else."),
        )
    if ends_at <= starts_at or ends_at <= now:
        raise Invalid("delegation.time", said("It would be over before it begins."), at="ends_at")
    if ends_at - starts_at > LONGEST:
        raise Invalid(
            "delegation.too_long",
            said("A delegation lasts at most {days} days.", days=LONGEST.days),
            at="ends_at",
            hint=said("Have the role given to them instead."),
        )
