"""What a deployment did: its log, the attempts on every target, the looks of its health checks."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing, sees_targets
from rightaway.api.answers import Out, Page, PageFilter, page
from rightaway.api.deployments import find
from rightaway.api.requests import Asked
from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import deployments as ask

router = Router()

LOG_PIECES = 200


class PieceOut(Out):
    id: int
    at: datetime
    target: str
    step: str
    text: str


class LogOut(Out):
    """Pieces of the log in order; `after` is where to go on, `is_over` says that no more will come."""

    items: list[PieceOut]
    after: int
    is_over: bool


class AttemptRow(Out):
    """One try of one step on one target; `operation_id` is its identity in the target's own ledger."""

    id: int
    target: str = Field(validation_alias="run__target__key")
    wave: int = Field(validation_alias="run__wave__ordinal")
    step: str = Field(validation_alias="step_key")
    direction: str
    attempt_no: int
    operation_id: str
    effect: str
    status: str
    exit_code: int | None
    message: str
    resolution: str
    resolved_by: str
    worker: str
    intended_at: datetime
    finished_at: datetime | None


class CheckRow(Out):
    id: int
    target: str = Field(validation_alias="run__target__key")
    check: str = Field(validation_alias="check_name")
    layer: str
    result: str
    evidence: dict[str, Any]
    at: datetime


class LogFilter(FileModel):
    after: Annotated[int, of.whole(0, 999_999_999_999_999)] = 0
    limit: Annotated[int, of.whole(1, 1000)] = LOG_PIECES


def _inside(request: Request, number: str) -> Any:
    row = find(request, number)
    if not sees_targets(request.auth, row.release.service.key):
        raise missing(f"log or target of {number}")
    return row


@router.get("/deployments/{deployment}/log", response=LogOut)
def read_log(request: Request, deployment: str, asked: Asked[LogFilter]) -> Any:
    """Read the log from a piece on; ask again with `after` to follow it."""
    row = _inside(request, deployment)
    is_over = DeploymentStatus(
        row.status
    ).complete  # judged first: what is written after it is read next time
    pieces = [_piece(one) for one in ask.log_after(row, asked.after, asked.limit)]
    after = pieces[-1]["id"] if pieces else asked.after
    return {"items": pieces, "after": after, "is_over": is_over and len(pieces) < asked.limit}


def _piece(chunk: Any) -> dict[str, Any]:
    return {
        "id": chunk.pk,
        "at": chunk.at,
        "target": chunk.attempt.run.target.key,
        "step": chunk.attempt.step_key,
        "text": bytes(chunk.data).decode(errors="replace"),
    }


@router.get("/deployments/{deployment}/log.txt")
def read_log_text(request: Request, deployment: str, asked: Asked[LogFilter]) -> HttpResponse:
    """Read the log as plain text, each piece under a line with time, target and step; `X-After` is where to go on."""
    row = _inside(request, deployment)
    pieces = [_piece(one) for one in ask.log_after(row, asked.after, asked.limit)]
    text = "".join(
        f"--- {one['at']:%Y-%m-%dT%H:%M:%SZ} {one['target']} {one['step']}\n{one['text']}\n" for one in pieces
    )
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["X-After"] = str(pieces[-1]["id"] if pieces else asked.after)
    return response


@router.get("/deployments/{deployment}/attempts", response=Page[AttemptRow])
def list_attempts(request: Request, deployment: str, asked: Asked[PageFilter]) -> Any:
    """List every try of every step, in the order in which they were intended."""
    return page(ask.attempts(_inside(request, deployment)), asked, "id", AttemptRow)


@router.get("/deployments/{deployment}/checks", response=Page[CheckRow])
def list_checks(request: Request, deployment: str, asked: Asked[PageFilter]) -> Any:
    """List what the health checks saw, newest first."""
    return page(ask.checks(_inside(request, deployment)), asked, "-id", CheckRow)
