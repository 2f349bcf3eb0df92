from datetime import UTC, datetime

import pytest

from rightaway.domain.errors import Invalid
from rightaway.domain.values import Origin, ReleaseType
from rightaway.intake.releases import ReleaseFile
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml

TEXT = """\
kind: release
title: Spring sale
description: |
  New shop front.
  Faster search.
release_type: major
service: shop
coordinator: ann@example.org
stakeholders: [{person: ben, part: approve}]
impact: 1
changes: [CHG-000042]
objectives: [95 % of pages under one second]
planned_start: 2026-11-20T22:30 Europe/Berlin
planned_end: 2026-11-21T00:30 Europe/Berlin
cost_estimate: 12000
"""


def test_release_file__all_groups__are_read():
    release = read(load_yaml(TEXT), ReleaseFile)
    assert (release.release_type, release.origin, release.impact) == (
        ReleaseType.MAJOR,
        Origin.CHANGE_REQUEST,
        1,
    )
    assert release.planned_start == datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    assert release.description == "New shop front.\nFaster search.\n"
    assert release.stakeholders[0].person == "ben"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("planned_start: 2026-11-20T22:30 Europe/Berlin\n", "", ("window.order", "13:14")),
        ("2026-11-21T00:30 Europe/Berlin", "2026-11-20T21:30Z", ("window.order", "14:14")),
        ("title: Spring sale", "title: ' Spring'", ("text.pattern", "2:8")),
        ("title: Spring sale", f"title: {'x' * 201}", ("text.length", "2:8")),
        ("title: Spring sale", 'title: "a\\nb"', ("text.one_line", "2:8")),
        ("title: Spring sale", 'title: ""', ("text.length", "2:8")),
        ("release_type: major", "release_type: huge", ("field.value", "6:15")),
        ("[CHG-000042]", "[CHG 42]", ("text.pattern", "11:11")),
        ("[CHG-000042]", "CHG-000042", ("type.expected_list", "11:10")),
        ("part: approve", "part: decide", ("field.value", "9:36")),
    ],
)
def test_release_file__one_thing_wrong__is_refused_at_its_place(old, new, problem):
    with pytest.raises(Invalid) as refused:
        read(load_yaml(TEXT.replace(old, new)), ReleaseFile)
    assert (refused.value.code, refused.value.at) == problem
