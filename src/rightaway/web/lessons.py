"""Lessons: the list, deciding on one, answering one in the plan of a release."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import lessons as ask
from rightaway.services import lessons as commands
from rightaway.web import frames, lists
from rightaway.web.forms.closing import LessonAnswerForm, LessonDecisionForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer


@page
@lists.opens_with_default("lessons")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "lessons")
    chosen = lists.own(viewer, around["filters"].chosen())
    rows = paged(request, viewer.narrowed(ask.lessons(**chosen), "article__service__key"))
    for row in rows:
        mine = row.article.owner_id == viewer.user.pk
        row.may_decide = mine or viewer.may("article.edit", row.article.service.key)
    return render(request, "lessons/index.html", {**around, "rows": rows})


@act
def decide(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = ask.lesson(number)
    row = viewer.seen(row, row.article.service.key if row else "", said("lesson {number}", number=number))
    if row.article.owner_id != viewer.user.pk:
        viewer.require("article.edit", row.article.service.key)
    return command(
        request,
        LessonDecisionForm(**bound(request), state=row.state, initial={"version": row.version}),
        lambda given: commands.decide(
            actor=viewer.actor, number=number, expected_version=given.pop("version"), **given
        ),
        title=_("What becomes of the lesson {number}").format(number=number),
        button=_("Save"),
        done=_("It is said what becomes of the lesson."),
        back=reverse("lessons"),
        text=row.article.title,
        crumbs=[(_("Lessons"), reverse("lessons"))],
    )


@act
def answer(request: HttpRequest, viewer: Viewer, number: str, lesson: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("release.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)
    held = ask.owed(row).filter(article__number=lesson).first()
    if held is None:
        raise NotFound(
            "not_found", said("{number} has no lesson {lesson} to answer.", number=number, lesson=lesson)
        )
    return command(
        request,
        LessonAnswerForm(**bound(request)),
        lambda given: commands.answer(actor=viewer.actor, number=number, lesson=lesson, **given),
        title=_("Answer the lesson {number}").format(number=lesson),
        button=_("Answer"),
        done=_("The plan answers the lesson."),
        text=f"{held.article.title}\n\n{held.article.body}",
        **frames.inside(row, "plan", "#lessons"),
    )
