"""The people of the installation, for administrators: who they are, what they may do, and with what they come in."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.values import PersonKind
from rightaway.queries import audit, cmdb, people
from rightaway.services import people as commands
from rightaway.web.accounts import sensitive
from rightaway.web.forms.administration import PersonForm, RoleForm
from rightaway.web.forms.base import Choices, CommandForm
from rightaway.web.forms.lists import PersonFilter
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.statuses import words
from rightaway.web.viewers import EVERYWHERE, Viewer

MANAGE, SECURE = "role.grant", "system.configure"
LAST_EVENTS = 20


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(MANAGE, None)
    filters = PersonFilter(request.GET)
    context = {
        "rows": paged(request, people.listed(**filters.chosen(), sort=request.GET.get("sort", ""))),
        "filters": filters,
        "may_create": viewer.may(MANAGE),
    }
    return render(request, "persons/index.html", context)


def _found(viewer: Viewer, username: str) -> Any:
    viewer.require(MANAGE, None)
    row = people.users().select_related("owner").filter(username=username).first()
    if row is None:
        raise NotFound(
            "not_found",
            said("There is no account {username}.", username=username),
            hint=said("Check the name."),
        )
    return row


@page
def person(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
    return _person(request, viewer, _found(viewer, username))


def _person(request: HttpRequest, viewer: Viewer, row: Any, secret: str = "") -> HttpResponse:
    is_own, manages = row.pk == viewer.user.pk, viewer.may(MANAGE)
    sessions = people.sessions(row.pk)
    context = {
        "account": row,
        "roles": [(one, viewer.may(MANAGE, one.scope)) for one in people.bindings(row.pk)],
        "tokens": list(people.tokens(row.pk)),
        "sessions": len(sessions),
        "events": list(audit.of_person(row.username)[:LAST_EVENTS]),
        "is_own": is_own,
        "manages": manages,
        "may_grant": row.is_active and not is_own and row.kind == PersonKind.PERSON,
        "may_set_password": viewer.may(SECURE) and row.kind == PersonKind.PERSON and not is_own,
        "may_end_sessions": bool(sessions) and (manages or is_own),
        "reads_audit": viewer.may("audit.read"),
        "secret": secret,
        "now": timezone.now(),
        "crumbs": [(_("People"), reverse("people"))],
    }
    response = render(request, "persons/person.html", context)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


@act
@sensitive
def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make an account with a first password, which stands on the answer and nowhere else."""
    viewer.require(MANAGE)

    def run(given: dict[str, Any]) -> Callable[[], HttpResponse]:
        secret = commands.made_up_password()
        made = commands.create(actor=viewer.actor, password=secret, **given)
        return lambda: _person(request, viewer, made, secret)

    return command(
        request,
        PersonForm(**bound(request)),
        run,
        title=_("Add a person"),
        button=_("Add"),
        back=reverse("people"),
        done=_("The account is made. Give it a role now."),
        text=_(
            "A first password is made up and shown once on the next page. They change it in their profile."
        ),
        crumbs=[(_("People"), reverse("people"))],
    )


def _inside(username: str) -> dict[str, Any]:
    address = reverse("person", args=[username])
    return {"back": address, "crumbs": [(_("People"), reverse("people")), (username, address)]}


def _confirm(request: HttpRequest, row: Any, run: Callable[[], object], **said: Any) -> HttpResponse:
    """Ask before a command about this account that needs nothing to be typed."""
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: run() and None,
        tone="danger",
        **said,
        **_inside(row.username),
    )


