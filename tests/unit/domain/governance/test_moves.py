import pytest

from rightaway.domain import moves
from rightaway.domain.changes import TABLES
from rightaway.domain.early_life import TABLE as EARLY_LIFE
from rightaway.domain.errors import TransitionRefused
from rightaway.domain.moves import Table, advance, allowed, problems

DOOR = Table(
    "front_door",
    initial="shut",
    terminal=["broken"],
    rows=[("shut", "open", "ajar"), ("ajar", "close", "shut"), ("shut", "kick", "broken")],
)


def test_advance__event_of_the_table__gives_the_next_state():
    assert advance(DOOR, "shut", "open") == "ajar"


def test_advance__other_event__names_state_event_and_what_is_allowed():
    with pytest.raises(TransitionRefused) as caught:
        advance(DOOR, "shut", "close")

    error = caught.value
    assert error.code == "front_door.transition_refused"
    assert error.message == "Front door in state shut does not accept close."
    assert error.hint == "Allowed now: open, kick."
    assert error.evidence == {"state": "shut", "event": "close", "allowed": ["open", "kick"]}


def test_advance__terminal_state__says_that_it_is_final():
    with pytest.raises(TransitionRefused) as caught:
        advance(DOOR, "broken", "open")

    assert caught.value.hint == "Nothing follows broken: it is final."


def test_advance__state_read_from_a_database__gives_the_member():
    after = advance(EARLY_LIFE, "scheduled", "start")

    assert type(after) is type(EARLY_LIFE.initial)


def test_allowed__state__keeps_the_order_of_the_table():
    assert allowed(DOOR, "shut") == ("open", "kick")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([("a", "go", "b"), ("a", "go", "a")], "a accepts go in more than one row"),
        ([("a", "go", "b"), ("b", "back", "a")], "b is terminal but accepts back"),
        ([("a", "go", "b"), ("c", "go", "b")], "c cannot be reached"),
        ([("a", "go", "b"), ("a", "turn", "c")], "c reaches no terminal state"),
    ],
)
def test_problems__unsound_table__names_what_is_wrong(rows, problem):
    assert problems(Table("thing", initial="a", terminal=["b"], rows=rows)) == (problem,)


@pytest.mark.parametrize("table", [DOOR, EARLY_LIFE, *TABLES.values()], ids=lambda table: table.noun)
def test_problems__tables_of_the_product__are_sound(table):
    assert problems(table) == ()


@pytest.mark.parametrize("table", [EARLY_LIFE, *TABLES.values()], ids=lambda table: table.noun)
def test_advance__every_pair__moves_or_is_refused(table):
    rows = {(start, event): end for start, event, end in table.rows}

    for state in table.states:
        for event in table.events:
            if (state, event) in rows:
                assert advance(table, state, event) is rows[state, event]
            else:
                with pytest.raises(TransitionRefused):
                    advance(table, state, event)


def test_refusal__of_a_release__reads_as_a_sentence():
    error = moves.refusal("release", "closed", "abandon", ())

    assert error.message == "Release in state closed does not accept abandon."
