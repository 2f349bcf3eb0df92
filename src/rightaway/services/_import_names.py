"""Who and what the names in an export are here: persons, services, configuration items."""

from collections.abc import Iterable

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said
from rightaway.domain.values import PersonKind
from rightaway.intake.import_mappings import People
from rightaway.queries import cmdb
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import User

_FIELDS = {"username": "username", "email": "email", "name": "name"}


class Names:
    """Looks each name up once."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.table = {name.casefold(): account for name, account in people.table.items()}
        self.persons: dict[str, User | None] = {}
        self.services: dict[str, str] = {}

    def person(self, name: str, field: str) -> User | None:
        """
        Find the account of a person; None when there is none, or two, and the mapping lets that pass.

        Raises:
            Invalid: `import.person`.
        """
        if name not in self.persons:
            self.persons[name] = self._person(name)
        found = self.persons[name]
        if found is None and self.people.unknown == "refuse":
            raise Invalid(
                "import.person",
                said("There is no account of {name}, or more than one.", name=name),
                at=field,
                hint=said("Name the account in the people table of the mapping."),
            )
        return found

    def _person(self, name: str) -> User | None:
        accounts = User.objects.filter(kind=PersonKind.PERSON)
        if account := self.table.get(name.casefold()):
            return accounts.filter(username=account).first()
        for way in self.people.by:
            found = list(accounts.filter(**{f"{_FIELDS[way]}__iexact": name})[:2])
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def service(self, name: str) -> str:
        """
        Find a service by its key, or else by its name.

        Raises:
            Invalid: `import.service`.
        """
        if not self.services:
            rows = list(cmdb.services())
            self.services = {one.name.casefold(): one.key for one in rows} | {
                one.key: one.key for one in rows
            }
        key = self.services.get(name) or self.services.get(name.casefold())
        if key is None:
            raise Invalid(
                "import.service",
                said("There is no service '{name}'.", name=name)
                if name
                else said("The row names no service."),
                at="service",
                hint=said("Say in values of the mapping which service it is, or name one for all such rows."),
            )
        return key

    def items(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Give the keys of the configuration items that are known, and the names of those that are not."""
        wanted = list(dict.fromkeys(names))
        by_key = dict(ConfigurationItem.objects.filter(key__in=wanted).values_list("key", "key"))
        by_name = dict(ConfigurationItem.objects.filter(name__in=wanted).values_list("name", "key"))
        found = by_name | by_key
        return (
            list(dict.fromkeys(found[one] for one in wanted if one in found)),
            [one for one in wanted if one not in found],
        )
