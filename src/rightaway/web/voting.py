"""One's approvals: what waits for one's vote and what is new in it, what one decided, and one vote on several."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rightaway.domain.difference_words import sentences
from rightaway.domain.errors import Refused, RightawayError
from rightaway.domain.sentences import said
from rightaway.queries import approvals as ask
from rightaway.queries import templates
from rightaway.services import approvals as commands
from rightaway.web.accounts import sensitive
from rightaway.web.forms.approvals import ApprovalFilter, BulkVoteForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer

DECIDED = "decided"
PER_PAGE = 20
MOST_NEWS = 4


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    shows_decided = request.GET.get("show") == DECIDED
    filters = ApprovalFilter(request.GET)
    rows = ask.decided if shows_decided else ask.waiting
    found = paged(request, rows(viewer.user.pk, **filters.chosen()), PER_PAGE)
    address = reverse("approvals")
    context = {
        "rows": found,
        "shown": _shown(viewer, list(found)),
        "shows_decided": shows_decided,
        "filters": filters,
        "tabs": [
            (_("Waiting for me"), address, not shows_decided),
            (_("Decided by me"), f"{address}?show={DECIDED}", shows_decided),
            (_("Delegations"), reverse("delegations"), False),
        ],
    }
    return render(request, "approvals/index.html", context)


def _shown(viewer: Viewer, rows: list[Any]) -> list[dict[str, Any]]:
    news = ask.news(rows, viewer.user.pk)
    return [
        {
            "row": row,
            "title": templates.of(row.release).approval(row.kind).title,
            "news": news[row.pk],
            "said": sentences(news[row.pk].changes[:MOST_NEWS]),
            "more": max(len(news[row.pk].changes) - MOST_NEWS, 0),
        }
        for row in rows
    ]


@act
@sensitive
def several(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Vote on several at once; the page lists the digest of each, and each is a vote of its own."""
    given = request.POST if request.method == "POST" else request.GET
    keys = {int(key) for key in given.getlist("vote") if key.isdigit()}
    rows = list(ask.waiting(viewer.user.pk).filter(pk__in=keys)[:PER_PAGE])
    if not rows:
        messages.info(request, _("None is chosen that waits for you: choose some from the list."))
        return redirect("approvals")
    form = BulkVoteForm(**bound(request), rows=rows)
    refused: list[str] = []

    def run(chosen: dict[str, Any]) -> None:
        for row in rows:
            try:
                commands.vote(
                    actor=viewer.actor,
                    number=row.release.number,
                    kind=row.kind,
                    decision=chosen["decision"],
                    digest=chosen[form.name(row)],
                    reason=chosen["reason"],
                )
            except RightawayError as error:
                refused.append(said("{number}: {message}", number=row.release.number, message=error.message))
        if refused:
            raise Refused(
                "approval.some_refused",
                said(
                    "{done} of {count} votes are recorded. Refused: {refused}",
                    done=len(rows) - len(refused),
                    count=len(rows),
                    refused=refused,
                ),
                hint=said("Look at those one by one."),
            )

    return command(
        request,
        form,
        run,
        title=_("Vote on several approvals"),
        button=_("Vote on all of them"),
        back=reverse("approvals"),
        done=ngettext("{count} vote is recorded.", "{count} votes are recorded.", len(rows)).format(
            count=len(rows)
        ),
        template="approvals/several.html",
        crumbs=[(_("Approvals"), reverse("approvals"))],
        shown=_shown(viewer, rows),
    )
