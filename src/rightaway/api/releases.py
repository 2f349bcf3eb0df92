"""Release records: listed, registered from a release file, shown, edited."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, seen, visible
from rightaway.api.answers import (
    EVERY,
    Account,
    ExternalOut,
    Key,
    MaybeAccount,
    Number,
    Out,
    Page,
    PageFilter,
    each,
    page,
    tagged,
)
from rightaway.api.requests import YAML, Asked, Said, Sent, Word, expected_version, file, takes
from rightaway.domain.values import ClosureCode, Origin, Outcome, ReleaseKind, ReleaseReason, ReleaseType
from rightaway.intake import fields as of
from rightaway.intake.releases import ReleaseFile
from rightaway.intake.schema import FileModel
from rightaway.queries import release_files as ask_files
from rightaway.queries import releases as ask
from rightaway.services import release_files, releases

router = Router()

BELONGING = (
    "changes",
    "affected_cis",
    "affected_groups",
    "known_errors__known_error",
    "objectives",
    "stakeholders__person",
    "roster__person",
)


class ReleaseFilter(PageFilter):
    text: Word = ""
    phase: Word = ""
    service: Word = ""
    is_open: of.Flag | None = None
    order: Literal["newest", "oldest"] = "newest"


class ReleaseRow(Out):
    number: str
    title: str
    phase: str
    phase_status: str
    attempt: int
    release_type: str
    service: str = Field(validation_alias="service__key")
    priority: int | None
    manager: str | None = Field(validation_alias="manager__username")
    planned_start: datetime | None
    planned_end: datetime | None
    outcome: str
    change_count: int
    version: int
    updated_at: datetime


class StakeholderOut(Out):
    person: Account
    part: str


class ShiftOut(Out):
    person: Account
    starts_at: datetime
    ends_at: datetime


class ObjectiveOut(Out):
    text: str
    target: str
    result: str
    measured: str


class LinkedErrorOut(Out):
    known_error: Number
    effect: str
    disposition: str


class FollowedOut(Out):
    """The version of the workflow that a release follows."""

    key: str
    version: int


class ReleaseOut(Out):
    """One release with all that is written about it. Scales run from 1 (highest) to 4."""

    number: str
    version: int
    title: str
    description: str
    phase: str
    phase_status: str
    attempt: int
    service: Key
    workflow: FollowedOut
    external: ExternalOut | None = None
    release_type: str
    release_kind: str
    origin: str
    reason: str
    category: str
    owning_group: str
    model: str
    justification: str
    value_statement: str
    do_nothing_impact: str
    risk_answers: dict[str, Any]
    initiated_by: Account
    coordinator: MaybeAccount
    manager: MaybeAccount
    service_owner: MaybeAccount
    deployment_manager: MaybeAccount
    els_lead: MaybeAccount
    communication_approved_by: MaybeAccount
    impact: int | None
    urgency: int | None
    impact_assessment: int | None
    priority: int | None
    risk_level: int | None
    training_required: bool
    changes: Annotated[list[str], each("number")]
    affected_cis: Annotated[list[str], each("key")]
    affected_groups: Annotated[list[str], each("key")]
    known_errors: Annotated[list[LinkedErrorOut], EVERY]
    objectives: Annotated[list[ObjectiveOut], EVERY]
    stakeholders: Annotated[list[StakeholderOut], EVERY]
    roster: Annotated[list[ShiftOut], EVERY]
    requested_end: datetime | None
    planned_start: datetime | None
    planned_end: datetime | None
    cost_estimate: int | None
    communication_plan: str
    els_starts_at: datetime | None
    els_ends_at: datetime | None
    els_exit_criteria: str
    on_call: str
    rollback_valid_until: datetime | None
    outcome: str
    closure_code: str
    closure_comment: str
    back_out_reason: str
    back_out_decided_by: str
    abandon_reason: str
    root_cause: str
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ReleaseEdit(FileModel):
    """What to change; what is left out stays, null empties a field."""

    title: of.Title = ""
    description: of.Text = ""
    release_type: ReleaseType = ReleaseType.MINOR
    release_kind: ReleaseKind | None = None
    origin: Origin = Origin.CHANGE_REQUEST
    reason: ReleaseReason | None = None
    category: of.ShortName | None = None
    owning_group: of.ShortName | None = None
    model: of.ShortName | None = None
    justification: of.Text | None = None
    value_statement: of.Text | None = None
    do_nothing_impact: of.Text | None = None
    communication_plan: of.Text | None = None
    els_exit_criteria: of.Text | None = None
    on_call: of.Name | None = None
    closure_comment: of.Text | None = None
    no_lessons_reason: of.Text | None = None
    problem_refusal_reason: of.Text | None = None
    root_cause: of.Text | None = None
    coordinator: of.Account | None = None
    manager: of.Account | None = None
    service_owner: of.Account | None = None
    deployment_manager: of.Account | None = None
    els_lead: of.Account | None = None
    communication_approved_by: of.Account | None = None
    impact: of.Scale | None = None
    urgency: of.Scale | None = None
    impact_assessment: of.Scale | None = None
    risk_level: Annotated[int, of.whole(1, 5)] | None = None
    risk_answers: Annotated[dict[of.VariableName, Said], Field(max_length=50)] = {}
    training_required: of.Flag = False
    requested_end: of.Moment | None = None
    planned_start: of.Moment | None = None
    planned_end: of.Moment | None = None
    els_starts_at: of.Moment | None = None
    els_ends_at: of.Moment | None = None
    cost_estimate: Annotated[int, of.whole(0, 2_000_000_000)] | None = None
    outcome: Outcome | None = None
    closure_code: ClosureCode | None = None


def find(request: Request, number: str, *acts: str) -> Any:
    """Give the release when the caller may see it, or may do one of `acts` with it; else 404."""
    row = ask.release(number)
    scope = row.service.key if row else ""
    owner = row.initiated_by_id if row else None
    return seen(request.auth, row, f"release {number:.20}", scope=scope, owner_id=owner, acts=acts)


def shown(response: HttpResponse, row: Any) -> Any:
    """Read what belongs to the release in one statement each, however much it is."""
    prefetch_related_objects([row], *BELONGING)
    return tagged(response, row)


@router.get("/releases", response=Page[ReleaseRow])
def list_releases(request: Request, asked: Asked[ReleaseFilter]) -> dict[str, Any]:
    """List the releases the caller may see."""
    rows = ask.releases(text=asked.text, phase=asked.phase, service=asked.service, is_open=asked.is_open)
    rows = visible(request.auth, rows, scope="service__key", owner="initiated_by")
    return page(rows, asked, "-id" if asked.order == "newest" else "id", ReleaseRow)


@router.post("/releases", response={201: ReleaseOut}, openapi_extra=takes(ReleaseFile))
def register(request: Request, response: HttpResponse) -> Any:
    """Register a release from a release file, as YAML or as the same in JSON: all of it or nothing."""
    row = release_files.register(actor=request.auth, file=file(request, ReleaseFile))
    return shown(response, ask.release(row.number))


@router.get("/releases/{release}", response=ReleaseOut)
def show(request: Request, response: HttpResponse, release: str) -> Any:
    """Show one release."""
    return shown(response, find(request, release))


@router.get("/releases/{release}/file")
def release_file(request: Request, release: str) -> HttpResponse:
    """Give a release as the release file that registers it: YAML."""
    row = find(request, release)
    return HttpResponse(ask_files.text(ask_files.whole(row)), content_type=f"{YAML[0]}; charset=utf-8")


@router.patch("/releases/{release}", response=ReleaseOut)
def edit(request: Request, response: HttpResponse, release: str, sent: Sent[ReleaseEdit]) -> Any:
    """Change fields of a release. An approval whose content this touches is voided, with the difference."""
    find(request, release, "release.edit")
    fields = sent.model_dump(exclude_unset=True)
    row = releases.edit(
        actor=request.auth, number=release, fields=fields, expected_version=expected_version(request)
    )
    return shown(response, row)
