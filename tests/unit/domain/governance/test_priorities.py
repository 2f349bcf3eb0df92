import pytest

from rightaway.domain.errors import Invalid
from rightaway.domain.priorities import Priority, priority, training_required


@pytest.mark.parametrize(
    ("urgency", "row"),
    [
        (1, "CRITICAL HIGH HIGH AVERAGE"),
        (2, "HIGH HIGH AVERAGE AVERAGE"),
        (3, "HIGH AVERAGE AVERAGE LOW"),
        (4, "AVERAGE AVERAGE LOW LOW"),
    ],
)
def test_priority__every_pair__follows_the_matrix(urgency, row):
    assert [priority(impact=i, urgency=urgency).name for i in (1, 2, 3, 4)] == row.split()


@pytest.mark.parametrize(
    ("impact", "urgency", "at"), [(0, 1, "impact"), (5, 1, "impact"), (1, -1, "urgency")]
)
def test_priority__off_the_scale__names_the_field(impact, urgency, at):
    with pytest.raises(Invalid) as caught:
        priority(impact=impact, urgency=urgency)

    assert caught.value.at == at


def test_priority__smaller_number__is_more_urgent():
    assert Priority.CRITICAL < Priority.LOW


@pytest.mark.parametrize("impact_assessment", [None, 1, 2, 3, 4])
@pytest.mark.parametrize("urgency", [None, 1, 2, 3, 4])
def test_training__needed__only_when_both_are_high(impact_assessment, urgency):
    expected = impact_assessment in {1, 2} and urgency in {1, 2}

    assert training_required(impact_assessment=impact_assessment, urgency=urgency) is expected


def test_training__asked_for__is_added():
    assert training_required(impact_assessment=4, urgency=4, added=True)
