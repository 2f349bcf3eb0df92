"""Relations of a release to others: depends on, part of, follows, supersedes."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router

from rightaway.api.access import Request, allowed, missing
from rightaway.api.answers import Account, Out, tagged
from rightaway.api.releases import find
from rightaway.api.requests import Sent, expected_version
from rightaway.domain.relations import REVERSE, RelationKind
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import relations as ask
from rightaway.services import relations

router = Router()


class RelatedReleaseOut(Out):
    """Another release; what the caller may not see of it is its number alone."""

    number: str
    title: str = ""
    service: str = ""
    phase: str = ""
    phase_status: str = ""
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    is_deployed: bool | None = None


class ReleaseRelationOut(Out):
    """
    What this release is to another.

    `relation` is depends_on, part_of, follows or supersedes; or, made at the other release and taken back there,
    needed_by, parent_of, followed_by or superseded_by.
    """

    id: int
    relation: str
    release: RelatedReleaseOut
    by: Account
    at: datetime


class ReleaseRelationIn(FileModel):
    kind: RelationKind
    other: of.Reference


class RelationRemovalIn(FileModel):
    reason: of.Line


def _shown(request: Request, row: Any, release: Any) -> dict[str, Any]:
    is_source = row.source_id == release.pk
    other = row.target if is_source else row.source
    return {
        "id": row.pk,
        "relation": row.kind if is_source else REVERSE[RelationKind(row.kind)],
        "release": _related(request, other),
        "by": row.by,
        "at": row.at,
    }


def _related(request: Request, other: Any) -> dict[str, Any]:
    if not allowed(request.auth, "release.view", other.service.key):
        return {"number": other.number}
    names = ("number", "title", "phase", "phase_status", "planned_start", "planned_end")
    return {
        **{name: getattr(other, name) for name in names},
        "service": other.service.key,
        "is_deployed": ask.is_deployed(other),
    }


@router.get("/releases/{release}/relations", response=list[ReleaseRelationOut])
def list_relations(request: Request, release: str) -> Any:
    """List what the release is to others and others to it, in the order in which it was said."""
    row = find(request, release)
    return [_shown(request, one, row) for one in ask.of_release(row)]


@router.post("/releases/{release}/relations", response={201: ReleaseRelationOut})
def add_relation(
    request: Request, response: HttpResponse, release: str, sent: Sent[ReleaseRelationIn]
) -> Any:
    """
    Say what the release is to another.

    A part may not pass its parent, nor a parent its unfinished parts; a dependent is deployed after what it needs.
    """
    find(request, release)
    find(request, sent.other)
    row = relations.add(
        actor=request.auth, number=release, expected_version=expected_version(request), **sent.model_dump()
    )
    tagged(response, row.source)
    return _shown(request, row, row.source)


@router.post("/releases/{release}/relations/{int:relation}/removal", response={204: None})
def remove_relation(request: Request, release: str, relation: int, sent: Sent[RelationRemovalIn]) -> None:
    """Take a relation back that was made at this release, with a reason."""
    if ask.relation(find(request, release), relation) is None:
        raise missing(f"relation {relation} of {release}")
    relations.remove(
        actor=request.auth,
        number=release,
        relation=relation,
        reason=sent.reason,
        expected_version=expected_version(request),
    )
