"""Incidents, problems, known errors and interactions, linked to releases and closed with them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import said
from rightaway.domain.trainings import gap_of
from rightaway.domain.values import ENGINE, Actor, IncidentLink, RecordState
from rightaway.queries.trainings import deployed
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Deployment, Wave
from rightaway.records.incidents.models import Incident, Interaction, KnownError, Problem, ReleasedError
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _binding, _edits, _guard, lifecycle, release_alerts
from rightaway.services._numbers import next_number

ROOT_CAUSES = (
    "code_defect",
    "config",
    "data",
    "environment_difference",
    "test_gap",
    "process",
    "human",
    "vendor",
    "capacity",
    "security",
)
EDITED = ("root_cause", "root_cause_category", "state")


@transaction.atomic
def record_incident(
    *,
    actor: Actor,
    title: str,
    service: str,
    severity: int,
    description: str = "",
    release: str | None = None,
    link: str = "",
    detected_at: datetime | None = None,
) -> Incident:
    _guard.require(actor=actor, action="incident.record", scope=service)
    if link:
        _check_link(link)
    incident = Incident.objects.create(
        number=next_number("INC"),
        title=title,
        description=description,
        severity=severity,
        service=_guard.find(ConfigurationItem, key=service),
        release=_guard.find(Release, number=release) if release else None,
        link=link,
        reported_by=actor.name,
        confirmed_by_id=actor.user_id if link == IncidentLink.CAUSED else None,
        detected_at=detected_at or timezone.now(),
    )
    _told(
        actor,
        "incident.record.opened",
        "incident",
        incident.number,
        {"severity": severity, "release": release},
    )
    release_alerts.incident(actor, incident)
    return incident


@transaction.atomic
def resolve_incident(
    *,
    actor: Actor,
    number: str,
    resolution: str,
    restored_at: datetime | None = None,
    expected_version: int | None = None,
) -> Incident:
    incident = _guard.lock(Incident, number=number)
    _guard.require(actor=actor, action="incident.record", scope=incident.service.key)
    _guard.unchanged(incident, expected_version)
    if not resolution.strip():
        raise Invalid("incident.resolution_needed", said("Say what restored the service."), at="resolution")
    now = timezone.now()
    incident.state, incident.resolution = RecordState.CLOSED, resolution
    incident.restored_at = incident.restored_at or restored_at or now
    incident.closed_at = now
    incident.save()
    facts = {"resolution": resolution}
    _told(actor, "incident.record.closed", "incident", number, facts, version=incident.version)
    _settle(incident.release)
    return incident


def open_for_wave(*, row: Deployment, wave: Wave, reason: str) -> Incident:
    """Open an incident and a problem for a wave that failed; once per wave."""
    key = f"{row.number}:wave:{wave.ordinal}"
    found = Incident.objects.filter(deployment=row, title__startswith=f"{row.number} {wave.name} ").first()
    if found is not None:
        return found
    title = f"{row.number} {wave.name} failed in {row.environment.name}"
    incident = Incident.objects.create(
        number=next_number("INC"),
        title=title,
        description=reason,
        severity=2,
        service=row.release.service,
        release=row.release,
        link=IncidentLink.CAUSED,
        deployment=row,
        reported_by=ENGINE.name,
        detected_at=timezone.now(),
    )
    problem = Problem.objects.create(
        number=next_number("PRB"),
        title=f"Why {row.release.number} failed in {wave.name}",
        release=row.release,
        opened_by=ENGINE.name,
    )
    problem.incidents.add(incident)
    facts = {"incident": incident.number, "problem": problem.number, "reason": reason}
    _told(ENGINE, "incident.record.opened", "incident", incident.number, facts, key=key)
    return incident


def restored(*, row: Deployment) -> None:
    """The service is back: incidents that this deployment caused are restored now; people close them."""
    Incident.objects.filter(deployment__release=row.release, restored_at__isnull=True).update(
        restored_at=timezone.now()
    )


@transaction.atomic
def edit_problem(
    *,
    actor: Actor,
    number: str,
    root_cause: str,
    category: str,
    is_closed: bool = False,
    expected_version: int | None = None,
) -> Problem:
    problem = _guard.lock(Problem, number=number)
    scope = problem.release.service.key if problem.release else _guard.EVERYWHERE
    _guard.require(actor=actor, action="incident.record", scope=scope)
    _guard.unchanged(problem, expected_version)
    if category not in ROOT_CAUSES:
        raise Invalid(
            "problem.category",
            said("'{category}' is no category.", category=category),
            at="category",
            hint=", ".join(ROOT_CAUSES),
        )
    before = _edits.values(problem, EDITED)
    problem.root_cause, problem.root_cause_category = root_cause, category
    if is_closed:
        problem.state, problem.closed_at = RecordState.CLOSED, timezone.now()
    problem.save()
    changes = _edits.changes(before, _edits.values(problem, EDITED))
    facts = {"category": category, "closed": is_closed, "changes": changes}
    _told(actor, "problem.record.edited", "problem", number, facts, version=problem.version)
    _settle(problem.release)
    return problem


@transaction.atomic
def record_known_error(
    *, actor: Actor, title: str, root_cause: str, workaround: str, service: str, problem: str | None = None
) -> KnownError:
    _guard.require(actor=actor, action="incident.record", scope=service)
    error = KnownError.objects.create(
        number=next_number("KE"),
        title=title,
        root_cause=root_cause,
        workaround=workaround,
        service=_guard.find(ConfigurationItem, key=service),
        problem=_guard.find(Problem, number=problem) if problem else None,
    )
    _told(actor, "known_error.record.opened", "known_error", error.number, {"title": title})
    return error


@transaction.atomic
def link_known_error(*, actor: Actor, release: str, known_error: str, effect: str) -> ReleasedError:
    """Say that a release fixes a known error or brings one (`fixes`, `introduces`)."""
    if effect not in {"fixes", "introduces"}:
        raise Invalid(
            "known_error.effect",
            said("'{effect}' is no effect.", effect=effect),
            at="effect",
            hint=said("fixes, introduces"),
        )
    row = _guard.lock(Release, number=release)
    _guard.require(
        actor=actor, action="release.edit", scope=row.service.key, own=row.initiated_by_id == actor.user_id
    )
    link, _ = ReleasedError.objects.update_or_create(
        release=row, known_error=_guard.find(KnownError, number=known_error), defaults={"effect": effect}
    )
    row.save()
    _binding.contributed(actor=actor, release=row, part="scope")
    _binding.recheck(actor=actor, release=row)
    _told(
        actor,
        "release.known_error.linked",
        "release",
        release,
        {"known_error": known_error, "effect": effect},
    )
    return link


@transaction.atomic
def record_interaction(
    *, actor: Actor, contact: str, channel: str, summary: str, release: str | None = None
) -> Interaction:
    linked = _guard.find(Release, number=release) if release else None
    scope = linked.service.key if linked else _guard.ANYWHERE  # what is about no release is about no service
    _guard.require(actor=actor, action="incident.record", scope=scope)
    interaction = Interaction.objects.create(
        number=next_number("INT"), contact=contact, channel=channel, summary=summary, release=linked
    )
    _told(actor, "interaction.record.opened", "interaction", interaction.number, {"release": release})
    return interaction


def _settle(release: Release | None) -> None:
    if release is not None:
        locked = _guard.lock(Release, pk=release.pk)
        locked.save()
        lifecycle.settle(release=locked)


def _told(
    actor: Actor,
    action: str,
    kind: str,
    number: str,
    facts: dict[str, Any],
    key: str | None = None,
    version: int | None = None,
) -> None:
    subject = (kind, number)
    _audit.record(
        actor=actor, action=action, stream=number, subject=subject, facts=facts, key=key, version=version
    )


@transaction.atomic
def link_incident(
    *, actor: Actor, number: str, release: str, link: str, expected_version: int | None = None
) -> Incident:
    """Say what a release has to do with an incident; an earlier link is replaced, and the audit log keeps it."""
    incident = _guard.lock(Incident, number=number)
    _guard.require(actor=actor, action="incident.record", scope=incident.service.key)
    _guard.unchanged(incident, expected_version)
    if incident.state != RecordState.OPEN:
        raise Refused("incident.closed", said("{number} is closed.", number=number))
    _check_link(link)
    before = {"release": str(incident.release.number if incident.release else ""), "link": incident.link}
    row = _guard.lock(Release, number=release)
    incident.release, incident.link, incident.disposition = row, link, ""
    incident.confirmed_by_id = actor.user_id if link == IncidentLink.CAUSED else None
    incident.save()
    row.save()
    facts = {"release": release, "link": link, "before": before}
    _told(actor, "incident.record.linked", "incident", number, facts, version=incident.version)
    _settle(row)
    return incident


@transaction.atomic
def mark_misuse(
    *,
    actor: Actor,
    number: str,
    misunderstood: str,
    is_misuse: bool = True,
    expected_version: int | None = None,
) -> Incident:
    """
    Say that an incident came from not knowing how to use the service, or take that back.

    It is put down to the training of the release that came into use in the thirty days before, if there is one;
    the training plan of the next release of the service has to look at it.

    Args:
        misunderstood: What people did not know, for who teaches it next time.
    """
    incident = _guard.lock(Incident, number=number)
    _guard.require(actor=actor, action="incident.record", scope=incident.service.key)
    _guard.unchanged(incident, expected_version)
    if is_misuse and not misunderstood.strip():
        raise Invalid("incident.misunderstood", said("Say what was misunderstood."), at="misunderstood")
    release = None
    if is_misuse:
        near = deployed(incident.service_id, incident.detected_at)
        release = gap_of(incident.detected_at, near)
    incident.is_misuse, incident.taught_in_id = is_misuse, release
    incident.misunderstood = misunderstood[:300] if is_misuse else ""
    if not is_misuse:
        incident.answered_by = None
    incident.save()
    told = str(incident.taught_in.number) if incident.taught_in else ""
    facts = {"misuse": is_misuse, "misunderstood": misunderstood, "release": told}
    _told(actor, "incident.misuse.marked", "incident", number, facts, version=incident.version)
    return incident


def _check_link(link: str) -> None:
    if link not in set(IncidentLink):
        raise Invalid(
            "incident.link", said("'{link}' is no link.", link=link), at="link", hint=", ".join(IncidentLink)
        )


@transaction.atomic
def confirm_cause(*, actor: Actor, number: str, expected_version: int | None = None) -> Incident:
    """A person confirms that the linked deployment caused the incident; only then it counts in the metrics."""
    incident = _guard.lock(Incident, number=number)
    _guard.require(actor=actor, action="incident.record", scope=incident.service.key)
    _guard.unchanged(incident, expected_version)
    incident.confirmed_by = _guard.person(actor)
    incident.save()
    facts = {"deployment": str(incident.deployment or "")}
    _told(actor, "incident.cause.confirmed", "incident", number, facts, version=incident.version)
    return incident
