"""The debt ledger: what waivers and reviews left to be done, across releases."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from rightaway.api.access import Request, seen, visible
from rightaway.api.answers import Account, MaybeAccount, Number, Out, Page, PageFilter, page, tagged
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Sent, Word, expected_version
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import debts as ask
from rightaway.services import debts

router = Router()


class DebtFilter(PageFilter):
    """`owner` is an account; `is_overdue` leaves what is open and was due before now."""

    text: Word = ""
    state: Word = ""
    service: Word = ""
    release: Word = ""
    origin: Word = ""
    owner: Word = ""
    is_overdue: of.Flag | None = None


class DebtOut(Out):
    """What is owed; `origin` is waiver, or review for an action of one. `settlement` says what settled it."""

    number: str
    version: int
    release: Number
    origin: str
    owed: str
    owner: Account
    due_at: datetime
    state: str
    settled_by: MaybeAccount
    settled_at: datetime | None
    settlement: str


class DebtIn(FileModel):
    owed: of.Text
    owner: of.Account
    due_at: of.Moment


class SettlementIn(FileModel):
    note: of.Text


@router.get("/debts", response=Page[DebtOut])
def list_debts(request: Request, asked: Asked[DebtFilter]) -> Any:
    """List debts, newest first."""
    wanted = asked.model_dump(include={"text", "state", "service", "release", "origin"})
    rows = ask.debts(**wanted, overdue_at=timezone.now() if asked.is_overdue else None)
    rows = rows.filter(owner__username=asked.owner) if asked.owner else rows
    return page(visible(request.auth, rows, scope="release__service__key"), asked, "-id")


@router.get("/debts/{debt}", response=DebtOut)
def show(request: Request, response: HttpResponse, debt: str) -> Any:
    """Show one debt."""
    return tagged(response, _find(request, debt))


def _find(request: Request, number: str) -> Any:
    row = ask.debt(number)
    scope = row.release.service.key if row else ""
    return seen(request.auth, row, f"debt {number:.20}", scope=scope)


@router.post("/debts/{debt}/settlement", response=DebtOut)
def settle(request: Request, response: HttpResponse, debt: str, sent: Sent[SettlementIn]) -> Any:
    """Close a debt with a note that says what was done. One of a waiver settles itself when its control is met."""
    _find(request, debt)
    row = debts.settle(
        actor=request.auth, number=debt, note=sent.note, expected_version=expected_version(request)
    )
    return tagged(response, row)


@router.post("/releases/{release}/actions", response={201: DebtOut})
def add_action(request: Request, response: HttpResponse, release: str, sent: Sent[DebtIn]) -> Any:
    """Record an action of the review, which outlives the release; also after it is closed."""
    find(request, release)
    return tagged(response, debts.add(actor=request.auth, number=release, **sent.model_dump()))


@router.get("/releases/{release}/inherited-debts", response=list[DebtOut])
def list_inherited(request: Request, release: str) -> Any:
    """List what earlier releases of the same service still owe."""
    return list(ask.inherited(find(request, release)))
