"""What happens along with a transition, by the names a workflow template uses."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from django.utils import timezone

from rightaway.domain import emergency
from rightaway.domain.closure_codes import abandoned_as
from rightaway.domain.early_life import EarlyLifeState
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.priorities import priority, training_required
from rightaway.domain.values import SYSTEM, Actor, Outcome, PackageStatus
from rightaway.queries import approvers, templates
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release
from rightaway.records.reviews.models import EarlyLife
from rightaway.services import _asking, _binding, deployments

Effect = Callable[[Actor, Release, str], None]


def _freeze_assessment(_actor: Actor, release: Release, _reason: str) -> None:
    assert release.impact is not None
    assert release.urgency is not None
    release.priority = priority(impact=release.impact, urgency=release.urgency)
    release.training_required = training_required(
        impact_assessment=release.impact_assessment,
        urgency=release.urgency,
        added=release.training_required,
        rule=templates.of(release).training,
    )


def _new_attempt(_actor: Actor, release: Release, _reason: str) -> None:
    release.attempt += 1
    release.outcome, release.closure_code = "", ""
    _owe_nothing(_actor, release, _reason)
    release.back_out_reason, release.back_out_decided_by, release.back_out_evidence = "", "", {}


def _release_changes(_actor: Actor, release: Release, _reason: str) -> None:
    """Let the changes go back to their own schedule."""
    release.changes.update(release=None)
    release.outcome, release.closed_at = Outcome.ABANDONED, timezone.now()
    release.closure_code = abandoned_as(release.abandon_reason)
    Package.objects.filter(release=release, is_current=True).update(status=PackageStatus.WITHDRAWN)


def _reject_package(_actor: Actor, release: Release, _reason: str) -> None:
    Package.objects.filter(release=release, is_current=True).update(status=PackageStatus.REJECTED)


def _accept_package(_actor: Actor, release: Release, _reason: str) -> None:
    Package.objects.filter(release=release, is_current=True, status=PackageStatus.PENDING).update(
        status=PackageStatus.TESTED
    )


def _start_early_life(_actor: Actor, release: Release, _reason: str) -> None:
    """Start the watched period now, as long as it was planned."""
    planned = None
    if release.els_starts_at and release.els_ends_at:
        planned = release.els_ends_at - release.els_starts_at
    now = timezone.now()
    ends = now + planned if planned else now
    EarlyLife.objects.update_or_create(
        release=release, defaults={"state": EarlyLifeState.ACTIVE, "started_at": now, "ends_at": ends}
    )
    release.rollback_valid_until = ends
    if release.ratify_by is not None:
        release.paperwork_due_at = now + emergency.PAPERWORK_WITHIN
    release.outcome = release.outcome or Outcome.SUCCESS


def _owe_paperwork(_actor: Actor, release: Release, _reason: str) -> None:
    """An emergency goes on before it is approved as others are: that is owed from now on."""
    release.ratify_by = timezone.now() + emergency.RATIFIED_WITHIN


def _owe_nothing(_actor: Actor, release: Release, _reason: str) -> None:
    release.ratify_by, release.paperwork_due_at = None, None


def _ask_afterwards(_actor: Actor, release: Release, _reason: str) -> None:
    """Ask for the approvals that the emergency skipped; one that nobody could give is named by the guard."""
    by = release.manager or release.initiated_by
    for kind in emergency.OWED:
        requirement = approvers.requirement(release, kind)
        if requirement is not None and not release.approvals.filter(kind=kind, state__in=_binding.STANDING):
            with suppress(Refused, Invalid):
                _asking.ask(
                    actor=SYSTEM, release=release, requirement=requirement, by=by, owed=release.ratify_by
                )


def _abort_early_life(_actor: Actor, release: Release, _reason: str) -> None:
    EarlyLife.objects.filter(release=release).update(state=EarlyLifeState.ABORTED, ended_at=timezone.now())


def _accept_back_out(_actor: Actor, release: Release, _reason: str) -> None:
    release.outcome = Outcome.BACKED_OUT


def _close(_actor: Actor, release: Release, _reason: str) -> None:
    release.closed_at = timezone.now()
    EarlyLife.objects.filter(release=release, ended_at__isnull=True).update(
        state=EarlyLifeState.ENDED_OK, ended_at=release.closed_at
    )
    Package.objects.filter(release=release, is_current=True, status=PackageStatus.TESTED).update(
        status=PackageStatus.RELEASED
    )


def _back_out_deployments(actor: Actor, release: Release, reason: str) -> None:
    """Turn round what runs; undo what has ended: the newest production deployment goes back."""
    deployments.back_out_release(actor=actor, release=release, reason=reason)


EFFECTS: Mapping[str, Effect] = {
    "freeze_assessment": _freeze_assessment,
    "new_attempt": _new_attempt,
    "release_changes": _release_changes,
    "reject_package": _reject_package,
    "accept_package": _accept_package,
    "owe_paperwork": _owe_paperwork,
    "owe_nothing": _owe_nothing,
    "start_early_life": _start_early_life,
    "abort_early_life": _abort_early_life,
    "accept_back_out": _accept_back_out,
    "close": _close,
}
AFTER: Mapping[str, Effect] = {
    "back_out_deployments": _back_out_deployments,
    "ask_afterwards": _ask_afterwards,
}
