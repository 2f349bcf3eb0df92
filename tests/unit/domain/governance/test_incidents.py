from dataclasses import replace

import pytest

from rightaway.domain.errors import Refused
from rightaway.domain.facts_closure import LinkedRecordFacts
from rightaway.domain.incidents import dispose, disposed, offered


def record(kind="incident", link="resolved_by_release", **values):
    return LinkedRecordFacts("REC-1", kind, link, **values)


@pytest.mark.parametrize(
    ("held", "choices"),
    [
        (record(), ("close", "keep_open")),
        (record(test_passed=True), ("close", "keep_open")),
        (record(test_passed=False), ("keep_open",)),
        (record("problem"), ("close", "keep_open")),
        (record("known_error", "fixes"), ("close", "keep_open")),
        (record("known_error", "fixes", test_passed=False), ("keep_open",)),
        (record("known_error", "introduces"), ("publish", "keep_open")),
        (record("interaction"), ("close", "call_back", "keep_open")),
    ],
)
def test_offered__record__depends_on_kind_link_and_its_test(held, choices):
    assert offered(held) == choices


@pytest.mark.parametrize(
    ("held", "disposition", "reason", "stays_open"),
    [
        (record(), "close", "", False),
        (record(), "keep_open", "Goes on with the supplier.", True),
        (record("interaction"), "call_back", "", False),
        (record("known_error", "introduces", workaround_article="KB-1"), "publish", "", True),
    ],
)
def test_dispose__possible__says_whether_the_record_stays_open(held, disposition, reason, stays_open):
    assert dispose(held, disposition, reason) is stays_open


@pytest.mark.parametrize(
    ("held", "disposition", "code"),
    [
        (record(test_passed=False), "close", "disposition_refused"),
        (record("known_error", "introduces"), "close", "disposition_refused"),
        (record(), "publish", "disposition_refused"),
        (record(), "forget", "disposition_refused"),
        (record(), "keep_open", "reason_missing"),
        (record("known_error", "introduces"), "publish", "workaround_missing"),
    ],
)
def test_dispose__not_possible__refused(held, disposition, code):
    with pytest.raises(Refused) as caught:
        dispose(held, disposition)

    assert caught.value.code == f"linked_record.{code}"


def test_disposed__closed_elsewhere__needs_none(green):
    assert disposed(replace(green, linked=(record(open=False),))) == ()


@pytest.mark.parametrize("outcome", ["backed_out", "partially_backed_out", "failed_not_backed_out"])
def test_disposed__release_went_wrong__needs_a_problem_or_a_refusal(outcome, green):
    bad = replace(green, linked=(), closure=replace(green.closure, outcome=outcome))
    refused = replace(bad, closure=replace(bad.closure, problem_refusal_reason="Known supplier fault."))
    recorded = replace(bad, linked=(record("problem", disposition="keep_open"),))

    assert [[u.code for u in disposed(facts)] for facts in (bad, refused, recorded)] == [
        ["G60.problem_missing"],
        [],
        [],
    ]
