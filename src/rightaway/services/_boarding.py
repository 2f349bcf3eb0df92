"""
What ends a boarding: the release is shipped, leaves, or takes a later departure; and who is told.

A boarding is written under the lock of its release, a departure under that of its train, and the train is locked first:
who passes releases on to a departure and who cancels that departure wait for each other, in one order.
"""

from datetime import datetime

from django.utils import timezone

from rightaway.domain.alerts import Recipient
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.trains import BoardingState, CutOff
from rightaway.domain.values import Actor
from rightaway.queries import alerts, subjects
from rightaway.queries import trains as ask
from rightaway.records.releases.models import Release
from rightaway.records.trains.models import Boarding, Departure
from rightaway.services import _alerts, _audit, _notify


def enter(actor: Actor, release: Release, departure: Departure, reason: str = "") -> Boarding:
    row = Boarding.objects.create(
        departure=departure, release=release, by_id=actor.user_id, at=timezone.now(), reason=reason
    )
    _record(actor, "boarded", row, {"reason": reason})
    return row


def end(
    actor: Actor, row: Boarding, state: BoardingState, *, reason: str = "", cut_off: CutOff | None = None
) -> None:
    row.state, row.ended_at, row.cut_off = state, timezone.now(), cut_off or ""
    row.reason = reason or row.reason
    row.save()
    _record(actor, str(state), row, {"reason": reason, "cut_off": str(cut_off or "")})


def pass_on(
    actor: Actor,
    row: Boarding,
    state: BoardingState,
    reason: str,
    *,
    now: datetime,
    cut_off: CutOff | None = None,
) -> Boarding | None:
    """
    End a boarding and let the release take the next departure, if there is one; its people are told.

    A departure of which it would have missed a cut-off already is passed over, rather than missed in its turn.
    """
    end(actor, row, state, reason=reason, cut_off=cut_off)
    later = ask.following(row, now)
    taken = enter(actor, row.release, later) if later else None
    _tell(
        actor,
        row,
        NotificationKind.TRAIN_MISSED
        if state == BoardingState.MISSED
        else NotificationKind.DEPARTURE_CHANGED,
        f"boarding:{row.pk}:{state}",
        {"departure": str(row.departure), "next": str(later or "—"), "cut_off": str(cut_off or "")},
    )
    return taken


def tell_changed(actor: Actor, row: Boarding, departure: Departure) -> None:
    """Tell the people of a release aboard that its departure leaves at another time."""
    key = f"departure:{departure.pk}:{departure.version}:{row.release.number}"
    facts = {"departure": str(departure), "next": str(departure), "cut_off": ""}
    _tell(actor, row, NotificationKind.DEPARTURE_CHANGED, key, facts)


def _tell(actor: Actor, row: Boarding, kind: NotificationKind, key: str, facts: dict[str, str]) -> None:
    release = row.release
    subject = subjects.of_row(SubjectKind.RELEASE, release)
    told = alerts.recipients(release, (Recipient.COORDINATOR, Recipient.MANAGER), timezone.now())
    _notify.tell(
        actor=actor,
        kind=kind,
        subject=subject,
        people=_alerts.may_see(subject, told),
        key=key,
        facts=facts,
    )


def _record(actor: Actor, what: str, row: Boarding, facts: dict[str, str]) -> None:
    train, number = row.departure.train.number, row.release.number
    told = {name: value for name, value in facts.items() if value}
    for stream, kind in ((number, "release"), (train, "train")):
        _audit.record(
            actor=actor,
            action=f"train.release.{what}",
            stream=stream,
            subject=(kind, stream),
            facts={"departure": str(row.departure), "release": number, **told},
        )
