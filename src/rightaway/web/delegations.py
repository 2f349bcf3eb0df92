"""Who votes in one's place: standing delegations, and one for a single approval."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import approvals as ask
from rightaway.services import approval_questions
from rightaway.services import delegations as commands
from rightaway.web import choices, frames
from rightaway.web.accounts import sensitive
from rightaway.web.forms.approvals import AnswerForm, DelegationForm, QuestionForm
from rightaway.web.forms.base import CommandForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

DELEGATE = "approval.delegate"
USUAL = timedelta(days=14)


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    address = reverse("approvals")
    context = {
        "rows": list(ask.delegations(viewer.user.pk)),
        "may_delegate": viewer.may(DELEGATE, None),
        "tabs": [
            (_("Waiting for me"), address, False),
            (_("Decided by me"), f"{address}?show=decided", False),
            (_("Delegations"), reverse("delegations"), True),
        ],
        "now": timezone.now(),
    }
    return render(request, "approvals/delegations.html", context)


@act
@sensitive
def delegate(request: HttpRequest, viewer: Viewer, number: str = "", kind: str = "") -> HttpResponse:
    """Let somebody vote in one's place: on everything, or on the one approval of the address."""
    viewer.require(DELEGATE, None)
    if number:
        frames.found(viewer, number)
    now = timezone.now()
    people = [one for one in choices.persons() if one[0] != viewer.user.username]
    form = DelegationForm(**bound(request), initial={"starts_at": now, "ends_at": now + USUAL}, people=people)
    return command(
        request,
        form,
        lambda given: commands.delegate(actor=viewer.actor, release=number, kind=kind, **given) and None,
        title=_("Let somebody vote in your place"),
        button=_("Delegate"),
        back=reverse("delegations"),
        done=_("They can vote in your place."),
        text=_(
            "They vote with what you hold, never on what they wrote themselves, and cannot pass it on. "
            "Their vote says whose place they took. If you vote yourself, yours counts."
        ),
        crumbs=frames.crumbs(number) if number else [(_("Delegations"), reverse("delegations"))],
    )


@act
def end(request: HttpRequest, viewer: Viewer, delegation: int) -> HttpResponse:
    row = ask.delegation(delegation)
    if row is None or row.giver_id != viewer.user.pk:
        raise NotFound(
            "not_found",
            said("You gave no delegation {delegation}.", delegation=delegation),
            hint=said("Look at the list."),
        )
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.end(actor=viewer.actor, delegation_id=delegation) and None,
        title=_("End the delegation to {name}").format(name=row.taker),
        button=_("End it"),
        tone="danger",
        back=reverse("delegations"),
        done=_("The delegation has ended."),
        text=_("It ends at once. Votes given under it stay."),
        crumbs=[(_("Delegations"), reverse("delegations"))],
    )


@act
def question(request: HttpRequest, viewer: Viewer, number: str, kind: str) -> HttpResponse:
    """Ask something before one votes."""
    frames.found(viewer, number)

    def run(given: dict[str, Any]) -> None:
        approval_questions.ask(actor=viewer.actor, number=number, kind=kind, text=given["text"])

    return command(
        request,
        QuestionForm(**bound(request)),
        run,
        title=_("Ask before you vote"),
        button=_("Ask"),
        back=f"{reverse('release', args=[number])}#approvals",
        done=_("Your question is asked. You are told when it is answered."),
        text=_("It blocks nobody: others can vote meanwhile."),
        crumbs=frames.crumbs(number),
    )


@act
def answer(request: HttpRequest, viewer: Viewer, number: str, question: int) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("record.comment", row.service.key)
    found = ask.question(row.pk, question)
    if found is None:
        raise NotFound(
            "not_found",
            said("There is no question {question}.", question=question),
            hint=said("Look at the approvals."),
        )

    def run(given: dict[str, Any]) -> None:
        approval_questions.answer(actor=viewer.actor, number=number, question_id=question, text=given["text"])

    return command(
        request,
        AnswerForm(**bound(request)),
        run,
        title=_("Answer {name}").format(name=found.asked_by),
        button=_("Answer"),
        back=f"{reverse('release', args=[number])}#approvals",
        done=_("The answer is given."),
        text=found.text,
        crumbs=frames.crumbs(number),
    )
