"""Sign-in: accounts are made by an administrator, never by a visitor, and sensitive acts ask for the password again."""

import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest

APP = "rightaway"
ViewT = TypeVar("ViewT", bound=Callable[..., Any])


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask again only before what `sensitive` marks; the password typed to sign in counts as any other."""
        typed = [
            one["at"]
            for one in get_authentication_records(self.request, self.request.user)
            if one["method"] == "password"
        ]
        is_fresh = bool(typed) and time.time() - max(typed) < app_settings.REAUTHENTICATION_TIMEOUT
        return app == APP and not is_fresh


def sensitive(view: ViewT) -> ViewT:
    """Mark a command that changes what people may do: whoever signed in long ago types the password once more."""
    return cast("ViewT", reauthentication_required(view, app=APP))
