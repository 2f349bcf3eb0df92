"""Facts about what happened: deployments, rehearsals, incidents, early life, review and closure."""

from datetime import datetime, timedelta

from rightaway.domain.deployment_states import DeploymentStatus, HoldKind, Intent, WaveStatus
from rightaway.domain.early_life import EarlyLifeState
from rightaway.domain.facts_closure import (
    AbandonmentFacts,
    ClosureFacts,
    EarlyLifeFacts,
    ObjectiveFacts,
    RatingFacts,
    ReviewFacts,
    ShiftFacts,
    SignOffFacts,
)
from rightaway.domain.facts_deployment import (
    BackOutFacts,
    DeploymentFacts,
    IncidentFacts,
    TargetFacts,
    WaveFacts,
)
from rightaway.domain.facts_evidence import RehearsalFacts
from rightaway.domain.operations import INVERSE
from rightaway.domain.values import ArticleKind, EnvironmentTier, IncidentLink, RecordState
from rightaway.queries import gates
from rightaway.records.deployments.models import Deployment, TargetRun
from rightaway.records.incidents.models import Incident, KnownError
from rightaway.records.releases.models import Release
from rightaway.records.reviews.models import EarlyLife

ABSENT = "absent"
ASKING = (HoldKind.OPERATOR, HoldKind.DECISION, HoldKind.DATA, HoldKind.ENGINE)
"""The holds that somebody ends on the page of the deployment; what a gate lacks is put right on the release."""


def rehearsals(release: Release) -> tuple[RehearsalFacts, ...]:
    """Give every rehearsal of the release, with the measured time of its way back."""
    drills = (
        release.deployments.filter(intent=Intent.DRILL)
        .select_related("plan__package")
        .prefetch_related("target_runs__attempts")
        .order_by("id")
    )
    return tuple(
        RehearsalFacts(
            package_digest=drill.plan.package.digest,
            back_out_digest=drill.plan.back_out_digest,
            ran_at=drill.finished_at,
            succeeded=drill.status == DeploymentStatus.BACKED_OUT,
            duration_s=_way_back_s(drill),
            reference=drill.number,
        )
        for drill in drills
        if drill.finished_at is not None
    )


def _way_back_s(drill: Deployment) -> int | None:
    times = [
        (attempt.intended_at, attempt.finished_at)
        for run in drill.target_runs.all()
        for attempt in run.attempts.all()
        if attempt.direction == INVERSE and attempt.finished_at
    ]
    if not times:
        return None
    span = max(end for _, end in times if end) - min(start for start, _ in times)
    return int(span.total_seconds()) + 1


def open_incidents(release: Release) -> tuple[IncidentFacts, ...]:
    found = Incident.objects.filter(service=release.service, state=RecordState.OPEN)
    return tuple(IncidentFacts(one.number, one.severity, release.service.key) for one in found)


def newest_deployment(release: Release) -> Deployment | None:
    """Give the newest production deployment that counts; one that undid another stands for it."""
    real = release.deployments.exclude(intent=Intent.DRILL).filter(
        environment__tier=EnvironmentTier.PRODUCTION
    )
    return real.order_by("-id").first()


def deployment(release: Release) -> DeploymentFacts:
    row = newest_deployment(release)
    gate = gates.ahead(release, row)
    if row is None:
        return DeploymentFacts(gate=gate)
    asks = row.holds.filter(kind__in=ASKING, cleared_at__isnull=True).order_by("since").first()
    waves = row.waves.order_by("ordinal")
    return DeploymentFacts(
        number=row.number,
        status=row.status,
        waves=tuple(WaveFacts(w.ordinal, w.status, healthy=w.status == WaveStatus.PASSED) for w in waves),
        targets=tuple(_target(run) for run in row.target_runs.select_related("target")),
        gate=gate,
        waits_for=asks.reason if asks else "",
    )


def _target(run: TargetRun) -> TargetFacts:
    return TargetFacts(
        name=run.target.key,
        status=run.status,
        modified=run.is_touched,
        baseline=str((run.before or {}).get("digest") or ABSENT),
        observed=str((run.observed or {}).get("digest") or ABSENT),
    )


def back_out(release: Release) -> BackOutFacts:
    evidence = release.back_out_evidence
    return BackOutFacts(
        reason=release.back_out_reason,
        decided_by=release.back_out_decided_by,
        automatic=bool(evidence.get("rule")),
        rule=str(evidence.get("rule", "")),
        measurements=tuple(evidence.get("measurements", ())),
        possible_until=release.rollback_valid_until,
    )


def early_life(release: Release, now: datetime) -> EarlyLifeFacts:
    held = EarlyLife.objects.filter(release=release).select_related("accepted_by", "waived_by").first()
    caused = Incident.objects.filter(
        release=release, link=IncidentLink.CAUSED, state=RecordState.OPEN, severity__lte=2
    )
    recent = Incident.objects.filter(service=release.service, detected_at__gte=now - timedelta(days=3))
    since = held.started_at if held else now
    before = Incident.objects.filter(
        service=release.service, detected_at__lt=since, detected_at__gte=since - timedelta(days=30)
    )
    bare = KnownError.objects.filter(releases__release=release, state=RecordState.OPEN, workaround="")
    return EarlyLifeFacts(
        state=held.state if held else EarlyLifeState.SCHEDULED,
        starts_at=held.started_at if held else release.els_starts_at,
        ends_at=held.ends_at if held else release.els_ends_at,
        roster=tuple(
            ShiftFacts(entry.person.username, entry.starts_at, entry.ends_at)
            for entry in release.roster.select_related("person")
        ),
        on_call=release.on_call,
        criteria_agreed=bool(release.els_exit_criteria.strip()),
        open_major_incidents=caused.count(),
        incidents_last_3_days=recent.filter(detected_at__gte=since).count() if held else None,
        incidents_baseline_30_days=before.count() if held else None,
        service_level_met=held.service_level_met if held else None,
        open_known_errors_without_workaround=bare.count(),
        operations_accepted_by=held.accepted_by.username if held and held.accepted_by else "",
        waived_by=held.waived_by.username if held and held.waived_by else "",
    )


def review(release: Release) -> ReviewFacts:
    held = getattr(release, "review", None)
    return ReviewFacts(
        held_at=held.completed_at if held else None,
        objectives=tuple(
            ObjectiveFacts(one.text, one.result, one.measured) for one in release.objectives.all()
        ),
        ratings=tuple(
            RatingFacts(one.person.username, one.rating, requester=one.person_id == release.initiated_by_id)
            for one in release.satisfaction.select_related("person")
        ),
        sign_offs=tuple(
            SignOffFacts(one.person.username, one.decision, one.reason, answered=bool(one.answer))
            for one in release.sign_offs.select_related("person")
        ),
        lessons=tuple(
            release.articles.filter(kind=ArticleKind.LESSON_LEARNT).values_list("title", flat=True)
        ),
        no_lessons_reason=release.no_lessons_reason,
        root_cause=release.root_cause,
    )


def closure(release: Release) -> ClosureFacts:
    return ClosureFacts(release.outcome, release.closure_code, release.problem_refusal_reason)


def abandonment(release: Release) -> AbandonmentFacts:
    return AbandonmentFacts(release.abandon_reason, release.abandon_comment)
