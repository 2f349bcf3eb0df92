"""Workflows: versions, and running releases moved to a newer one."""

from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import ANYWHERE, EVERYWHERE, Request, allowed, missing, require
from rightaway.api.answers import Out, Page, PageFilter, page, tagged
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.domain.workflow_migrations import Migration
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import workflows as ask
from rightaway.services import workflow_migrations, workflows

router = Router()
RowT = TypeVar("RowT")
VIEW, EDIT = "workflow.view", "workflow.edit"


class WorkflowFilter(PageFilter):
    key: Word = ""


class WorkflowRow(Out):
    key: str
    version: int
    is_current: bool
    effective_at: datetime
    ended_at: datetime | None
    activated_by: str | None = Field(validation_alias="activated_by__username")
    releases: int
    digest: str


class WorkflowOut(Out):
    """One version; `state` is scheduled, in_force, superseded or withdrawn, `source` the text with its comments."""

    key: str
    version: int
    state: str = ""
    effective_at: datetime
    ended_at: datetime | None
    activated_by: str | None = None
    digest: str
    source: str


class WithdrawalIn(FileModel):
    reason: Said


class MigrationRow(Out):
    """
    What moving a release would do to it.

    `obstacle` says why it cannot; `tasks` it would get, `asked` and `lost` are approvals of the workflow, `voided`
    those of the release that lose their force.
    """

    release: str
    release_version: int
    phase: str
    workflow_version: int
    obstacle: str
    tasks: list[str]
    asked: list[str]
    lost: list[str]
    voided: list[str]


class MigrationIn(FileModel):
    """`version` is the version in force that was looked at."""

    version: of.Count


class MigratedOut(Out):
    release: str
    key: str
    workflow_version: int
    version: int


@router.get("/workflows", response=Page[WorkflowRow])
def list_workflows(request: Request, asked: Asked[WorkflowFilter]) -> dict[str, Any]:
    """List the versions of workflows, newest first."""
    require(request.auth, VIEW, ANYWHERE)
    return page(ask.versions(key=asked.key), asked, "-id", WorkflowRow)


@router.get("/workflows/{workflow}/{int:number}", response=WorkflowOut)
def show(request: Request, workflow: str, number: int) -> Any:
    """Show one version of a workflow."""
    name = f"workflow {workflow:.40} v{number}"
    return version_out(readable(request, ask.version(workflow, number), name))


@router.post("/workflows/{workflow}/{int:number}/withdrawal", response=WorkflowOut)
def withdraw(request: Request, workflow: str, number: int, sent: Sent[WithdrawalIn]) -> Any:
    """Take back a version that waits for its moment."""
    return version_out(
        workflows.withdraw(actor=request.auth, key=workflow, version=number, reason=sent.reason)
    )


@router.get("/workflows/{workflow}/migration", response=Page[MigrationRow])
def preview(request: Request, workflow: str, asked: Asked[PageFilter]) -> dict[str, Any]:
    """Foresee what moving the open releases to the version in force would do; nothing is done."""
    row = readable(request, ask.version(workflow), f"workflow {workflow:.40} in force", EDIT, EVERYWHERE)
    found = page(ask.behind(row), asked, "id")
    return found | {"items": [_foreseen(one, ask.foreseen(one, row)) for one in found["items"]]}


@router.post("/releases/{release}/workflow", response=MigratedOut)
def migrate(request: Request, response: HttpResponse, release: str, sent: Sent[MigrationIn]) -> Any:
    """
    Let a running release follow the version of its workflow that is in force.

    Nobody moves a release of which they wrote a part (`sod.own_release`).
    """
    row = workflow_migrations.migrate(
        actor=request.auth, number=release, version=sent.version, expected_version=expected_version(request)
    )
    return MigratedOut(
        release=row.number,
        key=row.workflow.key,
        workflow_version=row.workflow.version,
        version=tagged(response, row).version,
    )


def readable(
    request: Request, row: RowT | None, name: str, action: str = VIEW, scope: str | None = ANYWHERE
) -> RowT:
    """Give what was found, when the caller may look at it; else it does not exist."""
    if row is None or not allowed(request.auth, action, scope):
        raise missing(name)
    return row


def version_out(row: Any) -> WorkflowOut:
    return WorkflowOut(
        key=row.key,
        version=row.version,
        state=ask.version_state(row),
        effective_at=row.effective_at,
        ended_at=row.ended_at,
        activated_by=row.activated_by.username if row.activated_by else None,
        digest=row.digest,
        source=row.source,
    )


def _foreseen(release: Any, found: Migration) -> MigrationRow:
    return MigrationRow(
        release=release.number,
        release_version=release.version,
        phase=release.phase,
        workflow_version=release.workflow.version,
        obstacle=str(found.obstacle),
        tasks=[one.key for one in found.tasks],
        asked=[one.key for one in found.asked],
        lost=[one.key for one in found.lost],
        voided=list(found.voided),
    )
