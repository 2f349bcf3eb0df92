"""The permission matrix as a page: who may do what, from the data that every command asks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rightaway.domain.permissions import MATRIX, Cell, Role
from rightaway.web.forms.lists import RoleFilter
from rightaway.web.pages import page
from rightaway.web.statuses import words
from rightaway.web.viewers import Viewer

CELLS: dict[Cell, tuple[str | Promise, str | Promise]] = {
    Cell.YES: (_("yes"), _("in the services where the role is held")),
    Cell.SECOND_PERSON: (
        _("sensitive"),
        _(
            "allowed, and meant for two people: where the command has no second decision of its own, one does it and"
            " it stands in the audit log"
        ),
    ),
    Cell.OWN: (_("own"), _("only on what they made themselves")),
    Cell.NOT_PRODUCTION: (_("not production"), _("only outside production")),
    Cell.STANDARD_CHANGE: (_("standard"), _("only under a standard change that was authorised beforehand")),
}


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("role.grant", None)
    filters = RoleFilter(request.GET)
    chosen = filters.chosen()
    roles = [role for role in Role if not chosen["role"] or role == chosen["role"]]
    rows = [_row(action, roles) for action in MATRIX if _matches(action, chosen["text"])]
    if chosen["role"]:
        rows = [one for one in rows if any(one[2])]
    context = {"filters": filters, "roles": roles, "rows": rows, "cells": list(CELLS.values())}
    return render(request, "administration/roles.html", context)


def said(action: str) -> str:
    """Say an action in words: `deployment.resolve.applied` as `Deployment: resolve applied`."""
    noun, _dot, verb = action.partition(".")
    return f"{words(noun)}: {words(verb.replace('.', '_')).lower()}"


def _matches(action: str, text: str) -> bool:
    found = f"{action} {said(action)}".lower()
    return all(word in found for word in text.lower().split())


def _row(action: str, roles: list[Role]) -> tuple[str, str, list[list[Any]]]:
    held = [[CELLS[cell][0] for cell in Cell if cell in MATRIX[action][role]] for role in roles]
    return action, said(action), held
