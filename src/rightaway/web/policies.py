"""Release policies: where each service stands, what holds, drafting the next version and confirming it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.policies import Policy, PolicyState, as_json, policy
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.queries import cmdb, policy_trials
from rightaway.queries import policies as ask
from rightaway.services import policies as commands
from rightaway.web import conversations
from rightaway.web.accounts import sensitive
from rightaway.web.forms.policies import (
    ConfirmPolicyForm,
    DiscardPolicyForm,
    PolicyFilter,
    PolicyForm,
    initial,
)
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.policy_texts import lines
from rightaway.web.viewers import Viewer

EDIT, VIEW = "policy.edit", "release.view"
SHOWN = 50
"""So many versions of one service are listed: a year of weekly ones."""


def _crumbs(service: Any = None) -> list[tuple[str, str]]:
    found = [(_("Release policies"), reverse("policies"))]
    return [*found, (str(service), reverse("policy-of", args=[service.key]))] if service else found


def _service(viewer: Viewer, key: str) -> Any:
    row = cmdb.item(key)
    row = row if row is not None and row.ci_class == "service" else None
    return viewer.seen(row, key, said("service {key}", key=key[:80]))


def _found(viewer: Viewer, number: str) -> Any:
    row = ask.version(number)
    return viewer.seen(
        row, row.service.key if row else "", said("release policy {number}", number=number[:20])
    )


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(VIEW, None)
    filters = PolicyFilter(request.GET)
    services = viewer.narrowed(cmdb.items(ci_class="service", **filters.chosen()), "key")
    rows = paged(request, services)
    context = {"rows": rows, "lines": ask.lines(list(rows)), "filters": filters}
    return render(request, "policies/policies.html", context)


@page
def of_service(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    service, now = _service(viewer, key), timezone.now()
    versions = list(ask.policies(service=key)[:SHOWN])
    held = ask.of_service(service, now)
    context = {
        "service": service,
        "held": held,
        "lines": lines(held),
        "row": next((one for one in versions if one.number == held.number), None),
        "draft": next((one for one in versions if one.state == PolicyState.DRAFT), None),
        "versions": versions,
        "now": now,
        "may_edit": viewer.may(EDIT, service.key),
        "crumbs": _crumbs(),
    }
    return render(request, "policies/service.html", context)


@page
def version(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row, now = _found(viewer, number), timezone.now()
    is_draft = row.state == PolicyState.DRAFT
    may_edit = viewer.may(EDIT, row.service.key) and is_draft
    wrote = viewer.user.pk in {one.pk for one in row.authors.all()}
    held = ask.in_force(row.service, now)
    context = {
        "policy": row,
        "lines": lines(policy(row.content)),
        "changes": _changes(ask.previous(row), policy(row.content)),
        "trials": policy_trials.trials(row, now) if is_draft else [],
        "is_draft": is_draft,
        "holds": held is not None and held.pk == row.pk,
        "may_edit": may_edit,
        "may_confirm": may_edit and not wrote,
        "wrote": may_edit and wrote,
        "talk": conversations.talk(viewer, SubjectKind.POLICY, row),
        "crumbs": _crumbs(row.service),
    }
    return render(request, "policies/version.html", context)


def _changes(before: Policy, after: Policy) -> list[tuple[str, str, str]]:
    """Give the lines that another version says otherwise, with what both say."""
    both = zip(lines(before), lines(after), strict=True)
    return [(term, old, new) for (term, old), (_term, new) in both if old != new]


@act
@sensitive
def edit(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Write the draft of a service: the one that there is, or what holds as it is now."""
    service = _service(viewer, key)
    viewer.require(EDIT, service.key)
    row = ask.draft(service)
    content = row.content if row else as_json(ask.of_service(service, timezone.now()))
    begun = {**initial(content), "version": row.version if row else None, "note": row.note if row else ""}
    form = PolicyForm(**bound(request), initial=begun)

    def run(given: dict[str, Any]) -> str:
        made = commands.propose(
            actor=viewer.actor,
            service=key,
            content=form.content(),
            note=given["note"],
            expected_version=given["version"],
        )
        return reverse("policy", args=[made.number])

    return command(
        request,
        form,
        run,
        title=_("Draft the policy of {service}").format(service=service),
        button=_("Propose"),
        back=reverse("policy-of", args=[key]),
        done=_("It is proposed. It holds when somebody else confirms it."),
        text=_("What holds stays so until a second person has confirmed the draft."),
        crumbs=_crumbs(service),
    )


def _draft(viewer: Viewer, number: str) -> Any:
    row = _found(viewer, number)
    viewer.require(EDIT, row.service.key)
    if row.state != PolicyState.DRAFT:
        raise NotFound(
            "not_found",
            said("{number} is no draft any more.", number=number),
            hint=said("Look at the policy."),
        )
    return row


@act
@sensitive
def confirm(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _draft(viewer, number)
    return command(
        request,
        ConfirmPolicyForm(**bound(request), initial={"version": row.version, "digest": row.digest}),
        lambda given: commands.confirm(
            actor=viewer.actor,
            number=number,
            digest=given["digest"],
            effective_at=given["effective_at"],
            expected_version=given["version"],
        ),
        title=_("Confirm {policy}").format(policy=number),
        button=_("Confirm"),
        back=reverse("policy", args=[number]),
        done=_("It is confirmed."),
        text=_("From then on every release of the service is held to it, those on their way too."),
        crumbs=_crumbs(row.service),
    )


@act
def discard(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _draft(viewer, number)
    return command(
        request,
        DiscardPolicyForm(**bound(request), initial={"version": row.version}),
        lambda given: commands.discard(
            actor=viewer.actor, number=number, reason=given["reason"], expected_version=given["version"]
        ),
        title=_("Discard {policy}").format(policy=number),
        button=_("Discard"),
        back=reverse("policy-of", args=[row.service.key]),
        done=_("The draft is put away. What holds stays so."),
        tone="bad",
        crumbs=_crumbs(row.service),
    )
