"""Approvals of a release: asked for, and voted on with the content in sight."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.approvals import ApprovalState
from rightaway.domain.difference_words import sentences
from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import Word, said
from rightaway.queries import approvals as ask
from rightaway.queries import releases, templates
from rightaway.queries.releases import ApprovalView
from rightaway.services import approvals as commands
from rightaway.web import frames
from rightaway.web.accounts import sensitive
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.lifecycle import VoteForm
from rightaway.web.pages import act, bound, command
from rightaway.web.statuses import source, within, words
from rightaway.web.viewers import Viewer

STANDING = frozenset({ApprovalState.PENDING, ApprovalState.APPROVED})


def panels(viewer: Viewer, row: Any, views: Iterable[ApprovalView]) -> list[dict[str, Any]]:
    """Give every approval with what this person can do about it now."""
    template = templates.of(row)
    scope, is_over = row.service.key, row.phase in template.terminal
    wrote = _parts_written(viewer, row)
    may_request, may_comment = viewer.may("approval.request", scope), viewer.may("record.comment", scope)
    stand_ins = list(ask.of_release(row.pk))
    found = []
    for view in views:
        votes = releases.votes(view.row) if view.row else []
        mine = next((vote for vote in votes if vote["voter"] == viewer.user.username), None)
        own_parts = [part for part in view.requirement.bound if part in wrote]
        is_open = view.state in STANDING and not is_over
        may_vote = viewer.user.pk in view.voters and is_open
        found.append(
            {
                "view": view,
                "votes": votes,
                "mine": mine,
                "bound": view.requirement.bound,
                "own_parts": own_parts
                if viewer.roles(scope) & set(view.roles) and view.state == ApprovalState.PENDING
                else [],
                "differences": view.row.difference
                if view.row and view.state == ApprovalState.VOID
                else view.changes,
                "form": _vote_form(view, has_voted=bool(mine))
                if may_vote and view.state == ApprovalState.PENDING
                else None,
                "may_vote": may_vote,
                "may_request": may_request and not is_over and can_be_asked(view),
                "questions": list(view.row.questions.all()) if view.row else [],
                "stand_ins": [one for one in stand_ins if one.kind == view.key],
                "may_delegate": may_vote and mine is None and viewer.may("approval.delegate", None),
                "may_answer": may_comment and not is_over,
            }
        )
    return found


def can_be_asked(view: ApprovalView) -> bool:
    """Say whether the approval can be asked for now: it does not stand, or others could answer than were asked."""
    if not view.current_digest or view.state == ApprovalState.NOT_REQUIRED:
        return False
    if view.state == ApprovalState.PENDING:
        return bool(view.newcomers)
    return view.row is None or view.state != ApprovalState.APPROVED


def _parts_written(viewer: Viewer, row: Any) -> set[str]:
    return set(row.contributions.filter(person_id=viewer.user.pk).values_list("part", flat=True))


def _vote_form(view: ApprovalView, *, has_voted: bool) -> VoteForm:
    return VoteForm(initial={"digest": view.current_digest}, auto_id=f"{view.key}_%s", has_voted=has_voted)


def _view(row: Any, kind: str) -> ApprovalView:
    for view in releases.standing(row).approvals:
        if view.key == kind:
            return view
    raise NotFound(
        "not_found",
        said("There is no approval '{kind}'.", kind=Word(kind)),
        hint=said("Look at the page of the release."),
    )


def _why_not(viewer: Viewer, row: Any, view: ApprovalView) -> str:
    """Say why this person cannot vote now; the command itself judges again whatever is said here."""
    if view.state not in STANDING:
        return _("The approval is {state}: there is nothing to vote on now.").format(
            state=within(words(view.state))
        )
    wrote = _parts_written(viewer, row) & set(view.requirement.bound)
    if wrote:
        return _("You wrote part of what is approved ({parts}), so other people vote.").format(
            parts=", ".join(within(words(part)) for part in sorted(wrote))
        )
    if viewer.user.pk not in view.voters:
        return _("Votes are given by: {roles}.").format(roles=", ".join(source(role) for role in view.roles))
    return ""


@act
def request_approval(request: HttpRequest, viewer: Viewer, number: str, kind: str) -> HttpResponse:
    row = frames.found(viewer, number)
    view = _view(row, kind)
    viewer.require("approval.request", row.service.key)
    roles = ", ".join(source(role) for role in view.roles)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _: commands.request(actor=viewer.actor, number=number, kind=kind),
        title=_("Ask for the approval: {title}").format(title=view.title),
        button=_("Ask for it"),
        back=f"{reverse('release', args=[number])}#approvals",
        done=_("The approval {view} is asked for.").format(view=within(_(view.title))),
        text=_(
            "It is asked of {roles}, for the release as it is now. An edit of what it is bound to voids it."
        ).format(roles=roles),
        crumbs=frames.crumbs(number),
    )


def _news(viewer: Viewer, view: ApprovalView) -> dict[str, Any]:
    """Give what is new since the viewer's own last decision, or since anybody approved it."""
    if view.row is None:
        return {}
    news = ask.news([view.row], viewer.user.pk)[view.row.pk]
    return {"news": news, "said": sentences(news.changes), "more": 0}


@act
@sensitive
def vote(request: HttpRequest, viewer: Viewer, number: str, kind: str) -> HttpResponse:
    row = frames.found(viewer, number)
    view = _view(row, kind)
    votes = releases.votes(view.row) if view.row else []
    has_voted = any(one["voter"] == viewer.user.username for one in votes)
    form = VoteForm(**bound(request), initial={"digest": view.current_digest}, has_voted=has_voted)
    why_not = "" if form.is_bound else _why_not(viewer, row, view)

    def run(given: dict[str, Any]) -> None:
        commands.vote(
            actor=viewer.actor,
            number=number,
            kind=kind,
            decision=given["decision"],
            digest=given["digest"],
            reason=given["reason"],
        )

    return command(
        request,
        form,
        run,
        title=_("Vote on: {title}").format(title=view.title),
        button=_("Vote"),
        back=f"{reverse('release', args=[number])}#approvals",
        done=_("Your vote is recorded."),
        template="releases/vote.html",
        crumbs=frames.crumbs(number),
        view=view,
        why_not=why_not,
        manifest=view.row.manifest if view.row else {},
        one=_news(viewer, view),
    )
