"""What a release that follows another begins with."""

from typing import Any

from rightaway.domain.changes import TERMINAL
from rightaway.queries import release_files
from rightaway.records.audit.models import AuditEvent
from rightaway.records.changes.models import Change
from rightaway.records.releases.models import Release


def content(before: Release, title: str = "") -> dict[str, Any]:
    """Give the release file of the follow-up."""
    found = {"kind": "release", **release_files.basis(before), "origin": before.origin}
    found["title"] = title or before.title
    changes = [one.number for one in open_changes(before)]
    return found | ({"changes": changes} if changes else {})


def open_changes(before: Release) -> list[Change]:
    """Give the changes that the release held and did not carry out, in no other release since."""
    registered = AuditEvent.objects.filter(
        stream=before.number, action__in=("release.record.registered", "release.record.edited")
    )
    named = {
        number
        for event in registered
        for number in event.facts.get("changes") or ()
        if isinstance(number, str)
    }
    return list(
        Change.objects.filter(number__in=named, release__isnull=True)
        .exclude(state__in=TERMINAL)
        .order_by("number")
    )
