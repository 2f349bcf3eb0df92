"""The person looking at a page: who they are, and what they may do where."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from rightaway.domain.errors import Forbidden, NotFound
from rightaway.domain.permissions import MATRIX, Role, may
from rightaway.domain.sentences import Sentence, said, wordlist
from rightaway.domain.values import Actor
from rightaway.queries import people

EVERYWHERE = "*"
VIEW = "release.view"


class Viewer:
    """Reads the roles of the account once a request; commands read them anew when they run."""

    @classmethod
    def of(cls, request: HttpRequest) -> "Viewer":
        """Give the viewer of a request, the same one however often it is asked for."""
        held = getattr(request, "_viewer", None)
        if held is None:
            held = cls(request)
            request._viewer = held  # type: ignore[attr-defined]  # noqa: SLF001 -- ours, on a foreign object
        return held

    def __init__(self, request: HttpRequest) -> None:
        assert request.user.is_authenticated
        self.user = request.user
        self.actor: Actor = people.actor_for(request.user, "web")

    @cached_property
    def held(self) -> Mapping[str, frozenset[str]]:
        """The roles by the scope they are held in."""
        return people.scopes(self.user.pk)

    def roles(self, scope: str | None = None) -> frozenset[str]:
        """Give the roles held in a scope and everywhere, or with None in any scope at all."""
        scopes = self.held if scope is None else (scope, EVERYWHERE)
        return frozenset().union(*(self.held.get(one, ()) for one in scopes))

    def may(
        self, action: str, scope: str | None = EVERYWHERE, *, own: bool = False, production: bool = True
    ) -> bool:
        return bool(may(action, self.roles(scope), own=own, production=production))

    def require(
        self, action: str, scope: str | None = EVERYWHERE, *, own: bool = False, production: bool = True
    ) -> None:
        """
        Refuse a page that leads to a command the person may not give.

        Raises:
            Forbidden: `permission.denied`, with the roles that may.
        """
        if not self.may(action, scope, own=own, production=production):
            holders = wordlist(
                role for role, cells in MATRIX[action].items() if cells and role != Role.SERVICE_ACCOUNT
            )
            raise Forbidden(
                "permission.denied",
                said("Your roles do not allow this here."),
                hint=said(
                    "Ask somebody with one of these roles, or an administrator to give you a role.",
                    holders=holders,
                ),
                evidence={"action": action, "scope": scope},
            )

    def scopes(self, action: str = VIEW, *, without: frozenset[str] = frozenset()) -> frozenset[str] | None:
        """Give the services where the person may do something, some roles left out; None means everywhere."""
        if may(action, self.roles(EVERYWHERE) - without):
            return None
        return frozenset(scope for scope in self.held if may(action, self.roles(scope) - without))

    def narrowed(self, rows: Any, field: str, *, inside: bool = False) -> Any:
        """
        Leave of a list what belongs to services the person may see.

        Args:
            field: Leads to the service's key.
            inside: The rows name machines, which stakeholders do not see.
        """
        scopes = self.scopes(without=frozenset({Role.STAKEHOLDER}) if inside else frozenset())
        return rows if scopes is None else rows.filter(**{f"{field}__in": scopes})

    def seen(self, row: Any, scope: str | None, what: Sentence) -> Any:
        """
        Give the record back if there is one and the person may see it; None is a record of no service.

        Raises:
            NotFound: there is none, or it is not for this person: the same answer.
        """
        if row is None or not self.may(VIEW, scope):
            raise NotFound(
                "not_found",
                said("There is no {what}, or it is not for you.", what=what),
                hint=said("Check the number, or ask an administrator for a role in its service."),
            )
        return row
