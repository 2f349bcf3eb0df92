"""A release that follows one that is over: nothing is opened again, its scope is taken over."""

from django.db import transaction

from rightaway.domain.errors import Refused
from rightaway.domain.relations import RelationKind
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor
from rightaway.intake.documents import Document
from rightaway.intake.releases import ReleaseFile
from rightaway.intake.schema import read
from rightaway.queries import follow_ups as ask
from rightaway.queries import templates
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, relations, release_files


@transaction.atomic
def create(*, actor: Actor, number: str, title: str = "") -> Release:
    """
    Register the release that follows one that is closed or abandoned, with its scope and its people.

    Changes that are not done and in no other release come along; dates, evidence and approvals are its own.

    Raises:
        Refused: the release is not over.
    """
    before = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action="release.register", scope=before.service.key)
    if before.phase not in templates.of(before).terminal:
        raise Refused(
            "follow_up.not_over",
            said("{number} is not over yet.", number=number),
            hint=said("Close or abandon it first."),
        )
    file = read(Document(ask.content(before, title)), ReleaseFile)
    row = release_files.register(actor=actor, file=file)
    relations.make(actor=actor, kind=RelationKind.FOLLOWS, source=row, target=before)
    for stream, facts in ((row, {"follows": number}), (before, {"followed_by": row.number})):
        _audit.record(
            actor=actor,
            action="release.follow_up.created",
            stream=stream.number,
            subject=("release", stream.number),
            facts=facts,
        )
    return row
