"""Configuration records: items with expected and observed state, relations, groups, environments, targets."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import EVERYWHERE, Request, allowed, missing, require_any_role, visible
from rightaway.api.answers import Key, MaybeAccount, MaybeKey, Out, Page, PageFilter, each, page, tagged
from rightaway.api.requests import Asked, Sent, Word, expected_version, file, key_of, takes
from rightaway.domain.values import CIStatus, EnvironmentTier, RelationKind
from rightaway.intake import fields as of
from rightaway.intake.configurations import ConfigurationFile
from rightaway.intake.schema import FileModel
from rightaway.queries import cmdb as ask
from rightaway.services import cmdb, configurations

router = Router()

Attributes = Annotated[dict[of.VariableName, of.Text], Field(max_length=100)]


class ItemFilter(PageFilter):
    text: Word = ""
    ci_class: Word = ""
    service: Word = ""
    environment: Word = ""
    is_mismatched: of.Flag = False
    order: Literal["key", "-key"] = "key"


class ItemRow(Out):
    key: str
    name: str
    ci_class: str
    status: str
    service: str | None = Field(validation_alias="service__key")
    environment: str | None = Field(validation_alias="environment__key")
    criticality: int
    expected: dict[str, Any]
    observed: dict[str, Any]
    observed_at: datetime | None
    version: int


class ItemOut(Out):
    """One item. `observed` is what a driver last saw; it is never typed in."""

    key: str
    version: int
    name: str
    ci_class: str
    status: str
    service: MaybeKey
    environment: MaybeKey
    owner: MaybeAccount
    criticality: int
    is_stateful: bool
    attributes: dict[str, Any]
    expected: dict[str, Any]
    expected_at: datetime | None
    expected_cause: str
    observed: dict[str, Any]
    observed_at: datetime | None
    observed_by: str


class ItemIn(FileModel):
    name: of.Name
    ci_class: of.Word
    service: of.Key | None = None
    environment: of.Key | None = None
    owner: of.Account | None = None
    status: CIStatus = CIStatus.IN_USE
    criticality: of.Scale = 3
    is_stateful: of.Flag = False
    attributes: Attributes = {}


class RelationOut(Out):
    source: Key
    kind: str
    target: Key


class RelationIn(FileModel):
    source: of.Key
    kind: RelationKind
    target: of.Key


class GroupOut(Out):
    key: str
    name: str
    members: Annotated[list[str], each("key")]


class GroupIn(FileModel):
    name: of.Name
    members: Annotated[tuple[of.Key, ...], Field(min_length=1, max_length=5000)]


class EnvironmentOut(Out):
    key: str
    name: str
    tier: str


class EnvironmentIn(FileModel):
    name: of.Name
    tier: EnvironmentTier


class TargetFilter(PageFilter):
    environment: Word = ""
    order: Literal["key", "-key"] = "key"


class TargetOut(Out):
    """One place a step acts on; `fence` only rises, and the target refuses whoever comes with a lower one."""

    key: str
    version: int
    ci: Key
    environment: Key
    driver: str
    config: dict[str, Any]
    tags: list[str]
    failure_domain: str
    fence: int
    is_active: bool
    installed: str | None = None


class TargetIn(FileModel):
    """`config` is what the driver needs to reach it, checked by the driver's own model."""

    ci: of.Key
    environment: of.Key
    driver: of.Word
    config: dict[of.VariableName, Any] = {}
    tags: Annotated[tuple[of.Word, ...], Field(max_length=50)] = ()
    failure_domain: of.ShortName | None = None


class AppliedOut(Out):
    """How many of each kind the file defined; what it does not name stays as it is."""

    environments: int
    services: int
    cis: int
    relations: int
    groups: int
    targets: int


@router.get("/items", response=Page[ItemRow])
def list_items(request: Request, asked: Asked[ItemFilter]) -> Any:
    """List configuration items, or only those that are not what they are expected to be."""
    require_any_role(request.auth)
    rows = ask.items(
        text=asked.text, ci_class=asked.ci_class, service=asked.service, environment=asked.environment
    )
    if asked.is_mismatched:
        rows = rows.filter(pk__in=ask.mismatches().values("pk"))
    return page(rows, asked, asked.order, ItemRow)


