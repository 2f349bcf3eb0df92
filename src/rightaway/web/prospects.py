"""What lies ahead of a deployment, in words: when it is done, and what a command would do to each target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from rightaway.domain.consequences import Fate, Standing, fates
from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.queries import deployments
from rightaway.queries.estimates import Basis, Forecast

KEYS_SHOWN = 12

FATES: Mapping[Fate, str | Promise] = {
    Fate.GOES_BACK: _("Goes back to its state of before"),
    Fate.TRIED_AGAIN: _("Its way back is tried again"),
    Fate.DECIDED_FIRST: _("Waits until somebody decides what its step did"),
    Fate.FINISHES: _("Finishes what was sent to it first"),
    Fate.GOES_ON: _("Goes on"),
    Fate.WAITS: _("Waits, nothing is sent to it"),
    Fate.STAYS: _("Stays changed, as it is now"),
    Fate.IS_BACK: _("Was taken back already and stays so"),
    Fate.UNTOUCHED: _("Was not touched and will not be"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The targets that share a fate; `parts` are wave, the first of their names, and how many more there are."""

    title: str
    count: int
    parts: tuple[tuple[str, str, int], ...]


def basis(forecast: Forecast) -> str:
    """Say what an estimate rests on, or why there is none."""
    match forecast.basis:
        case Basis.EARLIER if forecast.count:
            return ngettext(
                "from {count} earlier deployment of the same steps here",
                "from {count} earlier deployments of the same steps here",
                forecast.count,
            ).format(count=forecast.count)
        case Basis.EARLIER:
            return gettext("from what the same way back took before")
        case Basis.REHEARSAL:
            return gettext("from the rehearsal {number}").format(number=forecast.rehearsal)
        case Basis.OWN:
            return ngettext(
                "from {count} target that is done in this deployment",
                "from {count} targets that are done in this deployment",
                forecast.count,
            ).format(count=forecast.count)
    return gettext("no estimate yet: nothing like it ran before")


def consequences(name: str, row: Any) -> dict[str, Any]:
    """Give the targets of a deployment by what the command means for them now, and what nothing can undo."""
    targets = deployments.standings(row)
    waves = {wave.ordinal: wave.name for wave in row.waves.all()}
    found = fates(name, DeploymentStatus(row.status), targets)
    going = {Fate.GOES_BACK, Fate.TRIED_AGAIN} & set(found)
    return {
        "groups": [_group(str(FATES[fate]), group, waves) for fate, group in found.items()],
        "lasting": [step["key"] for step in row.plan.body["steps"] if step["is_final"]] if going else [],
    }


def _group(title: str, targets: Sequence[Standing], waves: Mapping[int, str]) -> Group:
    parts = []
    for ordinal, members in groupby(targets, key=lambda one: one.wave):
        keys = [one.key for one in members]
        more = max(0, len(keys) - KEYS_SHOWN)
        parts.append((f"{ordinal}. {waves[ordinal]}", ", ".join(keys[:KEYS_SHOWN]), more))
    return Group(title, len(targets), tuple(parts))
