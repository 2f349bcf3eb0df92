"""Knowledge articles: runbooks, workarounds, lessons."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, seen, visible
from rightaway.api.answers import Account, Key, MaybeAccount, MaybeNumber, Out, Page, PageFilter, page, tagged
from rightaway.api.releases import find as find_release
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.domain.values import ArticleKind
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import knowledge as ask
from rightaway.services import knowledge

router = Router()


class ArticleFilter(PageFilter):
    text: Word = ""
    kind: Word = ""
    release: Word = ""


class ArticleRow(Out):
    number: str
    kind: str
    state: str
    title: str
    service: str = Field(validation_alias="service__key")
    release: str | None = Field(validation_alias="release__number")
    owner: str | None = Field(validation_alias="owner__username")
    due_at: datetime | None
    updated_at: datetime


class ArticleOut(Out):
    """One article; `body` is Markdown. `package_digest` names the package whose text it is, if it is of one."""

    number: str
    version: int
    kind: str
    state: str
    title: str
    body: str
    service: Key
    release: MaybeNumber
    package_digest: str
    author: Account
    owner: MaybeAccount
    due_at: datetime | None
    published_at: datetime | None


class ArticleIn(FileModel):
    """A lesson needs an owner and a due date; it applies to its service, or only to a model or a checklist item."""

    kind: ArticleKind
    title: of.Title
    body: of.Text
    service: of.Key
    release: of.Reference | None = None
    owner: of.Account | None = None
    due_at: of.Moment | None = None
    release_model: Said = ""
    checklist_item: of.VariableName | None = None


class ArticleEdit(FileModel):
    title: of.Title
    body: of.Text


def _find(request: Request, number: str, *acts: str) -> Any:
    row = ask.article(number)
    scope = row.service.key if row else ""
    return seen(request.auth, row, f"article {number:.20}", scope=scope, acts=acts)


@router.get("/articles", response=Page[ArticleRow])
def list_articles(request: Request, asked: Asked[ArticleFilter]) -> Any:
    """List articles, newest first."""
    rows = ask.articles(kind=asked.kind, release=asked.release, text=asked.text)
    return page(visible(request.auth, rows, scope="service__key"), asked, "-id", ArticleRow)


@router.post("/articles", response={201: ArticleOut})
def write(request: Request, response: HttpResponse, sent: Sent[ArticleIn]) -> Any:
    """Write an article as a draft."""
    if sent.release:
        find_release(request, sent.release)
    fields = sent.model_dump() | {"checklist_item": sent.checklist_item or ""}
    return tagged(response, knowledge.write(actor=request.auth, **fields))


@router.get("/articles/{article}", response=ArticleOut)
def show(request: Request, response: HttpResponse, article: str) -> Any:
    """Show one article."""
    return tagged(response, _find(request, article))


@router.put("/articles/{article}", response=ArticleOut)
def edit(request: Request, response: HttpResponse, article: str, sent: Sent[ArticleEdit]) -> Any:
    """Change an article; it is a draft again until it is published."""
    _find(request, article)
    row = knowledge.edit(
        actor=request.auth, number=article, expected_version=expected_version(request), **sent.model_dump()
    )
    return tagged(response, row)


@router.post("/articles/{article}/publication", response=ArticleOut)
def publish(request: Request, response: HttpResponse, article: str) -> Any:
    """Publish an article."""
    _find(request, article)
    row = knowledge.publish(actor=request.auth, number=article, expected_version=expected_version(request))
    return tagged(response, row)
