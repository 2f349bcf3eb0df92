"""Deployments: launched, watched wave by wave, steered."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, seen, sees_targets, visible
from rightaway.api.answers import (
    EVERY,
    Account,
    Key,
    MaybeNumber,
    Number,
    Out,
    Page,
    PageFilter,
    page,
    tagged,
)
from rightaway.api.releases import find as find_release
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.domain.deployment_states import DeploymentStatus, Intent
from rightaway.domain.errors import Invalid
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.intake.texts import quoted
from rightaway.queries import deployments as ask
from rightaway.services import deployments

router = Router()


class DeploymentFilter(PageFilter):
    release: Word = ""
    environment: Word = ""
    status: Word = ""
    is_open: of.Flag | None = None
    order: Literal["newest", "oldest"] = "newest"


class DeploymentRow(Out):
    number: str
    release: str = Field(validation_alias="release__number")
    service: str = Field(validation_alias="release__service__key")
    environment: str = Field(validation_alias="environment__key")
    intent: str
    status: str
    requested_by: str = Field(validation_alias="requested_by__username")
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    version: int


class HoldOut(Out):
    """A named reason why the deployment waits."""

    kind: str
    subject: str
    reason: str
    since: datetime
    placed_by: str


class ProgressOut(Out):
    total: int
    done: int
    failed: int
    reverted: int
    in_doubt: int


class DeploymentOut(Out):
    number: str
    version: int
    release: Number
    environment: Key
    intent: str
    status: str
    is_over: bool
    wish: str
    reason: str
    parent: MaybeNumber
    plan_number: int
    plan_digest: str
    package_digest: str
    requested_by: Account
    queued_at: datetime
    started_at: datetime | None
    first_exposure_at: datetime | None
    finished_at: datetime | None
    restored_at: datetime | None
    outcome_reason: str
    takeovers: int
    progress: ProgressOut
    open_holds: list[HoldOut]


class RunOut(Out):
    target: Key
    status: str
    is_touched: bool
    before: dict[str, Any] | None
    observed: dict[str, Any] | None
    reason: str
    started_at: datetime | None
    finished_at: datetime | None


class WaveOut(Out):
    """One wave; `runs` is empty for those who see progress but no machines."""

    ordinal: int
    name: str
    status: str
    reason: str
    bake_s: int
    max_failures: int
    targets: int
    started_at: datetime | None
    bake_started_at: datetime | None
    finished_at: datetime | None
    runs: Annotated[list[RunOut], EVERY]


class LaunchIn(FileModel):
    """Without an environment it is that of the release's design. A drill rehearses the way back in a lower one."""

    release: of.Reference
    environment: of.Key | None = None
    intent: Literal["planned", "hotfix", "redeploy", "drill"] = "planned"
    reason: Said = ""


class CommandIn(FileModel):
    """abort, back_out and close need a reason."""

    command: of.Word
    reason: Said = ""


class ReasonIn(FileModel):
    reason: of.Text


def find(request: Request, number: str, *acts: str) -> Any:
    row = ask.deployment(number)
    scope = row.release.service.key if row else ""
    owner = row.requested_by_id if row else None
    return seen(request.auth, row, f"deployment {number:.20}", scope=scope, owner_id=owner, acts=acts)


def shown(response: HttpResponse, number: str) -> Any:
    row: Any = ask.deployment(number)
    row.is_over = DeploymentStatus(row.status).complete
    row.plan_number, row.plan_digest, row.package_digest = (
        row.plan.number,
        row.plan.digest,
        row.plan.package.digest,
    )
    row.progress = ask.progress(row)
    row.open_holds = list(row.holds.filter(cleared_at__isnull=True))
    return tagged(response, row)


@router.get("/deployments", response=Page[DeploymentRow])
def list_deployments(request: Request, asked: Asked[DeploymentFilter]) -> dict[str, Any]:
    """List the deployments the caller may see."""
    rows = ask.deployments()
    given = {"release__number": asked.release, "environment__key": asked.environment, "status": asked.status}
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if asked.is_open is not None:
        ended = [status for status in DeploymentStatus if status.complete]
        rows = rows.exclude(status__in=ended) if asked.is_open else rows.filter(status__in=ended)
    rows = visible(request.auth, rows, scope="release__service__key", owner="requested_by")
    return page(rows, asked, "-id" if asked.order == "newest" else "id", DeploymentRow)


@router.post("/deployments", response={201: DeploymentOut})
def launch(request: Request, response: HttpResponse, sent: Sent[LaunchIn]) -> Any:
    """
    Begin to carry out the current plan of a release.

    Approvals, window and notices are judged before each wave: the deployment waits under a hold until they hold.
    """
    release = find_release(request, sent.release, "deployment.launch", "deployment.rehearse")
    environment = sent.environment or (release.design or {}).get("environment", "")
    row = deployments.launch(
        actor=request.auth,
        release=release,
        environment=environment,
        intent=Intent(sent.intent),
        reason=sent.reason,
    )
    return shown(response, row.number)


@router.get("/deployments/{deployment}", response=DeploymentOut)
def show(request: Request, response: HttpResponse, deployment: str) -> Any:
    """Show one deployment: where it stands, how far it is, and what it waits for."""
    return shown(response, find(request, deployment).number)


@router.get("/deployments/{deployment}/waves", response=list[WaveOut])
def list_waves(request: Request, deployment: str) -> Any:
    """List the waves with what happened on each target."""
    row = find(request, deployment)
    inside = sees_targets(request.auth, row.release.service.key)
    return [_wave(one, inside=inside) for one in ask.grid(row)]


def _wave(one: dict[str, Any], *, inside: bool) -> Any:
    wave, plan, runs = one["wave"], one["plan"], one["runs"]
    wave.targets, wave.bake_s, wave.max_failures = len(runs), plan["bake_s"], plan["max_failures"]
    shown = {name: getattr(wave, name) for name in WaveOut.model_fields if name != "runs"}
    return {**shown, "runs": runs if inside else []}


@router.post("/deployments/{deployment}/commands", response=DeploymentOut)
def command(request: Request, response: HttpResponse, deployment: str, sent: Sent[CommandIn]) -> Any:
    """
    Give a command: pause, resume, abort, back_out, cancel, retry_back_out or close.

    With an `Idempotency-Key` (a UUID) the same request again changes nothing.
    """
    find(request, deployment)
    deployments.command(
        actor=request.auth,
        number=deployment,
        name=sent.command,
        reason=sent.reason,
        command_id=_key(request),
        expected_version=expected_version(request),
    )
    return shown(response, deployment)


def _key(request: Request) -> uuid.UUID | None:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    try:
        return uuid.UUID(given)
    except ValueError:
        raise Invalid(
            "http.idempotency_key", f"{quoted(given)} is not a UUID.", at="Idempotency-Key"
        ) from None


@router.post("/deployments/{deployment}/back-outs", response={201: DeploymentOut})
def undo(request: Request, response: HttpResponse, deployment: str, sent: Sent[ReasonIn]) -> Any:
    """Back out a deployment that has ended: a new one carries out its way back."""
    row = find(request, deployment)
    return shown(response, deployments.undo(actor=request.auth, row=row, reason=sent.reason).number)
