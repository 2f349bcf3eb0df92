import pytest

from rightaway.intake.documents import Document
from rightaway.intake.yaml import load_yaml

TEXT = """\
name: shop
units:
- name: web
  tags: [a, bb]
"""


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ((), "1:1"),
        (("name",), "1:7"),
        (("units",), "3:1"),
        (("units", 0), "3:3"),
        (("units", 0, "tags", 1), "4:13"),
        (("units", 0, "missing"), "3:3"),
        (("units", 9), "3:1"),
        (("units", "a tag", 0, "name"), "3:9"),
    ],
)
def test_place__location_in_a_file__is_line_and_column(location, place):
    assert load_yaml(TEXT).place(location) == place


def test_place__of_the_key__is_where_the_name_stands():
    assert load_yaml(TEXT).place(("units", 0, "tags"), of_key=True) == "4:3"


def test_place__value_without_lines__is_a_json_pointer():
    assert Document({}).place(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"


def test_place__pointer_through_a_secret__does_not_show_it():
    assert Document({}).place(("AKIAIOSFODNN7EXAMPLE",)) == "/(not shown: it looks like a secret)"