def _item(request: Request, key: str) -> Any:
    require_any_role(request.auth)
    row = ask.item(key)
    if row is None:
        raise missing(f"configuration item {key:.80}")
    return row


@router.get("/items/{item}", response=ItemOut)
def show_item(request: Request, response: HttpResponse, item: str) -> Any:
    """Show one configuration item."""
    return tagged(response, _item(request, item))


@router.put("/items/{item}", response=ItemOut)
def define_item(request: Request, response: HttpResponse, item: str, sent: Sent[ItemIn]) -> Any:
    """Create a configuration item or change what is managed about it."""
    row = cmdb.define_item(
        actor=request.auth,
        key=key_of(item),
        fields=sent.model_dump(mode="json"),
        expected_version=expected_version(request),
    )
    return tagged(response, row)


@router.get("/items/{item}/relations", response=list[RelationOut])
def list_relations(request: Request, item: str) -> Any:
    """List the relations of an item, in both directions."""
    return list(ask.relations(_item(request, item)))


@router.post("/relations", response={201: RelationOut})
def relate(request: Request, sent: Sent[RelationIn]) -> Any:
    """Relate two items; the same relation again changes nothing."""
    return cmdb.relate(actor=request.auth, source=sent.source, kind=str(sent.kind), target=sent.target)


@router.get("/groups", response=list[GroupOut])
def list_groups(request: Request) -> Any:
    """List the groups of configuration items with their members."""
    require_any_role(request.auth)
    return list(ask.groups())


@router.put("/groups/{group}", response=GroupOut)
def define_group(request: Request, group: str, sent: Sent[GroupIn]) -> Any:
    """Create a group or set its name and members."""
    return cmdb.define_group(actor=request.auth, key=key_of(group), name=sent.name, members=sent.members)


@router.get("/environments", response=list[EnvironmentOut])
def list_environments(request: Request) -> Any:
    """List the environments."""
    require_any_role(request.auth)
    return list(ask.environments())


@router.put("/environments/{environment}", response=EnvironmentOut)
def define_environment(request: Request, environment: str, sent: Sent[EnvironmentIn]) -> Any:
    """Create an environment or change it."""
    return cmdb.define_environment(
        actor=request.auth, key=key_of(environment), name=sent.name, tier=str(sent.tier)
    )


def _targets(request: Request, environment: str = "") -> QuerySet[Any, Any]:
    """Say where machines are only to those who work with them, and to administrators, who define them."""
    rows = ask.targets(environment=environment)
    if allowed(request.auth, "target.define", EVERYWHERE):
        return rows
    rows = rows.annotate(scope=Coalesce("ci__service__key", "ci__key"))
    return visible(request.auth, rows, scope="scope", inside=True)


@router.get("/targets", response=Page[TargetOut])
def list_targets(request: Request, asked: Asked[TargetFilter]) -> Any:
    """List the targets with what is installed on them."""
    found = page(_targets(request, asked.environment), asked, asked.order)
    return {**found, "items": [_target(one) for one in found["items"]]}


@router.get("/targets/{target}", response=TargetOut)
def show_target(request: Request, response: HttpResponse, target: str) -> Any:
    """Show one target."""
    row = _targets(request).filter(key=target).first()
    if row is None:
        raise missing(f"target {target:.80}")
    return _target(tagged(response, row))


def _target(row: Any) -> Any:
    row.installed = row.installation.package_version if hasattr(row, "installation") else None
    return row


@router.put("/targets/{target}", response=TargetOut)
def define_target(request: Request, response: HttpResponse, target: str, sent: Sent[TargetIn]) -> Any:
    """Say where and how steps act on an item."""
    row = cmdb.define_target(
        actor=request.auth,
        key=key_of(target),
        fields=sent.model_dump(),
        expected_version=expected_version(request),
    )
    return tagged(response, row)


@router.post("/configuration", response=AppliedOut, openapi_extra=takes(ConfigurationFile))
def apply(request: Request) -> Any:
    """Apply a configuration file, as YAML or as the same in JSON: all of it or nothing."""
    return configurations.apply(actor=request.auth, file=file(request, ConfigurationFile))
