"""An account as the rules of separation of duties see it."""

from rightaway.domain.separation import Person
from rightaway.domain.values import PersonKind
from rightaway.records.people.models import User


def separation_person(user: User) -> Person:
    owner = str(user.owner_id) if user.owner_id else ""
    return Person(id=str(user.pk), kind=PersonKind(user.kind), owner=owner, active=user.is_active)
