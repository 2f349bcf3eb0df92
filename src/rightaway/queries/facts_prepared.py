"""Facts about how people were prepared: trained, and told."""

from datetime import datetime

from rightaway.domain.facts_evidence import NoticeFacts, TrainingFacts
from rightaway.domain.notices import Moment
from rightaway.queries import notices as ask_notices
from rightaway.queries import trainings as ask_trainings
from rightaway.records.releases.models import Release


def trainings(release: Release, now: datetime) -> tuple[TrainingFacts, ...]:
    """Give every audience of the training plan."""
    return tuple(ask_trainings.facts(row, now) for row in ask_trainings.of_release(release))


def notices(release: Release) -> tuple[NoticeFacts, ...]:
    """Give the notices that have to arrive before the release begins; those of an outage follow it."""
    rows = [row for row in ask_notices.of_release(release) if row.moment == Moment.AHEAD]
    lines = ask_notices.lines(rows)
    return tuple(ask_notices.facts(row, release, lines[row.pk]) for row in rows)
