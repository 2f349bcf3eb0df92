import pytest

from rightaway.domain.errors import Invalid
from rightaway.intake.yaml import load_yaml


@pytest.mark.parametrize(
    "written", ["no", "1.10", "010", "22:30:00", "1e9", ".inf", "true", "2026-11-20", "0x1F", "'null'", '"~"']
)
def test_load_yaml__any_single_value__comes_out_as_its_text(written):
    assert load_yaml(f"a: {written}").value == {"a": written.strip("'\"")}


@pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL"])
def test_load_yaml__no_value__is_none(written):
    assert load_yaml(f"a: {written}").value == {"a": None}


def test_load_yaml__collections__keep_their_order_and_nesting():
    text = "b: [1, {c: d}]\na:\n- x\n-\n  y: z\n"
    assert load_yaml(text).value == {"b": ["1", {"c": "d"}], "a": ["x", {"y": "z"}]}
    assert list(load_yaml(text).value) == ["b", "a"]


def test_load_yaml__block_text__keeps_its_lines():
    assert load_yaml("a: |\n  one\n  two\n").value == {"a": "one\ntwo\n"}


def test_load_yaml__byte_order_mark__is_left_out():
    assert load_yaml(b"\xef\xbb\xbfa: 1").value == {"a": "1"}


def test_load_yaml__windows_line_ends__count_as_one_line_each():
    assert load_yaml(b"a: 1\r\nb: 2\r\n").place(["b"]) == "2:4"


def test_load_yaml__text_instead_of_bytes__is_read_the_same():
    assert load_yaml("a: ü").value == load_yaml("a: ü".encode()).value


def test_load_yaml__lone_surrogate_in_text__is_refused():
    with pytest.raises(Invalid) as refused:
        load_yaml("a: \ud800")
    assert (refused.value.code, refused.value.at) == ("text.surrogate", "1:4")


def test_load_yaml__smaller_limit__is_kept():
    with pytest.raises(Invalid, match="10 bytes is the limit, this has 11 bytes"):
        load_yaml("a: 12345678", limit=10)


def test_load_yaml__duplicate_key_deep_inside__is_refused():
    with pytest.raises(Invalid) as refused:
        load_yaml("a:\n  - {x: 1,\n     x: 2}")
    assert (refused.value.code, refused.value.at) == ("yaml.duplicate_key", "3:6")


def test_load_yaml__escape_beyond_unicode__is_refused():
    with pytest.raises(Invalid, match="out of range"):
        load_yaml('a: "\\UFFFFFFFF"')


def test_load_yaml__depth_at_the_limit__is_read():
    assert load_yaml("[" * 32 + "]" * 32).value


def test_load_yaml__depth_above_the_limit_without_brackets_or_indentation__is_refused():
    text = "".join("- " * 1 + "\n" + " " * (2 * n + 2) for n in range(32)) + "a:\n" + " " * 64 + "- x"
    with pytest.raises(Invalid) as refused:
        load_yaml(text)
    assert refused.value.code == "yaml.too_deep"


def test_load_yaml__syntax_error__shows_at_most_80_characters_of_the_line():
    with pytest.raises(Invalid) as refused:
        load_yaml("a: 'x' " + "y" * 200)
    assert len(refused.value.evidence["line"]) == len("''") + 80
