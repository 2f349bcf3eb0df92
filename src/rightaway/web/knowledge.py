"""Knowledge: the list, one article, writing, editing and publishing it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.queries import knowledge
from rightaway.services import knowledge as commands
from rightaway.web import choices, conversations, lists
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.knowledge import ArticleForm, EditArticleForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer


@page
@lists.opens_with_default("articles")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "articles")
    rows = viewer.narrowed(knowledge.articles(**around["filters"].chosen()), "service__key")
    context = {
        "rows": paged(request, rows),
        **around,
        "may_write": viewer.may("article.edit", None),
    }
    return render(request, "knowledge/index.html", context)


def _found(viewer: Viewer, number: str) -> Any:
    row = knowledge.article(number)
    return viewer.seen(row, row.service.key if row else "", said("article {number}", number=number))


def _crumbs(number: str) -> list[tuple[str, str]]:
    return [(_("Knowledge"), reverse("articles")), (number, reverse("article", args=[number]))]


@page
def article(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    may_edit = viewer.may("article.edit", row.service.key)
    context = {
        "article": row,
        "may_edit": may_edit and not (row.package_digest and row.kind in commands.WITH_PACKAGE),
        "may_publish": may_edit and row.state != "published",
        "talk": conversations.talk(viewer, SubjectKind.ARTICLE, row),
        "crumbs": _crumbs(number)[:1],
    }
    return render(request, "knowledge/article.html", context)


@act
def write(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("article.edit", None)
    given = {name: request.GET[name] for name in ("kind", "service", "release") if name in request.GET}
    form = ArticleForm(**bound(request), services=choices.services(viewer, "article.edit"), initial=given)

    def run(given: dict[str, Any]) -> str:
        given["release"] = given["release"] or None
        return reverse("article", args=[commands.write(actor=viewer.actor, **given).number])

    texts = {"title": _("Write an article"), "button": _("Save as draft"), "done": _("The draft is saved.")}
    return command(
        request, form, run, **texts, back=reverse("articles"), crumbs=[(_("Knowledge"), reverse("articles"))]
    )


@act
def edit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    viewer.require("article.edit", row.service.key)
    form = EditArticleForm(
        **bound(request), initial={"version": row.version, "title": row.title, "body": row.body}
    )
    return command(
        request,
        form,
        lambda given: commands.edit(
            actor=viewer.actor,
            number=number,
            title=given["title"],
            body=given["body"],
            expected_version=given["version"],
        ),
        title=_("Edit {number}").format(number=number),
        button=_("Save as draft"),
        back=reverse("article", args=[number]),
        done=_("Saved as a draft."),
        crumbs=_crumbs(number),
    )


@act
def publish(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    viewer.require("article.edit", row.service.key)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _: commands.publish(actor=viewer.actor, number=number),
        title=_("Publish {number}").format(number=number),
        button=_("Publish"),
        back=reverse("article", args=[number]),
        done=_("The article is published."),
        text=row.title,
        crumbs=_crumbs(number),
    )
