"""What a release is about, who is in it, how it is deployed, and what its items are going to be."""

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing
from rightaway.api.releases import ReleaseOut, find, shown
from rightaway.api.requests import Sent, expected_version, file, takes
from rightaway.intake import fields as of
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.schema import FileModel
from rightaway.services import releases

router = Router()

Names = Annotated[tuple[of.Key, ...], Field(max_length=5000)]
Numbers = Annotated[tuple[of.Reference, ...], Field(max_length=500)]


class ScopeIn(FileModel):
    """What the release is about; a part that is left out stays as it is."""

    changes: Numbers | None = None
    cis: Names | None = None
    groups: Names | None = None
    objectives: Annotated[tuple[of.Line, ...], Field(max_length=50)] | None = None


class StakeholderIn(FileModel):
    person: of.Account
    part: Literal["inform", "consult", "approve", "accept"]


class ShiftIn(FileModel):
    person: of.Account
    starts_at: of.Moment
    ends_at: of.Moment


class PeopleIn(FileModel):
    """Stakeholders, and who supports the service in its early life; a part that is left out stays as it is."""

    stakeholders: Annotated[tuple[StakeholderIn, ...], Field(max_length=200)] | None = None
    roster: Annotated[tuple[ShiftIn, ...], Field(max_length=200)] | None = None


class ExpectationsIn(FileModel):
    """What items are going to be after the release, by key: `{"web-01": {"version": "2.4.0"}}`."""

    states: Annotated[dict[of.Key, dict[of.VariableName, of.Line]], Field(min_length=1, max_length=5000)]


@router.put("/releases/{release}/scope", response=ReleaseOut)
def set_scope(request: Request, response: HttpResponse, release: str, sent: Sent[ScopeIn]) -> Any:
    """Set the changes, configuration items, groups and objectives of a release."""
    find(request, release, "release.edit")
    parts = sent.model_dump(exclude_none=True)
    row = releases.set_scope(
        actor=request.auth, number=release, expected_version=expected_version(request), **parts
    )
    return shown(response, row)


@router.get("/releases/{release}/design")
def show_design(request: Request, release: str) -> dict[str, Any]:
    """Show how the release is deployed: the deployment design."""
    row = find(request, release)
    if row.design is None:
        raise missing(f"deployment design of {release} yet")
    return dict(row.design)


@router.put("/releases/{release}/design", response=ReleaseOut, openapi_extra=takes(DeploymentDesign))
def set_design(request: Request, response: HttpResponse, release: str) -> Any:
    """Set how the release is deployed, from a design file as YAML or as the same in JSON."""
    find(request, release, "plan.edit")
    design = file(request, DeploymentDesign).model_dump(mode="json", exclude_none=True)
    row = releases.set_design(
        actor=request.auth, number=release, design=design, expected_version=expected_version(request)
    )
    return shown(response, row)


@router.put("/releases/{release}/expectations", response=ReleaseOut)
def expect(request: Request, response: HttpResponse, release: str, sent: Sent[ExpectationsIn]) -> Any:
    """Set what configuration items are going to be after the release."""
    find(request, release, "release.edit")
    row = releases.expect(
        actor=request.auth, number=release, states=sent.states, expected_version=expected_version(request)
    )
    return shown(response, row)


@router.put("/releases/{release}/people", response=ReleaseOut)
def set_people(request: Request, response: HttpResponse, release: str, sent: Sent[PeopleIn]) -> Any:
    """Set the stakeholders of a release and the roster of its early life support."""
    find(request, release, "release.edit")
    people = None if sent.stakeholders is None else {one.person: one.part for one in sent.stakeholders}
    roster = (
        None if sent.roster is None else [(one.person, one.starts_at, one.ends_at) for one in sent.roster]
    )
    row = releases.set_people(
        actor=request.auth,
        number=release,
        stakeholders=people,
        roster=roster,
        expected_version=expected_version(request),
    )
    return shown(response, row)
