"""Files of canary analyses: what is measured on both sides, and how it is judged."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rightaway.domain.errors import Invalid
from rightaway.domain.judge import Direction, Effects, Guardrail, Judging, Metric, MetricKind
from rightaway.intake.documents import Location
from rightaway.intake.fields import Flag, ShortName, Text, VariableName, decimal, shaped, whole
from rightaway.intake.names import unique_names
from rightaway.intake.schema import FileModel, Problem, refuse

Effect = Annotated[float, decimal(1, 1000)]
Difference = Annotated[float, decimal(0, 1)]
Weight = Annotated[int, whole(1, 1000)]
Percent = Annotated[float, decimal(0, 100)]
Address = Annotated[
    str,
    shaped(r"https?://[^\s/@?#]+(/[^\s?#]*)?", "http:// or https://, a host, and a path, without account"),
]


class PrometheusAccess(FileModel):
    """
    Where Prometheus is.

    Args:
        url: Without `/api`.
        token_env: The variable of the environment that holds a bearer token; the token itself never stands here.
    """

    kind: Literal["prometheus"]
    url: Address
    token_env: VariableName | None = None


class Measure(FileModel):
    """
    One metric: a query for the canary and one for the baseline, each giving one series.

    Args:
        kind: `gauge`: values. `count`: events per bucket. `ratio`: hits per bucket.
        canary_exposure: Of a count what its events came of, such as requests or seconds times instances; when left
            out the same on both sides. Of a ratio its trials.
        warn: From which quotient of canary to baseline on a difference warns; `fail` likewise fails.
        warn_difference: Of ratios, how much larger the share has to be besides.
        least: Gauge: buckets with values on both sides. Count: exposure, ratio: trials, of each side.
    """

    name: ShortName
    kind: MetricKind
    direction: Direction = Direction.INCREASE
    group: ShortName = "all"
    weight: Weight = 1
    critical: Flag = False
    required: Flag = True
    dry_run: Flag = False
    canary: Text
    baseline: Text
    canary_exposure: Text | None = None
    baseline_exposure: Text | None = None
    warn: Effect | None = None
    fail: Effect | None = None
    warn_difference: Difference | None = None
    fail_difference: Difference | None = None
    least: Annotated[float, decimal(0, 1_000_000_000)] | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        refuse([*self._exposures(), *self._effects()])
        return self

    def _exposures(self) -> list[Problem]:
        given = [one is not None for one in (self.canary_exposure, self.baseline_exposure)]
        if self.kind is MetricKind.RATIO and not all(given):
            need = "A ratio needs `canary_exposure` and `baseline_exposure`: its trials."
            return [(("kind",), Invalid("analysis.trials", need, hint="Or say that it is a count."))]
        if self.kind is MetricKind.GAUGE and any(given):
            return [
                (("kind",), Invalid("analysis.exposure", "A gauge has no exposure.", hint="Leave it out."))
            ]
        if given[0] != given[1]:
            need = "Both sides have an exposure, or none has."
            return [(("kind",), Invalid("analysis.exposure", need, hint="Give the other one too."))]
        return []

    def _effects(self) -> list[Problem]:
        problems: list[Problem] = []
        for lesser, greater in (("warn", "fail"), ("warn_difference", "fail_difference")):
            one, other = getattr(self, lesser), getattr(self, greater)
            if (one is None) != (other is None) or (one is not None and one > other):
                need = f"`{lesser}` and `{greater}` go together, and the first is not larger."
                problems.append(((lesser,), Invalid("analysis.effects", need, hint="Such as 1.1 and 1.3.")))
        if self.warn_difference is not None and (self.kind is not MetricKind.RATIO or self.warn is None):
            need = "Only a ratio is judged by differences, and by `warn` and `fail` besides."
            problems.append((("warn_difference",), Invalid("analysis.effects", need, hint="Leave it out.")))
        return problems

    def metric(self) -> Metric:
        effects = None
        if self.warn is not None and self.fail is not None:
            effects = Effects(self.warn, self.fail, self.warn_difference or 0.0, self.fail_difference or 0.0)
        return Metric(
            self.name,
            self.kind,
            self.direction,
            group=self.group,
            weight=self.weight,
            is_critical=self.critical,
            is_required=self.required,
            is_dry_run=self.dry_run,
            effects=effects,
            least=self.least,
        )


class Limit(FileModel):
    """A limit that needs no baseline: broken by `breaches` of the last `last` values of one series."""

    name: ShortName
    query: Text
    above: Annotated[float, decimal(-1e12, 1e12)] | None = None
    below: Annotated[float, decimal(-1e12, 1e12)] | None = None
    breaches: Annotated[int, whole(1, 100)] = 3
    last: Annotated[int, whole(1, 100)] = 5

    @model_validator(mode="after")
    def _has_one_side(self) -> Self:
        problems: list[Problem] = []
        if (self.above is None) == (self.below is None):
            need = "A limit is `above` or `below` which it is broken."
            problems.append((("above",), Invalid("analysis.limit", need, hint="Give one of the two.")))
        if self.breaches > self.last:
            need = f"{self.breaches} of the last {self.last} values can never be."
            problems.append((("breaches",), Invalid("analysis.limit", need, hint="Raise `last`.")))
        refuse(problems)
        return self

    def guardrail(self) -> Guardrail:
        limit = self.above if self.above is not None else self.below
        assert limit is not None
        return Guardrail(self.name, limit, self.above is not None, self.breaches, self.last)


class CanaryAnalysis(FileModel):
    """
    What is measured of a canary and of what it is compared with, and how that is judged.

    Args:
        step_s: Length of a bucket of time: one value of each series.
        buckets: How many there are in all; `warm_up` of them, from the beginning, are left out.
        alpha: Chance of a false alarm of one metric over all looks.
        group_weights: By group; 1 for one that is not named.
        least_coverage: Percent of what is required, by weight, that has to be known.
        passing: A score from which on it passes; `marginal` likewise, and less fails.
    """

    kind: Literal["canary-analysis"]
    source: PrometheusAccess
    step_s: Annotated[int, whole(1, 3600)] = 60
    buckets: Annotated[int, whole(1, 5000)] = 60
    warm_up: Annotated[int, whole(0, 4999)] = 0
    alpha: Annotated[float, decimal(0.000001, 0.5)] = 0.01
    passing: Percent = 95
    marginal: Percent = 75
    least_coverage: Percent = 80
    group_weights: Annotated[dict[ShortName, Weight], Field(max_length=50)] = {}
    metrics: Annotated[tuple[Measure, ...], Field(max_length=50)] = ()
    guardrails: Annotated[tuple[Limit, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [*(one.name for one in self.metrics), *(one.name for one in self.guardrails)]
        problems: list[Problem] = [(self._place(index), error) for index, error in unique_names(names)]
        if not self.metrics and not self.guardrails:
            need = "There is nothing to judge by."
            problems.append(
                (("metrics",), Invalid("analysis.empty", need, hint="Name a metric or a guardrail."))
            )
        if self.warm_up >= self.buckets:
            need = f"Of {self.buckets} buckets nothing is left after {self.warm_up}."
            problems.append(
                (("warm_up",), Invalid("analysis.warm_up", need, hint="Lower it, or raise `buckets`."))
            )
        if self.marginal > self.passing:
            need = "What passes is marginal too."
            problems.append(
                (("marginal",), Invalid("analysis.score", need, hint="Lower it, or raise `passing`."))
            )
        unknown = sorted(set(self.group_weights) - {one.group for one in self.metrics})
        if unknown:
            need = f"No metric is of the group {unknown[0]}."
            problems.append(
                (("group_weights",), Invalid("analysis.group", need, hint="Take it out, or name it."))
            )
        refuse(problems)
        return self

    def _place(self, index: int) -> Location:
        first = len(self.metrics)
        return ("metrics", index, "name") if index < first else ("guardrails", index - first, "name")

    def judging(self) -> Judging:
        return Judging(
            tuple(one.metric() for one in self.metrics),
            tuple(one.guardrail() for one in self.guardrails),
            alpha=self.alpha,
            warm_up=self.warm_up,
            group_weights=dict(self.group_weights),
            least_coverage=self.least_coverage / 100,
            passing=self.passing,
            marginal=self.marginal,
        )
