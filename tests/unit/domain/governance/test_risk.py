"""The risk score: what each term is worth, that it never falls when something is worse, and what a person may say."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.errors import Invalid
from rightaway.domain.risk import WEIGHTS, Reversal, RiskFacts, band, check_stated, score, stated
from rightaway.domain.risk_questions import check, is_destructive, questionnaire, shares
from rightaway.queries.risk import questions

WORST = RiskFacts(
    criticality=1,
    reached=5000,
    failed=10_000,
    tests_needed=2,
    tests_missing=2,
    in_business_hours=True,
    overlaps=1,
    units=40,
    releases=9,
)
BEST = RiskFacts(
    criticality=4,
    succeeded=10_000,
    uses=10_000,
    reversal=Reversal.REHEARSED,
    tests_needed=2,
    in_business_hours=False,
    units=0,
)
COUNTS = st.integers(0, 10_000)
SHARES = st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.floats(0, 1))
FACTS = st.builds(
    RiskFacts,
    criticality=st.integers(1, 4),
    reached=COUNTS,
    succeeded=COUNTS,
    failed=COUNTS,
    uses=COUNTS,
    reversal=st.sampled_from(Reversal),
    tests_needed=st.just(5),
    tests_missing=st.integers(0, 5),
    in_business_hours=st.sampled_from([None, True, False]),
    overlaps=COUNTS,
    units=COUNTS,
    changes_schema=st.booleans(),
    releases=COUNTS,
    is_destructive=st.booleans(),
    unauthorised=st.integers(0, 3),
    answered=SHARES,
)
# How one input gets worse; each gives the facts anew.
WORSE = {
    "criticality": lambda one: replace(one, criticality=max(1, one.criticality - 1)),
    "reached": lambda one: replace(one, reached=one.reached * 2 + 1),
    "succeeded": lambda one: replace(one, succeeded=max(0, one.succeeded - 1)),
    "failed": lambda one: replace(one, failed=one.failed + 1),
    "uses": lambda one: replace(one, uses=one.uses // 2),
    "reversal": lambda one: replace(one, reversal=Reversal.NONE),
    "tests": lambda one: replace(one, tests_missing=5),
    "hours": lambda one: replace(one, in_business_hours=True),
    "overlaps": lambda one: replace(one, overlaps=one.overlaps + 1),
    "units": lambda one: replace(one, units=one.units + 1),
    "schema": lambda one: replace(one, changes_schema=True),
    "releases": lambda one: replace(one, releases=one.releases + 1),
    "data": lambda one: replace(one, is_destructive=True),
    "unauthorised": lambda one: replace(one, unauthorised=one.unauthorised + 1),
    "answers": lambda one: replace(one, answered=dict.fromkeys(WEIGHTS, 1.0)),
}


def test_score__best_and_worst__zero_and_a_hundred():
    assert (score(BEST).score, score(BEST).level) == (0, 1)
    assert (score(WORST).score, score(WORST).level) == (100, 5)
    assert sum(WEIGHTS.values()) == 100
    assert [term.points for term in score(WORST).terms] == list(map(float, WEIGHTS.values()))


@pytest.mark.parametrize(
    ("total", "level"), [(0, 1), (19, 1), (20, 2), (39, 2), (40, 3), (60, 4), (79, 4), (80, 5), (100, 5)]
)
def test_band__edges__as_the_design_says(total: int, level: int):
    assert band(total) == level


@pytest.mark.parametrize("what", WORSE)
@given(facts=FACTS)
def test_score__one_input_worse__never_lower(what: str, facts: RiskFacts):
    before, after = score(facts), score(WORSE[what](facts))
    assert after.score >= before.score
    assert after.level >= before.level
    assert 0 <= before.score <= 100
    assert all(0 <= term.share <= 1 for term in before.terms)


def test_history__none_few_and_many__smoothed():
    def points(succeeded: int, failed: int) -> float:
        return next(
            one.points
            for one in score(replace(BEST, succeeded=succeeded, failed=failed)).terms
            if one.key == "history"
        )

    assert points(0, 0) == 7.5
    assert points(1, 0) == 5.0
    assert points(18, 0) == 0.8
    assert points(18, 2) == 2.0


def test_overrides__lost_data_and_unauthorised_changes__raise_the_level():
    assert score(replace(BEST, is_destructive=True)).level == 4
    assert score(replace(BEST, unauthorised=2)).level == 2
    found = score(replace(BEST, is_destructive=True, unauthorised=1))
    assert (found.level, found.overrides) == (5, ("destructive", "unauthorised"))
    assert score(replace(WORST, is_destructive=True, unauthorised=1)).overrides == ()


def test_answers__more_than_was_measured__raise_a_term_and_say_so():
    found = {one.key: one for one in score(replace(BEST, answered={"novelty": 0.5, "size": 0.0})).terms}
    assert (found["novelty"].points, found["novelty"].is_answered) == (5.0, True)
    assert not found["size"].is_answered


@pytest.mark.parametrize(
    ("computed", "said", "reason", "code"),
    [
        (3, 5, "", None),
        (3, 3, "", None),
        (3, 2, "Done often.", None),
        (3, 2, " ", "risk.reason_needed"),
        (3, 1, "Done often.", "risk.too_low"),
        (3, 6, "", "risk.level"),
    ],
)
def test_stated__raised_freely_and_lowered_by_one_with_a_reason(computed, said, reason, code):
    if code is None:
        check_stated(computed, said, reason)
        assert stated(computed, said) == said
        return
    with pytest.raises(Invalid) as refusal:
        check_stated(computed, said, reason)
    assert refusal.value.code == code


def test_stated__score_rose_since__follows_it():
    assert stated(5, 2) == 4
    assert stated(2, None) == 2


def test_questionnaire__shipped__every_term_it_names_exists_and_answers_count():
    asked = questions()
    assert {one.key for one in asked} == {"outage", "data", "novelty", "reversal", "tested", "timing", "size"}
    answers = {"data": "lost", "novelty": "something"}
    check(asked, answers)
    assert shares(asked, [answers, {"novelty": "nothing"}])["novelty"] == 0.5
    assert is_destructive(asked, [answers])
    assert not is_destructive(asked, [{"data": "changed"}])


@pytest.mark.parametrize(
    ("given_", "code"), [({"dta": "lost"}, "risk.question"), ({"data": "gone"}, "risk.answer")]
)
def test_answers__nobody_asked_for__refused(given_, code):
    with pytest.raises(Invalid) as refusal:
        check(questions(), given_)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "change", [{"term": "luck"}, {"answers": {"a": 101}}, {"answers": {"a": 1}, "destructive": "b"}]
)
def test_questionnaire__unsound__refused(change):
    one = {"key": "k", "text": "?", "term": "size", "answers": {"a": 1}} | change
    with pytest.raises(Invalid, match=r"."):
        questionnaire({"questions": [one]})
