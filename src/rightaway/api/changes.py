"""Change requests: registered, assessed, authorised by people, carried out by a release."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, seen, visible
from rightaway.api.answers import (
    EVERY,
    Account,
    ExternalOut,
    Key,
    MaybeNumber,
    Out,
    Page,
    PageFilter,
    each,
    page,
    tagged,
)
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.domain.changes import ChangeType, RfcClass
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import changes as ask
from rightaway.services import changes, unauthorised_changes

router = Router()


Answers = Annotated[dict[of.VariableName, Word], Field(max_length=50)]


class ChangeFilter(PageFilter):
    text: Word = ""
    state: Word = ""
    change_type: Word = ""
    service: Word = ""
    awaiting_me: of.Flag = False
    order: Literal["newest", "oldest"] = "newest"


class ChangeRow(Out):
    number: str
    title: str
    change_type: str
    state: str
    service: str = Field(validation_alias="service__key")
    requester: str = Field(validation_alias="requester__username")
    release: str | None = Field(validation_alias="release__number")
    priority: int
    authorised_at: datetime | None
    version: int
    updated_at: datetime


class ChangeDecisionOut(Out):
    person: Account
    role: str
    decision: str
    note: str
    digest: str
    at: datetime


class ChangeOut(Out):
    """One change; `events` are the steps that it accepts now."""

    number: str
    version: int
    title: str
    description: str
    change_type: str
    state: str
    model: MaybeNumber
    events: tuple[str, ...] = ()
    service: Key
    requester: Account
    release: MaybeNumber
    affected_cis: Annotated[list[str], each("key")]
    impact: int
    urgency: int
    priority: int
    rfc_class: str
    planned_start: datetime | None
    planned_end: datetime | None
    risk_answers: dict[str, str]
    risk_level: int | None
    risk_reason: str
    is_unauthorised: bool
    evidence: str
    external: ExternalOut | None = None
    implementation_plan: str
    test_plan: str
    remediation_plan: str
    disposition: str
    authorisations: Annotated[list[ChangeDecisionOut], EVERY]
    committed_at: datetime | None
    authorised_at: datetime | None
    implemented_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ChangeIn(FileModel):
    title: of.Title
    description: of.Text
    change_type: ChangeType
    service: of.Key
    model: Word = ""
    affected_cis: Annotated[tuple[of.Key, ...], Field(max_length=5000)] = ()
    impact: of.Scale = 3
    urgency: of.Scale = 3
    implementation_plan: Said = ""
    test_plan: Said = ""
    remediation_plan: Said = ""
    committed_at: of.Moment | None = None
    rfc_class: RfcClass = RfcClass.MINOR
    planned_start: of.Moment | None = None
    planned_end: of.Moment | None = None
    risk_answers: Answers = {}
    risk_level: Annotated[int, of.whole(1, 5)] | None = None
    risk_reason: Annotated[Word, Field(max_length=300)] = ""


class ChangeEdit(FileModel):
    """What to change; what is left out stays. New content has to be authorised again."""

    title: of.Title = ""
    description: of.Text = ""
    impact: of.Scale = 3
    urgency: of.Scale = 3
    implementation_plan: Said = ""
    test_plan: Said = ""
    remediation_plan: Said = ""
    disposition: Annotated[Word, Field(max_length=200)] = ""
    committed_at: of.Moment | None = None
    rfc_class: RfcClass = RfcClass.MINOR
    planned_start: of.Moment | None = None
    planned_end: of.Moment | None = None
    risk_answers: Answers = {}
    risk_level: Annotated[int, of.whole(1, 5)] | None = None
    risk_reason: Annotated[Word, Field(max_length=300)] = ""


class UnauthorisedIn(FileModel):
    """`evidence`: what was seen, and who or what did it as far as it is known."""

    service: of.Key
    affected_cis: Annotated[tuple[of.Key, ...], Field(min_length=1, max_length=5000)]
    evidence: of.Text
    title: Annotated[Word, Field(max_length=200)] = ""


class ReversalIn(FileModel):
    reason: of.Text


class ChangeMoveIn(FileModel):
    event: of.Word
    note: Said = ""


class ChangeDecisionIn(FileModel):
    """A rejection needs a note."""

    decision: Literal["approve", "reject"]
    note: Said = ""


def find(request: Request, number: str, *acts: str) -> Any:
    row = ask.change(number)
    scope = row.service.key if row else ""
    owner = row.requester_id if row else None
    return seen(request.auth, row, f"change {number:.20}", scope=scope, owner_id=owner, acts=acts)


def _shown(response: HttpResponse, row: Any) -> ChangeOut:
    return ChangeOut.model_validate(tagged(response, row)).model_copy(update={"events": ask.events(row)})


@router.get("/changes", response=Page[ChangeRow])
def list_changes(request: Request, asked: Asked[ChangeFilter]) -> dict[str, Any]:
    """List the changes the caller may see; `awaiting_me` leaves those that somebody else has to authorise."""
    rows = ask.changes(
        text=asked.text, state=asked.state, change_type=asked.change_type, service=asked.service
    )
    if asked.awaiting_me:
        rows = rows.filter(pk__in=ask.changes_awaiting(request.auth.user_id or 0).values("pk"))
    rows = visible(request.auth, rows, scope="service__key", owner="requester")
    return page(rows, asked, "-id" if asked.order == "newest" else "id", ChangeRow)


@router.post("/changes", response={201: ChangeOut})
def register(request: Request, response: HttpResponse, sent: Sent[ChangeIn]) -> Any:
    """Register a change request; a standard one names its model and must fit it."""
    own = {"title", "description", "change_type", "service", "affected_cis", "model"}
    row = changes.register(
        actor=request.auth,
        fields=sent.model_dump(exclude=own),
        **sent.model_dump(include=own),
    )
    return _shown(response, row)


@router.post("/unauthorised-changes", response={201: ChangeOut})
def record_unauthorised(request: Request, response: HttpResponse, sent: Sent[UnauthorisedIn]) -> Any:
    """Record what was changed without leave, as an emergency change; to authorise it is to accept it."""
    return _shown(response, unauthorised_changes.record(actor=request.auth, **sent.model_dump()))


@router.post("/changes/{change}/reversal", response={201: ChangeOut})
def revert(request: Request, response: HttpResponse, change: str, sent: Sent[ReversalIn]) -> Any:
    """Decide that an unauthorised change goes back; gives the change that takes it back."""
    find(request, change)
    row = unauthorised_changes.revert(
        actor=request.auth, number=change, reason=sent.reason, expected_version=expected_version(request)
    )
    return _shown(response, row)


@router.get("/changes/{change}", response=ChangeOut)
def show(request: Request, response: HttpResponse, change: str) -> Any:
    """Show one change with its decisions."""
    return _shown(response, find(request, change))


@router.patch("/changes/{change}", response=ChangeOut)
def edit(request: Request, response: HttpResponse, change: str, sent: Sent[ChangeEdit]) -> Any:
    """Change what is written; an authorised change whose content changes has to be authorised again."""
    find(request, change, "change.edit")
    row = changes.edit(
        actor=request.auth,
        number=change,
        fields=sent.model_dump(exclude_unset=True),
        expected_version=expected_version(request),
    )
    return _shown(response, row)


@router.post("/changes/{change}/moves", response=ChangeOut)
def move(request: Request, response: HttpResponse, change: str, sent: Sent[ChangeMoveIn]) -> Any:
    """Take one step that needs no authorisation: validate, assess, send_back, withdraw, hold, resume, review, close."""
    find(request, change, "change.edit")
    row = changes.move(
        actor=request.auth,
        number=change,
        event=sent.event,
        note=sent.note,
        expected_version=expected_version(request),
    )
    return _shown(response, row)


@router.post("/changes/{change}/decisions", response=ChangeOut)
def decide(request: Request, response: HttpResponse, change: str, sent: Sent[ChangeDecisionIn]) -> Any:
    """Authorise or reject a change. Nobody decides on their own request (`sod.self_approval`)."""
    find(request, change)
    row = changes.authorise(
        actor=request.auth,
        number=change,
        decision=sent.decision,
        note=sent.note,
        expected_version=expected_version(request),
    )
    return _shown(response, row)
