"""A running release goes on under a newer version of its workflow; nothing that was done is lost."""

from django.db import transaction

from rightaway.domain.errors import Forbidden, Refused
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor
from rightaway.domain.workflow_migrations import Migration
from rightaway.queries import workflows
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.records.workflows.models import WorkflowTemplate
from rightaway.services import _audit, _binding, _guard, lifecycle, task_flow

EDIT = "workflow.edit"


@transaction.atomic
def migrate(*, actor: Actor, number: str, version: int, expected_version: int | None = None) -> Release:
    """
    Let a release follow the version of its workflow that is in force.

    Approvals whose requirement changed are void, tasks of the phase that are new are made.

    Args:
        version: The version that was looked at; when another one is in force by now, it is refused.

    Raises:
        Forbidden: `sod.own_release` for who wrote a part of the release: they do not choose what it is held to.
        Refused: it is there already, the version is not in force, or the release cannot move.
    """
    release = _guard.lock(Release, number=number)
    person = _guard.person(actor)
    _guard.require(actor=actor, action=EDIT)
    _guard.unchanged(release, expected_version)
    _check_person(release, person)
    before = release.workflow
    row, planned = _planned(release, version)
    release.workflow = row
    release.save()
    reason = f"{before} -> {row}"
    _binding.void_kinds(actor=actor, release=release, kinds=planned.voided, reason=reason)
    task_flow.make_tasks(release, planned.tasks)
    facts = {
        "from": str(before),
        "to": str(row),
        "tasks": [rule.key for rule in planned.tasks],
        "voided": list(planned.voided),
    }
    _audit.record(
        actor=actor,
        action="release.workflow.migrated",
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
    lifecycle.settle(release=release)
    return release


def _check_person(release: Release, person: User) -> None:
    if release.initiated_by_id == person.pk or release.contributions.filter(person=person).exists():
        raise Forbidden(
            "sod.own_release",
            said(
                "You wrote a part of {number}, so you do not choose what it is held to.",
                number=release.number,
            ),
            hint=said("Ask another administrator or change manager."),
        )


def _planned(release: Release, version: int) -> tuple[WorkflowTemplate, Migration]:
    """Give the version in force and what moving to it does."""
    key, number = release.workflow.key, release.number
    row = workflows.version(key)
    if row is None or row.version != version:
        raise Refused(
            "workflow.not_in_force",
            said("Version {version} of {key} is not in force.", version=version, key=key),
            hint=said("Look at the list again."),
        )
    held = workflows.release_behind(row, number)
    if held is None:
        raise Refused(
            "workflow.nothing_to_migrate",
            said("{number} is over, or follows this version already.", number=number),
        )
    planned = workflows.foreseen(held, row)
    if not planned.possible:
        raise Refused(
            "workflow.cannot_migrate",
            said("{number} cannot move: {reason}", number=number, reason=planned.obstacle),
            hint=said("Let it end under its own version."),
        )
    return row, planned
