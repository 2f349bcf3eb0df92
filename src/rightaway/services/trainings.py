"""Training: the plan of each audience, its sessions, who came, and what the quiz says."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain import trainings as rules
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import Word, said
from rightaway.domain.trainings import Count
from rightaway.domain.values import Actor
from rightaway.queries import trainings as ask
from rightaway.records.assurance.models import Attendee, Session, Training
from rightaway.records.incidents.models import Incident
from rightaway.records.knowledge.models import Article
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, lifecycle
from rightaway.services._release import require_open

EDIT = "training.edit"
FIELDS = ("mode", "kind", "content", "article", "provider", "pass_mark", "cost_estimate", "cost_actual")
COUNT_LIMIT = 1_000_000


@transaction.atomic
def plan(
    *,
    actor: Actor,
    number: str,
    audience: str,
    fields: Mapping[str, Any],
    answers: Iterable[str] | None = None,
) -> Training:
    """
    Plan the training of one audience, or change its plan.

    Args:
        fields: Of `FIELDS`; what is left out stays.
        answers: Incidents of misuse that this training teaches how to avoid; None leaves them as they are.
    """
    release = _open(actor, number)
    row = Training.objects.select_for_update().filter(release=release, audience=audience).first()
    row = row or Training(release=release, audience=audience, mode=rules.Mode.CLASS)
    _assign(row, fields)
    if not row._state.adding:  # noqa: SLF001 -- Django's public name for it
        row.version += 1
    row.save()
    facts: dict[str, Any] = {"audience": audience, **{name: str(value) for name, value in fields.items()}}
    if answers is not None:
        facts["answers"] = _answer(release, row, answers)
    _done(actor, release, "release.training.planned", facts)
    return row


def _assign(row: Training, fields: Mapping[str, Any]) -> None:
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise Invalid(
            "field.unknown", said("Training has no field '{name}'.", name=unknown[0]), at=unknown[0]
        )
    for name, value in fields.items():
        if name == "mode":
            row.mode = rules.mode(value)
        elif name == "kind":
            row.audience_kind = rules.audience_kind(value)
        else:
            setattr(row, name, value)
    if row.pass_mark is not None and not 1 <= row.pass_mark <= 100:  # noqa: PLR2004 -- percent
        raise Invalid("training.pass_mark", said("A pass mark is from 1 to 100 percent."), at="pass_mark")
    if fields.get("article"):
        _guard.find(Article, number=row.article)


def _answer(release: Release, row: Training, numbers: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(numbers))
    known = {one.number: one for one in ask.gaps(release)}
    strange = next((one for one in wanted if one not in known), None)
    if strange is not None:
        raise Invalid(
            "training.gap",
            said("{number} is no misuse that this release has to answer.", number=strange),
            at="answers",
        )
    Incident.objects.filter(answered_by=row).exclude(number__in=wanted).update(answered_by=None)
    Incident.objects.filter(number__in=wanted).update(answered_by=row)
    return wanted


@transaction.atomic
def drop(*, actor: Actor, number: str, audience: str) -> None:
    """
    Take an audience out of the plan while nobody of it has been taught.

    Raises:
        Refused: `training.begun`; who needs no training any more is waived.
    """
    release = _open(actor, number)
    row = _locked(release, audience)
    if row.attended or row.attendees.filter(has_attended=True).exists() or _begun(row):
        raise Refused(
            "training.begun",
            said("{audience} is being taught already.", audience=audience),
            hint=said("Ask for a waiver of the rest."),
        )
    row.delete()
    _done(actor, release, "release.training.dropped", {"audience": audience})


def _begun(row: Training) -> bool:
    return row.sessions.filter(starts_at__lte=timezone.now(), cancelled_reason="").exists()


@transaction.atomic
def add_session(
    *,
    actor: Actor,
    number: str,
    audience: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    seats: int | None = None,
) -> Session:
    """Plan a session of an audience."""
    release = _open(actor, number)
    rules.check_session(starts_at, ends_at)
    row = Session.objects.create(
        training=_locked(release, audience), starts_at=starts_at, ends_at=ends_at, place=place, seats=seats
    )
    facts = {"audience": audience, "starts_at": starts_at.isoformat(), "seats": seats}
    _done(actor, release, "release.training_session.planned", facts)
    return row


@transaction.atomic
def cancel_session(*, actor: Actor, number: str, session: int, reason: str) -> Session:
    """Call a session off, saying why; one to which somebody came stays."""
    release = _open(actor, number)
    row = _guard.lock(Session, pk=session, training__release=release)
    if not reason.strip():
        raise Invalid("training.reason_needed", said("Say why."), at="reason")
    if row.attendees.filter(has_attended=True).exists():
        raise Refused("training.begun", said("Somebody came to this session."))
    row.cancelled_reason = reason[:300]
    row.save()
    facts = {"audience": row.training.audience, "reason": reason}
    _done(actor, release, "release.training_session.cancelled", facts)
    return row


@transaction.atomic
def invite(*, actor: Actor, number: str, audience: str, names: Iterable[str]) -> int:
    """
    Name people of an audience, by account or as they are called; gives how many are new.

    From the first name on the list counts, and no number beside it.
    """
    release = _open(actor, number)
    row, wanted = _locked(release, audience), list(dict.fromkeys(one.strip() for one in names if one.strip()))
    if not wanted:
        raise Invalid("training.names_needed", said("Name somebody."), at="names")
    long = next((one for one in wanted if len(one) > 120), None)  # noqa: PLR2004 -- as the field
    if long is not None:
        raise Invalid("training.name", said("A name has at most 120 characters."), at="names")
    accounts = User.objects.in_bulk(wanted, field_name="username")
    rows = [Attendee(training=row, name=one, person=accounts.get(one)) for one in wanted]
    before = row.attendees.count()
    Attendee.objects.bulk_create(rows, ignore_conflicts=True)
    _done(actor, release, "release.training.invited", {"audience": audience, "names": wanted})
    return row.attendees.count() - before


@transaction.atomic
def uninvite(*, actor: Actor, number: str, audience: str, name: str) -> None:
    """Take somebody off the list who was never meant to be taught; who came stays on it."""
    release = _open(actor, number)
    row = _person(_locked(release, audience), name)
    if row.has_attended:
        raise Refused("training.attended", said("{name} came.", name=name))
    row.delete()
    _done(actor, release, "release.training.uninvited", {"audience": audience, "name": name})


@transaction.atomic
def attend(
    *,
    actor: Actor,
    number: str,
    audience: str,
    name: str,
    source: str,
    has_attended: bool = True,
    session: int | None = None,
    score: int | None = None,
) -> Attendee:
    """
    Record whether one person came, and what their quiz says; said again it replaces what was said.

    Args:
        session: To which; None for computer-based training that has none.
        score: In percent.

    Raises:
        Refused: the session has not begun, was called off, or its seats are taken.
    """
    release = _open(actor, number)
    training = _locked(release, audience)
    row = _person(training, name)
    held = None if session is None else _session(training, session, row)
    if held is None and has_attended:
        _check_begun(training)
    if not has_attended and score is not None:
        raise Invalid("training.quiz_result", said("Who did not come has no result."), at="score")
    rules.check_score(score, training.pass_mark)
    row.session, row.has_attended, row.score, row.source = held, has_attended, score, _source(source)
    row.recorded_by, row.recorded_at = _guard.person(actor), timezone.now()
    row.save()
    facts = {"audience": audience, "name": name, "attended": has_attended, "score": score, "source": source}
    _done(actor, release, "release.training.attended", facts)
    return row


def _session(training: Training, key: int, person: Attendee) -> Session:
    row = _guard.find(Session, pk=key, training=training)
    if row.cancelled_reason:
        raise Refused("training.session_cancelled", said("This session was called off."), at="session")
    rules.check_held(row.starts_at, timezone.now())
    others = row.attendees.filter(has_attended=True).exclude(pk=person.pk).count()
    if row.seats is not None and others >= row.seats:
        raise Refused(
            "training.seats_taken",
            said("All {seats} seats of this session are taken.", seats=row.seats),
            at="session",
            hint=said("Choose another session, or correct who came to this one."),
        )
    return row


def _check_begun(training: Training) -> None:
    """Refuse attendance while every session is still ahead; what has no sessions happens at any time."""
    planned = training.sessions.filter(cancelled_reason="").order_by("starts_at").first()
    if planned is not None:
        rules.check_held(planned.starts_at, timezone.now())


@transaction.atomic
def count(
    *, actor: Actor, number: str, audience: str, count: Count, source: str, finished: bool = True
) -> Training:
    """
    Record how many of an audience were invited, came and passed, where nobody is named.

    Raises:
        Refused: `training.by_name`, when people are named; `training.session_ahead`.
    """
    release = _open(actor, number)
    row = _locked(release, audience)
    counted(row, count)
    row.source = _source(source)
    row.finished_at = timezone.now() if finished and count.attended else None
    row.save()
    facts = {"audience": audience, "attended": count.attended, "of": count.invited, "source": source}
    _done(actor, release, "release.training.recorded", {**facts, "passed": count.passed})
    return row


def counted(row: Training, count: Count) -> None:
    """Write numbers into an audience that the caller has locked."""
    rules.check_count(count, row.pass_mark)
    if row.attendees.exists():
        raise Refused(
            "training.by_name",
            said("People of {audience} are named: they count, not a number.", audience=row.audience),
            hint=said("Record who of them came."),
        )
    if count.attended:
        _check_begun(row)
    row.invited, row.attended, row.passed = count.invited, count.attended, count.passed


def _source(word: str) -> str:
    if word not in set(rules.Source):
        raise Invalid(
            "training.source",
            said("'{source}' is no source of attendance.", source=Word(word)),
            at="source",
            hint=", ".join(rules.Source),
        )
    return word


def _person(training: Training, name: str) -> Attendee:
    row = Attendee.objects.filter(training=training, name=name).first()
    if row is None:
        raise Invalid(
            "training.not_named",
            said("{name} is not on the list of {audience}.", name=name, audience=training.audience),
            at="name",
            hint=said("Name them first."),
        )
    return row


def _locked(release: Release, audience: str) -> Training:
    return _guard.lock(Training, release=release, audience=audience)


def _open(actor: Actor, number: str) -> Release:
    release = _guard.lock(Release, number=number)
    own = actor.user_id in {release.initiated_by_id, release.coordinator_id}
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
