"""Bundles: the list, how one stands, and the commands on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.bundles import BundleState
from rightaway.domain.errors import Invalid, NotFound
from rightaway.domain.sentences import said
from rightaway.queries import bundles as ask
from rightaway.queries import relations, releases
from rightaway.services import bundles as commands
from rightaway.web import choices
from rightaway.web.forms.base import ReasonForm
from rightaway.web.forms.bundles import BundleFilter, BundleForm, EditBundleForm, FillForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer


def _crumbs(number: str = "") -> list[tuple[str, str]]:
    found = [(_("Bundles"), reverse("bundles"))]
    return [*found, (number, reverse("bundle", args=[number]))] if number else found


def _found(viewer: Viewer, number: str) -> Any:
    viewer.require("release.view", None)
    row = ask.bundle(number)
    if row is None:
        raise NotFound("not_found", said("There is no bundle {number}.", number=number))
    return row


def _open(viewer: Viewer, number: str) -> Any:
    row = _found(viewer, number)
    viewer.require(commands.EDIT, None)
    return row


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    filters = BundleFilter(request.GET)
    context = {
        "rows": paged(request, ask.bundles(**filters.chosen())),
        "filters": filters,
        "may_edit": viewer.may(commands.EDIT, None),
    }
    return render(request, "bundles/index.html", context)


@page
def bundle(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    seen = list(viewer.narrowed(ask.members(row), "service__key"))
    deployed = relations.deployed(seen)
    context = {
        "bundle": row,
        "members": [(one, one.pk in deployed) for one in seen],
        "hidden": row.size - len(seen),
        "progress": ask.standing(seen, deployed, timezone.now()),
        "may_edit": row.state == BundleState.OPEN and viewer.may(commands.EDIT, None),
        "crumbs": _crumbs(),
    }
    return render(request, "bundles/bundle.html", context)


@act
def begin(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(commands.EDIT, None)
    form = BundleForm(**bound(request), people=choices.persons(), initial={"owner": viewer.user.username})

    def run(given: dict[str, Any]) -> str:
        return reverse("bundle", args=[commands.begin(actor=viewer.actor, **given).number])

    return command(
        request,
        form,
        run,
        title=_("Begin a bundle"),
        button=_("Begin"),
        back=reverse("bundles"),
        done=_("The bundle is begun; put releases into it."),
        text=_("Its releases are followed together; none of them waits for another because of it."),
        crumbs=_crumbs(),
    )


@act
def edit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _open(viewer, number)
    initial = {
        "title": row.title,
        "purpose": row.purpose,
        "owner": row.owner.username,
        "version": row.version,
    }
    form = EditBundleForm(**bound(request), people=choices.persons(), initial=initial)

    def run(given: dict[str, Any]) -> None:
        fields = {name: given[name] for name in form.changed_data if name in commands.FIELDS}
        if fields:
            commands.edit(actor=viewer.actor, number=number, fields=fields, expected_version=given["version"])

    return command(
        request,
        form,
        run,
        title=_("Edit {number}").format(number=number),
        button=_("Save"),
        back=reverse("bundle", args=[number]),
        done=_("Saved."),
        crumbs=_crumbs(number),
    )


@act
def fill(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Set its releases; those that this person may not see stay as they are."""
    row = _open(viewer, number)
    held = [one.number for one in viewer.narrowed(ask.members(row), "service__key")]
    form = FillForm(**bound(request), initial={"version": row.version, "releases": held})

    def run(given: dict[str, Any]) -> None:
        wanted = [one.strip().upper() for one in given["releases"]]
        for one in wanted:
            release = releases.release(one)
            if release is None or not viewer.may("release.view", release.service.key):
                raise Invalid(
                    "bundle.unknown", said("There is no release {number}.", number=one), at="releases"
                )
        commands.fill(
            actor=viewer.actor,
            number=number,
            add=[one for one in wanted if one not in held],
            remove=[one for one in held if one not in wanted],
            expected_version=given["version"],
        )

    return command(
        request,
        form,
        run,
        title=_("Releases of {number}").format(number=number),
        button=_("Save"),
        back=reverse("bundle", args=[number]),
        done=_("Saved."),
        crumbs=_crumbs(number),
    )


@act
def close(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _open(viewer, number)
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: commands.close(actor=viewer.actor, number=number, reason=given["reason"]),
        title=_("Close {number}").format(number=number),
        button=_("Close"),
        back=reverse("bundle", args=[number]),
        done=_("The bundle is closed; its releases go on as they are."),
        text=row.title,
        crumbs=_crumbs(number),
    )
