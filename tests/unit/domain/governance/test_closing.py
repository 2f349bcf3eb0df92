"""What is proposed at the closing, and what keeps a release open: rejections and unanswered lessons."""

from dataclasses import replace

import pytest

from rightaway.domain.errors import Invalid
from rightaway.domain.facts_closure import LinkedRecordFacts, SignOffFacts
from rightaway.domain.facts_planning import LessonFacts
from rightaway.domain.incidents import offered, proposed
from rightaway.domain.lessons import LessonAnswer, LessonState
from rightaway.domain.lessons import check as check_lesson
from rightaway.domain.rules import GUARDS
from rightaway.domain.sign_offs import SignOffDecision
from rightaway.domain.sign_offs import check as check_sign_off

CAUSED, FIXED = "caused_by_release", "resolved_by_release"
PROPOSED = [
    (LinkedRecordFacts("INC-1", "incident", FIXED), "close"),
    (LinkedRecordFacts("INC-1", "incident", FIXED, test_passed=True), "close"),
    (LinkedRecordFacts("INC-1", "incident", FIXED, test_passed=False), "keep_open"),
    (LinkedRecordFacts("INC-1", "incident", CAUSED), "keep_open"),
    (LinkedRecordFacts("INC-1", "incident", CAUSED, resolved=True), "close"),
    (LinkedRecordFacts("INC-1", "incident", CAUSED, resolved=True, test_passed=False), "keep_open"),
    (LinkedRecordFacts("PRB-1", "problem", CAUSED), "keep_open"),
    (LinkedRecordFacts("PRB-1", "problem", CAUSED, resolved=True), "close"),
    (LinkedRecordFacts("KE-1", "known_error", "fixes"), "close"),
    (LinkedRecordFacts("KE-1", "known_error", "fixes", test_passed=False), "keep_open"),
    (LinkedRecordFacts("KE-1", "known_error", "introduces", workaround_article="Wait."), "publish"),
    (LinkedRecordFacts("KE-1", "known_error", "introduces"), "keep_open"),
    (LinkedRecordFacts("INT-1", "interaction", channel="mail"), "close"),
    (LinkedRecordFacts("INT-1", "interaction", channel="phone"), "call_back"),
]


@pytest.mark.parametrize(("record", "disposition"), PROPOSED)
def test_proposal__for_a_record__is_one_it_may_get_and_says_why(record, disposition):
    found, why = proposed(record)
    assert found == disposition
    assert found in offered(record)
    assert str(why)


def test_rejection__without_an_answer__keeps_the_release_open(green, now):
    rejected = SignOffFacts("stan", "rejected", "It is slow.")
    signed = replace(green, review=replace(green.review, sign_offs=(rejected,)))
    (found,) = GUARDS["G60"](signed, now)
    assert (found.code, found.failed) == ("G60.rejection_unanswered", True)
    assert "It is slow." in str(found.message)


@pytest.mark.parametrize(
    "word",
    [
        SignOffFacts("stan", "rejected", "It is slow.", answered=True),
        SignOffFacts("stan", "accepted_with_reservations", "It is slow."),
        SignOffFacts("stan", "accepted"),
    ],
)
def test_sign_off__answered_or_no_rejection__keeps_nothing_open(word, green, now):
    signed = replace(green, review=replace(green.review, sign_offs=(word,)))
    assert GUARDS["G60"](signed, now) == ()


@pytest.mark.parametrize("decision", [SignOffDecision.REJECTED, SignOffDecision.WITH_RESERVATIONS])
def test_sign_off__not_a_plain_yes__needs_a_reason(decision):
    with pytest.raises(Invalid) as refusal:
        check_sign_off(decision, " ")
    assert refusal.value.at == "reason"


def test_sign_off__no_such_decision__is_refused():
    with pytest.raises(Invalid) as refusal:
        check_sign_off("perhaps", "x")
    assert refusal.value.at == "decision"


@pytest.mark.parametrize(("answer", "is_open"), [("", True), ("applied", False), ("not_applicable", False)])
def test_plan__with_a_lesson__goes_on_once_it_is_answered(answer, is_open, green, now):
    lesson = LessonFacts("KB-1", "Warm the cache.", "REL-1", "bea", answer)
    codes = [one.code for one in GUARDS["G10"](replace(green, lessons=(lesson,)), now)]
    assert codes == (["G10.lesson_unanswered"] if is_open else [])


@pytest.mark.parametrize(
    ("word", "offered_words"), [("not_applicable", LessonAnswer), ("declined", LessonState)]
)
def test_lesson__not_applied__needs_a_reason(word, offered_words):
    with pytest.raises(Invalid) as refusal:
        check_lesson(word, "", offered_words)
    assert refusal.value.at == "reason"
    check_lesson("applied", "", offered_words)
