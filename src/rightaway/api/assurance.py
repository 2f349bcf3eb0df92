"""Evidence: test reports, defects, training, notices, backups."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Router

from rightaway.api.access import Request, missing, require_any_role
from rightaway.api.answers import Account, Key, MaybeAccount, Out, Page, PageFilter, page
from rightaway.api.releases import find
from rightaway.api.requests import XML, Asked, Sent, Word, name_of, xml
from rightaway.domain.values import DefectSeverity, TestLevel
from rightaway.intake import fields as of
from rightaway.intake.limits import JUNIT_BYTES
from rightaway.intake.schema import FileModel
from rightaway.queries import cmdb
from rightaway.services import assurance

router = Router()

Report = {"requestBody": {"required": True, "content": {XML: {"schema": {"type": "string"}}}}}


class TestRunOut(Out):
    id: int
    suite: str
    level: str
    package_digest: str
    report_sha256: str
    total: int
    passed: int
    failed: int
    errors: int
    skipped: int
    is_final: bool
    imported_by: Account
    ran_at: datetime | None


class TestCaseRow(Out):
    id: int
    classname: str
    name: str
    status: str
    time_ms: int | None
    message: str


class ImportFilter(FileModel):
    """Which suite the report is of, and which package it tested; `is_final` is the last run before the decision."""

    suite: of.Name
    level: TestLevel
    package_digest: of.Digest
    is_final: of.Flag = False


class CaseFilter(PageFilter):
    status: Word = ""


class DefectOut(Out):
    id: int
    title: str
    severity: str
    is_open: bool
    found_by: Account
    resolution: str
    created_at: datetime


class DefectIn(FileModel):
    title: of.Title
    severity: DefectSeverity


class DefectResolutionIn(FileModel):
    resolution: of.Text


class TrainingOut(Out):
    audience: str
    audience_kind: str
    mode: str
    invited: int
    attended: int
    passed: int | None
    finished_at: datetime | None


class TrainingIn(FileModel):
    """`kind` is users, service_desk, support or operations; as it is planned when left out."""

    mode: of.Word
    invited: Annotated[int, of.whole(0, 1_000_000)]
    attended: Annotated[int, of.whole(0, 1_000_000)] = 0
    passed: Annotated[int, of.whole(0, 1_000_000)] | None = None
    kind: Word = ""


class NoticeOut(Out):
    audience: str
    text: str
    due_at: datetime | None
    sent_at: datetime | None
    sent_by: MaybeAccount


class NoticeIn(FileModel):
    text: of.Text
    due_at: of.Moment


class BackupOut(Out):
    ci: Key
    reference: str
    sha256: str
    taken_at: datetime
    verified_at: datetime | None
    recorded_by: Account


class BackupIn(FileModel):
    """`is_verified` means that the backup was read back."""

    reference: of.Line
    taken_at: of.Moment
    sha256: of.Digest | None = None
    is_verified: of.Flag = False


@router.get("/releases/{release}/tests", response=list[TestRunOut])
def list_test_runs(request: Request, release: str) -> Any:
    """List the test reports of all packages of a release, newest first."""
    row = find(request, release, "evidence.import")
    packages = row.packages.prefetch_related("test_runs__imported_by").order_by("-id")
    return [_run(run, one.digest) for one in packages for run in one.test_runs.all()]


def _run(run: Any, digest: str) -> Any:
    run.package_digest = digest
    return run


@router.post("/releases/{release}/tests", response={201: TestRunOut}, openapi_extra=Report)
def import_junit(request: Request, release: str, asked: Asked[ImportFilter]) -> Any:
    """Import a JUnit XML report as evidence for the package; the same report again changes nothing."""
    find(request, release, "evidence.import")
    data = xml(request, limit=JUNIT_BYTES)
    run = assurance.import_junit(actor=request.auth, number=release, data=data, **asked.model_dump())
    return _run(run, asked.package_digest)


@router.get("/releases/{release}/tests/{int:run}/cases", response=Page[TestCaseRow])
def list_test_cases(request: Request, release: str, run: int, asked: Asked[CaseFilter]) -> Any:
    """List the cases of a test report."""
    row = find(request, release, "evidence.import")
    runs = (one for package in row.packages.all() for one in package.test_runs.filter(pk=run))
    held = next(runs, None)
    if held is None:
        raise missing(f"test report {run} of {release}")
    cases = held.cases.filter(status=asked.status) if asked.status else held.cases.all()
    return page(cases, asked, "id", TestCaseRow)


@router.get("/releases/{release}/defects", response=list[DefectOut])
def list_defects(request: Request, release: str) -> Any:
    """List the defects found in a release."""
    return list(find(request, release).defects.select_related("found_by").order_by("id"))


@router.post("/releases/{release}/defects", response={201: DefectOut})
def record_defect(request: Request, release: str, sent: Sent[DefectIn]) -> Any:
    """Record a defect; an open critical or major one keeps the release from being deployed."""
    find(request, release)
    return assurance.record_defect(
        actor=request.auth, number=release, title=sent.title, severity=sent.severity
    )


@router.post("/releases/{release}/defects/{int:defect}/resolution", response=DefectOut)
def close_defect(request: Request, release: str, defect: int, sent: Sent[DefectResolutionIn]) -> Any:
    """Close a defect, saying how it was resolved."""
    find(request, release)
    return assurance.close_defect(
        actor=request.auth, number=release, defect_id=defect, resolution=sent.resolution
    )


@router.get("/releases/{release}/training", response=list[TrainingOut])
def list_training(request: Request, release: str) -> Any:
    """List the training of the release's audiences."""
    return list(find(request, release).training.order_by("audience"))


