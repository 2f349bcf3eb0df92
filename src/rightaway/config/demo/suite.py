"""The shop's own tests, really run against a copy of the version, reported as JUnit XML."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from rightaway.config.demo.estate import fetch, free_port, running_copy

Case = tuple[str, str, Mapping[str, str], Callable[[int, str], bool]]

SMOKE: tuple[Case, ...] = (
    ("health answers", "/health", {}, lambda status, _: status == 200),
    ("the page is served", "/", {}, lambda status, text: status == 200 and "<h1>" in text),
)
REGRESSION: tuple[Case, ...] = (
    ("price in euro", "/price", {}, lambda status, text: status == 200 and '"EUR"' in text),
    ("an unknown path is not found", "/nowhere", {}, lambda status, _: status == 404),
    (
        "an unknown currency falls back to euro",
        "/price",
        {"X-Currency": "XXX"},
        lambda s, t: s == 200 and "EUR" in t,
    ),
)
YEN: Case = (
    "price in yen",
    "/price",
    {"X-Currency": "JPY"},
    lambda status, text: status == 200 and "JPY" in text,
)


def run(folder: Path, name: str, cases: tuple[Case, ...], digest: str) -> bytes:
    """Run the cases against the version assembled in `folder`; gives the JUnit report, bound to the package."""
    suite = TestSuite(name)
    suite.add_property("rightaway.package_digest", digest)
    port = free_port()
    with running_copy(folder, port):
        _wait(port)
        for title, path, headers, judge in cases:
            suite.add_testcase(_case(port, title, path, headers, judge))
    report = JUnitXml()
    report.add_testsuite(suite)
    report.update_statistics()
    return bytes(report.tostring())


def _case(
    port: int, title: str, path: str, headers: Mapping[str, str], judge: Callable[[int, str], bool]
) -> TestCase:
    begun = time.monotonic()
    status, text = fetch(port, path, headers)
    case = TestCase(title, classname="storefront", time=round(time.monotonic() - begun, 4))
    if not judge(status, text):
        case.result = [Failure(f"{path} answered {status}: {text[:200]}")]
    return case


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            fetch(port, "/health", {})
        except OSError:
            time.sleep(0.1)
        else:
            return
