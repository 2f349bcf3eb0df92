"""The states of a change request by type, and how a change moves with its release."""

from collections.abc import Mapping
from enum import StrEnum

from rightaway.domain.moves import Table, advance, allowed, refusal


class ChangeType(StrEnum):
    STANDARD = "standard"
    NORMAL = "normal"
    EMERGENCY = "emergency"
    PROPOSAL = "proposal"


class RfcClass(StrEnum):
    """How much a change changes; the larger, the more people look at it."""

    MINOR = "minor"
    SIGNIFICANT = "significant"
    MAJOR = "major"


class ChangeState(StrEnum):
    DRAFT = "draft"
    REGISTERED = "registered"
    RETURNED = "returned"
    VALIDATED = "validated"
    ASSESSED = "assessed"
    AUTHORISED = "authorised"
    BUILT_TESTED = "built_tested"
    SCHEDULED = "scheduled"
    IMPLEMENTING = "implementing"
    IMPLEMENTED = "implemented"
    FAILED = "failed"
    BACKED_OUT = "backed_out"
    REVIEW = "review"
    CMDB_UPDATE = "cmdb_update"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ON_HOLD = "on_hold"


S = ChangeState
Row = tuple[ChangeState, str, ChangeState]
TERMINAL = frozenset({S.CLOSED, S.REJECTED, S.WITHDRAWN})
CARRIED_OUT = frozenset({S.IMPLEMENTED, S.REVIEW, S.CMDB_UPDATE, S.CLOSED})
NOT_CARRIED_OUT = frozenset({S.FAILED, S.BACKED_OUT, S.REJECTED, S.WITHDRAWN})

_IMPLEMENTATION: tuple[Row, ...] = (
    (S.IMPLEMENTING, "finish", S.IMPLEMENTED),
    (S.IMPLEMENTING, "fail", S.FAILED),
    (S.IMPLEMENTING, "back_out", S.BACKED_OUT),
    (S.IMPLEMENTED, "back_out", S.BACKED_OUT),
    (S.FAILED, "back_out", S.BACKED_OUT),
    (S.IMPLEMENTED, "review", S.REVIEW),
    (S.FAILED, "review", S.REVIEW),
    (S.BACKED_OUT, "review", S.REVIEW),
)


def _table(again: ChangeState, before: tuple[Row, ...], after: tuple[Row, ...]) -> Table[ChangeState]:
    """Put together one type; `again` is where a change that did not succeed starts over."""
    not_begun = dict.fromkeys(start for start, _, _ in before)
    return Table(
        "change",
        initial=S.DRAFT,
        terminal=TERMINAL,
        rows=(
            (S.DRAFT, "register", S.REGISTERED),
            (S.DRAFT, "withdraw", S.WITHDRAWN),
            (S.RETURNED, "register", S.REGISTERED),
            (S.RETURNED, "withdraw", S.WITHDRAWN),
            *before,
            *((state, "withdraw", S.WITHDRAWN) for state in not_begun),
            *((state, "hold", S.ON_HOLD) for state in not_begun),
            (S.ON_HOLD, "withdraw", S.WITHDRAWN),
            *_IMPLEMENTATION,
            (S.FAILED, "replan", again),
            (S.BACKED_OUT, "replan", again),
            *after,
        ),
    )


_CONSIDERED = (S.REGISTERED, S.VALIDATED, S.ASSESSED, S.AUTHORISED)
"""Where a proposal can be before its changes are registered; nothing is carried out under it."""
_RETURN_AND_REJECT: tuple[Row, ...] = (
    (S.REGISTERED, "send_back", S.RETURNED),
    (S.REGISTERED, "reject", S.REJECTED),
)

