"""Bundles: begun, filled, and closed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from rightaway.domain.bundles import BundleState, require_open
from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor
from rightaway.records.bundles.models import Bundle
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _edits, _guard
from rightaway.services._numbers import next_number

EDIT = "bundle.edit"
FIELDS = ("title", "purpose", "owner")


@transaction.atomic
def begin(*, actor: Actor, title: str, purpose: str = "", owner: str = "") -> Bundle:
    """Begin a bundle; its owner is who begins it, unless another is named."""
    _guard.require(actor=actor, action=EDIT, scope=_guard.ANYWHERE)
    row = Bundle(
        number=next_number("BUN"),
        title=title,
        purpose=purpose,
        owner=_guard.find(User, username=owner) if owner else _guard.person(actor),
    )
    row.save()
    _told(actor, "bundle.record.begun", row, _edits.values(row, FIELDS))
    return row


@transaction.atomic
def edit(
    *, actor: Actor, number: str, fields: Mapping[str, Any], expected_version: int | None = None
) -> Bundle:
    """Change its title, purpose or owner."""
    row = _open(actor, number, expected_version)
    before = _edits.values(row, FIELDS)
    for name, value in fields.items():
        if name not in FIELDS:
            raise Invalid("field.unknown", said("A bundle has no field '{name}'.", name=name), at=name)
        setattr(row, name, _guard.find(User, username=value) if name == "owner" else value)
    row.save()
    changes = _edits.changes(before, _edits.values(row, FIELDS))
    _told(actor, "bundle.record.edited", row, {"changes": changes})
    return row


@transaction.atomic
def fill(
    *,
    actor: Actor,
    number: str,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    expected_version: int | None = None,
) -> Bundle:
    """
    Put releases into a bundle, and take others out; a release may be in several.

    Nothing of a release changes by it, so that seeing it is enough; the caller has made sure of that.
    """
    row = _open(actor, number, expected_version)
    coming = [_guard.find(Release, number=one) for one in dict.fromkeys(add)]
    going = [_guard.find(Release, number=one) for one in dict.fromkeys(remove)]
    held = set(row.releases.values_list("number", flat=True))
    for place, one in enumerate(going):
        if one.number not in held:
            raise Invalid(
                "bundle.not_in_it",
                said("{release} is not in {number}.", release=one.number, number=number),
                at=f"remove[{place}]",
            )
    row.releases.add(*coming)
    row.releases.remove(*going)
    row.save()
    facts = {
        "added": sorted({one.number for one in coming} - held),
        "removed": sorted(one.number for one in going),
    }
    _told(actor, "bundle.releases.changed", row, facts)
    return row


@transaction.atomic
def close(*, actor: Actor, number: str, reason: str, expected_version: int | None = None) -> Bundle:
    """Follow it no more, with a word on how it ended; its releases go on as they are."""
    row = _open(actor, number, expected_version)
    if not reason.strip():
        raise Invalid("bundle.reason_needed", said("Say how it ended."), at="reason")
    row.state, row.closed_because = BundleState.CLOSED, reason
    row.save()
    _told(actor, "bundle.record.closed", row, {"reason": reason})
    return row


def _open(actor: Actor, number: str, expected_version: int | None) -> Bundle:
    row = _guard.lock(Bundle, number=number)
    _guard.require(actor=actor, action=EDIT, scope=_guard.ANYWHERE)
    _guard.unchanged(row, expected_version)
    require_open(number, row.state)
    return row


def _told(actor: Actor, action: str, row: Bundle, facts: dict[str, Any]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.number,
        subject=("bundle", row.number),
        facts=facts,
        version=row.version,
    )
