from dataclasses import replace

import pytest

from rightaway.domain.facts_closure import LinkedRecordFacts, ObjectiveFacts, RatingFacts, ReviewFacts
from rightaway.domain.reviews import objectives_met, sampled, satisfaction, why_mandatory


@pytest.mark.parametrize(
    ("results", "sum_"),
    [
        ([], ""),
        (["met"], "met"),
        (["met", "met"], "met"),
        (["not_met"], "not_met"),
        (["met", "not_met"], "partly"),
        (["met", "not_met", "partly"], "partly"),
        (["partly"], "partly"),
        (["met", ""], ""),
        (["met", "rather"], ""),
    ],
)
def test_objectives_met__results__are_summed_up(results, sum_):
    review = ReviewFacts(objectives=tuple(ObjectiveFacts(f"goal {i}", r) for i, r in enumerate(results)))

    assert objectives_met(review) == sum_


def test_satisfaction__some_did_not_answer__counts_those_who_did():
    ratings = (RatingFacts("olga", 5), RatingFacts("mark", 2), RatingFacts("cora"))

    assert satisfaction(ReviewFacts(ratings=ratings)) == (7, 2)


def test_sampled__many_releases__draws_about_one_in_ten_the_same_every_time():
    numbers = [f"REL-{n:06}" for n in range(2000)]
    drawn = [number for number in numbers if sampled(number)]

    assert 150 < len(drawn) < 250
    assert drawn == [number for number in numbers if sampled(number)]


@pytest.mark.parametrize("release_type", ["major", "emergency"])
def test_why_mandatory__weighty_release__must_be_reviewed(release_type, green):
    facts = replace(green, registration=replace(green.registration, release_type=release_type))

    assert release_type in why_mandatory(facts)


@pytest.mark.parametrize("outcome", ["backed_out", "partially_backed_out", "failed_not_backed_out"])
def test_why_mandatory__went_wrong__must_be_reviewed(outcome, green):
    assert outcome in why_mandatory(replace(green, closure=replace(green.closure, outcome=outcome)))


def test_why_mandatory__caused_an_incident__must_be_reviewed(green):
    incident = LinkedRecordFacts("INC-1", "incident", "caused_by_release")

    assert "INC-1" in why_mandatory(replace(green, linked=(incident,)))


@pytest.mark.parametrize(
    ("kind", "link"), [("incident", "occurred_during_els"), ("problem", "caused_by_release")]
)
def test_why_mandatory__other_links__do_not_ask_for_it(kind, link, green):
    assert why_mandatory(replace(green, linked=(LinkedRecordFacts("REC-1", kind, link),))) == ""


def test_why_mandatory__drawn__must_be_reviewed(green):
    drawn = next(f"REL-{n}" for n in range(100) if sampled(f"REL-{n}"))

    assert why_mandatory(replace(green, number=drawn)) == "it was drawn in the sample"


def test_why_mandatory__quiet_minor_release__need_not_be(green):
    assert why_mandatory(green) == ""
