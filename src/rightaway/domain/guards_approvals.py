"""Whether an approval stands for the content as it is now."""

from datetime import datetime

from rightaway.domain.release_facts import ApprovalFacts, ReleaseFacts
from rightaway.domain.unmet import Unmet

_SAID = {
    "not_requested": ("The approval {name} was not asked for.", "Ask for it."),
    "pending": ("The approval {name} is waiting for votes.", "Remind {who}, who may still vote."),
    "denied": (
        "The approval {name} was denied.",
        "Change it and ask again, or abandon the release.",
    ),
    "void": (
        "The approval {name} is void: the content changed.",
        "Review the difference and ask again.",
    ),
    "expired": ("The approval {name} has expired.", "Ask for it again."),
}


def approval_stands(facts: ReleaseFacts, key: str, rule: str, now: datetime) -> tuple[Unmet, ...]:
    """Give nothing when the approval is valid for this very content at this moment."""
    held = facts.approval(key)
    state = approval_state(held, now)
    if state in {"approved", "not_required"}:
        return ()
    who = " or ".join(held.missing_roles) or "the approvers"
    message, remedy = _SAID[state]
    return (
        Unmet(
            rule,
            f"{rule}.approval_{state}",
            message.format(name=f"“{held.title}”" if held.title else key),
            ", ".join(held.missing_roles) if state == "pending" and held.missing_roles else "release_manager",
            remedy.format(who=who),
            {
                "approval": key,
                "state": state,
                "approved_digest": held.approved_digest,
                "current_digest": held.current_digest,
            },
            failed=state in {"denied", "void", "expired"},
        ),
    )


def approval_state(held: ApprovalFacts, now: datetime) -> str:
    """Give the state, not believing a recorded `approved` whose digest or time no longer holds."""
    if held.state != "approved":
        return held.state if held.state in {*_SAID, "not_required"} else "not_requested"
    if not held.current_digest or held.approved_digest != held.current_digest:
        return "void"
    if held.expires_at is None or now >= held.expires_at:
        return "expired"
    return "approved"
