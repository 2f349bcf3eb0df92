"""Groups of people who give approvals together, for who looks after them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import approvals as ask
from rightaway.services import people as commands
from rightaway.web import choices
from rightaway.web.accounts import sensitive
from rightaway.web.forms.approvals import GroupEditForm, GroupForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

DEFINE = "group.define"


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(DEFINE)
    return render(request, "administration/groups.html", {"rows": list(ask.groups())})


@act
@sensitive
def define(request: HttpRequest, viewer: Viewer, key: str = "") -> HttpResponse:
    """Make a group, or change the one of the address."""
    viewer.require(DEFINE)
    row = ask.groups().filter(key=key).first() if key else None
    if key and row is None:
        raise NotFound("not_found", said("There is no group {key}.", key=key), hint=said("Look at the list."))
    members = [one.username for one in row.members.all()] if row else []
    people = choices.persons()
    form: GroupEditForm
    if row is None:
        form = GroupForm(**bound(request), people=people)
    else:
        form = GroupEditForm(**bound(request), initial={"name": row.name, "members": members}, people=people)

    def run(given: dict[str, Any]) -> None:
        commands.define_group(
            actor=viewer.actor, key=key or given["key"], name=given["name"], members=given["members"]
        )

    return command(
        request,
        form,
        run,
        title=_("Edit {name}").format(name=row.name) if row else _("Add a group"),
        button=_("Save"),
        back=reverse("groups"),
        done=_("The group is saved."),
        text=_("Members count from the next time an approval is asked for."),
        crumbs=[(_("Groups of approvers"), reverse("groups"))],
    )
