from datetime import UTC, datetime

import pytest

from rightaway.domain.errors import Invalid
from rightaway.intake.junit import CUT_MARK, CaseStatus, load_junit

DIGEST = "ab" * 32
REPORT = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="5" failures="1" errors="1" skipped="1">
  <testsuite name="outer" tests="5" timestamp="2026-11-20T10:00:00+01:00" time="3.5">
    <properties><property name="rightaway.package_digest" value="{DIGEST}"/></properties>
    <testcase classname="a.B" name="passes" time="1,234.5"/>
    <testcase classname="a.B" name="fails" time="0.25"><failure message="no">trace</failure></testcase>
    <testsuite name="inner" tests="3" timestamp="2026-11-19T10:00:00Z">
      <testcase name="breaks"><error/><skipped/></testcase>
      <testcase name="waits" time="4.0E-3"><system-out>hello</system-out></testcase>
      <testcase name="sleeps" status="disabled"/>
    </testsuite>
  </testsuite>
</testsuites>
"""


def one_case(inside, attributes=""):
    return load_junit(
        f'<testsuite><testcase name="a" {attributes}>{inside}</testcase></testsuite>'.encode()
    ).cases[0]


def test_load_junit__nested_suites__are_read_with_their_cases():
    report = load_junit(REPORT.encode())
    assert [(case.suite, case.name, case.status.value, case.time_ms) for case in report.cases] == [
        ("outer", "passes", "passed", 1_234_500),
        ("outer", "fails", "failed", 250),
        ("inner", "breaks", "error", 0),
        ("inner", "waits", "passed", 4),
        ("inner", "sleeps", "skipped", 0),
    ]
    assert [suite.name for suite in report.suites] == ["outer", "inner"]


def test_load_junit__totals__are_counted_by_status():
    totals = load_junit(REPORT.encode()).totals
    assert (totals.tests, totals.passed, totals.failed, totals.errors, totals.skipped) == (5, 2, 1, 1, 1)


def test_load_junit__properties_and_times__are_read():
    report = load_junit(REPORT.encode())
    assert report.package_digest == DIGEST
    assert report.ran_at == datetime(2026, 11, 19, 10, tzinfo=UTC)


def test_load_junit__time_without_zone__is_no_time():
    assert load_junit(b'<testsuite timestamp="2026-11-20T10:00:00"/>').ran_at is None


def test_load_junit__failure__has_message_and_text():
    assert load_junit(REPORT.encode()).cases[1].message == "no\ntrace"


def test_load_junit__long_failure__is_cut_with_a_mark():
    message = one_case(f"<failure>{'é' * 5_000_000}</failure>").message
    assert len(message.removesuffix(CUT_MARK).encode()) == 64 * 1024
    assert message.endswith(CUT_MARK)


def test_load_junit__characters_that_mislead__are_shown_as_escapes():
    assert one_case("<failure>\u202e\u2028x</failure>").message == "\\u202e\\u2028x"


@pytest.mark.parametrize("said", ["failed", "FAILURE", "error"])
def test_load_junit__status_in_an_attribute_only__counts(said):
    assert one_case("", f'status="{said}"').status in {CaseStatus.FAILED, CaseStatus.ERROR}


@pytest.mark.parametrize("seconds", ["-1", "inf", "1e400", "0x10", "1 2", "\u0661", "1e999"])
def test_load_junit__time_that_is_no_number__is_refused(seconds):
    with pytest.raises(Invalid) as refused:
        one_case("", f'time="{seconds}"')
    assert refused.value.code == "junit.number"


def test_load_junit__element_of_another_tool_beside_the_cases__is_left_alone():
    report = b'<testsuite><rerun/><testcase name="a"><rerunFailure/></testcase></testsuite>'
    assert load_junit(report).totals.passed == 1


@pytest.mark.parametrize(
    "report", ["<testsuites><x><testsuite/></x></testsuites>", "<testsuite><failure/></testsuite>"]
)
def test_load_junit__result_where_it_would_not_count__is_refused(report):
    with pytest.raises(Invalid) as refused:
        load_junit(report.encode())
    assert refused.value.code == "junit.misplaced"


def test_load_junit__declared_encoding__does_not_change_how_bytes_are_read():
    report = '<?xml version="1.0" encoding="UTF-7"?><testsuite name="+ADw-"/>'
    assert load_junit(report.encode()).suites[0].name == "+ADw-"
