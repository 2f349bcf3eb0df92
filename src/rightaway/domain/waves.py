"""How many targets each wave takes, and in which order: the arithmetic of phased deployment."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said


def batch_sizes(total: int, entries: Sequence[int | str]) -> list[int]:
    """
    Split `total` targets into waves.

    An entry is a number of targets or a percentage ("30%") of the original total. A percentage gives at least
    one target and rounds down; the last entry repeats until all are covered; the last wave takes the remainder.

    Raises:
        Invalid: an entry that is neither, or not positive.

    Source: Ansible's `serial` keyword (playbook strategies).
    """
    if not entries:
        raise Invalid(
            "plan.waves_empty", said("There are no waves."), hint=said("Give at least one wave size.")
        )
    sizes: list[int] = []
    left = total
    wanted = [_size(entry, total) for entry in entries]
    while left > 0:
        size = min(wanted[min(len(sizes), len(wanted) - 1)], left)
        sizes.append(size)
        left -= size
    return sizes


def _size(entry: int | str, total: int) -> int:
    text = str(entry).strip()
    number = text.removesuffix("%")
    if not number.isdigit() or int(number) < 1 or (text.endswith("%") and int(number) > 100):  # noqa: PLR2004
        raise Invalid(
            "plan.wave_size",
            said("'{text}' is no wave size.", text=text),
            hint=said('Write a number of targets, or a share such as "25%".'),
        )
    return max(1, total * int(number) // 100) if text.endswith("%") else int(number)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A target that a plan may take, with what decides its place."""

    key: str
    failure_domain: str = ""
    is_healthy: bool | None = None


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """
    Unhealthy targets first, then those of unknown health, then healthy ones; inside each, spread over failure domains.

    Taking unhealthy ones first raises the number of healthy targets before a healthy one is touched.
    Source: the ordering of AWS CodeDeploy's instance health rules.
    """
    rank = {False: 0, None: 1, True: 2}
    ranked = sorted(candidates, key=lambda one: (rank[one.is_healthy], one.key))
    return [
        one
        for _, group in groupby(ranked, key=lambda one: rank[one.is_healthy])
        for one in _spread(list(group))
    ]


def _spread(candidates: list[Candidate]) -> list[Candidate]:
    turn: dict[str, int] = {}
    placed: list[tuple[int, str, Candidate]] = []
    for one in candidates:
        place = turn.get(one.failure_domain, 0)
        turn[one.failure_domain] = place + 1
        placed.append((place, one.key, one))
    return [one for _, _, one in sorted(placed, key=lambda entry: entry[:2])]


def budget_exceeded(failed: int, max_failures: int) -> bool:
    """Tell whether the wave must stop: the budget has to be exceeded, not reached."""
    return failed > max_failures


def stops_at(max_failures: int) -> int:
    """Give the failure that stops the wave, for people who read a budget as a limit."""
    return max_failures + 1