@router.put("/releases/{release}/training/{audience}", response=TrainingOut)
def record_training(request: Request, release: str, audience: str, sent: Sent[TrainingIn]) -> Any:
    """Record the training of one audience, with attendance."""
    find(request, release)
    return assurance.record_training(
        actor=request.auth, number=release, audience=name_of(audience), **sent.model_dump()
    )


@router.get("/releases/{release}/notices", response=list[NoticeOut])
def list_notices(request: Request, release: str) -> Any:
    """List the messages of the communication plan that are told outside of Rightaway, and the others."""
    return list(find(request, release).notices.select_related("sent_by").order_by("due_at", "id"))


@router.put("/releases/{release}/notices/{audience}", response=NoticeOut)
def schedule_notice(request: Request, release: str, audience: str, sent: Sent[NoticeIn]) -> Any:
    """Schedule the message to one audience."""
    find(request, release, "release.edit")
    return assurance.schedule_notice(
        actor=request.auth, number=release, audience=name_of(audience), **sent.model_dump()
    )


@router.post("/releases/{release}/notices/{audience}/sent", response=NoticeOut)
def mark_notice_sent(request: Request, release: str, audience: str) -> Any:
    """Record that the message reached its audience."""
    find(request, release, "release.edit")
    return assurance.mark_notice_sent(actor=request.auth, number=release, audience=audience)


@router.get("/items/{item}/backups", response=list[BackupOut])
def list_backups(request: Request, item: str) -> Any:
    """List the backups of a stateful item, newest first."""
    require_any_role(request.auth)
    row = cmdb.item(item)
    if row is None:
        raise missing(f"configuration item {item:.80}")
    return list(row.backups.select_related("ci", "recorded_by").order_by("-taken_at", "-id")[:100])


@router.post("/items/{item}/backups", response={201: BackupOut})
def record_backup(request: Request, item: str, sent: Sent[BackupIn]) -> Any:
    """Record a backup of a stateful item."""
    fields = {**sent.model_dump(), "sha256": sent.sha256 or ""}
    return assurance.record_backup(actor=request.auth, ci=item, **fields)
