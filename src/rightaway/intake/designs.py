"""The deployment design: which targets, in which waves, by which steps, and how one knows it went well."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rightaway.domain.errors import Invalid
from rightaway.intake.fields import Key, Template, Text, VariableName, Word, accepted_by, whole
from rightaway.intake.health_checks import AnyCheck, Criteria
from rightaway.intake.names import unique_names
from rightaway.intake.packages import ScriptName
from rightaway.intake.schema import FileModel, Problem, refuse
from rightaway.intake.steps import ScriptStep, Wave, named_waves
from rightaway.intake.texts import quoted

_LATER = {"parallel": "parallel running", "continuous": "continuous deployment"}


def _model(value: Any) -> Any:
    if isinstance(value, str) and value in _LATER:
        raise Invalid(
            "plan.model_not_yet",
            f"Rightaway does not carry out {_LATER[value]} yet.",
            hint="Use phased, or big_bang; later versions bring the other models.",
        )
    return value


DeploymentModel = Annotated[Literal["big_bang", "phased"], BeforeValidator(accepted_by(_model))]
OnFailure = Literal["ask", "back_out_wave", "back_out_all", "stop"]


class Selection(FileModel):
    """Which targets of the environment take part, by exactly one of these."""

    service: Key | None = None
    ci_group: Key | None = None
    targets: Annotated[tuple[Key, ...], Field(min_length=1, max_length=5000)] | None = None
    tags: Annotated[tuple[Word, ...], Field(min_length=1, max_length=50)] | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        given = [
            name for name in ("service", "ci_group", "targets", "tags") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            error = Invalid(
                "select.one_kind",
                "Targets are selected by service, ci_group, targets or tags: by exactly one.",
                hint=f"Keep one of: {', '.join(given)}." if given else "Give one of them.",
            )
            refuse([((), error)])
        return self


class DeploymentDesign(FileModel):
    """
    The design of one deployment to one environment.

    Args:
        waves: In order; empty is one wave of all targets. The last size repeats until all are covered.
        steps: What is done on each target, in this order.
        observe: The script of the package that prints what a target really runs, as one JSON object with
            `version` and `digest` on its last line; a target counts as changed or restored only by that.
        variables: Environment of every script.
        rehearsal_environment: The lower environment where the way back is rehearsed.
        on_failure: What happens when a wave has failed; `ask` lets a person decide.
        downtime_minutes: Planned interruption of the service.
    """

    kind: Literal["deployment-design"]
    model: DeploymentModel
    environment: Key
    select: Selection
    waves: Annotated[tuple[Wave, ...], BeforeValidator(named_waves), Field(max_length=100)] = ()
    steps: Annotated[tuple[ScriptStep, ...], Field(min_length=1, max_length=100)]
    checks: Annotated[tuple[AnyCheck, ...], Field(max_length=100)] = ()
    on_failure: OnFailure = "ask"
    observe: ScriptName | None = None
    variables: Annotated[dict[VariableName, Template], Field(max_length=100)] = {}
    rehearsal_environment: Key | None = None
    success_criteria: Criteria = ()
    rollback_criteria: Criteria = ()
    downtime_minutes: Annotated[int, whole(0, 10_080)] = 0
    description: Text | None = None

    def checks_of(self, number: int) -> "tuple[AnyCheck, ...]":
        """Give the health checks of a wave; waves count from 1, any beyond the last are like the last."""
        number = max(1, min(number, len(self.waves)))
        wave = self.waves[number - 1] if self.waves else None
        if wave and wave.checks is not None:
            return tuple(check for check in self.checks if check.name in wave.checks)
        return tuple(check for check in self.checks if _belongs(check, wave, number))

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        refuse([*self._alike(), *self._model_problems(), *self._wave_problems(), *self._reference_problems()])
        refuse(self._unused_checks())
        return self

    def _alike(self) -> Iterator[Problem]:
        for field, name, items in (
            ("waves", "name", self.waves),
            ("steps", "key", self.steps),
            ("checks", "name", self.checks),
        ):
            for index, error in unique_names([getattr(item, name) for item in items]):
                yield (field, index, name), error

    def _model_problems(self) -> Iterator[Problem]:
        whole = all(wave.size in {None, "100%"} for wave in self.waves)
        if self.model == "big_bang" and (len(self.waves) > 1 or not whole):
            hint = "Leave the waves out or give one of 100%, or write `model: phased`."
            yield ("waves",), Invalid("plan.big_bang", "Big bang is one wave of all targets.", hint=hint)
        if self.model == "phased" and not self.waves:
            hint = "Write for example `waves: [1, 30%, 100%]`."
            yield (), Invalid("plan.waves_required", "A phased deployment needs waves.", hint=hint)

    def _wave_problems(self) -> Iterator[Problem]:
        if len({wave.targets is None for wave in self.waves}) > 1:
            hint = "Give every wave a size, or every wave its targets."
            yield ("waves",), Invalid("wave.one_kind", "Some waves have sizes, others targets.", hint=hint)
        seen: set[str] = set()
        for index, wave in enumerate(self.waves):
            for position, key in enumerate(wave.targets or ()):
                if key in seen:
                    error = Invalid("wave.target_twice", f"{quoted(key)} stands in two places of the waves.")
                    yield ("waves", index, "targets", position), error
                seen.add(key)

    def _reference_problems(self) -> Iterator[Problem]:
        checks = {check.name: check for check in self.checks}
        waves = {wave.name for wave in self.waves} | {str(n + 1) for n in range(max(1, len(self.waves)))}
        for index, check in enumerate(self.checks):
            for position, name in enumerate(check.waves or ()):
                if name not in waves:
                    yield ("checks", index, "waves", position), _missing("wave", name)
        for index, wave in enumerate(self.waves):
            for position, name in enumerate(wave.checks or ()):
                place = ("waves", index, "checks", position)
                if name not in checks:
                    yield place, _missing("health check", name)
                elif not _belongs(checks[name], wave, index + 1):
                    hint = "Correct `waves:` of the check, or `checks:` of the wave."
                    yield (
                        place,
                        Invalid("check.contradiction", f"{quoted(name)} leaves this wave out.", hint=hint),
                    )

    def _unused_checks(self) -> Iterator[Problem]:
        used = {check.name for n in range(max(1, len(self.waves))) for check in self.checks_of(n + 1)}
        for index, check in enumerate(self.checks):
            if check.name not in used:
                hint = "Name it in `checks:` of a wave, or leave that line out: then every check counts."
                yield (
                    ("checks", index),
                    Invalid("check.unused", f"No wave asks {quoted(check.name)}.", hint=hint),
                )


def _belongs(check: AnyCheck, wave: Wave | None, number: int) -> bool:
    return (
        check.waves is None or str(number) in check.waves or (wave is not None and wave.name in check.waves)
    )


def _missing(what: str, name: str) -> Invalid:
    return Invalid(
        "plan.missing_reference",
        f"There is no {what} {quoted(name)} in this file.",
        hint="Add it, or correct the name.",
    )
