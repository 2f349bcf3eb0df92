"""Accounts, and who an API token or a session speaks for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Token
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import F, OrderBy, Q, QuerySet
from django.utils import timezone

from rightaway.domain.permissions import EVERYWHERE, Role
from rightaway.domain.values import AccountState, Actor, PersonKind
from rightaway.records.people.models import Preferences, RoleBinding, User

PROVED = "proved_at"
"""In the data of a token: when its owner had proved who they are on the page that made it."""


def actor_for(user: User, door: str, proved_at: datetime | None = None) -> Actor:
    return Actor(
        user_id=user.pk,
        name=user.username,
        door=door,
        kind=PersonKind(user.kind),
        owner_id=user.owner_id,
        proved_at=proved_at,
    )


def actor_of_token(value: str, door: str) -> Actor | None:
    """Give whom an unexpired token of an active account speaks for, or None: every failure looks the same."""
    token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value)
    if token is None or token.user is None or not token.user.is_active:
        return None
    proved = (token.data or {}).get(PROVED)
    return actor_for(token.user, door, datetime.fromisoformat(proved) if proved else None)


def users() -> QuerySet[User]:
    return User.objects.prefetch_related("roles").order_by("username")


SORTS = {"username": "username", "name": "name", "seen": "last_login"}


def listed(*, text: str = "", role: str = "", state: str = "", sort: str = "") -> QuerySet[User]:
    """
    List accounts by name.

    Args:
        role: Held in any scope.
        state: An `AccountState`, or empty for both.
        sort: One of `SORTS`, with a minus before it for the other direction.
    """
    found = users().select_related("owner")
    if text:
        found = found.filter(Q(username__icontains=text) | Q(name__icontains=text) | Q(email__icontains=text))
    if role:
        found = found.filter(pk__in=RoleBinding.objects.filter(role=role).values("user"))
    if state:
        found = found.filter(is_active=state == AccountState.ACTIVE)
    column = F(SORTS.get(sort.removeprefix("-"), "username"))
    return found.order_by(OrderBy(column, descending=sort.startswith("-"), nulls_last=True), "username")


def bindings(user_id: int) -> QuerySet[RoleBinding]:
    """Give the roles of an account with who granted them."""
    return RoleBinding.objects.filter(user_id=user_id).select_related("granted_by").order_by("scope", "role")


def sessions(user_id: int) -> list[str]:
    """Give the keys of the browsers an account is signed in with; a session names its account only inside."""
    alive = Session.objects.filter(expire_date__gte=timezone.now()).iterator()
    return [one.session_key for one in alive if one.get_decoded().get(SESSION_KEY) == str(user_id)]


def user(username: str) -> User | None:
    return User.objects.filter(username=username).first()


def names(ids: Iterable[int]) -> list[str]:
    """Give the usernames of accounts, in order."""
    return list(User.objects.filter(pk__in=list(ids)).order_by("username").values_list("username", flat=True))


def roles(user_id: int, scope: str | None = None) -> frozenset[str]:
    """Give the roles an account holds: in one scope and everywhere, or in any scope at all."""
    held = RoleBinding.objects.filter(user_id=user_id)
    if scope is not None:
        held = held.filter(Q(scope=scope) | Q(scope=EVERYWHERE))
    return frozenset(held.values_list("role", flat=True))


def tokens(user_id: int) -> QuerySet[Any]:
    """Give the tokens of an account, newest first; their values are not stored."""
    found: QuerySet[Any] = Token.objects.filter(user_id=user_id, type=Token.Type.ACCESS_TOKEN).order_by(
        "-created_at"
    )
    return found


def has_admin() -> bool:
    return RoleBinding.objects.filter(role=Role.ADMIN, user__is_active=True).exists()


def scopes(user_id: int) -> dict[str, frozenset[str]]:
    """Give the roles of an account by the scope they are held in."""
    found: dict[str, set[str]] = {}
    for scope, role in RoleBinding.objects.filter(user_id=user_id).values_list("scope", "role"):
        found.setdefault(scope, set()).add(role)
    return {scope: frozenset(roles) for scope, roles in found.items()}


def holders(role: str, scope: str) -> list[int]:
    """Give the active people who hold a role in a scope or everywhere."""
    held = RoleBinding.objects.filter(Q(scope=scope) | Q(scope=EVERYWHERE), role=role)
    found = held.filter(user__is_active=True, user__kind=PersonKind.PERSON)
    return list(found.order_by("user").values_list("user", flat=True).distinct())


def preferences(user_id: int) -> Preferences:
    """Give how an account wants to see the pages: what it chose, or what everybody has who chose nothing."""
    return Preferences.objects.filter(user_id=user_id).first() or Preferences(user_id=user_id)
