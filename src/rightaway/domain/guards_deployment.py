"""Guards on acting: go or no-go, the permit before every wave, and the decision to back out."""

from datetime import datetime, timedelta

from rightaway.domain.early_life import early_life_scheduled
from rightaway.domain.facts_deployment import IncidentFacts
from rightaway.domain.guards_approvals import approval_stands
from rightaway.domain.guards_building import articles_published, newest_rehearsal
from rightaway.domain.guards_planning import changes_authorised, expected_states_set
from rightaway.domain.guards_policy import not_frozen, within_windows
from rightaway.domain.guards_readiness import backups_verified, notices_delivered, notices_scheduled
from rightaway.domain.guards_relations import before_wave
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import said, wordlist
from rightaway.domain.unmet import Unmet, missing
from rightaway.domain.values import IncidentLink
from rightaway.domain.waivers import waiver

BACK_OUT_REASONS = (
    "wave_failed",
    "health_failed",
    "incident",
    "window_exceeded",
    "verification_failed",
    "stakeholder_decision",
    "other",
)
BOUND_APPROVALS = ("plan_design", "build_test", "deployment")


def go_no_go(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    return (
        *changes_authorised(facts, "G30"),
        *expected_states_set(facts, now),
        *early_life_scheduled(facts, now),
        *notices_scheduled(facts, now),
        *articles_published(facts, facts.policy.published_articles, "G30"),
        *_window_long_enough(facts, now),
        *approval_stands(facts, "deployment", "G30", now),
    )


def permit(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Judge whether the next wave may start this second."""
    return (
        *changes_authorised(facts, "G31"),
        *before_wave(facts),
        *_window_open(facts, now),
        *within_windows(facts, "G31"),
        *not_frozen(facts, now, "G31"),
        *notices_delivered(facts, now),
        *backups_verified(facts, now),
        *(_major_incident(incident) for incident in _major_incidents(facts)),
        *(unmet for key in bound_approvals(facts) for unmet in approval_stands(facts, key, "G31", now)),
    )


def bound_approvals(facts: ReleaseFacts) -> tuple[str, ...]:
    """Give the approvals that production is deployed under."""
    return ("emergency",) if facts.emergency.is_expedited else BOUND_APPROVALS


def back_out_time(facts: ReleaseFacts, now: datetime) -> timedelta | None:
    """How long going back takes: as measured, zero under a waiver, in an emergency assumed; None when nobody knows."""
    rehearsal = newest_rehearsal(facts)
    if rehearsal is not None and rehearsal.duration_s is not None:
        return timedelta(seconds=rehearsal.duration_s)
    if waiver(facts, "rollback_plan", now):
        return timedelta()
    if facts.emergency.is_expedited and facts.plan.deploy_s is not None:
        return timedelta(
            seconds=facts.plan.deploy_s
        )  # nothing was rehearsed: going back as long as going there
    return None


def _window_long_enough(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    plan, back_out = facts.plan, back_out_time(facts, now)
    if plan.planned_start is None or plan.planned_end is None:
        return (missing("G30", "window", said("a planned start and end")),)
    if plan.deploy_s is None or back_out is None:
        return (
            missing(
                "G30",
                "estimate",
                said("an estimate of the deployment and of the back-out"),
                "deployment_manager",
            ),
        )
    window = plan.planned_end - plan.planned_start
    needed = (timedelta(seconds=plan.deploy_s) + back_out) * (100 + facts.policy.window_margin_pct) / 100
    if window >= needed:
        return ()
    return (
        Unmet(
            "G30",
            "G30.window_short",
            said(
                "The window lasts {window}; deploying and going back need {needed} with the margin.",
                window=window,
                needed=needed,
            ),
            "release_manager",
            said("Plan the end at {moment} or later.", moment=plan.planned_start + needed),
            {"window_s": int(window.total_seconds()), "needed_s": int(needed.total_seconds())},
            failed=True,
        ),
    )


def _window_open(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    start, end, back_out = facts.plan.planned_start, facts.plan.planned_end, back_out_time(facts, now)
    if start is None or end is None:
        return (missing("G31", "window", said("a planned start and end")),)
    if not start <= now < end:
        return (
            Unmet(
                "G31",
                "G31.window_closed",
                said("The window is from {start} to {end}.", start=start, end=end),
                "release_manager",
                said("Wait until {start}.", start=start)
                if now < start
                else said("Plan a new window and have it approved."),
                {"opens_at": start.isoformat(), "closes_at": end.isoformat(), "now": now.isoformat()},
                failed=now >= end,
            ),
        )
    if facts.next_wave is None:
        return (missing("G31", "wave", said("a wave to deploy"), "deployment_manager"),)
    if back_out is None:
        return (missing("G31", "estimate", said("a measured time for the back-out"), "deployment_manager"),)
    return _back_out_fits(end, now, timedelta(seconds=facts.next_wave.deploy_s) + back_out)


def _back_out_fits(end: datetime, now: datetime, needed: timedelta) -> tuple[Unmet, ...]:
    if now + needed <= end:
        return ()
    return (
        Unmet(
            "G31",
            "G31.back_out_does_not_fit",
            said(
                "Until the window ends there are {left}; this wave and going back need {needed}.",
                left=end - now,
                needed=needed,
            ),
            "release_manager",
            said("Plan a longer window and have it approved."),
            {"left_s": int((end - now).total_seconds()), "needed_s": int(needed.total_seconds())},
            failed=True,
        ),
    )


def _major_incidents(facts: ReleaseFacts) -> list[IncidentFacts]:
    """Give those that this release is not there to end."""
    ended = {one.number for one in facts.linked if one.link == IncidentLink.RESOLVED}
    return [one for one in facts.incidents if one.priority == 1 and one.number not in ended]


def _major_incident(incident: IncidentFacts) -> Unmet:
    return Unmet(
        "G31",
        "G31.incident_open",
        said("{number}, priority 1, is open on {service}.", number=incident.number, service=incident.service),
        "service_owner",
        said("Resolve {number} first.", number=incident.number),
        {"incident": incident.number, "service": incident.service},
        failed=True,
    )


def back_out_decided(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    decision, found = facts.back_out, []
    if decision.reason not in BACK_OUT_REASONS:
        found.append(
            Unmet(
                "G50",
                "G50.reason_missing",
                said("The reason for backing out is missing or unknown."),
                "deployment_manager",
                said("Give one of: {choices}.", choices=wordlist(BACK_OUT_REASONS)),
                {"given": decision.reason, "reasons": list(BACK_OUT_REASONS)},
            )
        )
    if not decision.automatic and not decision.decided_by:
        found.append(missing("G50", "decision_maker", said("who decided to back out"), "deployment_manager"))
    if decision.automatic and not (decision.rule and decision.measurements):
        found.append(
            missing("G50", "rule", said("the rule that decided and what it measured"), "deployment_manager")
        )
    return tuple(found)
