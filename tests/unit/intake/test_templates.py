import pytest

from rightaway.domain.errors import Invalid
from rightaway.intake.templates import NAMES, substitute, template


def test_substitute__known_names__get_their_values():
    values = {"target.address": "10.0.0.1", "target.port": "80"}
    assert substitute("http://${target.address}:${target.port}/x", values) == "http://10.0.0.1:80/x"


def test_substitute__value_with_a_template_in_it__is_not_read_again():
    assert substitute("${target.key}", {"target.key": "${package.name}"}) == "${package.name}"


def test_substitute__doubled_dollar__is_a_plain_one():
    assert substitute("$${HOME} $HOME $5", {}) == "${HOME} $HOME $5"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("${targt.address}", "template.unknown_name"),
        ("${target.Address}", "template.unknown_name"),
        ("${target.address}", "template.no_value"),
        ("${}", "template.unknown_name"),
        ("${ target.key }", "template.syntax"),
        ("${target.key", "template.syntax"),
        ("${", "template.syntax"),
        ("${target.port}", "template.no_value"),
    ],
)
def test_substitute__what_it_cannot_fill__is_refused(text, code):
    with pytest.raises(Invalid) as refused:
        substitute(text, {"target.key": "a"})
    assert refused.value.code == code


def test_template__every_known_name__is_accepted():
    text = " ".join(f"${{{name}}}" for name in NAMES)
    assert template(text) == text
