from typing import Annotated, Literal

import pytest
from pydantic import Field

from rightaway.domain.errors import Invalid
from rightaway.intake.documents import Document
from rightaway.intake.fields import Flag, Key, Text, Version, whole
from rightaway.intake.schema import FileModel, read
from rightaway.intake.yaml import load_yaml


class Knife(FileModel):
    one_kind = "tool.one_kind"
    kind: Literal["knife"]
    edge: Key


class Spoon(FileModel):
    one_kind = "tool.one_kind"
    kind: Literal["spoon"]
    bowl: Key


class Fork(FileModel):
    kind: Literal["fork"]
    fork: Key


class Box(FileModel):
    name: Key
    size: Annotated[int, whole(1, 10)] = 1
    locked: Flag = False
    note: Text | None = None
    version: Version = "1"
    tools: tuple[Annotated[Knife | Spoon | Fork, Field(discriminator="kind")], ...] = ()
    labels: dict[Key, Text] = {}


def errors_of(text):
    with pytest.raises(Invalid) as refused:
        read(load_yaml(text), Box)
    return refused.value


def test_read__good_file__has_the_types_of_its_fields():
    box = read(
        load_yaml("name: a\nsize: 3\nlocked: true\nversion: 1.10\ntools: [{kind: knife, edge: e}]"), Box
    )
    assert (box.size, box.locked, box.version, box.tools[0].edge) == (3, True, "1.10", "e")


def test_read__typed_json__is_read_as_well():
    assert read(Document({"name": "a", "size": 3, "locked": True}), Box).size == 3


def test_read__many_errors__come_together_in_the_order_of_the_file():
    error = errors_of("size: 11\nlocked: yes\nnmae: a\n")
    assert [(each.code, each.at) for each in error.errors] == [
        ("field.missing", "1:1"),
        ("number.range", "1:7"),
        ("type.expected_boolean", "2:9"),
        ("field.unknown", "3:1"),
    ]
    assert error.message == "The field name is missing. (And 3 more.)"
    assert (error.code, error.at, error.evidence["errors"]) == ("field.missing", "1:1", 4)


def test_read__more_than_20_errors__shows_20_and_counts_all():
    error = errors_of("name: a\n" + "".join(f"x{n}: 1\n" for n in range(30)))
    assert (len(error.errors), error.evidence["errors"]) == (20, 30)


def test_read__unknown_field__offers_the_nearest_one():
    assert errors_of("name: a\nlockd: true").hint == "Did you mean locked?"


def test_read__unknown_field_like_no_other__lists_the_fields():
    assert "labels, locked, name" in errors_of("name: a\nzzz: true").hint


def test_read__unknown_field_inside_one_of_several_kinds__offers_their_fields():
    assert errors_of("name: a\ntools: [{kind: knife, edge: a, egde: b}]").hint == "Did you mean edge?"


def test_read__field_of_the_other_kind__has_the_code_of_the_kinds():
    error = errors_of("name: a\ntools: [{kind: knife, edge: a, bowl: b}]")
    assert (error.code, error.at) == ("tool.one_kind", "2:32")


def test_read__error_inside_one_of_several_kinds__points_at_the_value():
    error = errors_of("name: a\ntools: [{kind: knife, edge: 'a b'}]")
    assert (error.code, error.at) == ("text.pattern", "2:29")


def test_read__kind_named_like_a_field__does_not_move_the_place():
    assert errors_of("name: a\ntools: [{fork: 'a b', kind: fork}]").at == "2:16"
    assert errors_of("name: a\ntools: [{fork: a, kind: fork, prong: b}]").at == "2:31"
    assert errors_of("name: a\ntools: [{kind: fork}]").at == "2:9"


def test_read__error_in_json__has_a_pointer_without_the_kind():
    with pytest.raises(Invalid) as refused:
        read(Document({"name": "a", "tools": [{"kind": "fork", "fork": "a b"}, {"kind": "knife"}]}), Box)
    assert [each.at for each in refused.value.errors] == ["/tools/0/fork", "/tools/1"]


def test_read__bad_key_of_a_mapping__points_at_the_key():
    error = errors_of("name: a\nlabels:\n  a b: c\n")
    assert (error.code, error.at) == ("text.pattern", "3:3")


def test_read__kind_missing_or_unknown__is_said():
    error = errors_of("name: a\ntools: [{edge: a}, {kind: ladle}]")
    assert [each.code for each in error.errors] == ["field.missing", "field.value"]


@pytest.mark.parametrize(("text", "code"), [("name:", "field.empty"), ("name: a\nsize:", "field.empty")])
def test_read__field_without_value__is_said(text, code):
    assert errors_of(text).code == code


def test_read__field_that_may_be_empty__is_none():
    assert read(load_yaml("name: a\nnote:\n"), Box).note is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a", "type.expected_mapping"),
        ("- a", "type.expected_mapping"),
        ("name: [a]", "type.expected_text"),
        ("name: a\ntools: x", "type.expected_list"),
        ("name: a\nlabels: x", "type.expected_mapping"),
        ("name: a\ntools: [x]", "type.expected_mapping"),
    ],
)
def test_read__value_of_another_shape__is_said(text, code):
    assert errors_of(text).code == code


def test_read__secret_anywhere__hides_every_other_error():
    error = errors_of("size: AKIAIOSFODNN7EXAMPLE\nnope: 1")
    assert [each.code for each in error.errors] == ["secret.literal"]
