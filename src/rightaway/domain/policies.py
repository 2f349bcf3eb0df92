"""The release policy of a service: what its releases are held to, from a day on, agreed on by two people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from rightaway.domain import policy_parts
from rightaway.domain.canonical import digest
from rightaway.domain.moves import Table
from rightaway.domain.policy_parts import ExtraApprovers, Freeze, VersionScheme, Window
from rightaway.domain.values import ArticleKind, ReleaseType, TestLevel

DEPLOYMENT_MODELS = ("big_bang", "phased", "parallel", "continuous")


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
class Policy:
    """
    The figures the rules are held to; an empty list of what is allowed allows everything, None means "by release type".

    Args:
        number: Of the version that holds, such as POL-000012; empty where nobody agreed on one.
        lead_time_d: By release type, how many days before the planned start the plan has to be approved.
        windows: A deployment to production is planned within one of them; none for at any time.
        pass_pct: By test level, the least share of passed cases; levels not named follow the product's.
        notice_lead_s: How long before the planned start notices must have arrived.
        early_life_s: Least length of early life support.
        window_margin_pct: Spare time a window must have beyond deploying and going back.
        rollout_acceptance: For which types of releases people accept what was rolled out, before it is verified.
        rollback_criteria: What every design names among its criteria for going back, word for word.
        emergency_severity: An incident that grave, or graver, justifies an emergency; 1 is the gravest.
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
    freezes: tuple[Freeze, ...] = ()
    extra_approvers: tuple[ExtraApprovers, ...] = ()
    rollout_acceptance: tuple[str, ...] = ()
    rollback_criteria: tuple[str, ...] = ()
    version_scheme: str = VersionScheme.ANY
    emergency_severity: int = 2
    emergency_by_known_error: bool = True
    emergency_by_advisory: bool = True

    def allows_span(self, start: datetime, end: datetime) -> bool:
        """Say whether a deployment may be planned for that time."""
        return not self.windows or any(one.holds(start, end) for one in self.windows)

    def freezes_in(self, start: datetime, end: datetime, release_type: str) -> tuple[Freeze, ...]:
        """Give the freezes in which a release of that type would be deployed, the earliest first."""
        met = (one for one in self.freezes if one.meets(start, end, release_type))
        return tuple(sorted(met, key=lambda one: one.span))

    def approve_besides(self, approval: str, release_type: str) -> tuple[str, ...]:
        """Give the sources that one vote each is needed of besides those whom the workflow asks."""
        rows = (one for one in self.extra_approvers if one.approval == approval)
        found = (one.sources for one in rows if not one.types or release_type in one.types)
        return tuple(dict.fromkeys(source for sources in found for source in sources))


FIGURES: Mapping[str, tuple[int, int]] = {
    "notice_lead_s": (0, 10_000_000),
    "early_life_s": (0, 100_000_000),
    "rehearsal_max_age_days": (1, 3650),
    "backup_max_age_hours": (1, 10_000),
    "window_margin_pct": (0, 1000),
    "users_attendance_pct": (0, 100),
    "support_attendance_pct": (0, 100),
    "longest_waiver_days": (1, 365),
    "emergency_severity": (1, 5),
}
"""The least and the most of each figure."""
BY_TYPE = frozenset({"notice_lead_s", "early_life_s"})
"""Figures that may be None: then the release type says them."""
WORDS: Mapping[str, Sequence[str]] = {
    "allowed_types": tuple(ReleaseType),
    "allowed_models": DEPLOYMENT_MODELS,
    "rollout_acceptance": tuple(ReleaseType),
    "mandatory_test_levels": tuple(TestLevel),
    "published_articles": tuple(ArticleKind),
}
"""What each list may name."""
NAMED: Mapping[str, tuple[Sequence[str], int, int]] = {
    "lead_time_d": (tuple(ReleaseType), 0, 365),
    "pass_pct": (tuple(TestLevel), 0, 100),
}
"""What each table may name, and the least and the most of its figures."""
FLAGS = ("rehearsal_required", "emergency_by_known_error", "emergency_by_advisory")
LISTS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "windows": (policy_parts.windows, policy_parts.window_json),
    "freezes": (policy_parts.freezes, policy_parts.freeze_json),
    "extra_approvers": (policy_parts.extra_approvers, policy_parts.extra_json),
    "rollback_criteria": (tuple, str),
}
"""How each list is read, and how each of its lines is written."""
CONTENT = tuple(one.name for one in fields(Policy) if one.name != "number")


def policy(content: Mapping[str, Any], number: str = "") -> Policy:
    """Read a policy back from what `as_json` gave; what it does not name is as by default."""
    held = {name: value for name, value in content.items() if name in CONTENT}
    for name in WORDS:
        if name in held:
            held[name] = tuple(held[name])
    for name, (read, _write) in LISTS.items():
        if name in held:
            held[name] = read(held[name])
    return Policy(number=number, **held)


def as_json(held: Policy) -> dict[str, Any]:
    """Give everything that two people agree on, in an order that does not depend on how it was written."""
    found = {name: getattr(held, name) for name in CONTENT}
    for name, known in WORDS.items():
        found[name] = [str(one) for one in known if one in found[name]]
    for name in NAMED:
        found[name] = dict(sorted(found[name].items()))
    for name, (_read, write) in LISTS.items():
        found[name] = [write(one) for one in getattr(held, name)]
    found["version_scheme"] = str(held.version_scheme)
    return found


def content_digest(content: Mapping[str, Any]) -> str:
    return digest(dict(content), label="rightaway/policy/v1")
