"""Health checks of a deployment design: how a target shows that it serves the new package."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from rightaway.domain.errors import Invalid
from rightaway.intake.fields import (
    Line,
    RelativePath,
    Seconds,
    ShortName,
    Template,
    VariableName,
    shaped,
    whole,
)
from rightaway.intake.packages import ScriptName
from rightaway.intake.schema import FileModel, refuse

HeaderName = Annotated[str, shaped(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}", "letters, digits and -")]
JsonPath = Annotated[
    str, shaped(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,15}", "names joined by dots, such as build.version")
]
UrlTemplate = Annotated[
    Template,
    shaped(r"https?://[^\s/@]+(/\S*)?", "http:// or https://, a host, and a path, without account or spaces"),
]


class HealthCheck(FileModel):
    """
    What all checks share.

    Args:
        consecutive: Passes in a row that are needed.
        every_s: Pause between two looks.
        deadline_s: From the end of the steps; later is a failure.
        waves: Names or numbers (from 1) of the waves it belongs to; None is every wave.
    """

    one_kind: ClassVar[str] = "check.one_kind"

    name: ShortName
    consecutive: Annotated[int, whole(1, 100)] = 3
    every_s: Seconds = 10
    deadline_s: Seconds = 300
    waves: Annotated[tuple[ShortName, ...], Field(min_length=1, max_length=100)] | None = None

    @model_validator(mode="after")
    def _can_pass_in_time(self) -> Self:
        needed = (self.consecutive - 1) * self.every_s
        if self.deadline_s <= needed:
            error = Invalid(
                "check.deadline",
                f"{self.consecutive} passes, one every {self.every_s} s, need more than {needed} s.",
                hint="Raise `deadline_s`, or ask for fewer passes.",
            )
            refuse([(("deadline_s",), error)])
        return self


class HttpCheck(HealthCheck):
    """
    Ask the target over HTTP.

    Args:
        expect_json: Dotted path into the answer -> the text that must stand there.
    """

    kind: Literal["http"]
    url: UrlTemplate
    headers: Annotated[dict[HeaderName, Template], Field(max_length=30)] = {}
    expect_status: Annotated[int, whole(100, 599)] = 200
    expect_json: Annotated[dict[JsonPath, Template], Field(max_length=30)] = {}


class CommandCheck(HealthCheck):
    """Run a script of the package on the target; exit code 0 is a pass."""

    kind: Literal["command"]
    script: ScriptName
    arguments: Annotated[tuple[Template, ...], Field(max_length=100)] = ()
    environment: Annotated[dict[VariableName, Template], Field(max_length=100)] = {}


class DigestCheck(HealthCheck):
    """Compare what is installed with the package: one file of it, or all of it when no path is given."""

    kind: Literal["digest"]
    path: RelativePath | None = None


AnyCheck = Annotated[HttpCheck | CommandCheck | DigestCheck, Field(discriminator="kind")]
Criteria = Annotated[tuple[Line, ...], Field(max_length=50)]
