"""What somebody writes of a release policy: parts of it, as the API takes them and a configuration file holds them."""

from typing import Annotated, Literal

from pydantic import Field

from rightaway.domain.policies import DEPLOYMENT_MODELS, FIGURES, NAMED
from rightaway.domain.policy_checks import MOST
from rightaway.domain.policy_parts import VersionScheme
from rightaway.domain.values import ArticleKind, ReleaseType, TestLevel
from rightaway.intake.fields import Flag, Line, ShortName, whole
from rightaway.intake.schema import FileModel

Few = Field(max_length=20)
Model = Literal["big_bang", "phased", "parallel", "continuous"]
assert Model.__args__ == DEPLOYMENT_MODELS  # type: ignore[attr-defined]  # a type cannot be made of the other


class PolicyWindow(FileModel):
    """When production may be deployed to: `weekdays` count from 0, Monday; it closes on the next day when not later."""

    weekdays: Annotated[tuple[Annotated[int, whole(0, 6)], ...], Field(min_length=1, max_length=7)]
    opens: ShortName
    closes: ShortName
    zone: ShortName = "UTC"


class PolicyFreeze(FileModel):
    """A time without deployments to production: `starts` and `ends` by the clock of `zone`; a soft one only warns."""

    title: ShortName
    starts: ShortName
    ends: ShortName
    zone: ShortName = "UTC"
    is_soft: Flag = False
    except_types: Annotated[tuple[ReleaseType, ...], Few] = ()


class PolicyApprovers(FileModel):
    """
    One vote of each source is needed more for an approval, of releases of these types; without types of all.

    Args:
        approval: Key of an approval of the workflow, such as `deployment`.
        sources: Roles, or `user:`, `group:` or `board:` with a name.
    """

    approval: ShortName
    sources: Annotated[tuple[ShortName, ...], Field(min_length=1, max_length=20)]
    types: Annotated[tuple[ReleaseType, ...], Few] = ()


def _figure(name: str) -> object:
    return whole(*FIGURES[name])


class ReleasePolicy(FileModel):
    """
    What the releases of a service are held to; what is not set stays as it is, or follows the release type.

    Args:
        lead_time_d: By release type, the days between the approved plan and its start.
        pass_pct: By test level, the least share of passed cases.
        notice_lead_s: How long before the planned start notices must have arrived.
        early_life_s: Least length of early life support.
        window_margin_pct: Spare time a window must have beyond deploying and going back.
        rollout_acceptance: For which types of releases people accept what was rolled out, before it is verified.
        rollback_criteria: What every design names among its criteria for going back, word for word.
        emergency_severity: An incident that grave, or graver, justifies an emergency; 1 is the gravest.
    """

    allowed_types: Annotated[tuple[ReleaseType, ...], Few] = ()
    allowed_models: Annotated[tuple[Model, ...], Few] = ()
    lead_time_d: dict[ReleaseType, Annotated[int, whole(*NAMED["lead_time_d"][1:])]] = {}
    windows: Annotated[tuple[PolicyWindow, ...], Field(max_length=MOST["windows"])] = ()
    notice_lead_s: Annotated[int, _figure("notice_lead_s")] | None = None
    early_life_s: Annotated[int, _figure("early_life_s")] | None = None
    rehearsal_required: Flag = True
    rehearsal_max_age_days: Annotated[int, _figure("rehearsal_max_age_days")] = 14
    backup_max_age_hours: Annotated[int, _figure("backup_max_age_hours")] = 24
    window_margin_pct: Annotated[int, _figure("window_margin_pct")] = 15
    users_attendance_pct: Annotated[int, _figure("users_attendance_pct")] = 80
    support_attendance_pct: Annotated[int, _figure("support_attendance_pct")] = 100
    mandatory_test_levels: Annotated[tuple[TestLevel, ...], Few] = (TestLevel.SMOKE, TestLevel.REGRESSION)
    pass_pct: dict[TestLevel, Annotated[int, whole(*NAMED["pass_pct"][1:])]] = {}
    published_articles: Annotated[tuple[ArticleKind, ...], Few] = (
        ArticleKind.RUNBOOK,
        ArticleKind.ROLLBACK_RUNBOOK,
    )
    longest_waiver_days: Annotated[int, _figure("longest_waiver_days")] = 30
    freezes: Annotated[tuple[PolicyFreeze, ...], Field(max_length=MOST["freezes"])] = ()
    extra_approvers: Annotated[tuple[PolicyApprovers, ...], Field(max_length=MOST["extra_approvers"])] = ()
    rollout_acceptance: Annotated[tuple[ReleaseType, ...], Few] = ()
    rollback_criteria: Annotated[tuple[Line, ...], Field(max_length=MOST["rollback_criteria"])] = ()
    version_scheme: VersionScheme = VersionScheme.ANY
    emergency_severity: Annotated[int, _figure("emergency_severity")] = 2
    emergency_by_known_error: Flag = True
    emergency_by_advisory: Flag = True
