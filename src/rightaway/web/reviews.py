"""After the deployment: early life support, review, ratings, lessons, and what becomes of linked records."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.incidents import offered
from rightaway.domain.reviews import why_mandatory
from rightaway.domain.sentences import said
from rightaway.queries import closing as closing_questions
from rightaway.queries import (
    debts,
    facts_linked,
    knowledge,
    release_facts,
    releases,
    review_drafts,
    templates,
)
from rightaway.services import closing
from rightaway.services import knowledge as knowledge_commands
from rightaway.services import reviews as commands
from rightaway.web import choices, frames
from rightaway.web.forms.base import options
from rightaway.web.forms.knowledge import LessonForm
from rightaway.web.forms.reviews import (
    AcceptForm,
    DispositionForm,
    ExtendForm,
    ObjectivesForm,
    RatingForm,
    ReviewForm,
)
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

TAB = "closure"
REVIEWED = ("went_well", "to_change", "deviations")
_KINDS = {"incident": "incident", "problem": "problem", "known_error": "known-error"}


@page
def closure(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    scope = row.service.key
    criteria = releases.standing(row).early_life
    context = {
        **frames.frame(viewer, row, TAB),
        "early_life": getattr(row, "early_life", None),
        "criteria": [(one, {True: "met", False: "not_met", None: "unknown"}[one.met]) for one in criteria],
        "review": getattr(row, "review", None),
        "objectives": list(row.objectives.all()),
        "ratings": list(row.satisfaction.select_related("person").order_by("at")),
        "lessons": list(knowledge.articles(kind="lesson_learnt", release=number).select_related("lesson")),
        "sign_offs": list(row.sign_offs.select_related("person", "answered_by")),
        "debts": list(debts.debts(release=number)),
        "why": why_mandatory(release_facts.facts(row, timezone.now())),
        "may_close_linked": viewer.may("release.close", scope)
        and row.phase == "verification"
        and bool(closing_questions.proposals(row)),
        "linked": [(one, _KINDS.get(one.kind, "")) for one in facts_linked.linked(row)],
        "may_manage": viewer.may("early_life.manage", scope),
        "may_review": viewer.may("review.edit", scope),
        "may_rate": viewer.may("release.sign_off", scope),
        "may_dispose": viewer.may("release.close", scope),
        "may_write": viewer.may("article.edit", scope),
    }
    return render(request, "releases/closure.html", context)


def _row(viewer: Viewer, number: str, action: str) -> Any:
    row = frames.found(viewer, number)
    viewer.require(action, row.service.key)
    return row


@act
def accept(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "early_life.manage")
    return command(
        request,
        AcceptForm(**bound(request)),
        lambda given: commands.accept_operations(actor=viewer.actor, number=number, **given),
        title=_("Operations take the service over"),
        button=_("Take over"),
        done=_("Operations took the service over."),
        **frames.inside(row, TAB),
    )


@act
def extend(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "early_life.manage")
    return command(
        request,
        ExtendForm(**bound(request)),
        lambda given: commands.extend_early_life(actor=viewer.actor, number=number, **given),
        title=_("Extend early life support"),
        button=_("Extend"),
        done=_("Early life support is extended."),
        **frames.inside(row, TAB),
    )


@act
def objectives(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "review.edit")
    form = ObjectivesForm(
        **bound(request), objectives=list(row.objectives.all()), initial={"version": row.version}
    )
    return command(
        request,
        form,
        lambda given: commands.measure_objectives(
            actor=viewer.actor, number=number, results=form.results(), expected_version=given["version"]
        ),
        title=_("What came of the objectives"),
        button=_("Save"),
        done=_("The results are saved."),
        **frames.inside(row, TAB),
    )


@act
def rate(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "release.sign_off")
    return command(
        request,
        RatingForm(**bound(request)),
        lambda given: commands.rate(actor=viewer.actor, number=number, **given),
        title=_("Rate {number}").format(number=number),
        button=_("Rate"),
        done=_("Thank you. Your rating is recorded."),
        **frames.inside(row, TAB),
    )


@act
def review(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "review.edit")
    held = getattr(row, "review", None)
    initial = {name: getattr(held, name) for name in REVIEWED} if held else {}
    initial.setdefault("deviations", review_drafts.draft(row, timezone.now()).deviations)
    return command(
        request,
        ReviewForm(**bound(request), initial={**initial, "version": row.version}),
        lambda given: commands.complete(
            actor=viewer.actor, number=number, expected_version=given.pop("version"), **given
        ),
        title=_("Post-implementation review of {number}").format(number=number),
        text=_(
            "The deviations are a draft from what is recorded: times, attempts, incidents, waivers. Edit it."
        ),
        button=_("Complete the review"),
        done=_("The review is complete."),
        **frames.inside(row, TAB),
    )


def _checklist(row: Any) -> list[tuple[str, str]]:
    return [(rule.key, _(rule.title)) for rule in templates.of(row).checklist]


@act
def lesson(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "article.edit")
    return command(
        request,
        LessonForm(**bound(request), people=choices.persons(), items=_checklist(row)),
        lambda given: knowledge_commands.write(
            actor=viewer.actor, kind="lesson_learnt", service=row.service.key, release=number, **given
        ),
        title=_("Write a lesson"),
        button=_("Write"),
        done=_("The lesson is written."),
        **frames.inside(row, TAB),
    )


@act
def disposition(request: HttpRequest, viewer: Viewer, number: str, record: str) -> HttpResponse:
    row = _row(viewer, number, "release.close")
    held = next((one for one in facts_linked.linked(row) if one.number == record), None)
    if held is None:
        raise NotFound(
            "not_found",
            said("{record} is not linked to {number}.", record=record, number=number),
            hint=said("Check the number."),
        )
    initial = {"disposition": held.disposition}
    return command(
        request,
        DispositionForm(**bound(request), offered=options(offered(held)), initial=initial),
        lambda given: closing.set_disposition(actor=viewer.actor, release=number, record=record, **given),
        title=_("What becomes of {record}").format(record=record),
        button=_("Save"),
        done=_("It is said what becomes of {record}.").format(record=record),
        **frames.inside(row, TAB),
    )
