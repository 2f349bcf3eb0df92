"""Outages: planned and actual, recorded by people or posted by deployments, and corrected."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, seen, visible
from rightaway.api.answers import (
    EVERY,
    Account,
    Key,
    MaybeNumber,
    Number,
    Out,
    Page,
    PageFilter,
    each,
    page,
    tagged,
)
from rightaway.api.changes import find as find_change
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.domain.outages import OutageKind
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import outages as ask
from rightaway.services import outages

router = Router()


class OutageFilter(PageFilter):
    text: Word = ""
    kind: Word = ""
    service: Word = ""
    item: Word = ""
    is_open: of.Flag | None = None


class OutageRow(Out):
    number: str
    title: str
    kind: str
    service: str = Field(validation_alias="service__key")
    planned_start: datetime | None
    planned_end: datetime | None
    actual_start: datetime | None
    actual_end: datetime | None
    version: int


class OutageCorrectionOut(Out):
    by: Account
    at: datetime
    reason: str
    before: dict[str, Any]


class OutageOut(Out):
    """One outage; minutes are None while they cannot be told, `overlaps` are planned outages at the same time."""

    number: str
    version: int
    title: str
    kind: str
    reason: str
    service: Key
    items: Annotated[list[str], each("key")]
    planned_start: datetime | None
    planned_end: datetime | None
    actual_start: datetime | None
    actual_end: datetime | None
    planned_minutes: int | None = None
    actual_minutes: int | None = None
    release: MaybeNumber
    change: MaybeNumber
    incident: MaybeNumber
    deployment: MaybeNumber
    recorded_by: Account
    corrections: Annotated[list[OutageCorrectionOut], EVERY]
    overlaps: list[Number] = []


class OutageIn(FileModel):
    title: of.Title
    kind: OutageKind
    service: of.Key
    items: Annotated[tuple[of.Key, ...], Field(max_length=5000)] = ()
    reason: Said = ""
    planned_start: of.Moment | None = None
    planned_end: of.Moment | None = None
    actual_start: of.Moment | None = None
    actual_end: of.Moment | None = None
    release: of.Reference | None = None
    change: of.Reference | None = None
    incident: of.Reference | None = None


class OutageEdit(FileModel):
    """What to correct, and why; what is left out stays."""

    because: of.Line
    title: of.Title = ""
    kind: OutageKind = OutageKind.PLANNED
    reason: Said = ""
    planned_start: of.Moment | None = None
    planned_end: of.Moment | None = None
    actual_start: of.Moment | None = None
    actual_end: of.Moment | None = None


class ConversionIn(FileModel):
    """When it was down, and why that was an outage and no change."""

    actual_start: of.Moment
    actual_end: of.Moment | None = None
    reason: of.Text


def _found(request: Request, number: str) -> Any:
    row = ask.outage(number)
    return seen(request.auth, row, f"outage {number:.20}", scope=row.service.key if row else "")


def _shown(response: HttpResponse, number: str) -> OutageOut:
    row = ask.outage(number)
    assert row is not None
    planned, actual = row.times.planned, row.times.actual
    computed = {
        "planned_minutes": round(planned.total_seconds() / 60) if planned is not None else None,
        "actual_minutes": round(actual.total_seconds() / 60) if actual is not None else None,
        "overlaps": [one.number for one in ask.overlapping(row)],
    }
    return OutageOut.model_validate(tagged(response, row)).model_copy(update=computed)


@router.get("/outages", response=Page[OutageRow])
def list_outages(request: Request, asked: Asked[OutageFilter]) -> dict[str, Any]:
    """List outages, newest first; `is_open` for those that are not over."""
    given = asked.model_dump(exclude={"limit", "after"})
    return page(visible(request.auth, ask.outages(**given), scope="service__key"), asked, "-id", OutageRow)


@router.post("/outages", response={201: OutageOut})
def record(request: Request, response: HttpResponse, sent: Sent[OutageIn]) -> Any:
    """Record an outage: planned by a release or a change, or one that happened."""
    source = {name: getattr(sent, name) or "" for name in outages.SOURCES}
    fields = sent.model_dump(exclude={"service", "items", *source})
    row = outages.record(
        actor=request.auth, service=sent.service, items=sent.items, fields=fields, source=source
    )
    return _shown(response, row.number)


@router.get("/outages/{outage}", response=OutageOut)
def show(request: Request, response: HttpResponse, outage: str) -> Any:
    """Show one outage, planned beside actual, with everything that was corrected."""
    _found(request, outage)
    return _shown(response, outage)


@router.patch("/outages/{outage}", response=OutageOut)
def correct(request: Request, response: HttpResponse, outage: str, sent: Sent[OutageEdit]) -> Any:
    """Correct an outage; what it said before is kept."""
    _found(request, outage)
    fields = sent.model_dump(exclude_unset=True, exclude={"because"})
    outages.correct(
        actor=request.auth,
        number=outage,
        fields=fields,
        reason=sent.because,
        expected_version=expected_version(request),
    )
    return _shown(response, outage)


@router.post("/changes/{change}/outage", response={201: OutageOut})
def convert(request: Request, response: HttpResponse, change: str, sent: Sent[ConversionIn]) -> Any:
    """Answer an unauthorised change with the outage that it was; the change is rejected and names it."""
    find_change(request, change)
    row = outages.convert(
        actor=request.auth, change=change, expected_version=expected_version(request), **sent.model_dump()
    )
    return _shown(response, row.number)
