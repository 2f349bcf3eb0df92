"""Attempts whose outcome nobody knows, which a person decides after looking at the target."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router

from rightaway.api.access import Request, missing, visible
from rightaway.api.answers import Out
from rightaway.api.deployments import DeploymentOut, find, shown
from rightaway.api.requests import Sent
from rightaway.domain.deployment_states import Resolution
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import deployments as ask
from rightaway.services import deployments

router = Router()


class DoubtOut(Out):
    """An attempt whose outcome nobody knows: look at the target, then resolve it."""

    attempt: int
    deployment: str
    release: str
    target: str
    step: str
    direction: str
    effect: str
    operation_id: str
    message: str
    intended_at: datetime


class DoubtResolutionIn(FileModel):
    """`reason` says what was seen on the target."""

    resolution: Resolution
    reason: of.Text


@router.get("/doubts", response=list[DoubtOut])
def list_doubts(request: Request) -> Any:
    """List the attempts of all deployments whose outcome nobody knows, oldest first."""
    scope = "run__deployment__release__service__key"
    return [_doubt(one) for one in visible(request.auth, ask.all_doubtful(), scope=scope, inside=True)]


def _doubt(attempt: Any) -> dict[str, Any]:
    deployment = attempt.run.deployment
    return {
        "attempt": attempt.pk,
        "deployment": deployment.number,
        "release": deployment.release.number,
        "target": attempt.run.target.key,
        "step": attempt.step_key,
        "direction": attempt.direction,
        "effect": attempt.effect,
        "operation_id": attempt.operation_id,
        "message": attempt.message,
        "intended_at": attempt.intended_at,
    }


@router.post("/doubts/{int:attempt}/resolution", response=DeploymentOut)
def resolve(request: Request, response: HttpResponse, attempt: int, sent: Sent[DoubtResolutionIn]) -> Any:
    """Decide an attempt after looking at the target: applied, not_applied (run it again) or failed."""
    row = ask.all_doubtful().filter(pk=attempt).first()
    if row is None:
        raise missing(f"attempt {attempt} in doubt")
    find(request, row.run.deployment.number)
    deployments.resolve(
        actor=request.auth, attempt_id=attempt, resolution=sent.resolution, reason=sent.reason
    )
    return shown(response, row.run.deployment.number)
