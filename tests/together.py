"""A release among others: in a bundle, aboard a train, and beside one that is aboard too."""

from datetime import timedelta

from django.utils import timezone
from tests.world import actor

from rightaway.records.releases.models import Release
from rightaway.services import boardings, bundles, releases, trains

HOURS = dict.fromkeys(("scope_freeze_h", "code_freeze_h", "package_due_h", "go_no_go_h"), 2)
TIMETABLE = HOURS | {"name": "Weekly", "zone": "UTC", "every": 1, "unit": "week", "window_h": 4, "ahead": 2}


def together(number: str) -> dict[str, str]:
    """Put it into a bundle, and another release aboard a train; give the numbers of what was made."""
    rita = actor("rita")
    bundle = bundles.begin(actor=rita, title="Season", purpose="Before it begins.")
    bundles.fill(actor=rita, number=bundle.number, add=[number])
    first = timezone.now() + timedelta(days=2)
    train = trains.create(actor=rita, fields=TIMETABLE | {"first_at": first})
    boardings.board(actor=rita, number=another(number), train=train.number)
    return {"bundle": bundle.number, "train": train.number}


def another(number: str) -> str:
    """Give the oldest other release that is open, or register one."""
    release = Release.objects.get(number=number)
    found = (
        Release.objects.exclude(pk=release.pk)
        .exclude(phase__in=("closed", "abandoned"))
        .order_by("pk")
        .first()
    )
    fields = {"title": "Another", "description": "The one beside.", "release_type": "minor"}
    return (
        found or releases.register(actor=actor("rita"), service=release.service.key, fields=fields)
    ).number
