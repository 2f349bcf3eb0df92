"""One's own account: roles held, and the tokens that let a program act in one's name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from rightaway.domain.errors import NotFound, RightawayError
from rightaway.queries import people
from rightaway.services import people as commands
from rightaway.web import errors
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.people import TokenForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer


@page
def profile(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    return _profile(request, viewer, TokenForm())


def _profile(
    request: HttpRequest, viewer: Viewer, form: TokenForm, *, value: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "account": viewer.user,
        "roles": list(viewer.user.roles.order_by("scope", "role")),
        "tokens": list(people.tokens(viewer.user.pk)),
        "may_create": viewer.may("token.create", None, own=True),
        "form": form,
        "value": value,
        "now": timezone.now(),
    }
    response = render(request, "people/profile.html", context, status=status)
    if value:
        response["Cache-Control"] = "no-store"
    return response


@act
def create_token(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make a token and show its value on the answer itself: the only place where it ever stands."""
    form = TokenForm(**bound(request))
    if not form.is_bound:
        return _profile(request, viewer, form)
    status, value = 422, ""
    if form.is_valid():
        given = form.cleaned_data
        try:
            value = commands.create_token(
                actor=viewer.actor, user=viewer.user, label=given["label"], expires_at=given["expires_at"]
            )
        except RightawayError as error:
            form.refuse(error)
            status = errors.status(error)
        else:
            messages.success(request, "The token is made.")
            form, status = TokenForm(), 200
    return _profile(request, viewer, form, value=value, status=status)


@act
def revoke_token(request: HttpRequest, viewer: Viewer, token_id: int) -> HttpResponse:
    token = people.tokens(viewer.user.pk).filter(pk=token_id).first()
    if token is None:
        raise NotFound("not_found", f"You have no token {token_id}.", hint="It may be revoked already.")
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _: commands.revoke_token(actor=viewer.actor, token_id=token_id),
        title=f"Revoke the token “{token.data.get('label', '')}”",
        button="Revoke",
        tone="danger",
        back=reverse("profile"),
        done="The token is revoked.",
        text="Whatever uses it stops working at once. This cannot be undone.",
        crumbs=[("Profile", reverse("profile"))],
    )
