"""Who calls, and what they may see. What somebody may not see does not exist for them: the same 404."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from ninja.security import HttpBearer

from rightaway.domain.errors import Forbidden, NotFound
from rightaway.domain.permissions import Role, may
from rightaway.domain.values import Actor, PersonKind
from rightaway.queries import people

RowT = TypeVar("RowT", bound=Model)
ThingT = TypeVar("ThingT")

EVERYWHERE = "*"
ANYWHERE = None
"""A role in any scope will do."""
PREFIX = "ra_"
DOOR = "Rightaway-Door"
"""The command line says here that it is one. It is written down and grants nothing: anybody can say it."""


class Request(HttpRequest):
    """A request whose token was accepted."""

    auth: Actor


class Bearer(HttpBearer):
    """`Authorization: Bearer ra_...`; a token speaks for one account, which must be active."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        door = "cli" if request.headers.get(DOOR) == "cli" else "api"
        return people.actor_of_token(token, door) if token.startswith(PREFIX) else None


def allowed(actor: Actor, action: str, scope: str | None, *, own: bool = False) -> bool:
    """Say whether the actor may do it in the scope; production counts."""
    return bool(may(action, _roles(actor, scope), own=own))


def require(actor: Actor, action: str, scope: str | None = EVERYWHERE) -> None:
    """Refuse a read that needs a permission of its own."""
    decision = may(action, _roles(actor, scope))
    if not decision:
        raise Forbidden("permission.denied", f"{actor.name} may not do this: {decision.reason}")


def scopes(actor: Actor, action: str) -> frozenset[str] | None:
    """Give the services where the actor may do something; None means everywhere."""
    held = people.scopes(_id(actor)).items()
    where = frozenset(scope for scope, roles in held if may(action, _usable(actor, roles)))
    return None if EVERYWHERE in where else where


def require_any_role(actor: Actor) -> None:
    """Refuse an account without any role: it sees no configuration and no people."""
    if actor.kind is PersonKind.PERSON and not people.roles(_id(actor)):
        raise Forbidden(
            "permission.denied", f"{actor.name} holds no role yet.", hint="Ask an administrator for one."
        )


def visible(
    actor: Actor, rows: QuerySet[RowT], *, scope: str, owner: str = "", inside: bool = False
) -> QuerySet[RowT]:
    """
    Leave the rows whose service the actor may look at.

    Args:
        scope: Path to the key of the row's service.
        owner: Path to the account that made it: a service account sees what it, or its owner, made.
        inside: The rows name targets, which stakeholders do not see.
    """
    unseeing = {Role.STAKEHOLDER} if inside else set()
    where = {
        scope
        for scope, roles in people.scopes(_id(actor)).items()
        if may("release.view", _usable(actor, roles) - unseeing)
    }
    if EVERYWHERE in where:
        return rows
    seen = Q(**{f"{scope}__in": where})
    if owner and actor.kind is PersonKind.SERVICE_ACCOUNT:
        seen |= Q(**{f"{owner}__in": _humans(actor)})
    return rows.filter(seen)


def seen(
    actor: Actor,
    row: ThingT | None,
    name: str,
    *,
    scope: str,
    owner_id: int | None = None,
    acts: tuple[str, ...] = (),
) -> ThingT:
    """
    Give the row when the actor may look at it, or may do one of `acts` with it.

    Raises:
        NotFound: there is none, or it is not for them.
    """
    if row is not None:
        own = owner_id in _humans(actor)
        roles = _roles(actor, scope)
        if any(may(action, roles, own=own) for action in ("release.view", *acts)):
            return row
    raise missing(name)


def missing(name: str) -> NotFound:
    return NotFound("not_found", f"There is no {name}.", hint="Check the name, and that you may see it.")


def sees_targets(actor: Actor, scope: str) -> bool:
    """Whether names of hosts and logs are for the actor; stakeholders see progress, not machines."""
    return bool(_roles(actor, scope) - {Role.STAKEHOLDER})


def _roles(actor: Actor, scope: str | None) -> frozenset[str]:
    return _usable(actor, people.roles(_id(actor), scope))


def _usable(actor: Actor, roles: frozenset[str]) -> frozenset[str]:
    """A service account acts as that and nothing else, as the commands see it."""
    return frozenset({Role.SERVICE_ACCOUNT}) if actor.kind is PersonKind.SERVICE_ACCOUNT else roles


def _humans(actor: Actor) -> list[Any]:
    return [one for one in (actor.user_id, actor.owner_id) if one is not None]


def _id(actor: Actor) -> int:
    assert actor.user_id is not None
    return actor.user_id
