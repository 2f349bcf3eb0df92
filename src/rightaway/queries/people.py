"""Accounts, and who an API token or a session speaks for."""

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.models import Token
from django.db.models import Q, QuerySet

from rightaway.domain.values import Actor, PersonKind
from rightaway.records.people.models import Preferences, RoleBinding, User


def actor_for(user: User, door: str) -> Actor:
    return Actor(
        user_id=user.pk, name=user.username, door=door, kind=PersonKind(user.kind), owner_id=user.owner_id
    )


def user_of_token(value: str) -> User | None:
    """Give the active account an unexpired token speaks for, or None: every failure looks the same."""
    token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value)
    if token is None or token.user is None or not token.user.is_active:
        return None
    user: User = token.user
    return user


def users() -> QuerySet[User]:
    return User.objects.prefetch_related("roles").order_by("username")


def user(username: str) -> User | None:
    return User.objects.filter(username=username).first()


def names(ids: Iterable[int]) -> list[str]:
    """Give the usernames of accounts, in order."""
    return list(User.objects.filter(pk__in=list(ids)).order_by("username").values_list("username", flat=True))


def roles(user_id: int, scope: str | None = None) -> frozenset[str]:
    """Give the roles an account holds: in one scope and everywhere, or in any scope at all."""
    held = RoleBinding.objects.filter(user_id=user_id)
    if scope is not None:
        held = held.filter(Q(scope=scope) | Q(scope="*"))
    return frozenset(held.values_list("role", flat=True))


def tokens(user_id: int) -> QuerySet[Any]:
    """Give the tokens of an account, newest first; their values are not stored."""
    found: QuerySet[Any] = Token.objects.filter(user_id=user_id, type=Token.Type.ACCESS_TOKEN).order_by(
        "-created_at"
    )
    return found


def has_admin() -> bool:
    return RoleBinding.objects.filter(role="admin", user__is_active=True).exists()


def scopes(user_id: int) -> dict[str, frozenset[str]]:
    """Give the roles of an account by the scope they are held in."""
    found: dict[str, set[str]] = {}
    for scope, role in RoleBinding.objects.filter(user_id=user_id).values_list("scope", "role"):
        found.setdefault(scope, set()).add(role)
    return {scope: frozenset(roles) for scope, roles in found.items()}


def preferences(user_id: int) -> Preferences:
    """Give how an account wants to see the pages: what it chose, or what everybody has who chose nothing."""
    return Preferences.objects.filter(user_id=user_id).first() or Preferences(user_id=user_id)
