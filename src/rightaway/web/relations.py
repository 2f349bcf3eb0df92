"""What a release is to others: shown on its pages, said, and taken back."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from rightaway.domain.errors import Invalid, NotFound
from rightaway.domain.relations import REVERSE, RelationKind, worst
from rightaway.domain.sentences import said
from rightaway.queries import bundles, releases
from rightaway.queries import relations as ask
from rightaway.services import relations as commands
from rightaway.web import frames
from rightaway.web.forms.base import ReasonForm
from rightaway.web.forms.relations import RelationForm
from rightaway.web.pages import act, bound, command
from rightaway.web.viewers import Viewer

TAB, ANCHOR = "scope", "#relations"
_ORDER = [word for kind in (RelationKind.PART_OF, *RelationKind) for word in (REVERSE[kind], str(kind))]


@dataclass(frozen=True, slots=True)
class Line:
    """
    One relation as a release sees it.

    `is_visible` is false for a release of which this person may know no more than its number.
    """

    id: int
    word: str
    other: Any
    is_visible: bool
    is_deployed: bool
    may_remove: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The relations of a release, its parts first; `worst` is how the part stands that is worst off."""

    lines: list[Line]
    bundles: list[Any]
    worst: str
    may_add: bool


def shown(viewer: Viewer, release: Any, *, is_over: bool) -> Shown:
    may_relate = not is_over and viewer.may(commands.RELATE, release.service.key)
    rows = list(ask.of_release(release))
    deployed = ask.deployed([one.target for one in rows if one.kind == RelationKind.DEPENDS_ON])
    lines = [_line(viewer, release, row, deployed, may_relate=may_relate) for row in rows]
    parts = [one.other.phase_status for one in lines if one.word == REVERSE[RelationKind.PART_OF]]
    return Shown(
        lines=sorted(lines, key=lambda one: _ORDER.index(one.word)),
        bundles=list(bundles.of_release(release)),
        worst=worst(parts),
        may_add=may_relate,
    )


def _line(viewer: Viewer, release: Any, row: Any, deployed: Container[int], *, may_relate: bool) -> Line:
    is_source = row.source_id == release.pk
    other = row.target if is_source else row.source
    return Line(
        id=row.pk,
        word=row.kind if is_source else REVERSE[RelationKind(row.kind)],
        other=other,
        is_visible=viewer.may("release.view", other.service.key),
        is_deployed=is_source and other.pk in deployed,
        may_remove=is_source and may_relate,
    )


@act
def add(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require(commands.RELATE, row.service.key)

    def run(given: dict[str, Any]) -> None:
        other = releases.release(given["other"].strip().upper())
        if other is None or not viewer.may("release.view", other.service.key):
            raise Invalid(
                "relation.unknown", said("There is no release {number}.", number=given["other"]), at="other"
            )
        commands.add(
            actor=viewer.actor,
            number=number,
            kind=given["kind"],
            other=other.number,
            expected_version=given["version"],
        )

    return command(
        request,
        RelationForm(**bound(request), initial={"version": row.version, **_asked(request)}),
        run,
        title=_("Relate {number} to another release").format(number=number),
        button=_("Relate"),
        done=_("The relation is recorded with both releases."),
        text=_("What a release depends on is a part of its plan: an approval of the plan becomes void."),
        **frames.inside(row, TAB, ANCHOR),
    )


def _asked(request: HttpRequest) -> dict[str, str]:
    kind = request.GET.get("kind", "")
    return {"kind": kind} if kind in set(RelationKind) else {}


@act
def remove(request: HttpRequest, viewer: Viewer, number: str, relation_id: int) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require(commands.RELATE, row.service.key)
    held = ask.relation(row, relation_id)
    if held is None:
        raise NotFound("not_found", said("{number} has no such relation.", number=number))
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: commands.remove(
            actor=viewer.actor, number=number, relation=relation_id, reason=given["reason"]
        ),
        title=_("Take the relation to {number} back").format(number=held.target.number),
        button=_("Take it back"),
        done=_("The relation is taken back."),
        text=held.target.title,
        **frames.inside(row, TAB, ANCHOR),
    )