def _deed(run: Callable[..., object], *, title: Any, **said: Any) -> Callable[..., HttpResponseBase]:
    """Make the page of a command that is about an account as a whole; `title` may hold its `{name}`."""

    @act
    @sensitive
    def deed(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
        row = _found(viewer, username)
        viewer.require(MANAGE)
        give = partial(run, actor=viewer.actor, user=row)
        return _confirm(request, row, give, title=title.format(name=row), **said)

    return deed


@act
@sensitive
def grant(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
    row = _found(viewer, username)
    scopes: Choices = [(one.key, one.name) for one in cmdb.services() if viewer.may(MANAGE, one.key)]
    if viewer.may(MANAGE):
        scopes = [(EVERYWHERE, _("everywhere")), *scopes]
    return command(
        request,
        RoleForm(**bound(request), scopes=scopes),
        lambda given: commands.grant(actor=viewer.actor, user=row, **given) and None,
        title=_("Give {name} a role").format(name=row),
        button=_("Give the role"),
        done=_("The role is given."),
        text=_(
            "It counts at once, in the pages, the API and the command line. The page of roles says what each may do."
        ),
        **_inside(username),
    )


@act
@sensitive
def revoke(request: HttpRequest, viewer: Viewer, username: str, binding: int) -> HttpResponse:
    row = _found(viewer, username)
    held = people.bindings(row.pk).filter(pk=binding).first()
    if held is None:
        raise NotFound(
            "not_found",
            said("{row} does not hold this role.", row=row),
            hint=said("It may be taken away already."),
        )
    viewer.require(MANAGE, held.scope)
    return _confirm(
        request,
        row,
        partial(commands.revoke, actor=viewer.actor, user=row, role=held.role, scope=held.scope),
        title=_("Take the role {role} from {name}").format(role=words(held.role), name=row),
        button=_("Take it away"),
        done=_("The role is taken away."),
        text=_("It ends at once. What they did with it stays as it is, also votes they gave."),
    )


disable = _deed(
    commands.disable,
    title=gettext_lazy("Deactivate {name}"),
    button=gettext_lazy("Deactivate"),
    done=gettext_lazy("The account is deactivated."),
    text=gettext_lazy(
        "They are signed out at once and cannot sign in; their tokens are deleted. Roles, history and what they"
        " decided stay, and the account can be activated again."
    ),
)
enable = _deed(
    commands.enable,
    title=gettext_lazy("Activate {name} again"),
    button=gettext_lazy("Activate"),
    done=gettext_lazy("The account is active again."),
    text=gettext_lazy("They can sign in as before, with the roles they hold. Tokens have to be made anew."),
)
end_sessions = _deed(
    commands.end_sessions,
    title=gettext_lazy("Sign {name} out everywhere"),
    button=gettext_lazy("Sign out"),
    done=gettext_lazy("Every browser is signed out."),
    text=gettext_lazy("Every browser of this account has to sign in again. Its tokens stay valid."),
)


@act
@sensitive
def set_password(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
    """Give a person a new password, which stands on the answer and nowhere else."""
    row = _found(viewer, username)
    viewer.require(SECURE)
    if request.method == "POST":
        return _person(request, viewer, row, commands.set_password(actor=viewer.actor, user=row))
    return command(
        request,
        CommandForm(),
        lambda _given: None,
        title=_("Give {name} a new password").format(name=row),
        button=_("Make a new password"),
        tone="danger",
        text=_("The old one stops working and every browser is signed out. The new one is shown once."),
        **_inside(username),
    )


@act
@sensitive
def revoke_token(request: HttpRequest, viewer: Viewer, username: str, token_id: int) -> HttpResponse:
    row = _found(viewer, username)
    viewer.require(MANAGE)
    token = people.tokens(row.pk).filter(pk=token_id).first()
    if token is None:
        raise NotFound(
            "not_found",
            said("{row} has no token {token_id}.", row=row, token_id=token_id),
            hint=said("It may be revoked already."),
        )
    return _confirm(
        request,
        row,
        partial(commands.revoke_token, actor=viewer.actor, token_id=token_id),
        title=_("Revoke the token “{token}”").format(token=(token.data or {}).get("label", "")),
        button=_("Revoke"),
        done=_("The token is revoked."),
        text=_("Whatever uses it stops working at once. This cannot be undone."),
    )