TABLES: Mapping[ChangeType, Table[ChangeState]] = {
    ChangeType.STANDARD: _table(
        S.REGISTERED,
        (
            *_RETURN_AND_REJECT,
            (S.REGISTERED, "schedule", S.SCHEDULED),
            (S.SCHEDULED, "implement", S.IMPLEMENTING),
        ),
        ((S.IMPLEMENTED, "close", S.CLOSED), (S.REVIEW, "close", S.CLOSED)),
    ),
    ChangeType.NORMAL: _table(
        S.ASSESSED,
        (
            *_RETURN_AND_REJECT,
            (S.REGISTERED, "validate", S.VALIDATED),
            (S.VALIDATED, "assess", S.ASSESSED),
            (S.VALIDATED, "reject", S.REJECTED),
            (S.ASSESSED, "authorise", S.AUTHORISED),
            (S.ASSESSED, "reject", S.REJECTED),
            (S.AUTHORISED, "pass_tests", S.BUILT_TESTED),
            (S.BUILT_TESTED, "schedule", S.SCHEDULED),
            (S.SCHEDULED, "implement", S.IMPLEMENTING),
        ),
        ((S.REVIEW, "update_cmdb", S.CMDB_UPDATE), (S.CMDB_UPDATE, "close", S.CLOSED)),
    ),
    ChangeType.EMERGENCY: _table(
        S.REGISTERED,
        (
            *_RETURN_AND_REJECT,
            (S.REGISTERED, "authorise", S.AUTHORISED),
            (S.AUTHORISED, "implement", S.IMPLEMENTING),
        ),
        ((S.AUTHORISED, "accept", S.REVIEW), (S.REVIEW, "close", S.CLOSED)),
    ),
    ChangeType.PROPOSAL: Table(
        "change",
        initial=S.DRAFT,
        terminal=TERMINAL,
        rows=(
            (S.DRAFT, "register", S.REGISTERED),
            (S.DRAFT, "withdraw", S.WITHDRAWN),
            (S.RETURNED, "register", S.REGISTERED),
            (S.RETURNED, "withdraw", S.WITHDRAWN),
            *_RETURN_AND_REJECT,
            (S.REGISTERED, "validate", S.VALIDATED),
            (S.VALIDATED, "assess", S.ASSESSED),
            (S.VALIDATED, "reject", S.REJECTED),
            (S.ASSESSED, "authorise", S.AUTHORISED),
            (S.ASSESSED, "reject", S.REJECTED),
            (S.AUTHORISED, "close", S.CLOSED),
            *((state, "withdraw", S.WITHDRAWN) for state in _CONSIDERED),
            *((state, "hold", S.ON_HOLD) for state in _CONSIDERED),
            (S.ON_HOLD, "withdraw", S.WITHDRAWN),
        ),
    ),
}
RESUME = "resume"


def steps(change_type: str, state: str) -> tuple[str, ...]:
    """Give the events that a change accepts; one on hold goes back to where it was, which no table knows."""
    found = allowed(TABLES[ChangeType(change_type)], state)
    return (RESUME, *found) if state == S.ON_HOLD else found


def after(change_type: str, state: str, event: str, held_state: str) -> ChangeState:
    """
    Give the state after the event.

    Args:
        held_state: Where a change on hold was.

    Raises:
        TransitionRefused: the state does not accept the event.
    """
    if state == S.ON_HOLD and event == RESUME:
        return ChangeState(held_state)
    return advance(TABLES[ChangeType(change_type)], state, event)


class ReleaseEvent(StrEnum):
    """What happens to a release that moves its changes."""

    BUILD_TEST_APPROVED = "build_test_approved"
    DEPLOYMENT_APPROVED = "deployment_approved"
    DEPLOYMENT_STARTED = "deployment_started"
    DEPLOYMENT_SUCCEEDED = "deployment_succeeded"
    DEPLOYMENT_FAILED = "deployment_failed"
    BACKED_OUT = "backed_out"


_FOLLOWS = {
    ReleaseEvent.BUILD_TEST_APPROVED: ("pass_tests",),
    ReleaseEvent.DEPLOYMENT_APPROVED: ("pass_tests", "schedule"),
    ReleaseEvent.DEPLOYMENT_STARTED: ("pass_tests", "schedule", "implement"),
    ReleaseEvent.DEPLOYMENT_SUCCEEDED: ("finish",),
    ReleaseEvent.DEPLOYMENT_FAILED: ("fail",),
    ReleaseEvent.BACKED_OUT: ("back_out",),
}


def is_authorised(change_type: str, state: str) -> bool:
    """Say whether the change may be carried out: a standard change is authorised by its model beforehand."""
    if change_type == ChangeType.PROPOSAL:
        return False
    if state == S.REGISTERED:
        return change_type == ChangeType.STANDARD
    return state in {S.AUTHORISED, S.BUILT_TESTED, S.SCHEDULED, S.IMPLEMENTING, *CARRIED_OUT}


def follow_release(change_type: str, state: str, event: ReleaseEvent) -> ChangeState:
    """
    Give the state of a change after something happened to its release.

    A change that is finished, or already further than the event, stays where it is.

    Raises:
        TransitionRefused: the deployment started and the change may not be carried out.
    """
    table = TABLES[ChangeType(change_type)]
    now = ChangeState(state)
    if event is ReleaseEvent.DEPLOYMENT_STARTED and not may_start(change_type, now):
        raise refusal("change", now, "implement", allowed(table, now))
    for step in _FOLLOWS[event]:
        now = table.after(now, step) or now
    return now


def may_start(change_type: str, state: ChangeState) -> bool:
    """Say whether a deployment may begin as far as this change goes; one that is over does not stand in its way."""
    return state in TERMINAL or is_authorised(change_type, state)
