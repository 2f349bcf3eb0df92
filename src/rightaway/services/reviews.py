"""After the deployment: early life support, the post-implementation review, satisfaction, objectives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.early_life import TABLE, EarlyLifeState
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.moves import advance
from rightaway.domain.reviews import RESULTS
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor
from rightaway.records.releases.models import Release
from rightaway.records.reviews.models import EarlyLife, Review, Satisfaction
from rightaway.services import _audit, _binding, _guard, lifecycle
from rightaway.services._release import require_open

BEST = 5


def _open(actor: Actor, number: str, action: str, expected_version: int | None = None) -> Release:
    release = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action=action, scope=release.service.key)
    _guard.unchanged(release, expected_version)
    require_open(release)
    return release


def _done(actor: Actor, release: Release, action: str, facts: dict[str, Any]) -> None:
    release.save()
    _binding.recheck(actor=actor, release=release)
    _audit.record(
        actor=actor,
        action=action,
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
    lifecycle.settle(release=release)


def _early_life(release: Release) -> EarlyLife:
    held = EarlyLife.objects.select_for_update().filter(release=release).first()
    if held is None:
        raise Refused(
            "early_life.not_begun",
            said("Early life support of {number} has not begun.", number=release.number),
        )
    return held


@transaction.atomic
def accept_operations(*, actor: Actor, number: str, service_level_met: bool) -> EarlyLife:
    """Operations take the service over, and say whether its service level was met."""
    release = _open(actor, number, "early_life.manage")
    held = _early_life(release)
    held.accepted_by, held.accepted_at = _guard.person(actor), timezone.now()
    held.service_level_met = service_level_met
    if EarlyLifeState(held.state) in {EarlyLifeState.ACTIVE, EarlyLifeState.EXTENDED}:
        held.state = advance(TABLE, held.state, "propose_exit")
    held.version += 1
    held.save()
    _done(actor, release, "release.early_life.accepted", {"service_level_met": service_level_met})
    return held


@transaction.atomic
def extend_early_life(*, actor: Actor, number: str, ends_at: datetime, reason: str) -> EarlyLife:
    release = _open(actor, number, "early_life.manage")
    held = _early_life(release)
    if ends_at <= held.ends_at:
        raise Invalid(
            "early_life.not_longer", said("An extension ends later than now planned."), at="ends_at"
        )
    held.state = advance(TABLE, held.state, "extend")
    held.ends_at, held.extensions = ends_at, held.extensions + 1
    held.version += 1
    held.save()
    release.rollback_valid_until = ends_at
    _done(actor, release, "release.early_life.extended", {"ends_at": ends_at.isoformat(), "reason": reason})
    return held


@transaction.atomic
def measure_objectives(
    *,
    actor: Actor,
    number: str,
    results: Mapping[str, tuple[str, str]],
    expected_version: int | None = None,
) -> Release:
    """Set the result of objectives by their text: (met | partly | not_met, what was measured)."""
    release = _open(actor, number, "review.edit", expected_version)
    known = {one.text: one for one in release.objectives.all()}
    for text, (result, measured) in results.items():
        if text not in known or result not in RESULTS:
            raise Invalid(
                "objective.result",
                said("'{text}': '{result}' is no result.", text=text, result=Word(result)),
                hint=", ".join(RESULTS),
            )
        known[text].result, known[text].measured = result, measured
        known[text].save()
    _done(
        actor, release, "release.objectives.measured", {text: result for text, (result, _) in results.items()}
    )
    return release


@transaction.atomic
def set_targets(
    *, actor: Actor, number: str, targets: Mapping[str, str], expected_version: int | None = None
) -> Release:
    """Set what each objective is measured against, by its text; not any more once it has a result."""
    release = _open(actor, number, "review.edit", expected_version)
    known = {one.text: one for one in release.objectives.all()}
    for text, target in targets.items():
        if text not in known:
            raise Invalid("objective.unknown", said("There is no objective '{text}'.", text=text), at="text")
        if known[text].result and target != known[text].target:
            raise Refused(
                "objective.measured",
                said("'{text}' has a result; its target stays.", text=text),
                hint=said("A target that follows the result measures nothing."),
            )
        known[text].target = target
        known[text].save()
    _done(actor, release, "release.objectives.targeted", dict(targets))
    return release


@transaction.atomic
def rate(*, actor: Actor, number: str, rating: int, comment: str = "") -> Satisfaction:
    """Rate the result, 1 (not at all satisfied) to 5 (fully)."""
    release = _open(actor, number, "release.sign_off")
    if not 1 <= rating <= BEST:
        raise Invalid(
            "rating.range", said("{rating} is no rating.", rating=rating), at="rating", hint=said("1 to 5")
        )
    row, _ = Satisfaction.objects.update_or_create(
        release=release,
        person=_guard.person(actor),
        defaults={"rating": rating, "comment": comment, "at": timezone.now()},
    )
    _done(actor, release, "release.satisfaction.rated", {"rating": rating})
    return row


@transaction.atomic
def complete(
    *,
    actor: Actor,
    number: str,
    went_well: str,
    to_change: str,
    deviations: str = "",
    expected_version: int | None = None,
) -> Review:
    """Hold the post-implementation review; `expected_version` is that of the release."""
    release = _open(actor, number, "review.edit", expected_version)
    if not went_well.strip() or not to_change.strip():
        raise Invalid(
            "review.empty", said("A review says what went well and what to change."), at="went_well"
        )
    row, _ = Review.objects.update_or_create(
        release=release,
        defaults={
            "went_well": went_well,
            "to_change": to_change,
            "deviations": deviations,
            "completed_by": _guard.person(actor),
            "completed_at": timezone.now(),
        },
    )
    release.refresh_from_db()
    _done(actor, release, "release.review.completed", {})
    return row
