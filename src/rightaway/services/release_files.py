"""A release from a release file: several commands in one transaction, all of it or nothing."""

from django.db import transaction

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor, IncidentLink
from rightaway.intake.releases import ReleaseFile
from rightaway.records.releases.models import Release
from rightaway.services import incidents, releases

# A release file may name these, and no command records them: better refused than lost in silence.
NOT_KEPT = frozenset({"requested_for", "problems"})
REGISTERED = frozenset(ReleaseFile.model_fields) & releases.EDITABLE


@transaction.atomic
def register(*, actor: Actor, file: ReleaseFile) -> Release:
    """Register a release with its scope, its people, and the incidents and known errors that it ends."""
    lost = sorted(NOT_KEPT & file.model_fields_set)
    if lost:
        raise Invalid(
            "release.not_kept",
            said("{name} is not recorded yet.", name=Word(lost[0])),
            at=lost[0],
            hint=said("Leave it out."),
        )
    fields = {name: getattr(file, name) for name in REGISTERED if getattr(file, name) is not None}
    row = releases.register(
        actor=actor, service=file.service, changes=file.changes, fields=fields, workflow=file.workflow
    )
    if file.affected_cis or file.ci_groups or file.objectives:
        releases.set_scope(
            actor=actor,
            number=row.number,
            cis=file.affected_cis,
            groups=file.ci_groups,
            objectives=file.objectives,
        )
    if file.stakeholders:
        stakeholders = {one.person: one.part for one in file.stakeholders}
        releases.set_people(actor=actor, number=row.number, stakeholders=stakeholders)
    for incident in file.incidents:
        incidents.link_incident(actor=actor, number=incident, release=row.number, link=IncidentLink.RESOLVED)
    for error in file.known_errors:
        incidents.link_known_error(actor=actor, release=row.number, known_error=error, effect="fixes")
    return row
