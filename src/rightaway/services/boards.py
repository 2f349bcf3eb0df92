"""Boards: proposed by one person, in force once another confirms them; and members who are away for a while."""

import re
from datetime import datetime

from django.db import transaction

from rightaway.domain import board_schedules
from rightaway.domain.boards import Definition, as_json, check, definition, definition_digest
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.permissions import Role
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor, PersonKind
from rightaway.queries import templates
from rightaway.records.boards.models import Board, Seat
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import RoleBinding, User
from rightaway.services import _confirmations, _guard
from rightaway.services._board_votes import told

DEFINE = "board.define"
KEY = r"[a-z0-9][a-z0-9_-]{0,29}"


@transaction.atomic
def propose(*, actor: Actor, key: str, definition: Definition, expected_version: int | None = None) -> Board:
    """
    Propose a new board, or another definition of one; what is in force stays so until a second person confirms it.

    Raises:
        Invalid: a definition that could never work, or a member who cannot vote.
    """
    author = _guard.person(actor)
    _guard.require(actor=actor, action=DEFINE)
    if not re.fullmatch(KEY, key):
        raise Invalid(
            "board.key",
            said("This cannot be the key of a board."),
            at="key",
            hint=said("Use small letters, digits, - and _, 30 at most."),
        )
    check(definition)
    if definition.schedule is not None:
        board_schedules.check(definition.schedule)
    _check_people(definition)
    _check_agenda(definition)
    row = _row(key, definition, expected_version)
    row.proposed, row.proposed_by = as_json(definition), author
    row.save()
    facts = {"digest": definition_digest(row.proposed), "definition": row.proposed}
    told(actor, "governance.board.proposed", "board", key, facts, row.version)
    _confirmations.ask(
        actor=actor, kind=SubjectKind.BOARD, row=row, action=DEFINE, key=f"{key}:{row.version}"
    )
    return row


def _row(key: str, definition: Definition, expected_version: int | None) -> Board:
    if Board.objects.filter(key=key).exists():
        row = _guard.lock(Board, key=key)
        _guard.unchanged(row, expected_version)
        return row
    return Board(key=key, title=definition.title, kind=definition.kind, quorum=definition.quorum)


def _check_people(held: Definition) -> None:
    named = [name for one in held.members for name in (one.person, one.alternate) if name]
    for name in named:
        person = _guard.find(User, username=name)
        is_auditor = RoleBinding.objects.filter(user=person, role=Role.AUDITOR).exists()
        if person.kind != PersonKind.PERSON or is_auditor or not person.is_active:
            raise Invalid("board.member", said("{one} cannot sit on a board.", one=person), at="members")


def _check_agenda(held: Definition) -> None:
    for key in held.agenda.services:
        _guard.find(ConfigurationItem, key=key, ci_class="service")
    known = {requirement.key for _workflow, requirement in templates.requirements()}
    strange = sorted(set(held.agenda.approvals) - known)
    if strange:
        raise Invalid(
            "board.filter",
            said("No workflow has an approval '{value}'.", value=strange[0]),
            at="approvals",
            hint=said("There are: {known}.", known=sorted(known)),
        )


@transaction.atomic
def confirm(*, actor: Actor, key: str, digest: str, expected_version: int | None = None) -> Board:
    """
    Put what was proposed in force, as the second person.

    Args:
        digest: Of the proposal that was looked at; another one is refused.

    Raises:
        Forbidden: `sod.self_approval` for who proposed it, `sod.self_grant` for who would join the board by it.
    """
    row = _guard.lock(Board, key=key)
    _guard.require(actor=actor, action=DEFINE)
    _guard.unchanged(row, expected_version)
    if actor.kind is not PersonKind.PERSON or actor.is_system:
        raise Forbidden("sod.person_only", said("Only a person confirms a board."))
    if not row.proposed:
        raise Refused("board.nothing_proposed", said("Nothing is proposed for {key}.", key=key))
    if row.proposed_by_id == actor.user_id:
        raise Forbidden(
            "sod.self_approval",
            said("Nobody confirms a board that they proposed."),
            hint=said("Ask another change manager or an administrator."),
        )
    if digest != definition_digest(row.proposed):
        raise Refused(
            "board.other_content",
            said("{key} is not what you looked at.", key=key),
            hint=said("Look at it again."),
        )
    new = definition(row.proposed)
    check(new)
    _check_joining(actor, row, new)
    _put_in_force(row, new)
    told(actor, "governance.board.confirmed", "board", key, {"digest": digest}, row.version)
    return row


def _check_joining(actor: Actor, row: Board, new: Definition) -> None:
    before = definition(row.definition).members if row.definition else ()
    held = {name for one in before for name in (one.person, one.alternate)}
    if actor.name in {name for one in new.members for name in (one.person, one.alternate)} - held:
        raise Forbidden(
            "sod.self_grant",
            said("Nobody confirms their own seat on a board."),
            hint=said("Ask another change manager or an administrator."),
        )


def _put_in_force(row: Board, new: Definition) -> None:
    row.title, row.kind, row.quorum = new.title, new.kind, new.quorum
    row.is_async, row.is_active = new.is_async, new.is_active
    row.chair = _guard.find(User, username=new.chair)
    row.definition, row.proposed, row.proposed_by = row.proposed, {}, None
    row.save()
    names = {one.person: one.alternate for one in new.members}
    row.seats.exclude(person__username__in=names).delete()
    for person, alternate in names.items():
        deputy = _guard.find(User, username=alternate) if alternate else None
        Seat.objects.update_or_create(
            board=row, person=_guard.find(User, username=person), defaults={"alternate": deputy}
        )


@transaction.atomic
def discard(*, actor: Actor, key: str, expected_version: int | None = None) -> Board:
    """Take a proposal back; what is in force stays."""
    row = _guard.lock(Board, key=key)
    _guard.require(actor=actor, action=DEFINE)
    _guard.unchanged(row, expected_version)
    if not row.proposed:
        raise Refused("board.nothing_proposed", said("Nothing is proposed for {key}.", key=key))
    row.proposed, row.proposed_by = {}, None
    row.save()
    told(actor, "governance.board.discarded", "board", key, {}, row.version)
    return row


@transaction.atomic
def set_away(
    *, actor: Actor, key: str, member: str, away_from: datetime | None, away_until: datetime | None
) -> Seat:
    """
    Say when a member is away, for the alternate to act; the member says so, the chair, or who conducts boards.

    Args:
        away_from: None for not away.
        away_until: None for as long as nothing else is said.
    """
    board = _guard.lock(Board, key=key)
    seat = Seat.objects.select_for_update(of=("self",)).filter(board=board, person__username=member).first()
    is_own = seat is not None and seat.person_id == actor.user_id
    if not is_own:
        _guard.require(
            actor=actor, action="board.conduct", scope=_guard.ANYWHERE, own=board.chair_id == actor.user_id
        )
    if seat is None:
        raise Invalid(
            "board.no_seat", said("{member} is no member of {key}.", member=member, key=key), at="member"
        )
    if away_from is not None and away_until is not None and away_until <= away_from:
        raise Invalid("board.away", said("It would be over before it begins."), at="away_until")
    if away_from is None and away_until is not None:
        raise Invalid("board.away", said("Say from when."), at="away_from")
    seat.away_from, seat.away_until = away_from, away_until
    seat.save()
    board.save()
    facts = {"member": member, "from": str(away_from or ""), "until": str(away_until or "")}
    told(actor, "governance.board.away", "board", key, facts, board.version)
    return seat
