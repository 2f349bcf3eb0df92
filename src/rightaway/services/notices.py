"""Notices: planned, sent by hand or when they are due, acknowledged, and reminded of once."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from rightaway.domain import notices as rules
from rightaway.domain.errors import Invalid, NotFound, Refused
from rightaway.domain.notices import Moment, Obstacle, To
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM, Actor, PhaseStatus
from rightaway.queries import notice_audiences, subjects
from rightaway.queries import notices as ask
from rightaway.records.assurance.models import Notice, Recipient
from rightaway.records.people.models import Group, User
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, _notify, lifecycle
from rightaway.services._release import require_open

EDIT = "release.edit"
FIELDS = ("part", "text", "due_at", "acknowledge_pct")
PARTS = frozenset({"", "inform", "consult", "approve", "accept"})
OVER = ("closed", "abandoned")


@transaction.atomic
def plan(
    *,
    actor: Actor,
    number: str,
    to: str,
    audience: str = "",
    moment: str = Moment.AHEAD,
    fields: Mapping[str, Any] | None = None,
    people: Iterable[str] = (),
    groups: Iterable[str] = (),
) -> Notice:
    """
    Plan a notice that Rightaway sends, or change it while it is not sent.

    Args:
        to: A word of `To`, but for `outside`.
        audience: What the plan calls them; the word of `to` when empty.
        fields: `part` of stakeholders, `text`, `due_at` and `acknowledge_pct`. Without a text it is the usual one,
            without `due_at` the lead time of the release says when it goes out.
        people: Accounts, of a notice to named ones; groups by their keys.

    Raises:
        Refused: `notice.audience_empty`, `notice.sent`.
    """
    release = _open(actor, number)
    given = dict(fields or {})
    _known(given)
    row = Notice.objects.filter(release=release, audience=audience or to, moment=moment).first()
    row = row or Notice(release=release, audience=audience or to, moment=moment)
    if row.sent_at is not None:
        raise Refused("notice.sent", said("This notice was sent."), hint=said("Plan another one."))
    usual = rules.usual(moment, is_down=ask.outage(release) is not None)
    text = given.get("text") or row.text or usual
    row.to, row.text, row.obstacle = to, text, ""
    row.part, row.due_at = given.get("part") or row.part, given.get("due_at", row.due_at)
    row.acknowledge_pct = given.get("acknowledge_pct", row.acknowledge_pct)
    _check(row)
    row.release = release
    row.save()
    row.people.set([_guard.find(User, username=one) for one in people])
    row.groups.set([_guard.find(Group, key=one) for one in groups])
    rules.check_reachable(to, len(notice_audiences.audience(row)))
    facts = {
        "audience": row.audience,
        "to": to,
        "moment": moment,
        "people": list(people),
        "groups": list(groups),
    }
    _done(actor, release, "release.notice.planned", facts)
    return row


def _known(given: Mapping[str, Any]) -> None:
    unknown = sorted(set(given) - set(FIELDS))
    if unknown:
        raise Invalid(
            "field.unknown", said("A notice has no field '{name}'.", name=unknown[0]), at=unknown[0]
        )


def _check(row: Notice) -> None:
    rules.check(row.to, row.moment, row.text, row.acknowledge_pct)
    if row.to == To.OUTSIDE:
        raise Invalid(
            "notice.to",
            said("Who is told outside of Rightaway is scheduled, not sent from here."),
            at="to",
        )
    if row.part not in PARTS or (row.part and row.to != To.STAKEHOLDERS):
        raise Invalid(
            "notice.part",
            said("'{part}' is no part of a stakeholder.", part=row.part),
            at="part",
            hint=", ".join(sorted(PARTS - {""})),
        )
    if row.moment == Moment.AHEAD and ask.due(row, row.release) is None:
        raise Invalid(
            "notice.due",
            said("Say when it goes out: the release has no planned start to count back from."),
            at="due_at",
        )


@transaction.atomic
def withdraw(*, actor: Actor, number: str, notice: int) -> None:
    """Take a notice out of the plan that was not sent."""
    release = _open(actor, number)
    row = _guard.lock(Notice, pk=notice, release=release)
    if row.sent_at is not None:
        raise Refused("notice.sent", said("This notice was sent."))
    row.delete()
    _done(actor, release, "release.notice.withdrawn", {"audience": row.audience, "moment": row.moment})


@transaction.atomic
def send(*, actor: Actor, number: str, notice: int) -> Notice:
    """
    Send a notice now, by inbox and mail.

    Raises:
        Refused: it was sent, nobody would get it (`notice.audience_empty`), or its text lacks what the release has
            to say (`notice.facts_missing`).
    """
    release = _open(actor, number)
    row = _guard.lock(Notice, pk=notice, release=release)
    if row.to == To.OUTSIDE:
        raise Refused(
            "notice.outside",
            said("This audience is told outside of Rightaway."),
            hint=said("Say that it was, when it was."),
        )
    if row.sent_at is not None:
        raise Refused(
            "notice.sent", said("This notice was sent."), hint=said("Remind who has not acknowledged it.")
        )
    row.release = release
    row.sent_by = _guard.person(actor)
    _deliver(actor, row, release)
    return row


def _deliver(actor: Actor, row: Notice, release: Release) -> None:
    text = rules.filled(row.text, ask.words(release, ask.outage(release)))
    people, now = notice_audiences.audience(row), timezone.now()
    rules.check_reachable(row.to, len(people))
    row.sent_at, row.sent_text, row.obstacle = now, text, ""
    row.save()
    Recipient.objects.bulk_create(Recipient(notice=row, person_id=one, told_at=now) for one in sorted(people))
    _notify.tell(
        actor=SYSTEM,
        kind=NotificationKind.NOTICE,
        subject=subjects.of_row(SubjectKind.RELEASE, release),
        people=people,
        key=ask.key_of(row),
        facts={"text": text, "release": release.number, "notice": row.pk},
    )
    facts = {"audience": row.audience, "moment": row.moment, "count": len(people)}
    _done(actor, release, "release.notice.sent", facts)


@transaction.atomic
def acknowledge(*, actor: Actor, notice: int) -> Recipient:
    """
    Say that one has read a notice; said again it changes nothing.

    Raises:
        NotFound: it was not sent to them.
    """
    person = _guard.person(actor)
    row = Recipient.objects.select_related("notice").filter(notice=notice, person=person).first()
    if row is None:
        raise NotFound(
            "not_found", said("There is no such notice to you."), hint=said("Look into your inbox.")
        )
    # The release first, as every other command locks it before what belongs to it.
    release = _guard.lock(Release, pk=row.notice.release_id)
    row.refresh_from_db(fields=["acknowledged_at", "reminded_at"])
    if row.acknowledged_at is not None:
        return row
    row.acknowledged_at = timezone.now()
    row.save()
    _done(actor, release, "release.notice.acknowledged", {"audience": row.notice.audience, "notice": notice})
    return row


@transaction.atomic
def remind(*, actor: Actor, number: str, notice: int) -> int:
    """
    Remind who has not acknowledged a notice, each once; gives how many were reminded.

    Raises:
        Refused: `notice.not_sent`, or nobody is left to remind.
    """
    release = _open(actor, number)
    row = _guard.lock(Notice, pk=notice, release=release)
    if row.sent_at is None or row.to == To.OUTSIDE:
        raise Refused("notice.not_sent", said("This notice was not sent from here."))
    count = _remind(actor, row, release)
    if not count:
        raise Refused("notice.nobody_to_remind", said("Everybody has acknowledged it or was reminded."))
    return count


def _remind(actor: Actor, row: Notice, release: Release) -> int:
    rows = row.recipients.filter(acknowledged_at__isnull=True, reminded_at__isnull=True)
    people = list(rows.values_list("person_id", flat=True))
    if not people:
        return 0
    rows.update(reminded_at=timezone.now())
    _notify.tell(
        actor=SYSTEM,
        kind=NotificationKind.NOTICE_REMINDED,
        subject=subjects.of_row(SubjectKind.RELEASE, release),
        people=people,
        key=f"{ask.key_of(row)}:reminder",
        facts={"text": row.sent_text, "release": release.number, "notice": row.pk},
    )
    _done(actor, release, "release.notice.reminded", {"audience": row.audience, "count": len(people)})
    return len(people)


def pass_by(*, now: datetime, since: datetime | None = None) -> None:
    """
    Send what is due, and remind once of what was not acknowledged in a day; looked at once a minute.

    What cannot be sent is not tried in silence: the plan shows the obstacle, and the gate stays shut.
    """
    if since is not None and int(since.timestamp()) // 60 == int(now.timestamp()) // 60:
        return
    open_ones = ~Q(release__phase__in=OVER) & ~Q(release__phase_status=PhaseStatus.ON_HOLD)
    waiting = Notice.objects.filter(open_ones, sent_at__isnull=True).exclude(to=To.OUTSIDE)
    for key in waiting.order_by("id").values_list("pk", flat=True):
        _send_due(key, now)
    late = Notice.objects.filter(
        open_ones,
        acknowledge_pct__gt=0,
        sent_at__lte=now - rules.REMIND_AFTER,
        recipients__acknowledged_at__isnull=True,
        recipients__reminded_at__isnull=True,
        recipients__isnull=False,
    ).distinct()
    for row in late:
        with transaction.atomic():
            release = _guard.lock(Release, pk=row.release_id)
            _remind(SYSTEM, row, release)


@transaction.atomic
def _send_due(key: int, now: datetime) -> None:
    row = (
        Notice.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=key, sent_at=None).first()
    )
    if row is None:
        return
    release = Release.objects.select_related("service").get(pk=row.release_id)
    if not ask.has_come(row, release, ask.outage(release), now):
        return
    release = _guard.lock(Release, pk=row.release_id)
    row.release = release
    row.version += 1
    try:
        _deliver(SYSTEM, row, release)
    except Refused as refusal:
        obstacle = Obstacle(refusal.code.partition(".")[2])
        if row.obstacle != obstacle:
            row.sent_at, row.sent_text, row.obstacle = None, "", obstacle
            row.save()
            _done(SYSTEM, release, "release.notice.stuck", {"audience": row.audience, "obstacle": obstacle})


def _open(actor: Actor, number: str) -> Release:
    release = _guard.lock(Release, number=number)
    own = release.initiated_by_id == actor.user_id
    _guard.require(actor=actor, action=EDIT, scope=release.service.key, own=own)
    require_open(release, held_too=True)
    return release


def _done(actor: Actor, release: Release, action: str, facts: dict[str, Any]) -> None:
    release.save()
    _audit.record(
        actor=actor,
        action=action,
        stream=release.number,
        subject=("release", release.number),
        facts=facts,
        version=release.version,
    )
    lifecycle.settle(release=release)
