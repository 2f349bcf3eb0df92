"""After the deployment: early life support, the post-implementation review, satisfaction, objectives."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing
from rightaway.api.answers import EVERY, Account, MaybeAccount, Out
from rightaway.api.releases import ObjectiveOut, find
from rightaway.api.requests import Said, Sent, expected_version
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.services import reviews

router = Router()


class EarlyLifeOut(Out):
    state: str
    started_at: datetime
    ends_at: datetime
    extensions: int
    accepted_by: MaybeAccount
    accepted_at: datetime | None
    service_level_met: bool | None
    ended_at: datetime | None
    debt: str


class AcceptanceIn(FileModel):
    service_level_met: of.Flag


class ExtensionIn(FileModel):
    ends_at: of.Moment
    reason: of.Text


class ReviewOut(Out):
    went_well: str
    to_change: str
    deviations: str
    completed_by: MaybeAccount
    completed_at: datetime | None


class ReviewIn(FileModel):
    went_well: of.Text
    to_change: of.Text
    deviations: Said = ""


class RatingOut(Out):
    person: Account
    rating: int
    comment: str
    at: datetime


class RatingIn(FileModel):
    """1 (not at all satisfied) to 5 (fully)."""

    rating: Annotated[int, of.whole(1, 5)]
    comment: Said = ""


class ResultIn(FileModel):
    text: of.Line
    result: Literal["met", "partly", "not_met"]
    measured: Annotated[of.Line, Field(max_length=300)]


class ObjectiveTargetIn(FileModel):
    text: of.Line
    target: Annotated[of.Line, Field(max_length=300)]


class ObjectiveTargetsIn(FileModel):
    targets: Annotated[tuple[ObjectiveTargetIn, ...], Field(min_length=1, max_length=50)]


class ResultsIn(FileModel):
    results: Annotated[tuple[ResultIn, ...], Field(min_length=1, max_length=50)]


class MeasuredOut(Out):
    objectives: Annotated[list[ObjectiveOut], EVERY]


@router.get("/releases/{release}/early-life", response=EarlyLifeOut)
def show_early_life(request: Request, release: str) -> Any:
    """Show early life support; its exit criteria are part of the release's standing."""
    return _one(find(request, release), "early_life", f"early life support of {release} yet")


def _one(row: Any, name: str, words: str) -> Any:
    held = getattr(row, name, None)
    if held is None:
        raise missing(words)
    return held


@router.post("/releases/{release}/early-life/acceptance", response=EarlyLifeOut)
def accept_operations(request: Request, release: str, sent: Sent[AcceptanceIn]) -> Any:
    """Operations take the service over, and say whether its service level was met."""
    find(request, release)
    return reviews.accept_operations(
        actor=request.auth, number=release, service_level_met=sent.service_level_met
    )


@router.post("/releases/{release}/early-life/extension", response=EarlyLifeOut)
def extend_early_life(request: Request, release: str, sent: Sent[ExtensionIn]) -> Any:
    """Watch the service for longer."""
    find(request, release)
    return reviews.extend_early_life(actor=request.auth, number=release, **sent.model_dump())


@router.put("/releases/{release}/objectives", response=MeasuredOut)
def measure_objectives(request: Request, release: str, sent: Sent[ResultsIn]) -> Any:
    """Record what came of the objectives, by their text."""
    find(request, release)
    results = {one.text: (one.result, one.measured) for one in sent.results}
    return reviews.measure_objectives(
        actor=request.auth, number=release, results=results, expected_version=expected_version(request)
    )


@router.put("/releases/{release}/objectives/targets", response=MeasuredOut)
def set_targets(request: Request, release: str, sent: Sent[ObjectiveTargetsIn]) -> Any:
    """Set what objectives are measured against, by their text; not any more once they have a result."""
    find(request, release)
    targets = {one.text: one.target for one in sent.targets}
    return reviews.set_targets(
        actor=request.auth, number=release, targets=targets, expected_version=expected_version(request)
    )


@router.get("/releases/{release}/review", response=ReviewOut)
def show_review(request: Request, release: str) -> Any:
    """Show the post-implementation review."""
    return _one(find(request, release), "review", f"review of {release} yet")


@router.put("/releases/{release}/review", response=ReviewOut)
def complete(request: Request, release: str, sent: Sent[ReviewIn]) -> Any:
    """Hold the post-implementation review."""
    find(request, release)
    return reviews.complete(
        actor=request.auth, number=release, expected_version=expected_version(request), **sent.model_dump()
    )


@router.get("/releases/{release}/ratings", response=list[RatingOut])
def list_ratings(request: Request, release: str) -> Any:
    """List how satisfied people are with the result."""
    return list(find(request, release).satisfaction.select_related("person").order_by("at", "id"))


@router.put("/releases/{release}/ratings/mine", response=RatingOut)
def rate(request: Request, release: str, sent: Sent[RatingIn]) -> Any:
    """Rate the result as the caller."""
    find(request, release)
    return reviews.rate(actor=request.auth, number=release, rating=sent.rating, comment=sent.comment)
