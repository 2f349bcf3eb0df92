"""Evidence: test reports, defects, training, notices, backups."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain import trainings as rules
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.notices import Moment, To
from rightaway.domain.sentences import Word, said
from rightaway.domain.trainings import Count
from rightaway.domain.values import Actor, DefectSeverity, TestLevel
from rightaway.intake.junit import TestReport, load_junit
from rightaway.records.assurance.models import Backup, Defect, Notice, TestCase, TestRun, Training
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, lifecycle, trainings
from rightaway.services._release import require_open


def _open(actor: Actor, number: str, action: str) -> Release:
    release = _guard.lock(Release, number=number)
    _guard.require(
        actor=actor, action=action, scope=release.service.key, own=release.initiated_by_id == actor.user_id
    )
    require_open(release, held_too=True)
    return release


def _done(actor: Actor, release: Release, action: str, facts: dict[str, Any]) -> None:
    release.save()
    _audit.record(
        actor=actor,
        action=action,
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
    lifecycle.settle(release=release)


@transaction.atomic
def import_junit(
    *,
    actor: Actor,
    number: str,
    data: bytes,
    suite: str,
    level: str,
    package_digest: str,
    is_final: bool = False,
) -> TestRun:
    """
    Import a JUnit report as evidence for one package.

    Raises:
        Invalid: the file is not what it says (`junit.*`, `xml.*`), or names another package
            (`evidence.other_artefact`).
        Refused: `package_digest` is not the package of the release as it is now.
    """
    release = _open(actor, number, "evidence.import")
    report = load_junit(data)
    if level not in set(TestLevel):
        raise Invalid(
            "test.level",
            said("'{level}' is no test level.", level=Word(level)),
            at="level",
            hint=", ".join(TestLevel),
        )
    package = _tested_package(release, report, package_digest)
    sha256 = hashlib.sha256(data).hexdigest()
    known = TestRun.objects.filter(package=package, suite=suite, report_sha256=sha256).first()
    if known is not None:
        return known
    run = _store_run(
        package, report, suite=suite, level=level, report_sha256=sha256, is_final=is_final, actor=actor
    )
    facts = {
        "suite": suite,
        "level": level,
        "package": package_digest,
        "report": sha256,
        "passed": run.passed,
    }
    _done(actor, release, "release.test.imported", {**facts, "failed": run.failed, "errors": run.errors})
    return run


def _tested_package(release: Release, report: TestReport, digest: str) -> Package:
    package = release.packages.filter(is_current=True).first()
    if package is None or package.digest != digest:
        raise Refused(
            "evidence.stale_package",
            said(
                "{digest} is not the current package of {number}.", digest=digest[:12], number=release.number
            ),
            hint=said("The package is {digest}.", digest=package.digest[:12])
            if package
            else said("Build the package first."),
        )
    if report.package_digest and report.package_digest != digest:
        raise Invalid(
            "evidence.other_artefact",
            said("The report says it tested {package_digest}.", package_digest=report.package_digest[:12]),
            hint=said("Test this package, then import that report."),
        )
    return package


def _store_run(package: Package, report: TestReport, *, actor: Actor, **fields: Any) -> TestRun:
    totals = report.totals
    run = TestRun.objects.create(
        package=package,
        total=totals.tests,
        passed=totals.passed,
        failed=totals.failed,
        errors=totals.errors,
        skipped=totals.skipped,
        ran_at=report.ran_at or timezone.now(),
        imported_by=_guard.person(actor),
        **fields,
    )
    TestCase.objects.bulk_create(
        TestCase(
            run=run,
            classname=case.classname[:300],
            name=case.name[:300],
            status=str(case.status),
            time_ms=case.time_ms,
            message=case.message,
        )
        for case in report.cases
    )
    return run


@transaction.atomic
def record_defect(*, actor: Actor, number: str, title: str, severity: str) -> Defect:
    release = _open(actor, number, "task.complete")
    if severity not in set(DefectSeverity):
        raise Invalid(
            "defect.severity",
            said("'{severity}' is no severity.", severity=Word(severity)),
            hint=", ".join(DefectSeverity),
        )
    defect = Defect.objects.create(
        release=release, title=title, severity=severity, found_by=_guard.person(actor)
    )
    _done(actor, release, "release.defect.opened", {"title": title, "severity": severity})
    return defect


@transaction.atomic
def close_defect(*, actor: Actor, number: str, defect_id: int, resolution: str) -> Defect:
    release = _open(actor, number, "task.complete")
    defect = _guard.lock(Defect, pk=defect_id, release=release)
    if not resolution.strip():
        raise Invalid("defect.resolution_needed", said("Say how the defect was resolved."), at="resolution")
    defect.is_open, defect.resolution = False, resolution
    defect.save()
    _done(actor, release, "release.defect.closed", {"title": defect.title, "resolution": resolution})
    return defect


@transaction.atomic
def record_training(
    *,
    actor: Actor,
    number: str,
    audience: str,
    mode: str,
    invited: int,
    attended: int,
    kind: str = "",
    passed: int | None = None,
) -> Training:
    """
    Record how many of one audience were taught, planned or not; more of it is in `services.trainings`.

    Args:
        kind: As it is planned, else users, when empty.
    """
    release = _open(actor, number, "task.complete")
    row = Training.objects.select_for_update().filter(release=release, audience=audience).first()
    row = row or Training(release=release, audience=audience)
    row.mode, row.audience_kind = rules.mode(mode), rules.audience_kind(kind or row.audience_kind)
    count = Count(invited, attended, passed)
    rules.check_count(count, row.pass_mark)
    row.save()
    trainings.counted(row, count)
    row.finished_at = timezone.now() if attended else None
    row.save()
    facts = {"audience": audience, "attended": attended, "of": invited}
    _done(actor, release, "release.training.recorded", facts)
    return row


@transaction.atomic
def schedule_notice(*, actor: Actor, number: str, audience: str, text: str, due_at: datetime) -> Notice:
    """Schedule a message to an audience that is told outside of Rightaway; others are in `services.notices`."""
    release = _open(actor, number, "release.edit")
    held = Notice.objects.filter(release=release, audience=audience, moment=Moment.AHEAD).first()
    if held is not None and held.to != To.OUTSIDE:
        raise Refused(
            "notice.by_rightaway",
            said("Rightaway itself sends the notice to {audience}.", audience=audience),
            hint=said("Change it where it was planned."),
        )
    notice, _ = Notice.objects.update_or_create(
        release=release, audience=audience, moment=Moment.AHEAD, defaults={"text": text, "due_at": due_at}
    )
    _done(actor, release, "release.notice.scheduled", {"audience": audience, "due_at": due_at.isoformat()})
    return notice


@transaction.atomic
def mark_notice_sent(*, actor: Actor, number: str, audience: str) -> Notice:
    """
    Record that a notice reached its audience by other means.

    Raises:
        Refused: `notice.by_rightaway`; what Rightaway sends itself is told by its outbox, not by hand.
    """
    release = _open(actor, number, "release.edit")
    notice = _guard.lock(Notice, release=release, audience=audience, moment=Moment.AHEAD)
    if notice.to != To.OUTSIDE:
        raise Refused(
            "notice.by_rightaway",
            said("Rightaway itself sends the notice to {audience}.", audience=audience),
            hint=said("Send it; what became of it is read from the outbox."),
        )
    notice.sent_at, notice.sent_by = notice.sent_at or timezone.now(), _guard.person(actor)
    notice.save()
    _done(actor, release, "release.notice.sent", {"audience": audience})
    return notice


@transaction.atomic
def record_backup(
    *, actor: Actor, ci: str, reference: str, taken_at: datetime, sha256: str = "", is_verified: bool = False
) -> Backup:
    """Record a backup of a stateful item; verified means that it was read back."""
    item = _guard.find(ConfigurationItem, key=ci)
    scope = item.service.key if item.service else item.key
    _guard.require(actor=actor, action="task.complete", scope=scope)
    now = timezone.now()
    if taken_at > now:
        raise Invalid("backup.future", said("A backup cannot have been taken in the future."), at="taken_at")
    backup = Backup.objects.create(
        ci=item,
        reference=reference,
        sha256=sha256,
        taken_at=taken_at,
        verified_at=now if is_verified else None,
        recorded_by=_guard.person(actor),
    )
    facts = {"reference": reference, "sha256": sha256, "verified": is_verified}
    _audit.record(actor=actor, action="cmdb.backup.recorded", stream="cmdb", subject=("ci", ci), facts=facts)
    return backup
