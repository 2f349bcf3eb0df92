"""Deployment plans: compiled from package, design and configuration, frozen under a digest."""

from datetime import datetime
from typing import Any

from ninja import Router

from rightaway.api.access import Request, missing, sees_targets
from rightaway.api.answers import Account, Key, Out
from rightaway.api.approvals import DifferenceOut
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Sent
from rightaway.domain.differences import difference
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.services import plans

router = Router()


class PlanRow(Out):
    number: int
    environment: Key
    digest: str
    back_out_digest: str
    package_digest: str
    is_current: bool
    compiled_by: Account
    created_at: datetime


class PlanOut(PlanRow):
    """`body` is everything that will happen: targets in waves, steps with their way back, checks."""

    body: dict[str, Any]


class PlanIn(FileModel):
    """Without an environment the plan is for that of the design; a lower one is for rehearsals."""

    environment: of.Key | None = None


class DifferenceFilter(FileModel):
    """`since` is the number of the earlier plan; without it, the one before the current plan."""

    since: of.Count | None = None


def _row(plan: Any) -> Any:
    plan.package_digest = plan.package.digest
    return plan


def _plans(request: Request, release: str) -> Any:
    row = find(request, release)
    if not sees_targets(request.auth, row.service.key):
        raise missing(f"plan of {release}")
    return row.plans.select_related("environment", "package", "compiled_by")


def _current(request: Request, release: str, environment: str) -> Any:
    plan = _plans(request, release).filter(environment__key=environment, is_current=True).first()
    if plan is None:
        raise missing(f"current plan of {release} for {environment:.80}")
    return _row(plan)


@router.get("/releases/{release}/plans", response=list[PlanRow])
def list_plans(request: Request, release: str) -> Any:
    """List the plans of a release, newest first."""
    return [_row(one) for one in _plans(request, release).defer("body", "package__manifest").order_by("-id")]


@router.post("/releases/{release}/plans", response={201: PlanRow})
def compile_plan(request: Request, release: str, sent: Sent[PlanIn]) -> Any:
    """
    Compile the plan of a release.

    The same inputs give the plan that is there already; another result is a new version, and voids what was approved
    for the old one.
    """
    find(request, release, "plan.edit")
    return _row(plans.compile(actor=request.auth, number=release, environment=sent.environment))


@router.get("/releases/{release}/plans/{environment}", response=PlanOut)
def show(request: Request, release: str, environment: str) -> Any:
    """Show the current plan for an environment in full."""
    return _current(request, release, environment)


@router.get("/releases/{release}/plans/{environment}/difference", response=list[DifferenceOut])
def compare(request: Request, release: str, environment: str, asked: Asked[DifferenceFilter]) -> Any:
    """Show what is different between the current plan and an earlier one."""
    now = _current(request, release, environment)
    earlier = (
        _plans(request, release).filter(environment=now.environment).exclude(pk=now.pk).order_by("-number")
    )
    before = (earlier.filter(number=asked.since) if asked.since else earlier).first()
    if before is None:
        raise missing(f"earlier plan of {release} for {environment:.80}")
    return difference(before.body, now.body)
