"""Drivers are found by entry point: one that somebody else wrote is equal to ours."""

import difflib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from pydantic import ValidationError

from rightaway.domain.errors import Invalid
from rightaway.drivers.contract import Driver

GROUP = "rightaway.drivers"


@cache
def _classes() -> dict[str, type[Driver]]:
    return {point.name: point.load() for point in entry_points(group=GROUP)}


def kinds() -> tuple[str, ...]:
    return tuple(sorted(_classes()))


def create(kind: str) -> Driver:
    """Make a driver; enter it before use."""
    return _class(kind)()


def validate_config(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """
    Check a target's configuration against the driver's own model, and give it with all its defaults.

    Raises:
        Invalid: `driver.unknown_kind`, or `driver.config` with every wrong field in `errors`.
    """
    model = _class(kind).Config
    try:
        return model.model_validate(dict(config)).model_dump(mode="json")
    except ValidationError as error:
        problems = [
            Invalid("driver.config", one["msg"], at="/".join(map(str, one["loc"]))) for one in error.errors()
        ]
        raise Invalid(
            "driver.config",
            f"The configuration of a target of kind {kind} is wrong: {problems[0].at}: {problems[0].message}",
            at=problems[0].at,
            hint=f"Fields: {', '.join(model.model_fields)}.",
            errors=problems,
        ) from None


def _class(kind: str) -> type[Driver]:
    found = _classes().get(kind)
    if found is None:
        near = difflib.get_close_matches(kind, kinds(), n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(kinds())}."
        raise Invalid("driver.unknown_kind", f"There is no driver {kind!r}.", at="driver", hint=hint)
    return found
