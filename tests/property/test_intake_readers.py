"""Whatever comes in: a value or one of our errors, and nothing else, ever."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.errors import RightawayError
from rightaway.intake.configurations import ConfigurationFile
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.documents import Document
from rightaway.intake.json import load_json
from rightaway.intake.junit import load_junit
from rightaway.intake.names import folded, unique_names
from rightaway.intake.packages import PackageFile
from rightaway.intake.releases import ReleaseFile
from rightaway.intake.schema import read
from rightaway.intake.templates import substitute, template
from rightaway.intake.times import moment
from rightaway.intake.yaml import load_yaml

GOOD = {
    ReleaseFile: """\
kind: release
title: Spring
description: |
  New shop front
release_type: minor
service: shop
stakeholders: [{person: ben, part: approve}]
impact: 2
planned_start: 2026-11-20T22:30 Europe/Berlin
""",
    PackageFile: """\
kind: package
name: shop
version: 2.4.0
units:
- {name: web, type: app, source: {path: src}}
- name: db
  type: db_schema
  source: {git: {ref: v1, path: sql}}
scripts: {activate: ops/activate.sh}
""",
    DeploymentDesign: """\
kind: deployment-design
model: phased
environment: production
select: {tags: [web]}
waves: [1, {name: rest, size: 100%, checks: [up]}]
steps:
- {key: go, script: activate, arguments: ["${package.version}"], inverse: back}
checks:
- {name: up, kind: http, url: "http://${target.address}/"}
- {name: same, kind: digest, waves: [1]}
""",
    ConfigurationFile: """\
kind: configuration
environments:
- {key: production, name: Production, tier: production}
cis:
- {key: web-1, name: Web 1, class: server, attributes: {cores: 4}}
relations:
- {source: web-1, kind: runs_on, target: rack}
targets:
- {key: web-1, ci: web-1, environment: production, driver: ssh, config: {host: h}}
""",
}
REPORT = (
    '<testsuites tests="1"><testsuite name="s" timestamp="2026-11-20T10:00:00Z"><properties>'
    '<property name="rightaway.package_digest" value="ab"/></properties>'
    '<testcase name="a" time="1.5"><failure message="m">text</failure></testcase></testsuite></testsuites>'
)
NASTY = [
    *"\t\n :-?[]{},&*!|>'\"%@`#<=~0é\0\x85\u2028\u200b\ufeff",
    *(
        "- ",
        ": ",
        "---\n",
        "...\n",
        "<<",
        "!!x ",
        "&a ",
        "*a",
        "null",
        "true",
        "\\U",
        "[[",
        "${",
        "\r\n",
        "1e9",
        "010",
    ),
]

members = st.sampled_from(
    [name for model in GOOD for name in model.model_fields] + ["kind", "name", "key", "git", "path", "size"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["release", "1", "[1]"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(members | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=20,
)


@st.composite
def spoilt(draw, text):
    """Give a good text after a few cuts and insertions."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        text = text[:start] + draw(st.sampled_from(["", *NASTY])) + text[end:]
    return text


@st.composite
def altered(draw, value):
    """Give a good value with one or more parts exchanged for anything else."""
    if draw(st.integers(0, 5)) == 0:
        return draw(values)
    if isinstance(value, dict):
        chosen = draw(st.sampled_from(list(value)))
        return {name: draw(altered(member)) if name == chosen else member for name, member in value.items()}
    if isinstance(value, list) and value:
        chosen = draw(st.integers(0, len(value) - 1))
        return [draw(altered(item)) if index == chosen else item for index, item in enumerate(value)]
    return draw(scalars)


def answer(reader, *arguments):
    """Call a reader; anything but a value or an error of ours fails the test."""
    refused = []
    try:
        return reader(*arguments)
    except RightawayError as error:
        refused = [error, *error.errors]
    assert all(error.code and error.message and len(error.at) < 1000 for error in refused)
    return None


@given(st.binary(max_size=200))
def test_load_yaml__any_bytes__are_a_document_or_our_error(data):
    answer(load_yaml, data)


@given(st.lists(st.sampled_from(NASTY) | st.text(max_size=3), max_size=30).map("".join))
def test_load_yaml__any_text__is_a_document_or_our_error(text):
    answer(load_yaml, text)


@pytest.mark.parametrize("model", GOOD)
@given(data=st.data())
def test_read__spoilt_file__is_a_model_or_our_error(model, data):
    document = answer(load_yaml, data.draw(spoilt(GOOD[model])))
    if document:
        answer(read, document, model)


@pytest.mark.parametrize("model", GOOD)
@given(data=st.data())
def test_read__good_value_with_any_part_exchanged__is_a_model_or_our_error(model, data):
    answer(read, Document(data.draw(altered(load_yaml(GOOD[model]).value))), model)


@given(values, st.sampled_from(list(GOOD)))
def test_read__any_value__is_a_model_or_our_error(value, model):
    answer(read, Document(value), model)


@given(
    st.recursive(
        st.text(max_size=20), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=20), inner)
    )
)
def test_load_yaml__json_of_texts__has_the_same_value(value):
    document = answer(load_yaml, json.dumps(value))
    assert document is None or document.value == value


@given(st.binary(max_size=100) | st.text(max_size=100).map(lambda text: text.encode(errors="replace")))
def test_load_json__any_bytes__are_a_value_or_our_error(data):
    answer(load_json, data)


@given(values)
def test_load_json__what_json_writes__is_read_back_or_refused(value):
    read_back = answer(load_json, json.dumps(value).encode())
    assert read_back is None or read_back == value


@given(st.binary(max_size=100) | spoilt(REPORT).map(lambda text: text.encode(errors="replace")))
def test_load_junit__any_report__is_read_or_our_error(data):
    report = answer(load_junit, data)
    if report:
        totals = report.totals
        assert (
            totals.tests
            == totals.passed + totals.failed + totals.errors + totals.skipped
            == len(report.cases)
        )


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_moment__any_time_with_an_offset__is_that_time(local, minutes):
    aware = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(aware.isoformat()) == aware
    assert moment(aware.isoformat()).tzinfo is UTC


@given(st.text(max_size=30))
def test_moment__any_text__is_a_time_or_our_error(text):
    answer(moment, text)


@given(st.text(), st.dictionaries(st.just("target.key"), st.text()))
def test_substitute__any_text__is_filled_or_our_error(text, known):
    answer(substitute, text, known)
    if "${" not in text:
        assert template(text) == text


@given(st.text())
def test_folded__twice__changes_nothing_more(name):
    assert folded(folded(name)) == folded(name)


@given(st.lists(st.text(max_size=3), max_size=10))
def test_unique_names__what_it_leaves__is_distinct_when_folded(names):
    wrong = {index for index, _ in unique_names(names)}
    left = [folded(name) for index, name in enumerate(names) if index not in wrong]
    assert len(left) == len(set(left))
    assert len(set(map(folded, names))) == len(left)
