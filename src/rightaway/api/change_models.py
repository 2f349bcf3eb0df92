"""Models of standard changes: written by one person, authorised by another."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing, require_any_role
from rightaway.api.answers import Account, MaybeAccount, Out, Page, PageFilter, each, page, tagged
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import change_models as ask
from rightaway.services import change_models

router = Router()


class ChangeModelFilter(PageFilter):
    text: Word = ""
    state: Word = ""
    service: Word = ""


class ChangeModelRow(Out):
    number: str
    title: str
    state: str
    owner: str = Field(validation_alias="owner__username")
    max_items: int
    authorised_at: datetime | None
    last_used_at: datetime | None
    version: int


class ChangeModelOut(Out):
    """
    One model; `digest` is what was authorised, `current_digest` what an authorisation would be given for now.

    `succeeded` and `failed` count the latest attempts since it was authorised; `success_rate` is what to expect of
    the next one, in percent.
    """

    number: str
    version: int
    title: str
    description: str
    state: str
    state_reason: str
    events: tuple[str, ...] = ()
    owner: Account
    authors: Annotated[list[str], each("username")]
    services: Annotated[list[str], each("key")]
    ci_classes: list[str]
    max_items: int
    implementation_plan: str
    test_plan: str
    remediation_plan: str
    digest: str
    current_digest: str = ""
    authorised_by: MaybeAccount
    authorised_at: datetime | None
    last_used_at: datetime | None
    succeeded: int = 0
    failed: int = 0
    success_rate: int = 0


class ChangeModelIn(FileModel):
    title: of.Title
    description: Said = ""
    services: Annotated[tuple[of.Key, ...], Field(min_length=1, max_length=200)]
    owner: Word | None = None
    implementation_plan: of.Text
    test_plan: of.Text
    remediation_plan: of.Text
    ci_classes: Annotated[tuple[of.Key, ...], Field(min_length=1, max_length=100)]
    max_items: Annotated[int, of.whole(1, 100_000)] = 1


class ChangeModelEdit(FileModel):
    """What to change; what is left out stays. New content has to be authorised again."""

    title: of.Title = ""
    description: Said = ""
    services: Annotated[tuple[of.Key, ...], Field(min_length=1, max_length=200)] = ()
    owner: Word | None = None
    implementation_plan: of.Text = ""
    test_plan: of.Text = ""
    remediation_plan: of.Text = ""
    ci_classes: Annotated[tuple[of.Key, ...], Field(min_length=1, max_length=100)] = ()
    max_items: Annotated[int, of.whole(1, 100_000)] = 1


class ChangeModelAuthorisation(FileModel):
    """`digest` is the `current_digest` that was looked at."""

    digest: Word


class ChangeModelMove(FileModel):
    """Suspending and retiring need a reason."""

    event: Literal["suspend", "retire", "revise"]
    reason: Said = ""


def _shown(response: HttpResponse, number: str) -> ChangeModelOut:
    row = ask.model(number)
    if row is None:
        raise missing(f"change model {number:.20}")
    went = ask.went(row)
    computed = {
        "events": ask.events(row),
        "current_digest": ask.current_digest(row),
        "succeeded": went.succeeded,
        "failed": went.failed,
        "success_rate": round(100 * went.rate),
    }
    return ChangeModelOut.model_validate(tagged(response, row)).model_copy(update=computed)


@router.get("/change-models", response=Page[ChangeModelRow])
def list_change_models(request: Request, asked: Asked[ChangeModelFilter]) -> dict[str, Any]:
    """List the models of standard changes, newest first; everybody with a role may know what is allowed beforehand."""
    require_any_role(request.auth)
    rows = ask.models(text=asked.text, state=asked.state, service=asked.service)
    return page(rows.prefetch_related(None), asked, "-id", ChangeModelRow)


@router.post("/change-models", response={201: ChangeModelOut})
def define(request: Request, response: HttpResponse, sent: Sent[ChangeModelIn]) -> Any:
    """Write a model, as a draft that authorises nothing until a second person authorises it."""
    fields = sent.model_dump(exclude={"services", "owner"})
    row = change_models.define(actor=request.auth, services=sent.services, owner=sent.owner, fields=fields)
    return _shown(response, row.number)


@router.get("/change-models/{model}", response=ChangeModelOut)
def show(request: Request, response: HttpResponse, model: str) -> Any:
    """Show one model, and how the changes under it went."""
    require_any_role(request.auth)
    return _shown(response, model)


@router.patch("/change-models/{model}", response=ChangeModelOut)
def edit(request: Request, response: HttpResponse, model: str, sent: Sent[ChangeModelEdit]) -> Any:
    """Rewrite a model; one whose content changes is a draft again."""
    fields = sent.model_dump(exclude_unset=True)
    change_models.edit(
        actor=request.auth,
        number=model,
        services=fields.pop("services", None),
        owner=fields.pop("owner", None),
        fields=fields,
        expected_version=expected_version(request),
    )
    return _shown(response, model)


@router.post("/change-models/{model}/authorisation", response=ChangeModelOut)
def authorise(
    request: Request, response: HttpResponse, model: str, sent: Sent[ChangeModelAuthorisation]
) -> Any:
    """Let the model authorise changes. Nobody authorises what they wrote (`sod.self_approval`)."""
    change_models.authorise(
        actor=request.auth, number=model, digest=sent.digest, expected_version=expected_version(request)
    )
    return _shown(response, model)


@router.post("/change-models/{model}/moves", response=ChangeModelOut)
def move(request: Request, response: HttpResponse, model: str, sent: Sent[ChangeModelMove]) -> Any:
    """Suspend, retire or revise a model."""
    change_models.move(
        actor=request.auth,
        number=model,
        event=sent.event,
        reason=sent.reason,
        expected_version=expected_version(request),
    )
    return _shown(response, model)
