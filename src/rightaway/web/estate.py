"""Environments, services and targets as those define them who may: lists with forms, the same commands as a file."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import Invalid, NotFound
from rightaway.domain.values import EnvironmentTier
from rightaway.drivers import registry
from rightaway.queries import cmdb as ask
from rightaway.services import cmdb
from rightaway.web import choices
from rightaway.web.accounts import sensitive
from rightaway.web.forms.administration import EnvironmentForm, ServiceForm, TargetForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import EVERYWHERE, Viewer

EDIT, TARGET = "ci.edit", "target.define"


def _may_see(viewer: Viewer) -> None:
    if not viewer.may(EDIT, None):
        viewer.require(TARGET, None, production=False)


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    _may_see(viewer)
    targets = paged(request, ask.targets())
    context = {
        "environments": list(ask.environments_counted()),
        "services": [(one, viewer.may(EDIT, one.key)) for one in ask.services_counted()],
        "rows": targets,
        "targets": [(one, _may_define(viewer, one.environment)) for one in targets],
        "may_edit": viewer.may(EDIT),
        "may_define": viewer.may(TARGET, production=False),
    }
    return render(request, "administration/estate.html", context)


def _may_define(viewer: Viewer, environment: Any) -> bool:
    return viewer.may(TARGET, production=environment.tier == EnvironmentTier.PRODUCTION)


def _inside() -> dict[str, Any]:
    address = reverse("estate")
    return {"back": address, "crumbs": [(_("Environments and services"), address)], "button": _("Save")}


def _one(rows: Any, key: str, what: str) -> Any:
    row = rows.filter(key=key).first() if key else None
    if key and row is None:
        raise NotFound("not_found", f"There is no {what} {key}.", hint="Look at the list.")
    return row


def _seen(rows: Any, row: Any, given: dict[str, Any]) -> int | None:
    """
    Give the version that was looked at; what is made anew must not take the place of another.

    Raises:
        Invalid: `key.taken`.
    """
    if row is not None:
        return int(given["version"])
    if rows.filter(key=given["key"]).exists():
        raise Invalid("key.taken", f"There is one with the key {given['key']} already.", at="key")
    return None


@act
@sensitive
def environment(request: HttpRequest, viewer: Viewer, key: str = "") -> HttpResponse:
    viewer.require(EDIT)
    row = _one(ask.environments(), key, "environment")
    initial = {"key": row.key, "name": row.name, "tier": row.tier, "version": row.version} if row else {}

    def run(given: dict[str, Any]) -> None:
        cmdb.define_environment(
            actor=viewer.actor,
            key=given["key"],
            name=given["name"],
            tier=given["tier"],
            expected_version=_seen(ask.environments(), row, given),
        )

    return command(
        request,
        EnvironmentForm(**bound(request), initial=initial, is_new=row is None),
        run,
        title=_("Change {name}").format(name=row) if row else _("Define an environment"),
        done=_("The environment is saved."),
        text=_(
            "The tier decides which rules hold there: production asks for approvals, windows and rehearsals."
        ),
        **_inside(),
    )


@act
@sensitive
def service(request: HttpRequest, viewer: Viewer, key: str = "") -> HttpResponse:
    viewer.require(EDIT, key or EVERYWHERE)
    row = _one(ask.services(), key, "service")
    names = ("key", "name", "criticality", "version")
    initial: dict[str, Any] = {name: getattr(row, name) for name in names} if row else {}
    if row and row.owner_id:
        initial["owner"] = ask.item(key).owner.username  # type: ignore[union-attr]

    def run(given: dict[str, Any]) -> None:
        fields = {"name": given["name"], "criticality": given["criticality"], "owner": given["owner"]}
        cmdb.define_item(
            actor=viewer.actor,
            key=given["key"],
            fields={**fields, "ci_class": "service"},
            expected_version=_seen(ask.items(), row, given),
        )

    return command(
        request,
        ServiceForm(**bound(request), initial=initial, is_new=row is None, owners=choices.persons()),
        run,
        title=_("Change {name}").format(name=row) if row else _("Define a service"),
        done=_("The service is saved."),
        text=_(
            "Releases, roles and figures belong to a service. Its release policy comes from a configuration file."
        ),
        **_inside(),
    )


@act
@sensitive
def target(request: HttpRequest, viewer: Viewer, key: str = "") -> HttpResponse:
    row = _one(ask.targets(), key, "target")
    viewer.require(TARGET, production=row is not None and row.environment.tier == EnvironmentTier.PRODUCTION)
    places = [one for one in ask.environments() if _may_define(viewer, one)]

    def run(given: dict[str, Any]) -> None:
        names = ("ci", "environment", "driver", "config", "tags", "failure_domain")
        cmdb.define_target(
            actor=viewer.actor,
            key=given["key"],
            fields={name: given[name] for name in names},
            expected_version=_seen(ask.targets(), row, given),
        )

    form = TargetForm(
        **bound(request),
        initial=_values(row) if row else {},
        is_new=row is None,
        choices={
            "ci": choices.items(),
            "environment": [(one.key, f"{one.name} ({one.tier})") for one in places],
            "driver": [(kind, kind) for kind in registry.kinds()],
        },
    )
    return command(
        request,
        form,
        run,
        title=_("Change {name}").format(name=row) if row else _("Define a target"),
        done=_("The target is saved."),
        text=_(
            "A plan that is compiled already keeps the target as it was: compile it again after a change."
        ),
        **_inside(),
    )


def _values(row: Any) -> dict[str, Any]:
    names = ("key", "driver", "tags", "failure_domain", "version")
    found = {name: getattr(row, name) for name in names}
    config = json.dumps(row.config, indent=2, ensure_ascii=False)
    return {**found, "ci": row.ci.key, "environment": row.environment.key, "config": config}
