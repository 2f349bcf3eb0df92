"""A release whose people are being trained and told, and that follows another: one of everything that hangs on that."""

from datetime import timedelta

from django.utils import timezone
from tests.together import another
from tests.world import actor

from rightaway.domain.relations import RelationKind
from rightaway.records.releases.models import Release
from rightaway.services import notices, relations, trainings

HOUR = timedelta(hours=1)


def prepared(number: str, recipient: str = "rita") -> dict[str, int]:
    """Plan two audiences and two notices, of which one is sent; give the ids of what was made."""
    rita, now = actor("rita"), timezone.now()
    desk = trainings.plan(
        actor=rita,
        number=number,
        audience="Service desk",
        fields={"kind": "service_desk", "mode": "workshop", "provider": "Academy", "cost_estimate": 900},
    )
    trainings.plan(actor=rita, number=number, audience="Shop staff", fields={"mode": "computer_based"})
    trainings.invite(actor=rita, number=number, audience="Service desk", names=["dora", "Mr X"])
    trainings.attend(actor=rita, number=number, audience="Service desk", name="Mr X", source="trainer")
    held = trainings.add_session(
        actor=rita,
        number=number,
        audience="Service desk",
        starts_at=now - HOUR,
        ends_at=now + HOUR,
        place="Room 2",
        seats=12,
    )
    fields = {"text": "{service} gets better.", "due_at": now + 24 * HOUR, "acknowledge_pct": 50}
    made = [
        notices.plan(
            actor=rita, number=number, to="named", audience=name, people=[recipient, "stan"], fields=fields
        )
        for name in ("Those in the room", "Those who ask")
    ]
    notices.send(actor=rita, number=number, notice=made[0].pk)
    source = Release.objects.get(number=number)
    target = Release.objects.get(number=another(number))
    relation = relations.make(actor=rita, kind=RelationKind.FOLLOWS, source=source, target=target)
    return {
        "relation": relation.pk,
        "training": desk.pk,
        "session": held.pk,
        "attendee": desk.attendees.get(name="dora").pk,
        "sent": made[0].pk,
        "planned": made[1].pk,
    }
