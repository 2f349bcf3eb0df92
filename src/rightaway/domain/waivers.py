"""Accepted absence of a control: what may be asked for, who may grant it, when it counts."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.facts_evidence import WaiverFacts
from rightaway.domain.permissions import may
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Word, said, wordlist

WAIVABLE = (
    "test_results",
    "rollback_plan",
    "training",
    "communication_plan",
    "backups",
    "early_life_support",
)
PARTED = frozenset({"training"})
"""Controls that can be waived for a part: one audience."""
GRANT = "gate.waive"


class WaiverState(StrEnum):
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def waiver(facts: ReleaseFacts, control: str, now: datetime, *, part: str = "") -> WaiverFacts | None:
    """
    Give the waiver in force for a control, or None; with `part` that of the part alone.

    It counts when another person than the one who asked granted it, for a reason, and until it expires. Going
    without a way back needs a plan to restore as well.
    """
    held = (w for w in facts.waivers if (w.control, w.part) == (control, part) and control in WAIVABLE)
    return next((w for w in held if _in_force(w, now)), None)


def _in_force(held: WaiverFacts, now: datetime) -> bool:
    granted = bool(held.granted_by and held.requested_by) and held.granted_by != held.requested_by
    timely = state(held, now) is WaiverState.GRANTED
    restorable = held.control != "rollback_plan" or bool(held.restore_plan.strip())
    return granted and timely and restorable and bool(held.reason.strip())


def state(held: WaiverFacts, now: datetime) -> WaiverState:
    """Say where a waiver stands; one whose time is over has expired, whether it was granted or not."""
    if held.withdrawn:
        return WaiverState.WITHDRAWN
    if held.refused_by:
        return WaiverState.REFUSED
    if held.expires_at is None or held.expires_at <= now:
        return WaiverState.EXPIRED
    return WaiverState.GRANTED if held.granted_by else WaiverState.REQUESTED


def check(asked: WaiverFacts, *, longest_days: int, now: datetime) -> None:
    """
    Accept what is asked for.

    Raises:
        Invalid: the control cannot be waived, the reason or the plan to restore is missing, or the time is wrong.
    """
    if asked.control not in WAIVABLE:
        raise Invalid(
            "waiver.control",
            said("{control} cannot be waived.", control=Word(asked.control.replace("_", " "))),
            at="control",
            hint=said("What can be waived: {controls}.", controls=wordlist(WAIVABLE)),
        )
    if asked.part and asked.control not in PARTED:
        raise Invalid(
            "waiver.part",
            said("{control} is waived as a whole.", control=Word(asked.control.replace("_", " "))),
            at="part",
        )
    if not asked.reason.strip():
        raise Invalid("waiver.reason_missing", said("A waiver needs a reason."), at="reason")
    if asked.control == "rollback_plan" and not asked.restore_plan.strip():
        raise Invalid(
            "waiver.restore_plan_missing",
            said("Going without a way back needs a plan to restore."),
            at="restore_plan",
        )
    latest = now + timedelta(days=longest_days)
    if asked.expires_at is None or not now < asked.expires_at <= latest:
        raise Invalid(
            "waiver.expiry",
            said("A waiver ends in the future, and after at most {days} days.", days=longest_days),
            at="expires_at",
            hint=said("The latest is {moment}.", moment=f"{latest:%Y-%m-%dT%H:%MZ}"),
        )


def check_decider(roles: Collection[str], owner: str) -> None:
    """
    Let the owner of the control decide, and who may waive gates in general.

    Raises:
        Forbidden: the person holds neither role.
    """
    if owner not in roles and not may(GRANT, roles):
        raise Forbidden(
            "permission.denied",
            said("This is for the owner of the control: {owner}.", owner=Word(owner.replace("_", " "))),
            hint=said("Ask someone who holds the role, or a service owner or change manager."),
            evidence={"action": GRANT, "owner": owner, "roles": sorted(roles)},
        )


def check_open(held: WaiverFacts, now: datetime) -> None:
    """
    Accept a decision on a waiver that still waits for one.

    Raises:
        Refused: `waiver.decided`.
    """
    stands = state(held, now)
    if stands is not WaiverState.REQUESTED:
        raise Refused(
            "waiver.decided",
            said("This waiver is {state}.", state=Word(stands)),
            hint=said("Ask for another one."),
        )


def expired(facts: ReleaseFacts, control: str, now: datetime) -> WaiverFacts | None:
    """Give the newest waiver of a control that was granted and counts for nothing any more, when none is in force."""
    if waiver(facts, control, now):
        return None
    over = (
        w for w in facts.waivers if (w.control, w.part) == (control, "") and w.granted_by and not w.withdrawn
    )
    return max(
        (w for w in over if state(w, now) is WaiverState.EXPIRED and w.expires_at),
        key=lambda w: w.expires_at or now,
        default=None,
    )
