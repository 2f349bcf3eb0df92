"""What every command asks first: whether this actor may, and whether the record is still the one that was seen."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from rightaway.domain.errors import Forbidden, NotFound, Stale
from rightaway.domain.permissions import Role, may
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor, PersonKind
from rightaway.queries import audit
from rightaway.records.base import Record
from rightaway.records.people.models import RoleBinding, User

RecordT = TypeVar("RecordT", bound=Record)
ModelT = TypeVar("ModelT", bound=Model)

EVERYWHERE = "*"
ANYWHERE = ""
"""A role in any scope will do."""


def roles_of(user_id: int, scope: str) -> frozenset[str]:
    """Roles held in the scope (the key of a service) or everywhere; read anew at each action."""
    held = RoleBinding.objects.filter(user_id=user_id)
    if scope != ANYWHERE:
        held = held.filter(Q(scope=scope) | Q(scope=EVERYWHERE))
    return frozenset(held.values_list("role", flat=True))


def require(
    *, actor: Actor, action: str, scope: str = EVERYWHERE, own: bool = False, production: bool = True
) -> frozenset[str]:
    """
    Refuse the actor who may not do `action` in `scope`; give the roles used otherwise.

    Rightaway itself acting on a rule holds no role and needs none: its authority is the rule, which the
    command checks.

    Raises:
        Forbidden: `permission.denied`, or `account.disabled`.
    """
    if actor.is_system:
        return frozenset()
    user = User.objects.filter(pk=actor.user_id or 0).first()
    if user is None or not user.is_active:
        raise Forbidden(
            "account.disabled", said("This account is disabled."), hint=said("Ask an administrator.")
        )
    roles = roles_of(user.pk, scope)
    if user.kind == PersonKind.SERVICE_ACCOUNT:
        roles = (roles & {Role.SERVICE_ACCOUNT}) | {Role.SERVICE_ACCOUNT}
    decision = may(action, roles, own=own, production=production)
    if not decision.allowed:
        raise Forbidden(
            "permission.denied",
            said("{user} may not do this: {reason}", user=str(user), reason=decision.reason),
            hint=said("Ask someone who holds one of these roles, or an administrator to grant one."),
            evidence={"action": action, "scope": scope, "roles": sorted(roles)},
        )
    return roles


def person(actor: Actor) -> User:
    """Give the account behind the actor of a command that only people and service accounts give."""
    if actor.user_id is None:
        raise Forbidden("actor.person_needed", said("Only a person can do this."))
    return User.objects.get(pk=actor.user_id)


def lock(model: type[RecordT], expected_version: int | None = None, **key: object) -> RecordT:
    """
    Read one record for update, and raise its version for the writer.

    Raises:
        NotFound: no such record.
        Stale: someone else changed it since `expected_version` was seen.
    """
    found: RecordT | None = QuerySet(model).select_for_update(of=("self",)).filter(**key).first()
    if found is None:
        raise not_found(model, key)
    found.version += 1
    unchanged(found, expected_version)
    return found


def unchanged(locked: Record, expected_version: int | None) -> None:
    """
    Refuse to write over a change that the caller has not seen; asked after the permission, as it tells of both.

    Raises:
        Stale: with what was done since `expected_version`, and by whom.
    """
    found = locked.version - 1  # as it was before this command
    if expected_version is not None and found != expected_version:
        raise _stale(locked, found, expected_version)


def _stale(row: Record, found: int, expected: int) -> Stale:
    noun = str(row._meta.verbose_name)  # noqa: SLF001 -- Django's public name for it
    kind = "ci" if noun == "configuration item" else noun.replace(" ", "_")
    name = getattr(row, "number", None) or getattr(row, "key", None) or row.pk
    changes = audit.changes_since(kind, str(name), expected)
    people = list(dict.fromkeys(str(one["by"]) for one in changes))
    values = {"row": str(row), "expected": expected, "found": found}
    return Stale(
        "version.stale",
        said(
            "{row} was changed meanwhile by {people}: you saw version {expected}, it is now {found}.",
            people=people,
            **values,
        )
        if people
        else said("{row} was changed meanwhile: you saw version {expected}, it is now {found}.", **values),
        hint=said("Look at the change, then repeat yours."),
        evidence={"expected": expected, "found": found, "changes": changes},
    )


def find(model: type[ModelT], **key: object) -> ModelT:
    found: ModelT | None = QuerySet(model).filter(**key).first()
    if found is None:
        raise not_found(model, key)
    return found


def not_found(model: type[Model], key: dict[str, object]) -> NotFound:
    noun = model._meta.verbose_name  # noqa: SLF001 -- Django's public name for it
    return NotFound(
        "not_found",
        said("There is no {noun} {key}.", noun=Word(str(noun)), key=list(key.values())),
        hint=said("Check the name."),
    )
