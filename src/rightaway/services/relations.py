"""Relations between releases: made, and taken back, with a word to those who answer for the other one."""

from django.db import connection, transaction
from django.utils import timezone

from rightaway.domain.alerts import Recipient
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.relations import BINDS_TARGET, REVERSE, RelationKind, check
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import alerts, subjects
from rightaway.queries import relations as ask
from rightaway.records.relations.models import Relation
from rightaway.records.releases.models import Release
from rightaway.services import _alerts, _audit, _binding, _guard, _notify, lifecycle, release_alerts
from rightaway.services._release import require_open

RELATE = "release.relate"
CIRCLE_LOCK = 7203  # any number of ours: two relations made at once could close a circle that neither sees


@transaction.atomic
def add(*, actor: Actor, number: str, kind: str, other: str, expected_version: int | None = None) -> Relation:
    """
    Say what a release is to another: that it depends on it, is part of it, follows it or supersedes it.

    What holds the other release back too asks for authority over both. A dependency is a part of the plan, so it
    voids approvals of that.

    Raises:
        Refused: `relation.exists`, or the relation could not hold (see `domain.relations.check`).
    """
    wanted = _kind(kind)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CIRCLE_LOCK])
    release, target = _both(number, other)
    _authorised(actor, wanted, release, target, expected_version)
    require_open(release)
    if Relation.objects.filter(kind=wanted, source=release, target=target).exists():
        raise Refused("relation.exists", said("That relation exists already."), at="other")
    circle = [] if release == target else ask.circle(wanted, release, target)
    check(wanted, ask.end(release), ask.end(target), circle)
    row = make(actor=actor, kind=wanted, source=release, target=target)
    release.save()
    _bind(actor, wanted, release)
    release_alerts.conflicts(actor, release)
    lifecycle.settle(release=release)
    return row


@transaction.atomic
def remove(
    *, actor: Actor, number: str, relation: int, reason: str, expected_version: int | None = None
) -> Release:
    """Take a relation back, with a reason; each of the two may then go on."""
    row = _guard.find(Relation, pk=relation, source__number=number)
    release, target = _both(number, row.target.number)
    kind = RelationKind(row.kind)
    _authorised(actor, kind, release, target, expected_version)
    require_open(release)
    if not reason.strip():
        raise Invalid("relation.reason_needed", said("Say why it is taken back."), at="reason")
    Relation.objects.filter(pk=row.pk).delete()
    release.save()
    _record(actor, "removed", kind, release, target, reason)
    _bind(actor, kind, release)
    for one in (release, target):
        lifecycle.settle(release=one)
    return release


def make(*, actor: Actor, kind: RelationKind, source: Release, target: Release) -> Relation:
    """Store a relation that may be made, for a command that has asked."""
    row = Relation.objects.create(
        kind=kind, source=source, target=target, by=_guard.person(actor), at=timezone.now()
    )
    _record(actor, "added", kind, source, target, "")
    return row


def _kind(text: str) -> RelationKind:
    if text not in set(RelationKind):
        raise Invalid(
            "relation.kind_unknown",
            said("'{text}' is no kind of relation.", text=text),
            at="kind",
            hint=", ".join(RelationKind),
        )
    return RelationKind(text)


def _both(number: str, other: str) -> tuple[Release, Release]:
    """Lock both in the order of their keys, so that two commands on the same pair wait for each other in one order."""
    pair = Release.objects.select_for_update(of=("self",)).filter(number__in=(number, other)).order_by("pk")
    found = {one.number: one for one in pair}
    for name in (number, other):
        if name not in found:
            raise _guard.not_found(Release, {"number": name})
    found[number].version += 1
    return found[number], found[other]


def _authorised(
    actor: Actor, kind: RelationKind, release: Release, target: Release, expected_version: int | None
) -> None:
    _guard.require(actor=actor, action=RELATE, scope=release.service.key)
    if kind in BINDS_TARGET:
        _guard.require(actor=actor, action=RELATE, scope=target.service.key)
    _guard.unchanged(release, expected_version)


def _bind(actor: Actor, kind: RelationKind, release: Release) -> None:
    if kind is RelationKind.DEPENDS_ON:
        _binding.contributed(actor=actor, release=release, part="plan")
        _binding.recheck(actor=actor, release=release)


def _record(
    actor: Actor, what: str, kind: RelationKind, source: Release, target: Release, reason: str
) -> None:
    """Record it with both releases, and tell the people of the other one."""
    for stream, word, other in ((source, str(kind), target), (target, REVERSE[kind], source)):
        facts = {"relation": word, "other": other.number, "reason": reason}
        _audit.record(
            actor=actor,
            action=f"release.relation.{what}",
            stream=stream.number,
            subject=("release", stream.number),
            facts={name: value for name, value in facts.items() if value},
            version=stream.version,
        )
    now = timezone.now()
    subject = subjects.of_row(SubjectKind.RELEASE, target)
    told = alerts.recipients(target, (Recipient.COORDINATOR, Recipient.MANAGER), now)
    _notify.tell(
        actor=actor,
        kind=NotificationKind.RELEASE_RELATED,
        subject=subject,
        people=_alerts.may_see(subject, told),
        key=f"{source.number}:{what}:{kind}:{target.number}:{source.version}",
        facts={"other": source.number, "relation": REVERSE[kind]},
    )
