"""Releases on hold."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router

from rightaway.api.access import Request
from rightaway.api.answers import Account, MaybeAccount, Out
from rightaway.api.releases import ReleaseOut, find, shown
from rightaway.api.requests import Sent, expected_version
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import releases as ask
from rightaway.services import release_holds

router = Router()


class HoldIn(FileModel):
    """Until when somebody looks at it again; a hold does not end by itself."""

    reason: of.Text
    until: of.Moment


class HoldOut(Out):
    reason: str
    until: datetime
    held_by: Account
    held_at: datetime
    resumed_by: MaybeAccount
    resumed_at: datetime | None


@router.get("/releases/{release}/holds", response=list[HoldOut])
def list_holds(request: Request, release: str) -> Any:
    """List the times in which the release was on hold, newest first; one that is not over has no `resumed_at`."""
    return list(ask.holds(find(request, release)))


@router.post("/releases/{release}/holds", response={201: ReleaseOut})
def hold(request: Request, response: HttpResponse, release: str, sent: Sent[HoldIn]) -> Any:
    """Hold the release: nobody votes, edits or deploys until it is resumed; it can be abandoned."""
    find(request, release)
    row = release_holds.hold(
        actor=request.auth, number=release, expected_version=expected_version(request), **sent.model_dump()
    )
    return shown(response, row)


@router.post("/releases/{release}/resumption", response=ReleaseOut)
def resume(request: Request, response: HttpResponse, release: str) -> Any:
    """Let a held release go on; approvals that became too old meanwhile have to be asked for again."""
    find(request, release)
    row = release_holds.resume(actor=request.auth, number=release, expected_version=expected_version(request))
    return shown(response, row)
