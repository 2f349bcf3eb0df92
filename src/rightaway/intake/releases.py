"""The release file: what is registered, who is responsible, and when it should happen."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rightaway.domain.errors import Invalid
from rightaway.domain.values import Origin, ReleaseKind, ReleaseReason, ReleaseType
from rightaway.domain.workflow_versions import DEFAULT
from rightaway.intake.designs import DeploymentModel
from rightaway.intake.fields import (
    Account,
    Key,
    Line,
    Moment,
    Reference,
    Scale,
    ShortName,
    Text,
    Title,
    whole,
)
from rightaway.intake.schema import FileModel, Problem, refuse

References = Annotated[tuple[Reference, ...], Field(max_length=500)]


class Stakeholder(FileModel):
    person: Account
    part: Literal["inform", "consult", "approve", "accept"]


class ReleaseFile(FileModel):
    """
    A release as it is registered. Fields that a later phase asks for may be left out until then.

    Scales run from 1 (Enterprise, Critical) to 4 (User, Low).

    Source: the field groups of lifecycle design 1.5.
    """

    kind: Literal["release"]

    title: Title
    description: Text
    release_type: ReleaseType
    service: Key
    workflow: Key = DEFAULT
    release_kind: ReleaseKind | None = None
    origin: Origin = Origin.CHANGE_REQUEST
    reason: ReleaseReason | None = None
    category: ShortName | None = None
    owning_group: ShortName | None = None
    justification: Text | None = None
    value_statement: Text | None = None
    do_nothing_impact: Text | None = None
    model: DeploymentModel | None = None

    requested_for: Account | None = None
    coordinator: Account | None = None
    manager: Account | None = None
    service_owner: Account | None = None
    deployment_manager: Account | None = None
    els_lead: Account | None = None
    stakeholders: Annotated[tuple[Stakeholder, ...], Field(max_length=200)] = ()

    impact: Scale | None = None
    urgency: Scale | None = None
    impact_assessment: Scale | None = None

    changes: References = ()
    incidents: References = ()
    problems: References = ()
    known_errors: References = ()
    affected_cis: Annotated[tuple[Key, ...], Field(max_length=5000)] = ()
    ci_groups: Annotated[tuple[Key, ...], Field(max_length=200)] = ()

    requested_end: Moment | None = None
    planned_start: Moment | None = None
    planned_end: Moment | None = None
    objectives: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    cost_estimate: Annotated[int, whole(0, 2_000_000_000)] | None = None
    communication_plan: Text | None = None
    els_exit_criteria: Text | None = None
    on_call: ShortName | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        problems: list[Problem] = []
        if self.planned_start and self.planned_end and self.planned_end <= self.planned_start:
            error = Invalid(
                "window.order", "The planned end is not after the planned start.", hint="Change one."
            )
            problems.append((("planned_end",), error))
        if self.planned_end and not self.planned_start:
            error = Invalid(
                "window.order", "There is a planned end but no planned start.", hint="Add the start."
            )
            problems.append((("planned_end",), error))
        refuse(problems)
        return self
