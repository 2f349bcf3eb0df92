import pytest

from rightaway.domain.errors import Invalid
from rightaway.intake.texts import escaped, looks_secret, quoted, visible


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a" * 30,
        "glpat-" + "x" * 20,
        "xoxb-1234567890-abc",
        "sk_live_" + "a" * 16,
        "AIza" + "b" * 35,
        "postgresql://app:hunter22@db/shop",
    ],
)
def test_looks_secret__known_shape__is_found_and_never_quoted(secret):
    assert looks_secret(f"before {secret} after")
    assert secret not in quoted(f"before {secret} after")


@pytest.mark.parametrize(
    "plain",
    [
        "AKIA",
        "-----BEGIN CERTIFICATE-----",
        "https://example.org/a:b@c",
        "ssh://git@host/x",
        "https://u:${pw}@h/",
    ],
)
def test_looks_secret__plain_text__is_not_found(plain):
    assert not looks_secret(plain)


def test_quoted__unprintable_and_long__is_escaped_and_cut():
    assert quoted("a\x1b\u202e\U000e0041") == "'a\\x1b\\u202e\\U000e0041'"
    assert quoted("x" * 81) == "'" + "x" * 79 + "…'"


def test_visible__joiners__stand_in_text_but_not_in_names():
    emoji = "\U0001f469\u200d\U0001f4bb"
    assert visible(emoji, one_line=False) == emoji
    with pytest.raises(Invalid, match="ZERO WIDTH JOINER"):
        visible(emoji, one_line=True)


def test_visible__line_end_in_a_name__is_refused():
    with pytest.raises(Invalid) as refused:
        visible("a\nb", one_line=True)
    assert refused.value.code == "text.one_line"


def test_escaped__terminal_codes_and_overrides__are_shown():
    assert escaped("a\nb\x1b[31m\u202e") == "a\nb\\x1b[31m\\u202e"
