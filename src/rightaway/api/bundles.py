"""Bundles: independent releases that are followed together."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing, require_any_role, visible
from rightaway.api.answers import Account, Key, Out, Page, PageFilter, page, tagged
from rightaway.api.releases import find as find_release
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import bundles as ask
from rightaway.queries import relations
from rightaway.services import bundles

router = Router()


class BundleFilter(PageFilter):
    text: Word = ""
    is_open: of.Flag | None = None


class BundleRow(Out):
    number: str
    title: str
    owner: str = Field(validation_alias="owner__username")
    state: str
    size: int
    version: int


class MemberOut(Out):
    number: str
    title: str
    service: Key
    phase: str
    phase_status: str
    planned_start: datetime | None
    planned_end: datetime | None
    is_deployed: bool = False


class ProgressOut(Out):
    """How those of its releases stand that the caller may see; abandoned ones are not counted."""

    starts_at: datetime | None
    ends_at: datetime | None
    releases: int
    deployed: int
    late: tuple[str, ...]
    worst: str


class BundleOut(Out):
    """One bundle; `hidden` is how many of its releases the caller may not see."""

    number: str
    title: str
    purpose: str
    owner: Account
    state: str
    closed_because: str
    version: int
    members: list[MemberOut] = []
    hidden: int = 0
    progress: ProgressOut | None = None


class BundleIn(FileModel):
    """Its owner is the caller, unless another is named."""

    title: of.Title
    purpose: Said = ""
    owner: of.Reference | None = None


class BundleEdit(FileModel):
    """What to change; what is left out stays."""

    title: of.Title = ""
    purpose: Said = ""
    owner: of.Reference = ""


class FillIn(FileModel):
    add: Annotated[tuple[of.Reference, ...], Field(max_length=500)] = ()
    remove: Annotated[tuple[of.Reference, ...], Field(max_length=500)] = ()


class BundleClosingIn(FileModel):
    """How it ended."""

    reason: of.Text


def _found(request: Request, number: str) -> Any:
    require_any_role(request.auth)
    row = ask.bundle(number)
    if row is None:
        raise missing(f"bundle {number:.20}")
    return row


def _shown(request: Request, response: HttpResponse, number: str) -> BundleOut:
    row = ask.bundle(number)
    assert row is not None
    seen = list(visible(request.auth, ask.members(row), scope="service__key"))
    deployed = relations.deployed(seen)
    computed = {
        "members": [
            MemberOut.model_validate(one).model_copy(update={"is_deployed": one.pk in deployed})
            for one in seen
        ],
        "hidden": row.releases.count() - len(seen),
        "progress": ProgressOut.model_validate(ask.standing(seen, deployed, timezone.now())),
    }
    return BundleOut.model_validate(tagged(response, row)).model_copy(update=computed)


@router.get("/bundles", response=Page[BundleRow])
def list_bundles(request: Request, asked: Asked[BundleFilter]) -> dict[str, Any]:
    """List bundles, newest first."""
    require_any_role(request.auth)
    given = asked.model_dump(exclude={"limit", "after"})
    return page(ask.bundles(**given), asked, "-id", BundleRow)


@router.post("/bundles", response={201: BundleOut})
def begin(request: Request, response: HttpResponse, sent: Sent[BundleIn]) -> Any:
    """Begin a bundle."""
    given = sent.model_dump() | {"owner": sent.owner or ""}
    return _shown(request, response, bundles.begin(actor=request.auth, **given).number)


@router.get("/bundles/{bundle}", response=BundleOut)
def show(request: Request, response: HttpResponse, bundle: str) -> Any:
    """Show one bundle with the releases that the caller may see, in the order in which they are planned."""
    _found(request, bundle)
    return _shown(request, response, bundle)


@router.patch("/bundles/{bundle}", response=BundleOut)
def edit(request: Request, response: HttpResponse, bundle: str, sent: Sent[BundleEdit]) -> Any:
    """Change the title, purpose or owner of a bundle."""
    _found(request, bundle)
    bundles.edit(
        actor=request.auth,
        number=bundle,
        fields=sent.model_dump(exclude_unset=True),
        expected_version=expected_version(request),
    )
    return _shown(request, response, bundle)


@router.post("/bundles/{bundle}/releases", response=BundleOut)
def fill(request: Request, response: HttpResponse, bundle: str, sent: Sent[FillIn]) -> Any:
    """Put releases into a bundle, and take others out."""
    _found(request, bundle)
    for one in (*sent.add, *sent.remove):
        find_release(request, one)
    bundles.fill(
        actor=request.auth, number=bundle, expected_version=expected_version(request), **sent.model_dump()
    )
    return _shown(request, response, bundle)


@router.post("/bundles/{bundle}/closing", response=BundleOut)
def close(request: Request, response: HttpResponse, bundle: str, sent: Sent[BundleClosingIn]) -> Any:
    """Follow a bundle no more; its releases go on as they are."""
    _found(request, bundle)
    bundles.close(
        actor=request.auth, number=bundle, reason=sent.reason, expected_version=expected_version(request)
    )
    return _shown(request, response, bundle)
