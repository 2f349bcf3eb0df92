"""Accepted absence of a control: when a waiver counts."""

from datetime import datetime

from rightaway.domain.facts_evidence import WaiverFacts
from rightaway.domain.release_facts import ReleaseFacts

WAIVABLE = (
    "test_results",
    "rollback_plan",
    "training",
    "communication_plan",
    "backups",
    "early_life_support",
)


def waiver(facts: ReleaseFacts, control: str, now: datetime) -> WaiverFacts | None:
    """
    Give the waiver in force for a control, or None.

    It counts when another person than the one who asked granted it, for a reason, and until it expires. Going
    without a way back needs a plan to restore as well.
    """
    held = (w for w in facts.waivers if w.control == control and control in WAIVABLE)
    return next((w for w in held if _in_force(w, now)), None)


def _in_force(held: WaiverFacts, now: datetime) -> bool:
    granted = bool(held.granted_by and held.requested_by) and held.granted_by != held.requested_by
    timely = held.expires_at is not None and now < held.expires_at
    restorable = held.control != "rollback_plan" or bool(held.restore_plan.strip())
    return granted and timely and restorable and bool(held.reason.strip())
