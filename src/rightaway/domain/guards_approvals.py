"""Whether an approval stands for the content as it is now."""

from datetime import datetime

from rightaway.domain.release_facts import ApprovalFacts, ReleaseFacts
from rightaway.domain.sentences import Sentence, Title, said, wordlist
from rightaway.domain.unmet import Unmet

_STATES = frozenset({"not_required", "not_requested", "pending", "denied", "void", "expired"})


def approval_stands(facts: ReleaseFacts, key: str, rule: str, now: datetime) -> tuple[Unmet, ...]:
    """Give nothing when the approval is valid for this very content at this moment."""
    held = facts.approval(key)
    state = approval_state(held, now)
    if state in {"approved", "not_required"}:
        return ()
    message, remedy = _said(state, held, Title(held.title or key))
    return (
        Unmet(
            rule,
            f"{rule}.approval_{state}",
            message,
            ", ".join(held.missing_roles) if state == "pending" and held.missing_roles else "release_manager",
            remedy,
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
        return held.state if held.state in _STATES else "not_requested"
    if not held.current_digest or held.approved_digest != held.current_digest:
        return "void"
    if held.expires_at is None or now >= held.expires_at:
        return "expired"
    return "approved"


def _said(state: str, held: ApprovalFacts, name: Title) -> tuple[Sentence, Sentence]:
    match state:
        case "pending":
            remedy = (
                said("Remind those who may still vote: {roles}.", roles=wordlist(held.missing_roles))
                if held.missing_roles
                else said("Remind the approvers, who may still vote.")
            )
            return said("The approval “{name}” is waiting for votes.", name=name), remedy
        case "denied":
            return (
                said("The approval “{name}” was denied.", name=name),
                said("Change it and ask again, or abandon the release."),
            )
        case "void":
            return (
                said("The approval “{name}” is void: the content changed.", name=name),
                said("Review the difference and ask again."),
            )
        case "expired":
            return said("The approval “{name}” has expired.", name=name), said("Ask for it again.")
    return said("The approval “{name}” was not asked for.", name=name), said("Ask for it.")
