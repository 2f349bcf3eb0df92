"""Fills the risk score of a change or a release from the records: the one place where it gets its inputs."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from django.db.models import Min, Q
from django.utils import timezone

from rightaway.domain.change_models import LOOK_BACK, AttemptResult, Record, record
from rightaway.domain.risk import HISTORY_DAYS, Reversal, RiskFacts, Score, is_business_hour, score
from rightaway.domain.risk_questions import Question, is_destructive, questionnaire, shares
from rightaway.intake.yaml import load_yaml
from rightaway.queries import bound_content, cmdb, facts_outcome, policies
from rightaway.records.changes.models import Attempt, Change
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release

Json = dict[str, Any]
Window = tuple[datetime | None, datetime | None]
SCHEMA = "db_schema"
BUSY = ("deployment", "back_out", "verification")
OVER = ("closed", "abandoned")


@cache
def questions() -> tuple[Question, ...]:
    """Give the shipped questionnaire."""
    text = files("rightaway.domain").joinpath("templates", "risk.yaml").read_text(encoding="utf-8")
    return questionnaire(load_yaml(text).value)


def of_change(change: Change) -> Score:
    """Score a change; what its release has proved counts for it."""
    release, items = change.release, set(change.affected_cis.values_list("pk", flat=True))
    inputs: Json = _proved(release, units=len(items)) if release else {"units": len(items)}
    if inputs.get("reversal", Reversal.NONE) is Reversal.NONE and change.remediation_plan.strip():
        inputs["reversal"] = Reversal.DOCUMENTED
    window = (change.planned_start, change.planned_end)
    if release and None in window:  # dates come from the release that carries it
        window = (release.planned_start, release.planned_end)
    return score(
        RiskFacts(
            **inputs,
            **_estate(change.service, items),
            **_history(Q(model=change.model) if change.model_id else Q(service=change.service), items),
            **_around(change.service, items, window, release),
            **_answers([change.risk_answers]),
            has_test_plan=bool(change.test_plan.strip()),
        )
    )


def of_release(release: Release) -> Score:
    """Score a release with everything that it carries; the answers to its changes count for it."""
    affected = Q(affecting_releases=release) | Q(groups__affecting_releases=release)
    affected |= Q(affecting_changes__release=release)
    items = set(ConfigurationItem.objects.filter(affected).values_list("pk", flat=True))
    changes = list(release.changes.values_list("risk_answers", "test_plan"))
    return score(
        RiskFacts(
            **_proved(release, units=len(items)),
            **_estate(release.service, items),
            **_history(Q(service=release.service), items),
            **_around(release.service, items, (release.planned_start, release.planned_end), release),
            **_answers([answers for answers, _ in changes]),
            has_test_plan=bool(changes) and all(plan.strip() for _, plan in changes),
        )
    )


def _proved(release: Release, *, units: int) -> Json:
    """Say what is known of the package, its tests and its way back; nothing is said while there is no package."""
    package = bound_content.current_package(release)
    if package is None:
        return {"units": units}
    plan = bound_content.production_plan(release)
    parts = package.manifest["units"]
    needed = policies.of_service(release.service, timezone.now()).mandatory_test_levels
    return {
        "reversal": _reversal(release, package, plan),
        "tests_needed": len(needed),
        "tests_missing": len(set(needed) - _passed(package)),
        "units": len(parts),
        "changes_schema": any(part["type"] == SCHEMA for part in parts),
    }


def _reversal(release: Release, package: Package, plan: Any) -> Reversal:
    if plan is None or any(step["is_final"] for step in plan.body["steps"]):
        return Reversal.NONE
    drills = facts_outcome.rehearsals(release)
    proved = any(one.succeeded and one.package_digest == package.digest for one in drills)
    return Reversal.REHEARSED if proved else Reversal.DOCUMENTED


def _passed(package: Package) -> set[str]:
    """Give the levels whose newest run of the package is clean."""
    newest = {run.level: run for run in package.test_runs.order_by("id")}
    return {level for level, run in newest.items() if not run.failed and not run.errors}


def _estate(service: ConfigurationItem, items: Collection[int]) -> Json:
    reached = cmdb.reached_ids(items)
    found = ConfigurationItem.objects.filter(pk__in=reached).aggregate(
        one=Min("criticality", filter=Q(ci_class="service")), two=Min("service__criticality")
    )
    highest = min(value for value in (found["one"], found["two"], service.criticality) if value is not None)
    return {"criticality": highest, "reached": max(1, len(reached))}


def _history(of: Q, items: Collection[int]) -> Json:
    ended = Attempt.objects.exclude(result="").order_by("-began_at", "-id")
    went: Record = record(ended.filter(of).values_list("result", flat=True)[:LOOK_BACK])
    same = ended.filter(result=AttemptResult.SUCCEEDED, change__affected_cis__in=items)
    uses = same.order_by().values("pk").distinct().count()
    return {"succeeded": went.succeeded, "failed": went.failed, "uses": uses}


def _around(
    service: ConfigurationItem, items: Collection[int], window: Window, release: Release | None
) -> Json:
    """Say what else happens: by the server's clock, as nobody's in particular is meant."""
    start, end = window
    others = Release.objects.exclude(phase__in=OVER)
    if release is not None:
        others = others.exclude(pk=release.pk)
    since = timezone.now() - timedelta(days=HISTORY_DAYS)
    strange = Change.objects.filter(service=service, is_unauthorised=True, created_at__gte=since)
    return {
        "in_business_hours": None if start is None else is_business_hour(_local(start)),
        "overlaps": _overlapping(others, items, start, end) if start and end else 0,
        "releases": others.filter(service=service, phase__in=BUSY).count(),
        "unauthorised": strange.count(),
    }


def _local(at: datetime) -> datetime:
    return timezone.localtime(at, timezone.get_default_timezone())


def _overlapping(others: Any, items: Collection[int], start: datetime, end: datetime) -> int:
    touched = Q(affected_cis__in=items) | Q(affected_groups__members__in=items)
    found = others.filter(touched, planned_start__lt=end, planned_end__gt=start)
    return int(found.values("pk").distinct().count())


def _answers(given: Collection[Mapping[str, Any]]) -> Json:
    return {
        "answered": shares(questions(), given),
        "is_destructive": is_destructive(questions(), given),
    }
