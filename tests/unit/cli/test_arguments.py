import pytest

from rightaway.cli.arguments import assignments, contents, given, media_type, pairs
from rightaway.domain.errors import Invalid


def test_assignments__plain_empty_and_nested__values_as_texts():
    found = assignments(["impact=2", "category=", "risk_answers.data=No.", "risk_answers.outage=Yes = a bit"])
    assert found == {
        "impact": "2",
        "category": None,
        "risk_answers": {"data": "No.", "outage": "Yes = a bit"},
    }


@pytest.mark.parametrize("word", ["impact", "=2", ""])
def test_assignments__no_assignment__refused(word: str):
    with pytest.raises(Invalid) as error:
        assignments([word])
    assert error.value.code == "cli.assignment"


@pytest.mark.parametrize("word", ["web-01", "web-01=", "=1"])
def test_pairs__half_a_pair__refused_with_its_shape(word: str):
    with pytest.raises(Invalid, match="ITEM=VERSION"):
        pairs([word], "ITEM=VERSION")


def test_contents__no_such_file__refused_with_its_name(tmp_path):
    with pytest.raises(Invalid) as error:
        contents(str(tmp_path / "missing.yaml"))
    assert error.value.at.endswith("missing.yaml")


@pytest.mark.parametrize(
    ("file", "data", "expected"),
    [
        ("a.json", b"", "application/json"),
        ("a.yaml", b"{}", "application/yaml"),
        ("-", b' {"kind"', "application/json"),
        ("-", b"kind: x", "application/yaml"),
    ],
)
def test_media_type__by_name_then_by_beginning(file: str, data: bytes, expected: str):
    assert media_type(file, data) == expected


def test_given__left_out__not_sent():
    assert given(a="", b=None, c=[], d=0, e=False, f="x") == {"d": 0, "e": False, "f": "x"}
