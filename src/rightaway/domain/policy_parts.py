"""What a release policy is made of besides figures: weekly windows, freezes, and who approves besides."""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from rightaway.domain.values import ReleaseType


@dataclass(frozen=True, slots=True)
class Window:
    """
    When production may be deployed to, every week.

    Args:
        weekdays: The days on which it opens; 0 is Monday.
        opens: Such as `22:00`, by the clock of `zone`, in summer and in winter.
        closes: On the next day when it is not after `opens`.
    """

    weekdays: tuple[int, ...]
    opens: str
    closes: str
    zone: str = "UTC"

    def holds(self, start: datetime, end: datetime) -> bool:
        """Say whether a span lies within one opening."""
        zone = ZoneInfo(self.zone)
        first = start.astimezone(zone).date() - timedelta(days=1)
        for day in (first, first + timedelta(days=1)):
            if day.weekday() not in self.weekdays:
                continue
            opens, closes = time.fromisoformat(self.opens), time.fromisoformat(self.closes)
            last = day if closes > opens else day + timedelta(days=1)
            if datetime.combine(day, opens, zone) <= start and end <= datetime.combine(last, closes, zone):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Freeze:
    """
    A time in which production is not deployed to.

    Args:
        title: What it is for, such as `Year end`.
        starts: Such as `2026-12-18T18:00`, by the clock of `zone`.
        ends: When it is over; the moment itself is free.
        is_soft: It warns; any other blocks, but for who has an approved exception.
        except_types: The types of releases that it lets through.
    """

    title: str
    starts: str
    ends: str
    zone: str = "UTC"
    is_soft: bool = False
    except_types: tuple[str, ...] = ()

    @property
    def span(self) -> tuple[datetime, datetime]:
        zone = ZoneInfo(self.zone)
        start, end = (datetime.fromisoformat(one) for one in (self.starts, self.ends))
        return start.replace(tzinfo=zone), end.replace(tzinfo=zone)

    def meets(self, start: datetime, end: datetime, release_type: str) -> bool:
        """Say whether a release of that type would be deployed within it."""
        begins, is_over = self.span
        return release_type not in self.except_types and start < is_over and begins < end


@dataclass(frozen=True, slots=True)
class ExtraApprovers:
    """
    Who approves besides those whom the workflow asks.

    Args:
        approval: The key of the approval in the workflow, such as `deployment`.
        sources: One vote of each is needed more; words of `approval_sources`.
        types: For which types of releases; empty for all.
    """

    approval: str
    sources: tuple[str, ...]
    types: tuple[str, ...] = ()


class VersionScheme(StrEnum):
    """What the versions of packages look like."""

    ANY = "any"
    SEMANTIC = "semantic"
    CALENDAR = "calendar"


_LABELS = r"(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
# Source: Semantic Versioning 2.0.0, 2 and 9 and 10; Calendar Versioning, year and month first.
_VERSIONS = {
    VersionScheme.SEMANTIC: re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}" + _LABELS, re.ASCII),
    VersionScheme.CALENDAR: re.compile(
        r"(?:19|20)\d\d\.(?:0?[1-9]|1[0-2])(?:\.\d{1,5}){0,2}" + _LABELS, re.ASCII
    ),
}
EXAMPLES = {VersionScheme.SEMANTIC: "2.4.0", VersionScheme.CALENDAR: "2026.11.1"}


def fits_scheme(version: str, scheme: str) -> bool:
    return scheme == VersionScheme.ANY or bool(_VERSIONS[VersionScheme(scheme)].fullmatch(version))


def windows(given: Collection[Mapping[str, Any]]) -> tuple[Window, ...]:
    return tuple(Window(**{**one, "weekdays": tuple(one["weekdays"])}) for one in given)


def freezes(given: Collection[Mapping[str, Any]]) -> tuple[Freeze, ...]:
    return tuple(Freeze(**{**one, "except_types": tuple(one.get("except_types", ()))}) for one in given)


def extra_approvers(given: Collection[Mapping[str, Any]]) -> tuple[ExtraApprovers, ...]:
    return tuple(
        ExtraApprovers(one["approval"], tuple(one["sources"]), tuple(one.get("types", ()))) for one in given
    )


def window_json(one: Window) -> dict[str, Any]:
    return {**asdict(one), "weekdays": sorted(one.weekdays)}


def freeze_json(one: Freeze) -> dict[str, Any]:
    return {**asdict(one), "except_types": in_order(one.except_types)}


def extra_json(one: ExtraApprovers) -> dict[str, Any]:
    return {"approval": one.approval, "sources": sorted(one.sources), "types": in_order(one.types)}


def in_order(types: Collection[str]) -> list[str]:
    return [str(one) for one in ReleaseType if one in types]
