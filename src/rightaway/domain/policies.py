"""The release policy of a service: what its releases are held to, from a day on, agreed on by two people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from rightaway.domain.canonical import digest
from rightaway.domain.errors import Invalid
from rightaway.domain.moves import Table
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import ArticleKind, ReleaseType, TestLevel

DEPLOYMENT_MODELS = ("big_bang", "phased", "parallel", "continuous")
DAYS = 7
MOST_WINDOWS = 20


class PolicyState(StrEnum):
    """A version that is confirmed holds from its day until the next one does."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


S = PolicyState
TABLE: Table[PolicyState] = Table(
    "release_policy",
    initial=S.DRAFT,
    terminal=(S.CONFIRMED, S.DISCARDED),
    rows=((S.DRAFT, "confirm", S.CONFIRMED), (S.DRAFT, "discard", S.DISCARDED)),
)


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
class Policy:
    """
    The figures the rules are held to; an empty list allows everything, None means "by release type".

    Args:
        number: Of the version that holds, such as POL-000012; empty where nobody agreed on one.
        lead_time_d: By release type, how many days before the planned start the plan has to be approved.
        windows: A deployment to production is planned within one of them; none for at any time.
        pass_pct: By test level, the least share of passed cases; levels not named follow the product's.
        notice_lead_s: How long before the planned start notices must have arrived.
        early_life_s: Least length of early life support.
        window_margin_pct: Spare time a window must have beyond deploying and going back.
    """

    number: str = ""
    allowed_types: tuple[str, ...] = ()
    allowed_models: tuple[str, ...] = ()
    lead_time_d: Mapping[str, int] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    notice_lead_s: int | None = None
    early_life_s: int | None = None
    rehearsal_required: bool = True
    rehearsal_max_age_days: int = 14
    backup_max_age_hours: int = 24
    window_margin_pct: int = 15
    users_attendance_pct: int = 80
    support_attendance_pct: int = 100
    mandatory_test_levels: tuple[str, ...] = ("smoke", "regression")
    pass_pct: Mapping[str, int] = field(default_factory=dict)
    published_articles: tuple[str, ...] = ("runbook", "rollback_runbook")
    longest_waiver_days: int = 30

    def allows_span(self, start: datetime, end: datetime) -> bool:
        """Say whether a deployment may be planned for that time."""
        return not self.windows or any(one.holds(start, end) for one in self.windows)


FIGURES: Mapping[str, tuple[int, int]] = {
    "notice_lead_s": (0, 10_000_000),
    "early_life_s": (0, 100_000_000),
    "rehearsal_max_age_days": (1, 3650),
    "backup_max_age_hours": (1, 10_000),
    "window_margin_pct": (0, 1000),
    "users_attendance_pct": (0, 100),
    "support_attendance_pct": (0, 100),
    "longest_waiver_days": (1, 365),
}
"""The least and the most of each figure."""
BY_TYPE = frozenset({"notice_lead_s", "early_life_s"})
"""Figures that may be None: then the release type says them."""
WORDS: Mapping[str, Sequence[str]] = {
    "allowed_types": tuple(ReleaseType),
    "allowed_models": DEPLOYMENT_MODELS,
    "mandatory_test_levels": tuple(TestLevel),
    "published_articles": tuple(ArticleKind),
}
"""What each list may name."""
NAMED: Mapping[str, tuple[Sequence[str], int, int]] = {
    "lead_time_d": (tuple(ReleaseType), 0, 365),
    "pass_pct": (tuple(TestLevel), 0, 100),
}
"""What each table may name, and the least and the most of its figures."""
FLAGS = ("rehearsal_required",)
CONTENT = tuple(one.name for one in fields(Policy) if one.name != "number")


def policy(content: Mapping[str, Any], number: str = "") -> Policy:
    """Read a policy back from what `as_json` gave; what it does not name is as by default."""
    held = {name: value for name, value in content.items() if name in CONTENT}
    for name in WORDS:
        if name in held:
            held[name] = tuple(held[name])
    if "windows" in held:
        held["windows"] = tuple(
            Window(**{**one, "weekdays": tuple(one["weekdays"])}) for one in held["windows"]
        )
    return Policy(number=number, **held)


def as_json(held: Policy) -> dict[str, Any]:
    """Give everything that two people agree on, in an order that does not depend on how it was written."""
    found = {name: value for name, value in asdict(held).items() if name in CONTENT}
    for name, known in WORDS.items():
        found[name] = [str(one) for one in known if one in found[name]]
    for name in NAMED:
        found[name] = dict(sorted(found[name].items()))
    found["windows"] = [{**one, "weekdays": sorted(one["weekdays"])} for one in found["windows"]]
    return found


def content_digest(content: Mapping[str, Any]) -> str:
    return digest(dict(content), label="rightaway/policy/v1")


def checked(content: Mapping[str, Any]) -> Policy:
    """
    Read what somebody wrote.

    Raises:
        Invalid: an unknown name, or a value out of its bounds; with the place.
    """
    for name in content:
        if name not in CONTENT:
            raise Invalid(
                "policy.field_unknown",
                said("A release policy has no '{name}'.", name=name),
                at=name,
                hint=", ".join(CONTENT),
            )
    for name, bounds in FIGURES.items():
        if name in content and not (content[name] is None and name in BY_TYPE):
            _check_figure(name, content[name], *bounds)
    for name, known in WORDS.items():
        _check_words(name, content.get(name, ()), known)
    for name, (known, least, most) in NAMED.items():
        held = content.get(name, {})
        _check_words(name, held, known)
        for value in held.values():
            _check_figure(name, value, least, most)
    for name in FLAGS:
        if not isinstance(content.get(name, True), bool):
            raise Invalid("policy.flag", said("Say true or false."), at=name)
    _check_windows(content.get("windows", ()))
    return policy(content)


def _check_figure(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(
            "policy.figure",
            said("This is a whole number from {least} to {most}.", least=least, most=most),
            at=name,
        )


def _check_words(name: str, given: Iterable[object], known: Collection[str]) -> None:
    for one in given:
        if one not in known:
            raise Invalid(
                "policy.word",
                said("There is no '{word}'.", word=Word(str(one)[:80])),
                at=name,
                hint=", ".join(known),
            )


def _check_windows(given: Sequence[Mapping[str, Any]]) -> None:
    if len(given) > MOST_WINDOWS:
        raise Invalid(
            "policy.windows", said("There may be {most} windows at most.", most=MOST_WINDOWS), at="windows"
        )
    for one in given:
        if set(one) - {"weekdays", "opens", "closes", "zone"} or not one.get("weekdays"):
            raise Invalid(
                "policy.window",
                said("A window has weekdays, and when it opens and closes."),
                at="windows",
                hint=said("Such as weekdays 5 and 6, opens 22:00, closes 04:00, zone Europe/Berlin."),
            )
        if not set(one["weekdays"]) <= set(range(DAYS)):
            raise Invalid("policy.weekday", said("Weekdays run from 0, Monday, to 6, Sunday."), at="windows")
        if one.get("zone", "UTC") not in available_timezones():
            raise Invalid(
                "policy.zone",
                said("There is no time zone '{zone}'.", zone=str(one["zone"])[:60]),
                at="windows",
            )
        _check_clock(one)


def _check_clock(one: Mapping[str, Any]) -> None:
    for name in ("opens", "closes"):
        try:
            time.fromisoformat(str(one.get(name, "")))
        except ValueError:
            raise Invalid(
                "policy.clock",
                said("'{text}' is no time of day.", text=str(one.get(name, ""))[:20]),
                at="windows",
                hint=said("Such as 22:00."),
            ) from None
