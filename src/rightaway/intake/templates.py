"""The closed substitution `${name}`: known names only, values as they are, nothing evaluated."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from rightaway.domain.errors import Invalid
from rightaway.intake.texts import quoted

NAMES: Final = (
    "environment.key",
    "package.digest",
    "package.name",
    "package.version",
    "target.address",
    "target.ci",
    "target.failure_domain",
    "target.key",
    "target.port",
)
_ATTRIBUTE = re.compile(r"target\.[a-z][a-z0-9_]{0,59}")
"""Any attribute of the target's configuration item; whether it has one is known when the plan is compiled."""

_PLACE = re.compile(r"\$\$\{|\$\{(?P<name>[^{}\s$]*)(?P<end>\}?)")


class _Anything(dict[str, str]):
    """Has a value for every name."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __missing__(self, _name: str) -> str:
        return ""


def template(text: str) -> str:
    """Accept a text whose `${...}` are all known; it comes back as it is. `$${` stands for a plain `${`."""
    substitute(text, _Anything())
    return text


def substitute(text: str, values: Mapping[str, str]) -> str:
    """
    Put the values in; what a value holds is not looked at again.

    Raises:
        Invalid: `template.syntax`, `template.unknown_name`, or `template.no_value` for a known name that
            has no value here.
    """

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return "${"
        if not found["end"]:
            raise Invalid(
                "template.syntax", "A ${ is not closed.", hint="Write ${name}, or $${ for a plain ${."
            )
        if name not in NAMES and not _ATTRIBUTE.fullmatch(name):
            close = get_close_matches(name, NAMES, n=1)
            hint = f"Did you mean ${{{close[0]}}}?" if close else f"The names are: {', '.join(NAMES)}."
            raise Invalid("template.unknown_name", f"{quoted(name)} is not known here.", hint=hint)
        if name not in values:
            hint = "Set it as an attribute of the target's configuration item."
            raise Invalid("template.no_value", f"{name} has no value for this target.", hint=hint)
        return values[name]

    return _PLACE.sub(value, text)
