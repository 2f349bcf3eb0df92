"""Change requests: registered, assessed, authorised by people, carried out by a release."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.boards import EMERGENCY_VOTES
from rightaway.domain.change_models import AttemptResult
from rightaway.domain.changes import (
    TABLES,
    ChangeState,
    ChangeType,
    ReleaseEvent,
    after,
    follow_release,
    is_authorised,
)
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.moves import advance
from rightaway.domain.priorities import priority
from rightaway.domain.risk import stated
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor, PersonKind
from rightaway.queries import boards, risk
from rightaway.queries.bound_content import change_digest
from rightaway.records.changes.models import Authorisation, Change
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.imports.models import ExternalReference
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _board_votes, _edits, _guard, change_models, lifecycle, release_alerts
from rightaway.services._change_fields import check_risk, check_window, keep_to_model, known, model_of
from rightaway.services._numbers import next_number

ANEW = {"replan", "send_back"}
"""Events after which a change is decided on again, whatever was decided before."""
RESULTS = {
    ChangeState.IMPLEMENTED: AttemptResult.SUCCEEDED,
    ChangeState.FAILED: AttemptResult.FAILED,
    ChangeState.BACKED_OUT: AttemptResult.FAILED,
}
APPROVE, REJECT = "approve", "reject"


@transaction.atomic
def register(
    *,
    actor: Actor,
    title: str,
    description: str,
    change_type: str,
    service: str,
    affected_cis: Iterable[str] = (),
    fields: Mapping[str, Any] | None = None,
    model: str = "",
) -> Change:
    """
    Register a change.

    Args:
        model: Number of the model that authorises a standard change; other types have none.
    """
    requester = _guard.person(actor)
    _guard.require(actor=actor, action="change.register", scope=service)
    if change_type not in set(ChangeType):
        raise Invalid(
            "change.type",
            said("There is no change type '{change_type}'.", change_type=change_type),
            at="change_type",
        )
    extra = known(fields or {})
    change = Change(
        number=next_number("CHG"),
        title=title,
        description=description,
        change_type=change_type,
        state=ChangeState.REGISTERED,
        service=_guard.find(ConfigurationItem, key=service),
        requester=requester,
        model=model_of(change_type, model),
        **extra,
    )
    change.priority = priority(impact=change.impact, urgency=change.urgency)
    check_window(change)
    items = [_guard.find(ConfigurationItem, key=key) for key in affected_cis]
    if change.model is not None:
        change_models.choose(change, items)
    change.save()
    change.affected_cis.set(items)
    check_risk(change, extra)
    facts = {"type": change_type, "title": title, "model": model or None}
    _told(actor, "change.request.registered", change, facts)
    return change


@transaction.atomic
def edit(
    *, actor: Actor, number: str, fields: Mapping[str, Any], expected_version: int | None = None
) -> Change:
    """Change what is written; an authorised change whose content changes has to be authorised again."""
    change = _guard.lock(Change, number=number)
    _guard.require(
        actor=actor, action="change.edit", scope=change.service.key, own=change.requester_id == actor.user_id
    )
    _guard.unchanged(change, expected_version)
    if change.state in {ChangeState.IMPLEMENTING, ChangeState.IMPLEMENTED, ChangeState.CLOSED}:
        raise Refused(
            "change.carried_out",
            said(
                "{number} is {state}; what was done is not rewritten.",
                number=number,
                state=Word(change.state),
            ),
        )
    before = change_digest(change)
    given = known(fields)
    keep_to_model(change, given)
    held = _edits.values(change, given)
    for name, value in given.items():
        setattr(change, name, value)
    change.priority = priority(impact=change.impact, urgency=change.urgency)
    check_window(change)
    check_risk(change, given)
    lost = change_digest(change) != before and _is_decided(change)
    if lost:
        change.authorised_at = None
        if change.state == ChangeState.ON_HOLD:
            change.held_state = ChangeState.REGISTERED
        else:
            change.state = ChangeState.REGISTERED
    change.save()
    changed = _edits.changes(held, _edits.values(change, given))
    facts = {"fields": sorted(fields), "changes": changed, "authorisation_lost": lost}
    _told(actor, "change.request.edited", change, facts)
    _settle(change)
    return change


def _is_decided(change: Change) -> bool:
    """Say whether people have authorised it, so that new content asks them anew; on hold that still stands."""
    state = change.held_state or change.state
    if change.change_type == ChangeType.PROPOSAL:
        return state == ChangeState.AUTHORISED
    return change.change_type != ChangeType.STANDARD and is_authorised(change.change_type, state)


@transaction.atomic
def move(
    *, actor: Actor, number: str, event: str, note: str = "", expected_version: int | None = None
) -> Change:
    """Take one step that needs no authorisation: validate, assess, send_back, withdraw, hold, resume, review, close."""
    change = _guard.lock(Change, number=number)
    if event in {"authorise", "reject"}:
        raise Invalid(
            "change.needs_decision", said("Authorising is a decision of a person; use authorise."), at="event"
        )
    if event in {"implement", "finish", "fail", "back_out", "pass_tests", "accept"}:
        raise Invalid(
            "change.moves_with_release",
            said("'{event}' comes from the release that carries the change.", event=event),
            at="event",
        )
    action = "change.close" if event in {"close", "update_cmdb"} else "change.edit"
    own = change.requester_id == actor.user_id
    _guard.require(actor=actor, action=action, scope=change.service.key, own=own)
    _guard.unchanged(change, expected_version)
    _step(actor, change, event, note)
    _settle(change)
    return change


def _step(actor: Actor, change: Change, event: str, note: str = "") -> None:
    before = change.state
    if event in ANEW:
        change.round += 1
    change.state = after(change.change_type, change.state, event, change.held_state)
    change.held_state = before if change.state == ChangeState.ON_HOLD else ""
    if change.state == ChangeState.CLOSED:
        change.closed_at = timezone.now()
    change.save()
    _told(
        actor,
        "change.state.moved",
        change,
        {"from": before, "to": change.state, "event": event, "note": note},
    )


@transaction.atomic
def authorise(
    *, actor: Actor, number: str, decision: str, note: str = "", expected_version: int | None = None
) -> Change:
    """
    Decide on a change as one of those who may authorise it.

    A normal change needs one person, an emergency change two; where a board decides, as many of its members as
    its quorum. Nobody decides on their own request (S1), nor does an account that is not a person (S4).

    Raises:
        Forbidden: `sod.self_approval`, `sod.person_only`, `board.not_seated` or `permission.denied`.
        Refused: `board.no_quorum` or `board.in_meetings`, of the board that decides.
    """
    change = _guard.lock(Change, number=number)
    roles = _guard.require(actor=actor, action=boards.authorising(change), scope=change.service.key)
    _guard.unchanged(change, expected_version)
    if actor.kind is not PersonKind.PERSON or actor.is_system:
        raise Forbidden("sod.person_only", said("Only a person authorises a change."))
    if actor.user_id in {change.requester_id, _asked_elsewhere(change)}:
        raise Forbidden(
            "sod.self_approval",
            said("Nobody authorises their own change."),
            hint=said("Ask another change manager."),
        )
    if decision not in {APPROVE, REJECT}:
        raise Invalid(
            "decision.unknown",
            said("'{decision}' is no decision.", decision=decision),
            at="decision",
            hint=said("approve or reject"),
        )
    if decision == REJECT and not note.strip():
        raise Invalid("decision.reason_needed", said("A rejection needs a reason."), at="note")
    board = boards.deciding(change)
    if board is not None:
        _board_votes.check_change_vote(actor, board)
    _vote(actor, change, board.source if board else min(roles), decision, note)
    if decision == REJECT:
        _decided(actor, board, decision)
        _step(actor, change, "reject", note)
    elif _is_agreed(change, board):
        _decided(actor, board, decision)
        change.authorised_at = timezone.now()
        _step(actor, change, "authorise", note)
        if change.is_unauthorised:  # it has been made already
            _step(actor, change, "accept", note)
        release_alerts.authorised(actor, change)
    else:
        change.save()
    _settle(change)
    return change


def _asked_elsewhere(change: Change) -> int | None:
    """Give the account of whoever asked for it in the system that it was imported from."""
    references = ExternalReference.objects.filter(change=change)
    return references.values_list("requested_by", flat=True).first()


def _settle(change: Change) -> None:
    """Let the release that waited only for this go on."""
    if change.release_id is not None:
        lifecycle.settle(release=Release.objects.select_for_update().get(pk=change.release_id))


def _vote(actor: Actor, change: Change, role: str, decision: str, note: str) -> None:
    table = TABLES[ChangeType(change.change_type)]
    advance(table, change.state, "authorise" if decision == APPROVE else "reject")
    now: datetime = timezone.now()
    current = change_digest(change)
    given = Authorisation.objects.filter(change=change, round=change.round, digest=current, decision=APPROVE)
    if given.filter(person_id=actor.user_id).exists():
        raise Refused("decision.given", said("You have decided on this content already."))
    Authorisation.objects.update_or_create(
        change=change,
        person_id=actor.user_id,
        digest=current,
        round=change.round,
        defaults={"role": role, "decision": decision, "note": note, "at": now},
    )
    found = risk.of_change(change)
    facts: dict[str, Any] = {"role": role, "decision": decision, "note": note, "digest": current}
    facts |= {"risk_score": found.score, "risk_level": stated(found.level, change.risk_level)}
    _told(actor, "change.authorisation.decided", change, facts)


def _is_agreed(change: Change, board: boards.Deciding | None) -> bool:
    votes = Authorisation.objects.filter(
        change=change, round=change.round, decision=APPROVE, digest=change_digest(change)
    )
    if board is not None:
        return board.agreed(votes.filter(role=board.source).values_list("person", flat=True))
    needed = EMERGENCY_VOTES if change.change_type == ChangeType.EMERGENCY else 1
    return votes.values("person").distinct().count() >= needed


def _decided(actor: Actor, board: boards.Deciding | None, decision: str) -> None:
    if board is not None:
        _board_votes.decided_change(actor, board, decision)


def follow(*, actor: Actor, release: Release, event: ReleaseEvent) -> None:
    """Move every change of a release along with it; called inside the release's own transaction."""
    moved = []
    for change in release.changes.select_for_update().order_by("pk"):
        after = follow_release(change.change_type, change.state, event)
        if after == change.state:
            continue
        before, change.state = change.state, after
        change.version += 1
        if after == ChangeState.IMPLEMENTED:
            change.implemented_at = timezone.now()
        change.save()
        if after == ChangeState.IMPLEMENTING:
            change_models.begin(change)
        elif after in RESULTS:
            change_models.end(change, RESULTS[after])
        facts = {"from": before, "to": after, "release": release.number, "event": str(event)}
        _told(actor, "change.state.followed", change, facts)
        moved.append(change)
    release_alerts.followed(actor, release, moved)


def _told(actor: Actor, action: str, change: Change, facts: dict[str, Any]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=change.number,
        subject=("change", change.number),
        facts=facts,
        version=change.version,
    )
