import pytest

from rightaway.domain.changes import (
    TABLES,
    ChangeState,
    ChangeType,
    ReleaseEvent,
    after,
    follow_release,
    is_authorised,
    steps,
)
from rightaway.domain.errors import TransitionRefused
from rightaway.domain.moves import advance, allowed

STANDARD, NORMAL, EMERGENCY, _ = ChangeType
TESTED = "register validate assess authorise pass_tests"


def walk(change_type, *events):
    state = ChangeState.DRAFT
    for event in events:
        state = advance(TABLES[change_type], state, event)
    return state


@pytest.mark.parametrize(
    ("change_type", "events"),
    [
        (STANDARD, "register schedule implement finish close"),
        (
            NORMAL,
            f"{TESTED} schedule implement finish review update_cmdb close",
        ),
        (EMERGENCY, "register authorise implement finish review close"),
    ],
)
def test_change__whole_life__ends_closed(change_type, events):
    assert walk(change_type, *events.split()) is ChangeState.CLOSED


def test_change__normal__cannot_be_scheduled_unauthorised():
    assert "schedule" not in allowed(TABLES[NORMAL], ChangeState.REGISTERED)


def test_change__emergency__cannot_close_without_its_review():
    assert "close" not in allowed(TABLES[EMERGENCY], ChangeState.IMPLEMENTED)


@pytest.mark.parametrize(
    ("change_type", "again"), [(STANDARD, "registered"), (NORMAL, "assessed"), (EMERGENCY, "registered")]
)
def test_change__backed_out__is_planned_again_before_it_is_authorised(change_type, again):
    state = advance(TABLES[change_type], ChangeState.BACKED_OUT, "replan")

    assert state == again
    assert is_authorised(change_type, state) is (change_type is STANDARD)


@pytest.mark.parametrize("change_type", ChangeType)
def test_change__begun__can_no_longer_be_withdrawn(change_type):
    assert "withdraw" not in allowed(TABLES[change_type], ChangeState.IMPLEMENTING)


@pytest.mark.parametrize(
    ("change_type", "states"),
    [
        (STANDARD, "registered scheduled implementing implemented review closed"),
        (NORMAL, "authorised built_tested scheduled implementing implemented review cmdb_update closed"),
        (EMERGENCY, "authorised implementing implemented review closed"),
    ],
)
def test_is_authorised__states__by_type(change_type, states):
    table = TABLES[change_type]

    assert {str(state) for state in table.states if is_authorised(change_type, state)} == set(states.split())


@pytest.mark.parametrize(
    ("change_type", "state"),
    [
        (STANDARD, "registered"),
        (STANDARD, "scheduled"),
        (NORMAL, "authorised"),
        (NORMAL, "scheduled"),
        (EMERGENCY, "authorised"),
    ],
)
def test_follow__deployment_runs__carries_an_authorised_change_through(change_type, state):
    started = follow_release(change_type, state, ReleaseEvent.DEPLOYMENT_STARTED)
    finished = follow_release(change_type, started, ReleaseEvent.DEPLOYMENT_SUCCEEDED)

    assert (started, finished) == (ChangeState.IMPLEMENTING, ChangeState.IMPLEMENTED)


@pytest.mark.parametrize(
    ("change_type", "state"),
    [(NORMAL, "registered"), (NORMAL, "assessed"), (EMERGENCY, "registered"), (NORMAL, "backed_out")],
)
def test_follow__deployment_of_an_unauthorised_change__refused(change_type, state):
    with pytest.raises(TransitionRefused) as caught:
        follow_release(change_type, state, ReleaseEvent.DEPLOYMENT_STARTED)

    assert caught.value.evidence["state"] == state


@pytest.mark.parametrize("state", ["closed", "rejected", "withdrawn"])
@pytest.mark.parametrize("event", ReleaseEvent)
def test_follow__finished_change__stays(state, event):
    assert follow_release(NORMAL, state, event) == state


def test_follow__approvals__move_a_normal_change_along():
    tested = follow_release(NORMAL, "authorised", ReleaseEvent.BUILD_TEST_APPROVED)
    scheduled = follow_release(NORMAL, tested, ReleaseEvent.DEPLOYMENT_APPROVED)

    assert (tested, scheduled) == (ChangeState.BUILT_TESTED, ChangeState.SCHEDULED)


def test_follow__approval_of_the_release__never_authorises_a_change():
    assert follow_release(NORMAL, "assessed", ReleaseEvent.DEPLOYMENT_APPROVED) is ChangeState.ASSESSED


@pytest.mark.parametrize("state", ["implementing", "implemented", "failed"])
def test_follow__backed_out__after_it_began(state):
    assert follow_release(NORMAL, state, ReleaseEvent.BACKED_OUT) is ChangeState.BACKED_OUT


def test_follow__deployment_failed__change_failed():
    assert follow_release(EMERGENCY, "implementing", ReleaseEvent.DEPLOYMENT_FAILED) is ChangeState.FAILED


def test_follow__deployment_started_again__stays_implementing():
    state = follow_release(NORMAL, "implementing", ReleaseEvent.DEPLOYMENT_STARTED)

    assert state is ChangeState.IMPLEMENTING


@pytest.mark.parametrize("state", ["registered", "authorised", "scheduled"])
def test_hold__and_resume__leads_back_to_where_it_was(state):
    held = after(NORMAL, state, "hold", "")
    assert held is ChangeState.ON_HOLD
    assert steps(NORMAL, held) == ("resume", "withdraw")
    assert after(NORMAL, held, "resume", state) == state
    assert not is_authorised(NORMAL, held)


def test_hold__begun_already__refused():
    with pytest.raises(TransitionRefused):
        after(NORMAL, "implementing", "hold", "")
    with pytest.raises(TransitionRefused):
        after(NORMAL, "registered", "resume", "")


def test_proposal__authorised__leads_to_other_changes_and_carries_nothing():
    assert (
        walk(ChangeType.PROPOSAL, "register", "validate", "assess", "authorise", "close")
        is ChangeState.CLOSED
    )
    assert not is_authorised(ChangeType.PROPOSAL, "authorised")
    with pytest.raises(TransitionRefused):
        follow_release(ChangeType.PROPOSAL, "authorised", ReleaseEvent.DEPLOYMENT_STARTED)
