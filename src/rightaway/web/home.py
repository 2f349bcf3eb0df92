"""Home: what waits for me, what runs now, what is next, what is unhealthy, and how it goes in figures."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.domain.permissions import Role
from rightaway.domain.values import EnvironmentTier
from rightaway.queries import approvals, attention, changes, cmdb, deployments, metrics, releases, templates
from rightaway.web import concerns
from rightaway.web.metrics import newest_service, shown
from rightaway.web.pages import page
from rightaway.web.viewers import Viewer

MOST = 10
_ENDED = [status for status in DeploymentStatus if status.complete]
_ORDER = (("waiting", "releases"), ("running", "concerns", "upcoming"))
# What a role looks for first; the wide column, then the narrow one. The figures come last, or first.
_ORDERS = {
    Role.DEPLOYMENT_MANAGER: (("running", "concerns", "releases"), ("waiting", "upcoming")),
    Role.AUDITOR: (("figures", "releases"), ("concerns", "running", "upcoming")),
}


@page
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    wide, narrow = next((order for role, order in _ORDERS.items() if role in viewer.roles()), _ORDER)
    context: dict[str, Any] = {"sees_releases": viewer.may("release.view", None)}
    if context["sees_releases"]:
        cards = [*wide, *narrow, *(() if "figures" in wide else ("figures",))]
        for name in cards:
            context |= _CARDS[name](viewer)
        context |= {"wide": wide, "narrow": narrow, "figures_last": "figures" not in wide}
    return render(request, "home/home.html", context)


def _waiting(viewer: Viewer) -> dict[str, Any]:
    seen = viewer.narrowed(deployments.all_doubtful(), "run__deployment__release__service__key")[:MOST]
    return {
        "doubtful": [one for one in seen if _may_resolve(viewer, one)],
        "approvals": _approvals(viewer),
        "changes": _changes(viewer),
        "tasks": _tasks(viewer),
    }


def _may_resolve(viewer: Viewer, attempt: Any) -> bool:
    row = attempt.run.deployment
    production = row.environment.tier == EnvironmentTier.PRODUCTION
    return viewer.may("deployment.resolve.not_applied", row.release.service.key, production=production)


def _approvals(viewer: Viewer) -> list[tuple[Any, str]]:
    waiting = approvals.waiting(viewer.user.pk)[:MOST]
    return [(row, templates.of(row.release).approval(row.kind).title) for row in waiting]


def _changes(viewer: Viewer) -> list[Any]:
    return [
        one
        for one in changes.changes_awaiting(viewer.user.pk)[: MOST * 5]
        if viewer.may(
            "change.authorise.emergency" if one.change_type == "emergency" else "change.authorise",
            one.service.key,
        )
    ][:MOST]


def _tasks(viewer: Viewer) -> list[Any]:
    rows = viewer.narrowed(attention.tasks(viewer.user.pk, viewer.roles()), "release__service__key")
    return [
        one
        for one in rows[: MOST * 5]
        if one.assignee_id == viewer.user.pk or one.owner_role in viewer.roles(one.release.service.key)
    ][:MOST]


def _running(viewer: Viewer) -> dict[str, Any]:
    running = deployments.deployments().exclude(status__in=_ENDED)
    rows = viewer.narrowed(running, "release__service__key").order_by("-id")[:MOST]
    return {"running": list(deployments.with_progress(rows))}


def _concerns(viewer: Viewer) -> dict[str, Any]:
    return {"concerns": concerns.seen(viewer, MOST)}


def _upcoming(viewer: Viewer) -> dict[str, Any]:
    rows = viewer.narrowed(attention.upcoming(timezone.now()), "service__key")
    return {"upcoming": list(rows[:MOST]), "upcoming_days": attention.UPCOMING_DAYS}


def _releases(viewer: Viewer) -> dict[str, Any]:
    mine = list(viewer.narrowed(attention.named(viewer.user.pk), "service__key")[:MOST])
    shown_ = mine or list(viewer.narrowed(releases.listed(), "service__key")[:MOST])
    return {"releases": shown_, "are_mine": bool(mine), "guide": None if shown_ else _guide(viewer)}


def _guide(viewer: Viewer) -> dict[str, bool]:
    """Say how far the way to the first release is gone, and what of it this person can do."""
    return {
        "services": cmdb.services().exists(),
        "changes": viewer.narrowed(changes.changes(), "service__key").exists(),
        "may_change": viewer.may("change.register", None, own=True),
        "may_register": viewer.may("release.register", None),
    }


def _figures(viewer: Viewer) -> dict[str, Any]:
    key = newest_service(viewer)
    if not key or not viewer.may("metrics.read", key):
        return {}
    days = metrics.DEFAULT_DAYS
    return {
        "figures": shown(metrics.figures(key, days=days), days),
        "measured": cmdb.item(key),
        "days": days,
    }


_CARDS: dict[str, Callable[[Viewer], dict[str, Any]]] = {
    "waiting": _waiting,
    "running": _running,
    "concerns": _concerns,
    "upcoming": _upcoming,
    "releases": _releases,
    "figures": _figures,
}
