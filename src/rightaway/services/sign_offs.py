"""Stakeholders sign the result off, or reject it; who answers for the release answers them."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said
from rightaway.domain.sign_offs import check
from rightaway.domain.values import Actor
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.records.reviews.models import SignOff
from rightaway.services import _audit, _binding, _guard, lifecycle
from rightaway.services._release import require_open


@transaction.atomic
def sign_off(*, actor: Actor, number: str, decision: str, reason: str = "") -> SignOff:
    """Accept the result, accept it with reservations, or reject it; a new word replaces the old and its answer."""
    release = _open(actor, number, "release.sign_off")
    check(decision, reason)
    row, _ = SignOff.objects.update_or_create(
        release=release,
        person=_guard.person(actor),
        defaults={
            "decision": decision,
            "reason": reason,
            "at": timezone.now(),
            "answer": "",
            "answered_by": None,
            "answered_at": None,
        },
    )
    _done(actor, release, "release.result.signed_off", {"decision": decision, "reason": reason})
    return row


@transaction.atomic
def answer(*, actor: Actor, number: str, person: str, text: str) -> SignOff:
    """Answer what a stakeholder said; a rejection without an answer keeps the release open."""
    release = _open(actor, number, "review.edit")
    row = _guard.find(SignOff, release=release, person=_guard.find(User, username=person))
    if not text.strip():
        raise Invalid("sign_off.answer_missing", said("Say what the answer is."), at="text")
    row.answer, row.answered_by, row.answered_at = text, _guard.person(actor), timezone.now()
    row.save()
    _done(actor, release, "release.sign_off.answered", {"person": person, "answer": text})
    return row


def _open(actor: Actor, number: str, action: str) -> Release:
    release = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action=action, scope=release.service.key)
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
