"""Steps and waves of a deployment design: what is done on a target, and which targets go together."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rightaway.domain.errors import Invalid
from rightaway.intake.fields import (
    Flag,
    Key,
    Name,
    Seconds,
    ShortName,
    Template,
    VariableName,
    accepted_by,
    shaped,
    whole,
)
from rightaway.intake.packages import ScriptName
from rightaway.intake.schema import FileModel, refuse
from rightaway.intake.texts import quoted

Effect = Literal["E0", "E1", "E2", "E3", "E4"]
StepKey = Annotated[str, shaped(r"[a-z0-9][a-z0-9_-]{0,59}", "up to 60 small letters, digits, _ and -")]


class Step(FileModel):
    """
    What all steps share.

    Args:
        required: Whether a person may decide to go on without it.
    """

    key: StepKey
    name: Name | None = None
    timeout_s: Seconds = 1800
    required: Flag = True


class ScriptStep(Step):
    """
    Run a script of the package on the target.

    Args:
        effect: E0 reads only, E1 same result when repeated, E2 keyed by a receipt at the target,
            E3 a probe tells what happened, E4 nobody can tell.
        inverse: The script of the package that undoes it; `nothing` when it leaves nothing that would have
            to be undone; `none` when nothing can undo it: from then on there is no way back.
        probe: The script that tells whether it was done; for effect E3, and only there.
    """

    kind: Literal["script"] = "script"
    script: ScriptName
    effect: Effect = "E2"
    arguments: Annotated[tuple[Template, ...], Field(max_length=100)] = ()
    environment: Annotated[dict[VariableName, Template], Field(max_length=100)] = {}
    inverse: StepKey | None = None
    probe: ScriptName | None = None

    @property
    def can_be_undone(self) -> bool:
        return self.effect == "E0" or self.inverse not in {None, "none"}

    @model_validator(mode="after")
    def _says_how_it_is_undone(self) -> Self:
        if self.effect != "E0" and self.inverse is None:
            error = Invalid(
                "plan.rollback_required",
                f"The step {self.key} changes its target and does not say how that is undone.",
                hint="Name the script that undoes it; `nothing` if nothing needs to, `none` if nothing can.",
            )
            refuse([((), error)])
        if (self.effect == "E3") != (self.probe is not None):
            error = Invalid(
                "step.probe",
                "A probe and effect E3 belong together.",
                hint="Give both, or neither.",
            )
            refuse([(("probe",) if self.probe else ("effect",), error)])
        return self


def _size(value: Any) -> Any:
    text = str(value)
    if re.fullmatch(r"[1-9][0-9]{0,4}", text):
        return int(text)
    if re.fullmatch(r"([1-9][0-9]?|100)%", text):
        return text
    raise Invalid(
        "wave.size",
        f"{quoted(value)} is not the size of a wave.",
        hint="Write a number of targets, or a share of them such as 30%.",
    )


WaveSize = Annotated[int | str, BeforeValidator(accepted_by(_size))]


class Wave(FileModel):
    """
    Targets that are taken together.

    Args:
        size: A count, or a percentage of all targets of the design ("30%", at least one).
        targets: Their keys, instead of a size.
        bake_s: How long the wave must stay well before the next one.
        max_failures: The wave stops when more targets than this have failed.
        max_parallel: None is all of the wave at once.
        checks: Names of the health checks of this wave; None is every check that belongs to it.
    """

    name: Annotated[ShortName, shaped(r"(?![0-9]+$).*", "a name that is not a number")]
    size: WaveSize | None = None
    targets: Annotated[tuple[Key, ...], Field(min_length=1, max_length=5000)] | None = None
    bake_s: Annotated[int, whole(0, 604_800)] = 0
    max_failures: Annotated[int, whole(0, 5000)] = 0
    max_parallel: Annotated[int, whole(1, 5000)] | None = None
    checks: Annotated[tuple[ShortName, ...], Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def _has_size_or_targets(self) -> Self:
        if (self.size is None) == (self.targets is None):
            error = Invalid(
                "wave.one_kind", "A wave has a size or a list of targets.", hint="Keep one of them."
            )
            refuse([((), error)])
        return self


def named_waves(value: Any) -> Any:
    """Let `[1, 30%]` stand for two waves with sizes, called wave-1 and wave-2."""
    if not isinstance(value, list):
        return value
    return [
        {"name": f"wave-{number}", "size": item} if isinstance(item, str | int) else item
        for number, item in enumerate(value, 1)
    ]
