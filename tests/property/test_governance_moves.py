"""What must hold for any state table, any facts and any manifest."""

import copy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.canonical import canonical_json
from rightaway.domain.differences import difference
from rightaway.domain.errors import Invalid, TransitionRefused
from rightaway.domain.guards import GUARDS, PERMIT_GUARDS
from rightaway.domain.moves import Table, advance, allowed, problems
from rightaway.domain.permissions import MATRIX, Role, may
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.workflow_templates import parse

NOW = datetime(2026, 3, 2, tzinfo=UTC)
STATES, EVENTS = list("abcde"), ["x", "y"]
rows = st.lists(
    st.tuples(st.sampled_from(STATES), st.sampled_from(EVENTS), st.sampled_from(STATES)), max_size=12
)
ends = st.sets(st.sampled_from(STATES), min_size=1)


@given(rows, ends)
def test_advance__any_table__accepts_exactly_what_it_says_it_allows(held, terminal):
    table = Table("thing", initial="a", terminal=terminal, rows=held)

    for state in STATES:
        for event in EVENTS:
            if event in allowed(table, state):
                assert (state, event, advance(table, state, event)) in held
            else:
                with pytest.raises(TransitionRefused):
                    advance(table, state, event)


@given(rows, ends)
def test_problems__none_found__every_walk_can_end(held, terminal):
    table = Table("thing", initial="a", terminal=terminal, rows=held)

    if problems(table):
        return
    for state in table.states:
        seen, front = {state}, {state}
        while front := {end for start, _, end in held if start in front} - seen:
            seen |= front
        assert seen & terminal
        assert (state in terminal) is (not allowed(table, state))


@pytest.mark.parametrize("name", [*GUARDS, *PERMIT_GUARDS])
@given(phase=st.sampled_from(["assess", "training", "deployment", "verification", "nowhere"]))
def test_guards__nothing_recorded__answer_without_failing(name, phase):
    found = {**GUARDS, **PERMIT_GUARDS}[name](ReleaseFacts(phase=phase), NOW)

    assert all(unmet.code.partition(".")[2] for unmet in found)


@given(st.sampled_from(list(MATRIX)), st.sets(st.sampled_from(list(Role))), st.sampled_from(list(Role)))
def test_may__one_more_role__never_takes_a_right_away(action, roles, extra):
    before, after = may(action, roles), may(action, roles | {extra})

    assert after.allowed or not before.allowed
    assert before.second_person or not (before.allowed and after.second_person)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b", "a/b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "x", "~"]), inner, max_size=3)
    ),
    max_leaves=12,
)
manifests = st.dictionaries(st.sampled_from(["plan", "scope", "a/b"]), values, max_size=3)


@given(manifests, manifests)
def test_difference__two_manifests__empty_exactly_when_they_are_one(old, new):
    assert (difference(old, new) == ()) is (canonical_json(old) == canonical_json(new))


@given(manifests)
def test_difference__copy__is_empty(manifest):
    assert difference(manifest, copy.deepcopy(manifest)) == ()


@given(manifests | values | st.dictionaries(st.sampled_from(["phases", "transitions", "approvals"]), values))
def test_parse__anything_else__says_everything_that_is_wrong(document):
    # A template has a key, a title and more, so nothing drawn here is one.
    with pytest.raises(Invalid) as caught:
        parse(document)

    assert all(error.code and error.message for error in caught.value.errors)
    assert caught.value.errors
