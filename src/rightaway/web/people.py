"""One's own account: roles held, and the tokens that let a program act in one's name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound, RightawayError
from rightaway.domain.sentences import said
from rightaway.queries import people
from rightaway.services import people as commands
from rightaway.web import errors
from rightaway.web.accounts import sensitive
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.people import PreferencesForm, TokenForm
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
        "wishes": PreferencesForm(initial=_kept(viewer)),
        "value": value,
        "now": timezone.now(),
    }
    response = render(request, "people/profile.html", context, status=status)
    if value:
        response["Cache-Control"] = "no-store"
    return response


def _kept(viewer: Viewer) -> dict[str, object]:
    kept = people.preferences(viewer.user.pk)
    return {name: getattr(kept, name) for name in PreferencesForm.base_fields}


@act
def prefer(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    return command(
        request,
        PreferencesForm(**bound(request), initial=_kept(viewer)),
        lambda given: commands.prefer(actor=viewer.actor, **given) and None,
        title=gettext("How the pages look"),
        button=gettext("Save"),
        back=reverse("profile"),
        done=gettext("Your choices are kept."),
        crumbs=[(gettext("Profile"), reverse("profile"))],
    )


@act
@sensitive
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
            messages.success(request, _("The token is made."))
            form, status = TokenForm(), 200
    return _profile(request, viewer, form, value=value, status=status)


@act
def revoke_token(request: HttpRequest, viewer: Viewer, token_id: int) -> HttpResponse:
    token = people.tokens(viewer.user.pk).filter(pk=token_id).first()
    if token is None:
        raise NotFound(
            "not_found",
            said("You have no token {token_id}.", token_id=token_id),
            hint=said("It may be revoked already."),
        )
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _: commands.revoke_token(actor=viewer.actor, token_id=token_id),
        title=_("Revoke the token “{token}”").format(token=token.data.get("label", "")),
        button=_("Revoke"),
        tone="danger",
        back=reverse("profile"),
        done=_("The token is revoked."),
        text=_("Whatever uses it stops working at once. This cannot be undone."),
        crumbs=[(_("Profile"), reverse("profile"))],
    )
