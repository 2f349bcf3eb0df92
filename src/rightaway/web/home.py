"""Home: what waits for me, what runs now, what is new."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.domain.values import EnvironmentTier
from rightaway.queries import changes, cmdb, deployments, releases, templates
from rightaway.web.pages import page
from rightaway.web.viewers import Viewer

MOST = 10
_ENDED = [status for status in DeploymentStatus if status.complete]


@page
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    running = deployments.deployments().exclude(status__in=_ENDED)
    newest = viewer.narrowed(releases.releases(), "service__key")
    doubtful = deployments.all_doubtful().select_related(
        "run__deployment__release__service", "run__deployment__environment"
    )
    shown = list(newest[:MOST])
    context = {
        "guide": None if shown else _guide(viewer),
        "sees_releases": viewer.may("release.view", None),
        "approvals": _approvals(viewer),
        "changes": _changes(viewer),
        "doubtful": [(one, _may_resolve(viewer, one)) for one in _seen(viewer, doubtful)[:MOST]],
        "running": list(viewer.narrowed(running, "release__service__key")[:MOST]),
        "releases": shown,
    }
    return render(request, "home.html", context)


def _guide(viewer: Viewer) -> dict[str, bool]:
    """Say how far the way to the first release is gone, and what of it this person can do."""
    return {
        "services": cmdb.services().exists(),
        "changes": viewer.narrowed(changes.changes(), "service__key").exists(),
        "may_change": viewer.may("change.register", None, own=True),
        "may_register": viewer.may("release.register", None),
    }


def _seen(viewer: Viewer, doubtful: Any) -> Any:
    return viewer.narrowed(doubtful, "run__deployment__release__service__key")


def _may_resolve(viewer: Viewer, attempt: Any) -> bool:
    row = attempt.run.deployment
    production = row.environment.tier == EnvironmentTier.PRODUCTION
    return viewer.may("deployment.resolve.not_applied", row.release.service.key, production=production)


def _approvals(viewer: Viewer) -> list[tuple[Any, str]]:
    """Give the approvals this person may vote on: with the role in the release's own service, not as an author."""
    found = []
    for row in releases.waiting_approvals(viewer.user.pk, viewer.roles()):
        requirement = templates.of(row.release).approval(row.kind)
        wrote = row.release.contributions.filter(
            person_id=viewer.user.pk, part__in=requirement.bound
        ).exists()
        if viewer.roles(row.release.service.key) & set(requirement.roles) and not wrote:
            found.append((row, requirement.title))
    return found


def _changes(viewer: Viewer) -> list[Any]:
    return [
        one
        for one in changes.changes_awaiting(viewer.user.pk)[: MOST * 5]
        if viewer.may(
            "change.authorise.emergency" if one.change_type == "emergency" else "change.authorise",
            one.service.key,
        )
    ][:MOST]
