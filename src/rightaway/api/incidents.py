"""Incidents, problems, known errors and interactions, linked to releases and closed with them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router

from rightaway.api.access import EVERYWHERE, Request, seen, visible
from rightaway.api.answers import (
    EVERY,
    Key,
    MaybeAccount,
    MaybeNumber,
    Number,
    Out,
    Page,
    PageFilter,
    each,
    page,
    tagged,
)
from rightaway.api.releases import find as find_release
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import incidents as ask
from rightaway.services import closing, incidents

router = Router()


class LinkedFilter(PageFilter):
    state: Word = ""
    release: Word = ""


class IncidentOut(Out):
    """`link` says what the release has to do with it; one that caused it counts only when a person confirmed that."""

    number: str
    title: str
    description: str
    severity: int
    state: str
    service: Key
    release: MaybeNumber
    link: str
    deployment: MaybeNumber
    reported_by: str
    confirmed_by: MaybeAccount
    resolution: str
    disposition: str
    is_misuse: bool
    misunderstood: str
    taught_in: MaybeNumber
    detected_at: datetime
    restored_at: datetime | None
    closed_at: datetime | None


class IncidentIn(FileModel):
    title: of.Title
    service: of.Key
    severity: of.Scale
    description: Said = ""
    release: of.Reference | None = None
    link: Word = ""
    detected_at: of.Moment | None = None


class IncidentLinkIn(FileModel):
    release: of.Reference
    link: Word


class IncidentResolutionIn(FileModel):
    resolution: of.Text
    restored_at: of.Moment | None = None


class MisuseIn(FileModel):
    """`misunderstood` is what people did not know; with `is_misuse` false it is taken back."""

    misunderstood: Word = ""
    is_misuse: of.Flag = True


class ProblemOut(Out):
    number: str
    title: str
    state: str
    release: MaybeNumber
    root_cause: str
    root_cause_category: str
    disposition: str
    incidents: Annotated[list[str], each("number")]
    opened_by: str
    closed_at: datetime | None


class ProblemIn(FileModel):
    root_cause: of.Text
    category: of.Word
    is_closed: of.Flag = False


class FixOut(Out):
    release: Number
    effect: str
    disposition: str


class KnownErrorOut(Out):
    number: str
    title: str
    state: str
    service: Key
    problem: MaybeNumber
    root_cause: str
    workaround: str
    resolution: str
    releases: Annotated[list[FixOut], EVERY]
    closed_at: datetime | None


class KnownErrorIn(FileModel):
    title: of.Title
    root_cause: of.Text
    workaround: of.Text
    service: of.Key
    problem: of.Reference | None = None


class LinkIn(FileModel):
    effect: Literal["fixes", "introduces"] = "fixes"


class InteractionOut(Out):
    number: str
    contact: str
    channel: str
    summary: str
    state: str
    release: MaybeNumber
    answer: str
    disposition: str
    closed_at: datetime | None


class InteractionIn(FileModel):
    contact: of.Name
    channel: of.Word
    summary: of.Text
    release: of.Reference | None = None


class DispositionIn(FileModel):
    """What becomes of one record linked to a release when the release closes."""

    disposition: of.Word
    reason: Said = ""
    owner: of.Account = ""


def _incident(request: Request, number: str, *acts: str) -> Any:
    row = ask.incident(number)
    scope = row.service.key if row else ""
    return seen(request.auth, row, f"incident {number:.20}", scope=scope, acts=acts)


@router.get("/incidents", response=Page[IncidentOut])
def list_incidents(request: Request, asked: Asked[LinkedFilter]) -> Any:
    """List incidents, newest first."""
    rows = ask.incidents(state=asked.state, release=asked.release).select_related("confirmed_by", "taught_in")
    return page(visible(request.auth, rows, scope="service__key"), asked, "-id")


@router.post("/incidents", response={201: IncidentOut})
def record_incident(request: Request, sent: Sent[IncidentIn]) -> Any:
    """Record an incident, with what the release has to do with it."""
    if sent.release:
        find_release(request, sent.release, "incident.record")
    return incidents.record_incident(actor=request.auth, **sent.model_dump())


@router.get("/incidents/{incident}", response=IncidentOut)
def show_incident(request: Request, response: HttpResponse, incident: str) -> Any:
    """Show one incident."""
    return tagged(response, _incident(request, incident))


@router.post("/incidents/{incident}/resolution", response=IncidentOut)
def resolve_incident(
    request: Request, response: HttpResponse, incident: str, sent: Sent[IncidentResolutionIn]
) -> Any:
    """Close an incident, saying what restored the service."""
    _incident(request, incident, "incident.record")
    row = incidents.resolve_incident(
        actor=request.auth, number=incident, expected_version=expected_version(request), **sent.model_dump()
    )
    return tagged(response, row)


@router.put("/incidents/{incident}/release", response=IncidentOut)
def link_incident(request: Request, response: HttpResponse, incident: str, sent: Sent[IncidentLinkIn]) -> Any:
    """Say what a release has to do with an open incident; an earlier link is replaced."""
    _incident(request, incident, "incident.record")
    row = incidents.link_incident(
        actor=request.auth, number=incident, expected_version=expected_version(request), **sent.model_dump()
    )
    return tagged(response, row)


@router.post("/incidents/{incident}/confirmation", response=IncidentOut)
def confirm_cause(request: Request, response: HttpResponse, incident: str) -> Any:
    """Confirm that the linked deployment caused the incident; only then it counts in the metrics."""
    _incident(request, incident, "incident.record")
    row = incidents.confirm_cause(
        actor=request.auth, number=incident, expected_version=expected_version(request)
    )
    return tagged(response, row)


@router.put("/incidents/{incident}/misuse", response=IncidentOut)
def mark_misuse(request: Request, response: HttpResponse, incident: str, sent: Sent[MisuseIn]) -> Any:
    """Say that people did not know how to use the service; the training of the next release has to answer it."""
    _incident(request, incident, "incident.record")
    row = incidents.mark_misuse(
        actor=request.auth, number=incident, expected_version=expected_version(request), **sent.model_dump()
    )
    return tagged(response, row)


@router.get("/problems", response=Page[ProblemOut])
def list_problems(request: Request, asked: Asked[LinkedFilter]) -> Any:
    """List problems, newest first."""
    rows = ask.problems(release=asked.release)
    rows = rows.filter(state=asked.state) if asked.state else rows
    return page(visible(request.auth, rows, scope="release__service__key"), asked, "-id")


def _problem(request: Request, number: str) -> Any:
    row = ask.problem(number)
    scope = row.release.service.key if row and row.release else EVERYWHERE
    return seen(request.auth, row, f"problem {number:.20}", scope=scope, acts=("incident.record",))


@router.get("/problems/{problem}", response=ProblemOut)
def show_problem(request: Request, response: HttpResponse, problem: str) -> Any:
    """Show one problem."""
    return tagged(response, _problem(request, problem))


@router.put("/problems/{problem}/root-cause", response=ProblemOut)
def edit_problem(request: Request, response: HttpResponse, problem: str, sent: Sent[ProblemIn]) -> Any:
    """Record the root cause of a problem, and close it when that is done."""
    _problem(request, problem)
    row = incidents.edit_problem(
        actor=request.auth, number=problem, expected_version=expected_version(request), **sent.model_dump()
    )
    return tagged(response, row)


@router.get("/known-errors", response=Page[KnownErrorOut])
def list_known_errors(request: Request, asked: Asked[LinkedFilter]) -> Any:
    """List known errors with the releases that fix or bring them, newest first."""
    rows = ask.known_errors(state=asked.state)
    rows = rows.filter(releases__release__number=asked.release) if asked.release else rows
    return page(visible(request.auth, rows, scope="service__key"), asked, "-id")


@router.post("/known-errors", response={201: KnownErrorOut})
def record_known_error(request: Request, sent: Sent[KnownErrorIn]) -> Any:
    """Record a known error with its workaround."""
    return incidents.record_known_error(actor=request.auth, **sent.model_dump())


@router.put("/releases/{release}/known-errors/{known_error}", response=FixOut)
def link_known_error(request: Request, release: str, known_error: str, sent: Sent[LinkIn]) -> Any:
    """Say that a release fixes a known error or brings one."""
    find_release(request, release, "release.edit")
    return incidents.link_known_error(
        actor=request.auth, release=release, known_error=known_error, effect=sent.effect
    )


@router.get("/interactions", response=Page[InteractionOut])
def list_interactions(request: Request, asked: Asked[LinkedFilter]) -> Any:
    """List contacts of users with the service desk, newest first."""
    rows = ask.interactions(state=asked.state, release=asked.release)
    return page(visible(request.auth, rows, scope="release__service__key"), asked, "-id")


@router.post("/interactions", response={201: InteractionOut})
def record_interaction(request: Request, sent: Sent[InteractionIn]) -> Any:
    """Record a contact of a user with the service desk."""
    if sent.release:
        find_release(request, sent.release, "incident.record")
    return incidents.record_interaction(actor=request.auth, **sent.model_dump())


@router.put("/releases/{release}/dispositions/{record}", response={204: None})
def set_disposition(request: Request, release: str, record: str, sent: Sent[DispositionIn]) -> None:
    """Say what becomes of an incident, problem, known error or interaction when the release closes."""
    find_release(request, release)
    closing.set_disposition(actor=request.auth, release=release, record=record, **sent.model_dump())
