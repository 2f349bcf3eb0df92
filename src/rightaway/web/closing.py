"""Closing a release: the dialogue over all that is linked, sign-off, targets of objectives, the follow-up."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import closing as ask
from rightaway.services import closing as commands
from rightaway.services import follow_ups, reviews, sign_offs
from rightaway.web import choices, frames
from rightaway.web.forms.closing import (
    AnswerForm,
    ClosingForm,
    FollowUpForm,
    SignOffForm,
    TargetsForm,
)
from rightaway.web.pages import act, bound, command
from rightaway.web.viewers import Viewer

TAB = "closure"


@act
def dialogue(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show all that is open with what is proposed for it; one confirmation carries everything out."""
    row = frames.found(viewer, number)
    viewer.require("release.close", row.service.key)
    proposals = ask.proposals(row)
    form = ClosingForm(
        **bound(request),
        proposals=proposals,
        people=choices.persons(),
        initial={"digest": ask.digest(proposals), "owner": ask.keeper(row).username},
    )

    def run(_given: dict[str, Any]) -> None:
        commands.close_linked(
            actor=viewer.actor,
            release=number,
            seen=form.cleaned_data["digest"],
            vetoes=form.vetoes(),
        )

    return command(
        request,
        form,
        run,
        template="releases/closing.html",
        title=_("Close what is linked to {number}").format(number=number),
        button=_("Carry all of it out"),
        done=_("What was proposed is carried out."),
        counts=[(how, kind, count) for (how, kind), count in ask.counts(proposals).items()],
        **frames.inside(row, TAB, "#linked"),
    )


@act
def targets(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("review.edit", row.service.key)
    form = TargetsForm(
        **bound(request), objectives=list(row.objectives.all()), initial={"version": row.version}
    )
    return command(
        request,
        form,
        lambda given: reviews.set_targets(
            actor=viewer.actor, number=number, targets=form.targets(), expected_version=given["version"]
        ),
        title=_("What the objectives are measured against"),
        button=_("Save"),
        done=_("The targets are saved."),
        text=_("An objective that has a result keeps its target."),
        **frames.inside(row, TAB, "#objectives"),
    )


@act
def sign_off(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("release.sign_off", row.service.key)
    return command(
        request,
        SignOffForm(**bound(request)),
        lambda given: sign_offs.sign_off(actor=viewer.actor, number=number, **given),
        title=_("Sign {number} off").format(number=number),
        button=_("Sign"),
        done=_("Your word on the result is recorded."),
        text=_("A rejection keeps the release open until it is answered."),
        **frames.inside(row, TAB, "#sign-offs"),
    )


@act
def answer(request: HttpRequest, viewer: Viewer, number: str, person: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("review.edit", row.service.key)
    held = row.sign_offs.select_related("person").filter(person__username=person).first()
    if held is None:
        raise NotFound("not_found", said("{person} did not sign {number} off.", person=person, number=number))
    return command(
        request,
        AnswerForm(**bound(request)),
        lambda given: sign_offs.answer(actor=viewer.actor, number=number, person=person, **given),
        title=_("Answer {person}").format(person=held.person),
        button=_("Answer"),
        done=_("The answer is recorded."),
        text=held.reason,
        **frames.inside(row, TAB, "#sign-offs"),
    )


@act
def follow_up(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("release.register", row.service.key)

    def run(given: dict[str, Any]) -> str:
        made = follow_ups.create(actor=viewer.actor, number=number, title=given["title"])
        return reverse("release", args=[made.number])

    return command(
        request,
        FollowUpForm(**bound(request), initial={"title": row.title}),
        run,
        title=_("Create the follow-up of {number}").format(number=number),
        button=_("Create"),
        done=_("The follow-up is registered."),
        text=_(
            "A release that is over is not opened again. The follow-up takes over its scope and its people, and the"
            " changes that were not done."
        ),
        **frames.inside(row, "release"),
    )
