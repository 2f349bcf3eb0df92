"""The configuration file: environments, services, configuration items, relations, groups and targets."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from rightaway.domain.errors import Invalid
from rightaway.domain.values import CIStatus, EnvironmentTier, RelationKind
from rightaway.intake.documents import Location
from rightaway.intake.fields import (
    Account,
    Flag,
    Key,
    Line,
    Name,
    Scale,
    ShortName,
    Text,
    VariableName,
    Word,
)
from rightaway.intake.names import unique_names
from rightaway.intake.policies import ReleasePolicy
from rightaway.intake.schema import FileModel, Problem, refuse

Attributes = Annotated[dict[VariableName, Text], Field(max_length=100)]

_CONTAINMENT = (RelationKind.RUNS_ON, RelationKind.MEMBER_OF, RelationKind.CONTAINS)
"""Relations in which a circle is a mistake; services may well depend on each other."""


class Environment(FileModel):
    key: Key
    name: Name
    tier: EnvironmentTier


class Service(FileModel):
    key: Key
    name: Name
    owner: Account | None = None
    criticality: Scale = 3
    attributes: Attributes = {}
    policy: ReleasePolicy | None = None


class ConfigurationItem(FileModel):
    key: Key
    name: Name
    ci_class: Annotated[Word, Field(alias="class")]
    service: Key | None = None
    environment: Key | None = None
    owner: Account | None = None
    status: CIStatus = CIStatus.IN_USE
    criticality: Scale = 3
    is_stateful: Flag = False
    attributes: Attributes = {}


class Relation(FileModel):
    source: Key
    kind: RelationKind
    target: Key

    @model_validator(mode="after")
    def _joins_two_items(self) -> Self:
        if self.source == self.target:
            refuse([(("target",), Invalid("relation.to_itself", "An item has no relation to itself."))])
        return self


class Group(FileModel):
    key: Key
    name: Name
    members: Annotated[tuple[Key, ...], Field(min_length=1, max_length=5000)]


class Target(FileModel):
    """
    One place a step acts on.

    Args:
        config: What the driver needs to reach it; the driver's own schema checks it.
        failure_domain: Targets of one domain fail together (a rack, a zone).
    """

    key: Key
    ci: Key
    environment: Key
    driver: Word
    config: dict[VariableName, Any] = {}
    tags: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    failure_domain: ShortName | None = None


def _list_of(limit: int) -> Any:
    return Field(max_length=limit)


class ConfigurationFile(FileModel):
    """What it names by key may stand in this file or be known already; whoever imports it checks that."""

    kind: Literal["configuration"]
    environments: Annotated[tuple[Environment, ...], _list_of(100)] = ()
    services: Annotated[tuple[Service, ...], _list_of(2_000)] = ()
    cis: Annotated[tuple[ConfigurationItem, ...], _list_of(20_000)] = ()
    relations: Annotated[tuple[Relation, ...], _list_of(50_000)] = ()
    groups: Annotated[tuple[Group, ...], _list_of(2_000)] = ()
    targets: Annotated[tuple[Target, ...], _list_of(20_000)] = ()
    description: Line | None = None

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        refuse([*self._repeated(), *self._circles()])
        return self

    def _repeated(self) -> Iterator[Problem]:
        yield from _alike("key", ("environments", self.environments))
        yield from _alike("name", ("environments", self.environments))
        yield from _alike("key", ("services", self.services), ("cis", self.cis))
        yield from _alike("name", ("services", self.services))
        yield from _alike("key", ("groups", self.groups))
        yield from _alike("key", ("targets", self.targets))

    def _circles(self) -> Iterator[Problem]:
        for kind in _CONTAINMENT:
            edges = [
                (relation.source, relation.target) for relation in self.relations if relation.kind == kind
            ]
            if circle := _circle(edges):
                error = Invalid(
                    "relation.cycle",
                    f"The relation {kind} leads back to its start: {' → '.join(circle)}.",
                    hint="Remove one of these relations.",
                )
                yield ("relations",), error


def _alike(field: str, *lists: tuple[str, Sequence[FileModel]]) -> Iterator[Problem]:
    """Compare one field over several lists that share their names."""
    places: list[Location] = [(name, index, field) for name, items in lists for index in range(len(items))]
    values = [str(getattr(item, field)) for _, items in lists for item in items]
    for index, error in unique_names(values):
        yield places[index], error


def _circle(edges: Sequence[tuple[str, str]]) -> list[str]:
    """Find one circle among the edges: its members in order, the first one again at the end."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for source, target in edges:
        order.add(source, target)
    try:
        order.prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []
