"""
Test reports in the JUnit XML form, as evidence: counted by us, and refused when they count otherwise.

A document type is refused before any parser sees it, so no entity can be declared and nothing expands.

Source: the Ant schema as junitparser reads it. Its numbers are not used: it takes "NaN", and "1,5" as 15.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Never

from junitparser import Attr, Error, Failure, JUnitXml, Properties, Skipped, TestCase, TestSuite

from rightaway.domain.errors import Invalid
from rightaway.intake.limits import JUNIT_BYTES, JUNIT_CASES, JUNIT_MESSAGE_BYTES
from rightaway.intake.texts import escaped, quoted, utf8
from rightaway.intake.times import moment
from rightaway.intake.xml import Places, parse

PACKAGE_PROPERTY = "rightaway.package_digest"
CUT_MARK = "\n[cut here]"

_NAME_CHARACTERS = 500
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_SECONDS = re.compile(
    r"(?:[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.[0-9]+)?(?:[eE]-?[0-9]{1,2})?", re.ASCII
)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ZONE = re.compile(r"(?:Z|[+-]\d\d:\d\d)$", re.ASCII)


class CaseStatus(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


# Some tools say in an attribute what others say in a child; a case that was not run must not count as passed.
_SAID = {
    "notrun": CaseStatus.SKIPPED,
    "disabled": CaseStatus.SKIPPED,
    "skipped": CaseStatus.SKIPPED,
    "suppressed": CaseStatus.SKIPPED,
    "failed": CaseStatus.FAILED,
    "failure": CaseStatus.FAILED,
    "error": CaseStatus.ERROR,
}


_PARENTS = {
    "testsuites": (),
    "testsuite": ("testsuites", "testsuite"),
    "testcase": ("testsuite",),
    "failure": ("testcase",),
    "error": ("testcase",),
    "skipped": ("testcase",),
}
_CHILDREN = {Error: CaseStatus.ERROR, Failure: CaseStatus.FAILED, Skipped: CaseStatus.SKIPPED}  # worst first


@dataclass(frozen=True, slots=True)
class Case:
    suite: str
    name: str
    classname: str
    status: CaseStatus
    time_ms: int
    message: str


@dataclass(frozen=True, slots=True)
class Suite:
    """`ran_at` is None when the report gives no time, or one without a zone."""

    name: str
    ran_at: datetime | None


@dataclass(frozen=True, slots=True)
class Totals:
    tests: int
    passed: int
    failed: int
    errors: int
    skipped: int


@dataclass(frozen=True, slots=True)
class TestReport:
    """
    What was tested and how it ended; a report without any case is valid and proves nothing.

    Args:
        package_digest: What was tested, from the property `rightaway.package_digest`; else empty.
        ran_at: The oldest time any suite gives.
    """

    __test__: ClassVar[bool] = False  # pytest: not a test class

    suites: tuple[Suite, ...]
    cases: tuple[Case, ...]
    totals: Totals
    package_digest: str
    ran_at: datetime | None


class _Case(TestCase):  # type: ignore[misc]
    time, status = Attr(), Attr()


class _Suite(TestSuite):  # type: ignore[misc]
    testcase = _Case
    tests, failures, errors, skipped, time = Attr(), Attr(), Attr(), Attr(), Attr()


class _Report(JUnitXml):  # type: ignore[misc]
    testsuite = _Suite
    tests, failures, errors, skipped, time = Attr(), Attr(), Attr(), Attr(), Attr()


def load_junit(data: bytes, *, limit: int = JUNIT_BYTES) -> TestReport:
    """
    Read one report.

    Raises:
        TooLarge: `input.too_large`.
        Invalid: `text.encoding`, `xml.*`, `junit.*`, `time.format`, `artefact.digest_format`.
    """
    root, places = parse(utf8(data, limit=limit))
    if root.tag not in {"testsuites", "testsuite"}:
        message = f"The outermost element is {quoted(root.tag)}."
        raise Invalid(
            "junit.root", message, hint="Send a report with <testsuites> or <testsuite>.", at=places[root]
        )
    for parent in root.iter():
        for child in parent:
            if parent.tag not in _PARENTS.get(child.tag, (parent.tag,)):
                message = f"A <{child.tag}> does not stand inside <{parent.tag}>: it would not be counted."
                raise Invalid("junit.misplaced", message, at=places[child])
    return _Reader(places).read(_Report.fromroot(root))


class _Counts(NamedTuple):
    """How many cases hold at least one element of each kind: what the attributes of a suite state."""

    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0


class _Reader:
    def __init__(self, places: Places) -> None:
        self.places = places
        self.suites: list[Suite] = []
        self.cases: list[Case] = []
        self.digests: set[str] = set()

    def read(self, report: _Report) -> TestReport:
        self._compare(report, _sum([self._suite(suite) for suite in report]))
        self._note_digest(report)
        if len(self.digests) > 1:
            self._refuse(report, "junit.inconsistent", "The suites name different packages.")
        times = [suite.ran_at for suite in self.suites if suite.ran_at]
        return TestReport(
            suites=tuple(self.suites),
            cases=tuple(self.cases),
            totals=self._totals(),
            package_digest=next(iter(self.digests), ""),
            ran_at=min(times, default=None),
        )

    def _suite(self, suite: _Suite) -> _Counts:
        self.suites.append(Suite(_plain(suite.name), self._ran_at(suite)))
        self._note_digest(suite)
        own = [self._case(suite, case) for case in suite.iterchildren(_Case)]
        counts = _sum([*own, *(self._suite(inner) for inner in suite.testsuites())])
        self._compare(suite, counts)
        return counts

    def _case(self, suite: _Suite, case: _Case) -> _Counts:
        if len(self.cases) == JUNIT_CASES:
            self._refuse(case, "junit.too_many", f"There are more than {JUNIT_CASES} cases.")
        if not case.name:
            self._refuse(case, "junit.name", "A case has no name.")
        found = {status: next(case.iterchildren(kind), None) for kind, status in _CHILDREN.items()}
        ended = next((status for status, child in found.items() if child is not None), None)
        self.cases.append(
            Case(
                suite=_plain(suite.name),
                name=_plain(case.name),
                classname=_plain(case.classname),
                status=ended or _SAID.get((case.status or "").lower(), CaseStatus.PASSED),
                time_ms=self._milliseconds(case),
                message=_message(found[ended]) if ended else "",
            )
        )
        has = {status: int(child is not None) for status, child in found.items()}
        return _Counts(1, has[CaseStatus.FAILED], has[CaseStatus.ERROR], has[CaseStatus.SKIPPED])

    def _milliseconds(self, case: _Case) -> int:
        text = (case.time or "0").strip()
        if not _SECONDS.fullmatch(text):
            self._refuse(case, "junit.number", f"The time {quoted(text)} is not a number of seconds.")
        return round(float(text.replace(",", "")) * 1000)

    def _ran_at(self, suite: _Suite) -> datetime | None:
        text = (suite.timestamp or "").strip()
        if not _ZONE.search(text):
            return None
        try:
            return moment(text)
        except Invalid as error:
            self._refuse(suite, error.code, error.message)

    def _note_digest(self, element: _Suite | _Report) -> None:
        for properties in element.iterchildren(Properties):
            for each in properties:
                if each.name == PACKAGE_PROPERTY:
                    if not _DIGEST.fullmatch(each.value or ""):
                        message = f"{quoted(each.value)} is not the digest of a package."
                        self._refuse(each, "artefact.digest_format", message)
                    self.digests.add(each.value)

    def _compare(self, element: _Suite | _Report, counted: _Counts) -> None:
        for name, count in counted._asdict().items():
            text = (getattr(element, name) or "").strip()
            if text and not _COUNT.fullmatch(text):
                message = f"{name}={quoted(text)} is not a count."
                self._refuse(element, "junit.inconsistent", message)
            if text and int(text) != count:
                message = f"The report says {name}={text}, and holds {count}."
                self._refuse(element, "junit.inconsistent", message)

    def _totals(self) -> Totals:
        count = Counter(case.status for case in self.cases)
        return Totals(
            tests=len(self.cases),
            passed=count[CaseStatus.PASSED],
            failed=count[CaseStatus.FAILED],
            errors=count[CaseStatus.ERROR],
            skipped=count[CaseStatus.SKIPPED],
        )

    def _refuse(self, element: Any, code: str, message: str) -> Never:
        at = self.places.get(element._elem, "")  # noqa: SLF001 (the library gives no other way to the element)
        raise Invalid(code, message, hint="Send the report as the test tool wrote it.", at=at)


def _sum(counts: Iterable[_Counts]) -> _Counts:
    return _Counts(*(sum(column) for column in zip(_Counts(), *counts, strict=True)))


def _message(result: Any) -> str:
    text = "\n".join(part for part in (result.message, result.text) if part).strip()
    kept = escaped(text).encode()
    if len(kept) <= JUNIT_MESSAGE_BYTES:
        return kept.decode()
    return kept[:JUNIT_MESSAGE_BYTES].decode(errors="ignore") + CUT_MARK


def _plain(name: str | None) -> str:
    return escaped(name or "")[:_NAME_CHARACTERS]
