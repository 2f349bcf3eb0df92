"""Saved views of lists: the caller's own and those shared with a role the caller holds."""

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing
from rightaway.api.answers import Account, Out, tagged
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import saved_views as ask
from rightaway.services import saved_views

router = Router()
Parameters = Annotated[dict[of.VariableName, Said], Field(max_length=30)]


class ViewOut(Out):
    """One view; `is_default` says that the caller's page begins with it."""

    id: int
    version: int
    page: str
    name: str
    query: dict[str, str]
    owner: Account
    shared_with: str
    is_default: bool = False


class ViewFilter(FileModel):
    page: Word = ""


class ViewIn(FileModel):
    """`shared_with` is a role: whoever holds it finds the view too; left out, it is the caller's alone."""

    page: of.Word
    name: of.ShortName
    query: Parameters
    shared_with: Word = ""


class ViewEdit(FileModel):
    """What to change; what is left out stays. An empty `shared_with` makes the view private."""

    name: of.ShortName | None = None
    query: Parameters | None = None
    shared_with: Word | None = None


def _shown(request: Request, response: HttpResponse, row: Any) -> Any:
    row.is_default = row.pk in ask.defaults(request.auth.user_id or 0)
    return tagged(response, row)


def _find(request: Request, view_id: int) -> Any:
    row = ask.view(request.auth.user_id or 0, view_id)
    if row is None:
        raise missing(f"view {view_id}")
    return row


@router.get("/views", response=list[ViewOut])
def list_views(request: Request, asked: Asked[ViewFilter]) -> Any:
    """List the views the caller finds, by page and name."""
    user_id = request.auth.user_id or 0
    chosen, rows = ask.defaults(user_id), list(ask.views(user_id, page=asked.page))
    for row in rows:
        row.is_default = row.pk in chosen  # type: ignore[attr-defined]
    return rows


@router.post("/views", response={201: ViewOut})
def save(request: Request, response: HttpResponse, sent: Sent[ViewIn]) -> Any:
    """Keep a list as it is asked for."""
    return _shown(request, response, saved_views.save(actor=request.auth, **sent.model_dump()))


@router.get("/views/{int:view}", response=ViewOut)
def show(request: Request, response: HttpResponse, view: int) -> Any:
    """Show one view."""
    return _shown(request, response, _find(request, view))


@router.patch("/views/{int:view}", response=ViewOut)
def edit(request: Request, response: HttpResponse, view: int, sent: Sent[ViewEdit]) -> Any:
    """Rename a view of one's own, keep other parameters in it, or share it otherwise."""
    _find(request, view)
    row = saved_views.edit(
        actor=request.auth, view_id=view, expected_version=expected_version(request), **sent.model_dump()
    )
    return _shown(request, response, row)


@router.delete("/views/{int:view}", response={204: None})
def delete(request: Request, view: int) -> None:
    """Delete a view of one's own, for everybody it was shared with too."""
    _find(request, view)
    saved_views.delete(actor=request.auth, view_id=view)


@router.put("/views/{int:view}/default", response=ViewOut)
def set_default(request: Request, response: HttpResponse, view: int) -> Any:
    """Begin the view's page with it, for the caller."""
    _find(request, view)
    return _shown(request, response, saved_views.set_default(actor=request.auth, view_id=view))


@router.delete("/views/{int:view}/default", response={204: None})
def clear_default(request: Request, view: int) -> None:
    """Begin the view's page with the whole list again, for the caller."""
    saved_views.clear_default(actor=request.auth, page=_find(request, view).page)
