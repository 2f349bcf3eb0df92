"""Whom a text names, and how long something can be taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from rightaway.domain.conversations import check_text, check_undo, mentioned
from rightaway.domain.errors import Invalid, Refused

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@rita, please look. And @dora!", ("rita", "dora")),
        ("Ask @rita.", ("rita",)),
        ("@rita @rita", ("rita",)),
        ("(@ben-2_b.x)", ("ben-2_b.x",)),
        ("rita@example.org and a@b", ()),
        ("@rita@example.org", ()),
        ("`@rita` and ``a ` @ben``", ()),
        ("```\n@rita\n```\n@dora", ("dora",)),
        ("~~~\n@rita", ()),
        ("@ nobody, @", ()),
        ("@ütar", ()),
        ("a/@scope/package", ()),
    ],
)
def test_mentioned__text__names_outside_of_code(text: str, names: tuple[str, ...]):
    assert mentioned(text) == names


def test_mentioned__very_many__cut():
    assert len(mentioned(" ".join(f"@p{number}" for number in range(80)))) == 50


@pytest.mark.parametrize(
    "text", ["`" * 20_000, "` `` " * 4_000, "@" * 20_000, "@a-" * 6_000, "~~~\n" * 5_000]
)
def test_mentioned__hostile_text__answered(text: str):
    assert len(mentioned(text)) <= 50


@pytest.mark.parametrize(("text", "code"), [(" \n", "comment.empty"), ("x" * 20_001, "text.length")])
def test_check_text__empty_or_too_long__refused(text: str, code: str):
    with pytest.raises(Invalid) as refusal:
        check_text(text)
    assert (refusal.value.code, refusal.value.at) == (code, "text")


def test_check_undo__within_ten_minutes__accepted():
    check_undo(NOON, NOON + timedelta(minutes=10))


def test_check_undo__later__refused():
    with pytest.raises(Refused) as refusal:
        check_undo(NOON, NOON + timedelta(minutes=10, microseconds=1))
    assert refusal.value.code == "undo.too_late"
