"""Facts about what was built and proved: package, test runs, waivers, backups."""

from rightaway.domain.facts_evidence import (
    BackupFacts,
    PackageFacts,
    TestRunFacts,
    UnitFacts,
    WaiverFacts,
)
from rightaway.queries import library
from rightaway.records.assurance.models import TestRun
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release, Waiver

WAIVER_PEOPLE = ("requested_by", "granted_by", "refused_by")


def package(package: Package | None) -> PackageFacts:
    if package is None:
        return PackageFacts()
    return PackageFacts(
        digest=package.digest,
        status=package.status,
        verified=library.is_intact(package.digest),
        units=tuple(
            UnitFacts(
                name=unit["name"],
                digest=",".join(file["sha256"][:12] for file in unit["files"]),
                provenance=str(unit["provenance"].get("kind", "")),
                ci=unit.get("ci") or "",
            )
            for unit in package.manifest["units"]
        ),
        version=package.package_version,
    )


def test_runs(package: Package | None) -> tuple[TestRunFacts, ...]:
    runs: list[TestRun] = list(package.test_runs.order_by("id")) if package else []
    return tuple(
        TestRunFacts(
            level=run.level,
            package_digest=run.package.digest,
            passed=run.passed,
            failed=run.failed + run.errors,
            ran_at=run.ran_at or run.created_at,
            final=run.is_final,
            reference=run.suite,
        )
        for run in runs
    )


def waivers(release: Release) -> tuple[WaiverFacts, ...]:
    return tuple(waiver(one) for one in release.waivers.select_related(*WAIVER_PEOPLE))


def waiver(row: Waiver) -> WaiverFacts:
    return WaiverFacts(
        control=row.control,
        requested_by=row.requested_by.username,
        granted_by=row.granted_by.username if row.granted_by else "",
        reason=row.reason,
        expires_at=row.expires_at,
        restore_plan=row.restore_plan,
        refused_by=row.refused_by.username if row.refused_by else "",
        withdrawn=row.withdrawn_at is not None,
        part=row.part,
    )


def backups(items: list[ConfigurationItem]) -> tuple[BackupFacts, ...]:
    stateful = [item for item in items if item.is_stateful]
    return tuple(
        BackupFacts(
            target=item.key,
            taken_at=backup.taken_at,
            verified_at=backup.verified_at,
            succeeded=True,
            restore_tested=backup.verified_at is not None,
        )
        for item in stateful
        for backup in item.backups.all()[:1]
    )
