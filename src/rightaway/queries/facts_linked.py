"""Facts about the incidents, problems, known errors and interactions linked to a release, with their own tests."""

import re
from typing import Any

from rightaway.domain.facts_closure import LinkedRecordFacts
from rightaway.domain.values import IncidentLink, RecordState
from rightaway.records.assurance.models import TestCase, TestRun
from rightaway.records.releases.models import Release


def linked(release: Release) -> tuple[LinkedRecordFacts, ...]:
    """Give everything linked to the release, with the outcome of its own test."""
    tested = _tested(release)
    incidents = (
        LinkedRecordFacts(
            kind="incident",
            link=one.link,
            priority=one.severity,
            resolved=one.restored_at is not None,
            **_common(one, one, tested),
        )
        for one in release.incidents.select_related("kept_by").order_by("id")
    )
    problems = (
        LinkedRecordFacts(
            kind="problem",
            link=IncidentLink.CAUSED,
            resolved=bool(one.root_cause.strip()),
            **_common(one, one, tested),
        )
        for one in release.problems.select_related("kept_by").order_by("id")
    )
    errors = (
        LinkedRecordFacts(
            kind="known_error",
            link=one.effect,
            workaround_article=one.known_error.workaround,
            **_common(one.known_error, one, tested),
        )
        for one in release.known_errors.select_related("known_error", "kept_by").order_by("id")
    )
    interactions = (
        LinkedRecordFacts(kind="interaction", channel=one.channel, **_common(one, one, tested))
        for one in release.interactions.select_related("kept_by").order_by("id")
    )
    return (*incidents, *problems, *errors, *interactions)


def _common(record: Any, link: Any, tested: dict[str, bool]) -> dict[str, Any]:
    """Give what every kind has; of a known error the disposition hangs on its link."""
    return {
        "number": record.number,
        "open": record.state == RecordState.OPEN,
        "disposition": link.disposition,
        "disposition_reason": link.disposition_reason,
        "kept_by": link.kept_by.username if link.kept_by else "",
        "test_passed": tested.get(record.number),
    }


_NAMED = re.compile(r"(?:INC|PRB|KE|INT)[-_]\d{6,}", re.ASCII)


def _tested(release: Release) -> dict[str, bool]:
    """
    Give whether the test of each record passed: test cases of the current package whose name has its number.

    The newest report of a suite counts; a record with several cases passes when all of them do.
    """
    newest = TestRun.objects.filter(package__release=release, package__is_current=True)
    ids = newest.order_by("suite", "-id").distinct("suite").values("pk")
    found: dict[str, bool] = {}
    for name, status in TestCase.objects.filter(run__in=ids).values_list("name", "status"):
        for number in _NAMED.findall(name):
            key = number.replace("_", "-")
            found[key] = found.get(key, True) and status == "passed"
    return found
