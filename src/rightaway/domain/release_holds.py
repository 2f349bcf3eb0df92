"""A release on hold: what waits meanwhile, what does not, and when it cannot be held."""

from datetime import datetime

from rightaway.domain.deployment_states import WaveStatus
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.release_facts import HoldFacts
from rightaway.domain.sentences import said
from rightaway.domain.unmet import Unmet

RULE = "T22"
MOVING = frozenset({WaveStatus.RUNNING, WaveStatus.BAKING, WaveStatus.REVERTING})
"""Statuses of a wave that works on targets; one that waits at its gate can be held there."""


def check_hold(
    *, is_over: bool, is_held: bool, moving: tuple[str, ...], until: datetime, now: datetime
) -> None:
    """
    Refuse a hold that could not keep what it says.

    Args:
        is_over: The release is at its end.
        is_held: It is on hold already.
        moving: Numbers of the deployments of which a wave works on targets.
        until: By when somebody looks at it again.

    Raises:
        Refused: `release.closed`, `hold.held` or `hold.wave_running`.
        Invalid: `hold.until`, it lies in the past.
    """
    if is_over:
        raise Refused("release.closed", said("The release is at its end; there is nothing to hold."))
    if is_held:
        raise Refused("hold.held", said("The release is on hold already."), hint=said("Resume it first."))
    if moving:
        raise Refused(
            "hold.wave_running",
            said("A wave of {deployments} works on targets.", deployments=list(moving)),
            hint=said("Pause the deployment and let its wave end, or back it out."),
            evidence={"deployments": list(moving)},
        )
    if until <= now:
        raise Invalid(
            "hold.until",
            said("The hold would end before it begins."),
            at="until",
            hint=said("Say until when it is held; it does not end by itself."),
        )


def held(hold: HoldFacts | None) -> tuple[Unmet, ...]:
    """Say that nothing goes on while the release is on hold."""
    if hold is None:
        return ()
    return (
        Unmet(
            RULE,
            "hold.held",
            said(
                "The release is on hold until {until}: {reason}",
                until=hold.until,
                reason=hold.reason,
            ),
            "release_manager",
            said("Resume it."),
            {"until": hold.until.isoformat(), "by": hold.by},
        ),
    )


def refuse(number: str) -> Refused:
    """Give the error of a command that has to wait until the release is resumed."""
    return Refused(
        "hold.held",
        said("{number} is on hold.", number=number),
        hint=said("Resume it first; while it is held it can only be abandoned."),
        evidence={"release": number},
    )
