"""Sign-in: accounts are made by an administrator, never by a visitor, and sensitive acts ask for the password again."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest

APP = "rightaway"
ViewT = TypeVar("ViewT", bound=Callable[..., Any])


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask again only before what `sensitive` marks."""
        return app == APP


def sensitive(view: ViewT) -> ViewT:
    """Mark a command that changes what people may do: whoever signed in long ago types the password once more."""
    return cast("ViewT", reauthentication_required(view, app=APP))
