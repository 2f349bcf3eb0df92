"""The commands of an operator as a page shows them: when they are offered, and what they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rightaway.domain.deployment_states import DeploymentStatus as Status
from rightaway.domain.deployment_states import HoldKind, Intent
from rightaway.domain.values import EnvironmentTier
from rightaway.web.statuses import within, words
from rightaway.web.viewers import Viewer

# Stopping must never fail because the page was a second old.
ALWAYS_CURRENT = frozenset({"pause", "abort", "back_out", "cancel"})


ENDED_ON_TARGETS = frozenset({Status.SUCCEEDED, Status.SUCCEEDED_PARTIAL, Status.FAILED, Status.ABORTED})


@dataclass(frozen=True, slots=True)
class Operation:
    title: str | Promise
    icon: str
    permission: str
    statuses: frozenset[Status]
    consequence: str | Promise
    is_grave: bool = False


OPERATIONS: Mapping[str, Operation] = {
    "pause": Operation(
        _("Pause"),
        "pause",
        "deployment.pause",
        frozenset({Status.RUNNING, Status.BACKING_OUT}),
        _("Steps that run now end by themselves; no further step begins until somebody resumes."),
    ),
    "resume": Operation(
        _("Resume"),
        "play",
        "deployment.resume",
        frozenset({Status.RUNNING, Status.BACKING_OUT, Status.STOPPING}),
        _("The deployment goes on where it was paused. The gate is judged again before the next wave."),
    ),
    "abort": Operation(
        _("Abort"),
        "ban",
        "deployment.abort",
        frozenset({Status.RUNNING}),
        _(
            "Steps that run now end by themselves, nothing further begins, and nothing is undone: targets that were"
            " changed stay as they are. To take them back as well, choose Back out instead."
        ),
        is_grave=True,
    ),
    "back_out": Operation(
        _("Back out"),
        "undo-2",
        "deployment.back_out",
        frozenset({Status.RUNNING, Status.STOPPING}),
        _(
            "No further step goes forward. Every target that was touched goes back by its inverse steps, newest wave"
            " first; targets that were not touched are left alone."
        ),
        is_grave=True,
    ),
    "cancel": Operation(
        _("Cancel"),
        "x",
        "deployment.pause",
        frozenset({Status.QUEUED}),
        _("The deployment has not begun and will not begin. No target is touched."),
    ),
    "retry_back_out": Operation(
        _("Try the back-out again"),
        "refresh-cw",
        "deployment.back_out",
        frozenset({Status.BACKOUT_FAILED}),
        _("The inverse steps that failed run again on the targets that are not back yet."),
    ),
    "close": Operation(
        _("Close as failed"),
        "circle-x",
        "deployment.abort",
        frozenset({Status.BACKOUT_FAILED}),
        _(
            "The deployment ends as failed. Targets that could not be taken back stay as they are now; say in the"
            " reason what becomes of them."
        ),
        is_grave=True,
    ),
}


def offered(viewer: Viewer, row: Any, *, production: bool) -> list[tuple[str, Operation]]:
    """Give the commands that fit the state and that this person may give."""
    is_paused = row.holds.filter(kind=HoldKind.OPERATOR, cleared_at__isnull=True).exists()
    skipped = "pause" if is_paused else "resume"
    scope = row.release.service.key
    return [
        (name, one)
        for name, one in OPERATIONS.items()
        if row.status in one.statuses
        and name != skipped
        and viewer.may(one.permission, scope, production=production)
    ]


def launchable(viewer: Viewer, release: Any) -> list[tuple[str, str]]:
    """Give the environments that have a plan and where this person may deploy."""
    plans = (
        release.plans.filter(is_current=True)
        .select_related("environment")
        .order_by("environment__tier", "id")
    )
    found = [one.environment for one in plans]
    return [
        (one.key, f"{one.name} ({one.tier})")
        for one in found
        if viewer.may(
            "deployment.launch", release.service.key, production=one.tier == EnvironmentTier.PRODUCTION
        )
    ]


def may_undo(viewer: Viewer, row: Any) -> bool:
    """Offer to undo an ended deployment to a lower environment; production goes back with its release."""
    return (
        row.status in ENDED_ON_TARGETS
        and row.intent != Intent.BACK_OUT
        and row.environment.tier != EnvironmentTier.PRODUCTION
        and viewer.may("deployment.back_out", row.release.service.key, production=False)
    )


def situation(row: Any, progress: Mapping[str, int]) -> str:
    """Say in one sentence what the command will act on."""
    return gettext(
        "{number} is {status}, in {environment}: {done} of {total} targets are done, {failed} failed, {reverted} were"
        " taken back."
    ).format(
        number=row.number, status=within(words(row.status)), environment=row.environment.name, **progress
    )
